"""Why an article has its place, in one sentence for an editor. Pure."""

import re
from collections.abc import Iterator

from digest.i18n import Translator
from digest.model.articles import RankedArticle
from digest.model.reasons import Reason

_EXPECTED = re.compile(r"; expected (\d+) =")  # of the formula `expected`


def reason_sentence(one: RankedArticle, translator: Translator) -> str:
    """What decided most: an editor's changes, what is expected of its counters, its story, and what lowers it."""
    phrases = [*_edits(one, translator), *_expectation(one, translator), *_neighbours(one, translator)]
    text = "; ".join(phrases)
    return f"{text[:1].upper()}{text[1:]}."


def _edits(one: RankedArticle, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    texts = {
        "pin": _("pinned by %(name)s"),
        "place": _("pinned to place %(place)s by %(name)s"),
        "add": _("added by %(name)s"),
        "boost": _("boosted by %(name)s"),
        "title": _("retitled by %(name)s"),
        "summary": _("new summary by %(name)s"),
        "moved": _("moved to this section by %(name)s"),
    }
    for reason in one.reasons:
        kind = "place" if reason.name == "pin" and reason.value is not None else reason.name
        if kind in texts:
            name = reason.message.partition(" by ")[2].partition(": ")[0]
            yield texts[kind] % {"name": name, "place": translator.number(int(reason.value or 0))}


def _expectation(one: RankedArticle, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    if one.views is None and one.comments is None:
        yield _("no counters: placed as an average article")
        return
    named = {reason.name: reason for reason in one.reasons}
    views, comments = _expected(named.get("views")), _expected(named.get("comments"))
    expected = [
        *([translator.views(views)] if views is not None else []),
        *([translator.comments(comments)] if comments is not None else []),
    ]
    if expected:
        text = ", ".join(expected)
        yield _("about %(counts)s expected in the end") % {"counts": text}


def _expected(reason: Reason | None) -> int | None:
    found = _EXPECTED.search(reason.message) if reason is not None else None
    return int(found[1]) if found else None


def _neighbours(one: RankedArticle, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    names = {reason.name: reason for reason in one.reasons}
    if "breadth" in names:
        sources = int(names["breadth"].value or 0)
        report = translator.ngettext("told by %(num)s source", "told by %(num)s sources", sources)
        yield report % {"num": sources}
    texts = {
        "late": _("its source listed it after the previous issue"),
        "also": _("a link below another article of its story"),
        "mmr": _("lowered because it resembles an article above it"),
        "limit": _("lowered because enough articles of its section or source are above it"),
        "section": _("above a higher score because of its section"),
    }
    yield from (text for name, text in texts.items() if name in names)

"""An author as one short line: bylines of agencies name several people, what they did, and the outlet. Pure."""

import re

from digest.i18n import Translator
from digest.parsing.text import shorten

_LONGEST = 32  # characters; with the time they fit beside a picture on a phone
_LONGEST_PAIR = 48  # two people are both named, also beyond that
_ADDRESS = re.compile(r"https?://\S*")
_CONTRIBUTION = re.compile(r"^(?:\w+ )?by ", re.IGNORECASE)  # Analysis by …
_AND = re.compile(r"\s*,?\s+(?:and|и|&)\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[,;|/]\s*|\s+for\s+")
_OUTLET = re.compile(r"[A-ZА-ЯЁ]{2,10}\b")  # CNN Business


def short_byline(author: str, translator: Translator) -> str:
    """The author, or of a long byline the people without their outlet: two, or the first and how many more."""
    if len(author) <= _LONGEST:
        return author
    first, *others = _people(_ADDRESS.sub("", author)) or [""]
    everybody = ", ".join((first, *others))
    if len(everybody) <= _LONGEST or len(others) < 2:
        return shorten(everybody, _LONGEST_PAIR)
    more = translator.ngettext("%(name)s and %(num)s more", "%(name)s and %(num)s more", len(others))
    return more % {"name": shorten(first, _LONGEST), "num": translator.number(len(others))}


def _people(author: str) -> list[str]:
    """The names; what follows the name after *and*, or begins with an acronym, is the outlet."""
    before, *after_and = _AND.split(_CONTRIBUTION.sub("", author))
    parts = [part for names in (before, *after_and[:-1]) for part in _SEPARATOR.split(names)]
    parts += [_SEPARATOR.split(names)[0] for names in after_and[-1:]]
    return [part.strip() for part in parts if part.strip() and not _OUTLET.match(part)]

"""The subject and the preheader of an issue, and the operator's template of a subject. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import fields

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.i18n import Translator
from digest.model.articles import Article
from digest.parsing.text import clean_line

SUBJECT_LIMIT = 150
DEFAULT_SUBJECT_LIMIT = 70  # more than a phone shows, and no more than a wide window does
PREHEADER_LIMIT = 130
_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    finalize=lambda value: "" if value is None else value,  # what is unknown is not shown, as in themes
    autoescape=False,  # a subject is plain text
)
_ERRORS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
# Prepositions, conjunctions and articles: nothing is cut after them.
_ENGLISH = "a an and as at but by for from in into of on or over that the to with"
_RUSSIAN = "а без в во где для до за и из или к как на над не ни но о об от по под при с со у что"
_OPEN_WORDS = frozenset(f"{_ENGLISH} {_RUSSIAN}".split())
_NAMES = ("lead", "rest")
_LEAD = tuple(field.name for field in fields(Article) if field.name not in {"key", "dated", "readings"})


def default_subject(title: str) -> str:
    """The subject of an issue whose first article has that title."""
    return _cut(title, DEFAULT_SUBJECT_LIMIT)


def default_preheader(titles: Sequence[str], subject: str, translator: Translator, summary: str | None = None) -> str:
    """`Plus:` and the titles after the first one; where they are short, the first article's summary follows."""
    others = translator.gettext("Plus: %(titles)s") % {"titles": " · ".join(titles[1:4])} if titles[1:] else ""
    line = _cut(others, PREHEADER_LIMIT)
    if len(line) < PREHEADER_LIMIT // 3 and summary:
        line = _cut(f"{line} · {summary}" if line else summary, PREHEADER_LIMIT)
    return "" if line == subject else line


def _cut(text: str, limit: int) -> str:
    """One line; where it is too long, cut after a word that can be the last one."""
    cut = clean_line(text, limit)
    if cut == clean_line(text):  # it is whole
        return cut
    words = cut.removesuffix("…").split(" ")
    while len(words) > 1 and words[-1].strip("«“„(·").casefold() in {"", *_OPEN_WORDS}:
        words.pop()
    return " ".join(words).rstrip(",;:—–-") + "…"


def custom_subject(template: str, lead: Article, rest: int) -> str:
    """The subject of an issue with that lead and `rest` other articles, perhaps empty; raises ValueError."""
    _check_subject(template)
    try:
        return clean_line(_JINJA.from_string(template).render(lead=lead, rest=rest), SUBJECT_LIMIT)
    except _ERRORS as error:
        raise _fault(str(error)) from None


def _check_subject(template: str) -> None:
    """Raise ValueError if the template cannot be parsed, or uses a name that does not exist, in any branch."""
    try:
        tree = _JINJA.parse(template)
        unknown = sorted(meta.find_undeclared_variables(tree) - set(_NAMES))
    except _ERRORS as error:
        raise _fault(str(error)) from None
    if unknown:
        known = {**{name: name for name in _NAMES}, **{name: f"lead.{name}" for name in _LEAD}}
        raise _fault(f"there is no {unknown[0]}{_suggestion(unknown[0], known)}")
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == "lead" and node.attr not in _LEAD:
            near = _suggestion(node.attr, {name: name for name in _LEAD})
            raise _fault(f"lead has no {node.attr}{near}; it has {', '.join(_LEAD)}")


def _suggestion(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return f"; did you mean {known[near[0]]}?" if near else ""


def _fault(problem: str) -> ValueError:
    return ValueError(f"{clean_line(problem).rstrip('.')}; use lead.title and rest")

"""The operator's template of a subject: which names it may use, and its text for an issue. Pure."""

import difflib
from collections.abc import Mapping
from dataclasses import fields

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.model.articles import Article
from digest.parsing.text import clean_line

SUBJECT_LIMIT = 150
_JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)  # a subject is plain text
_ERRORS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
_NAMES = ("lead", "rest")
_LEAD = tuple(field.name for field in fields(Article) if field.name not in {"key", "dated", "readings"})


def custom_subject(template: str, lead: Article, rest: int) -> str:
    """The subject of an issue with that lead and `rest` other articles, perhaps empty; raises ValueError."""
    check_subject(template)
    try:
        return clean_line(_JINJA.from_string(template).render(lead=lead, rest=rest), SUBJECT_LIMIT)
    except _ERRORS as error:
        raise _fault(str(error)) from None


def check_subject(template: str) -> None:
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

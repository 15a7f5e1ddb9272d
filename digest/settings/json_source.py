"""Validates the settings of a JSON source: JMESPath, and the placeholders of its URL and body. Pure.

{start} {end} {now}   a moment: ISO 8601 in UTC; `:date`, `:local` (both in the source's zone), `:s`, `:ms`
{page} {offset}       start at 1 and at 0; `{page:0}` and `{offset:1}` start elsewhere
{cursor}              what `next` found in the previous response; `{cursor:1}` is the value for the first page
{urls} {paths}        a whole string of a body: the list of the articles' URLs, or of their paths
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, time
from math import isfinite
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from digest.settings.fields.words import suggestion

MOMENTS = ("start", "end", "now")
MOMENT_FORMS = ("", "date", "local", "s", "ms")
PLACEHOLDER = re.compile(r"\{(start|end|now|page|offset|cursor)(?::(\w*))?\}", re.ASCII)
LISTS = ("{urls}", "{paths}")
LINK = "Link"

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BRACES = re.compile(r"\{([^{}]*)\}")


def url(value: str) -> str:
    """A URL whose placeholders are known; raises ValueError."""
    for placeholder in _BRACES.findall(value):
        _require_known(placeholder)
    if set(_BRACES.sub("", value)) & {"{", "}"}:
        _require_known("")
    return value


def expression(value: str) -> str:
    """A JMESPath expression; raises ValueError."""
    try:
        jmespath.compile(value)
    except JMESPathError:
        raise ValueError("expected a JMESPath expression (jmespath.org)") from None
    return value


def next_page(value: str | None) -> str | None:
    """A JMESPath expression, or `Link`."""
    return value if value in {None, LINK} else expression(str(value))


def fields(known: Collection[str]) -> Callable[[dict[str, str]], dict[str, str]]:
    """A check of a table of fields and the JMESPath of each; raises ValueError."""

    def check(value: dict[str, str]) -> dict[str, str]:
        for name, path in value.items():
            if name not in known:
                raise ValueError(f"unknown field {name}; {suggestion(name, known)}")
            try:
                expression(path)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return value

    return check


def form(value: dict[str, str] | None) -> dict[str, str] | None:
    """A form whose placeholders are known; raises ValueError."""
    for text in (value or {}).values():
        _require_known_placeholders(text)
        if any(placeholder in text for placeholder in LISTS):
            raise ValueError(f"{' and '.join(LISTS)} are lists; use them in body")
    return value


def headers(value: dict[str, str]) -> dict[str, str]:
    """Headers that HTTP can carry (RFC 9110, 5.1 and 5.5); raises ValueError."""
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError('expected names of headers such as "Authorization"')
        if _CONTROL.search(text):
            raise ValueError(f"{name}: expected one line of text, without control characters")
    return value


def body(value: Any) -> Any:
    """A body whose placeholders are known; raises ValueError."""
    if value is not None and not isinstance(value, dict | list | str):
        raise ValueError(f'expected a table, a list, "{LISTS[0]}" or "{LISTS[1]}"')
    for inner in _values_in(value):
        _require_json(inner)
        if isinstance(inner, str) and inner not in LISTS:
            _require_known_placeholders(inner)
            if any(placeholder in inner for placeholder in LISTS):
                raise ValueError(f"{' and '.join(LISTS)} are lists; each must be the whole string")
    return value


def uses_url_lists(body: Any) -> bool:
    """Whether a body contains `{urls}` or `{paths}`."""
    return any(value in LISTS for value in _values_in(body))


def _values_in(body: Any) -> Iterator[Any]:
    """The values of a body that are neither tables nor lists."""
    if isinstance(body, dict | list):
        for inner in body.values() if isinstance(body, dict) else body:
            yield from _values_in(inner)
    else:
        yield body


def _require_json(value: Any) -> None:
    """Check that JSON has such a value: TOML also has days, times, `nan` and `inf`."""
    if isinstance(value, date | time):  # a moment is a date too
        raise ValueError('JSON has no dates and times; put them in quotes, such as "2026-10-01"')
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"JSON has no {value}; expected a number")


def _require_known_placeholders(text: str) -> None:
    """Check our own placeholders; other braces belong to the API's query language."""
    for match in PLACEHOLDER.finditer(text):
        _require_known(match[0][1:-1])


def _require_known(placeholder: str) -> None:
    name, _, form = placeholder.partition(":")
    if name in MOMENTS and form in MOMENT_FORMS:
        return
    if name in {"page", "offset"} and (not form or form in {"0", "1"}):
        return
    if name == "cursor" and form.isalnum() == bool(form):
        return
    if f"{{{placeholder}}}" in LISTS:
        raise ValueError(f"{{{placeholder}}} is a list; use it in body")
    raise ValueError("expected the placeholders {start}, {end}, {now}, {page}, {offset} or {cursor}")

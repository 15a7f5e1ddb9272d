"""What the settings of a JSON source may hold: JMESPath, and the placeholders of its address and body. Pure.

{start} {end} {now}   a moment: ISO 8601 in UTC; `:date`, `:local` (both in the source's zone), `:s`, `:ms`
{page} {offset}       from 1 and from 0; `{page:0}`, `{offset:1}` begin elsewhere
{cursor}              what `next` found in the answer before; `{cursor:1}` is what the first page is asked with
{urls} {paths}        in a body, a text of its own: the list of the articles' addresses, or of their paths
"""

import re
from collections.abc import Callable, Collection
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from digest.settings.nearest import nearest

MOMENTS = ("start", "end", "now")
MOMENT_FORMS = ("", "date", "local", "s", "ms")
PLACEHOLDER = re.compile(r"\{(start|end|now|page|offset|cursor)(?::(\w*))?\}", re.ASCII)
LISTS = ("{urls}", "{paths}")
LINK = "Link"

_BRACES = re.compile(r"\{([^{}]*)\}")


def address(value: str) -> str:
    """An address whose placeholders are known; raises ValueError."""
    for told in _BRACES.findall(value):
        _require_known(told)
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
                raise ValueError(f"{name} is no field of an article; {nearest(name, known)}")
            try:
                expression(path)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return value

    return check


def form(value: dict[str, str] | None) -> dict[str, str] | None:
    """A form whose placeholders are known; raises ValueError."""
    for text in (value or {}).values():
        _require_sense(text)
        if any(one in text for one in LISTS):
            raise ValueError(f"{' and '.join(LISTS)} are lists, and belong in body")
    return value


def body(value: Any) -> Any:
    """A body whose placeholders are known; raises ValueError."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            body(inner)
    elif isinstance(value, str) and value not in LISTS:
        _require_sense(value)
        if any(one in value for one in LISTS):
            raise ValueError(f"{' and '.join(LISTS)} are lists, each a text of its own")
    return value


def asks_about_addresses(body: Any) -> bool:
    """Whether `{urls}` or `{paths}` stands somewhere in a body."""
    if isinstance(body, dict):
        return any(asks_about_addresses(inner) for inner in body.values())
    if isinstance(body, list):
        return any(asks_about_addresses(inner) for inner in body)
    return body in LISTS


def _require_sense(text: str) -> None:
    """Other braces are the API's business; a placeholder of ours in a form that is none is a slip of the pen."""
    for match in PLACEHOLDER.finditer(text):
        _require_known(match[0][1:-1])


def _require_known(told: str) -> None:
    name, _, form = told.partition(":")
    if name in MOMENTS and form in MOMENT_FORMS:
        return
    if name in {"page", "offset"} and (not form or form in {"0", "1"}):
        return
    if name == "cursor" and form.isalnum() == bool(form):
        return
    if f"{{{told}}}" in LISTS:
        raise ValueError(f"{{{told}}} is a list, and belongs in body")
    raise ValueError("expected the placeholders {start}, {end}, {now}, {page}, {offset} or {cursor}")

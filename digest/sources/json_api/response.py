"""A JSON answer and what JMESPath finds in it: items, their fields, the next page. Pure.

Whatever comes ends in values or in one ParseError: foreign JSON may be nested without end, hold numbers of a thousand
digits, or objects where numbers belong.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import jmespath
from jmespath import functions

from digest.errors import ParseError
from digest.parsing.text import clean_line

_LONGEST_NUMBER = 25  # digits; more are read as a fraction, which no counter is
# JMESPath's own errors are ValueErrors; its functions let the others through.
_CONFUSED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _Functions(functions.Functions):  # type: ignore[misc]  # the package tells no types
    """JMESPath cannot count down, and a forum counts the first post among the answers."""

    @functions.signature({"types": ["number"]}, {"types": ["number"]})  # type: ignore[untyped-decorator]
    def _func_minus(self, whole: float, part: float) -> float:
        return whole - part


class Path:
    """A JMESPath expression; `find` gives None where it finds nothing or meets values of the wrong type."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = jmespath.compile(text)
        self._options = jmespath.Options(custom_functions=_Functions())

    def find(self, answer: Any) -> Any:
        """What stands there."""
        try:
            return self._compiled.search(answer, options=self._options)
        except _CONFUSED:
            return None


def loaded(body: bytes, content_type: str | None) -> Any:
    """The value that the bytes hold, in the character set that the header names, else UTF-8, -16 or -32."""
    try:
        return json.loads(_decoded(body, content_type), parse_int=_whole)
    except RecursionError:
        raise ParseError("is JSON that is nested without end") from None
    except (ValueError, LookupError):
        raise ParseError(f"is no JSON{_looks_like(body)}") from None


def items_of(answer: Any, path: Path) -> list[Any]:
    """The items; raises ParseError where the path leads to no list."""
    found = path.find(answer)
    if not isinstance(found, list):
        says = "nothing" if found is None else "no list"
        raise ParseError(f'items = "{path.text}" found {says} there; the answer is {_shape(answer)}')
    return found


def cursor_of(found: Any) -> str | None:
    """The cursor or address of the next page; None where there is none."""
    if isinstance(found, str) and found and len(found) <= 2_000 and found.isprintable():
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


def _decoded(body: bytes, content_type: str | None) -> str:
    named = (content_type or "").lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if named and named not in {"utf-8", "utf8"}:
        return body.decode(named)
    return body.decode(json.detect_encoding(body))


def _looks_like(body: bytes) -> str:
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "; the answer is empty"
    return "; it is a web page, perhaps one to log in" if start.startswith(b"<") else ""


def _shape(answer: Any) -> str:
    if isinstance(answer, Mapping):
        return f"a table with {_listed(list(answer))}"
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return "a list"
    return "nothing" if answer is None else "a single value"


def _listed(names: list[str]) -> str:
    return clean_line(", ".join(names[:12]), 120) or "nothing in it"

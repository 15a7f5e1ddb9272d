"""Reads JSON behind PHP's notices and guards against scripts, before a cache's comment, and with commas at the end."""

import json
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

_NOTICE = re.compile(r"\b(?:Notice|Warning|Deprecated|Strict Standards)\b")
_START = re.compile(r"(?<=[\n>])[{\[]")
# What keeps a page of another site from running the value as a script, and the call of a function (JSONP).
_GUARD = re.compile(
    r"(?:\)\]\}',?|while\s?\(1\);|for\s?\(;;\);|/\*\*/)?\s*+(?:typeof [\w$.]{1,100} === 'function' && )?"
    r"(?:[\w$.]{1,100}\()?\s*+(?=[{\[])"
)
_FINAL_COMMA = re.compile(r'("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])', re.DOTALL)  # as templates write after each item
_REST = re.compile(r"\)?;?")
_LONGEST_PREFIX = 10_000
_MOST_STARTS = 50
_COMMENTS = (("<!--", "-->"), ("/*", "*/"), ("//", ""))


def load_lenient_json(text: str, parse_int: Callable[[str], Any] | None = None) -> Any:
    """The JSON value of a text; raises ValueError, and RecursionError for one that is nested too deeply."""
    try:
        return json.loads(text, parse_int=parse_int)
    except ValueError:
        for form in (text, _FINAL_COMMA.sub(r"\1", text)):
            for start in _starts(form):
                try:
                    # Not strict: programs leave tabs and line breaks in texts.
                    value, end = json.JSONDecoder(parse_int=parse_int, strict=False).raw_decode(form, start)
                except ValueError:
                    continue
                if _is_rest(form[end:].strip("\0 \t\r\n")):
                    return value
        raise


def _starts(text: str) -> list[int]:
    """Where the value may begin: at the start or behind a guard, else at lines and after tags behind a PHP notice."""
    first = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    guard = _GUARD.match(text, first)
    if guard:
        return [guard.end()]
    starts = [match.start() for match in islice(_START.finditer(text, 0, _LONGEST_PREFIX), _MOST_STARTS)]
    return starts if starts and _NOTICE.search(text, 0, starts[-1]) else []


def _is_rest(rest: str) -> bool:
    """Whether a comment or the end of a call follows a value, or nothing."""
    return _REST.fullmatch(rest) is not None or any(
        rest.startswith(start) and rest.endswith(end) for start, end in _COMMENTS
    )

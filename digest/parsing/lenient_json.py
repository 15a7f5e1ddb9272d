"""Reads JSON also behind the notices that PHP prints, and before a comment that a cache appends."""

import json
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

_NOTICE = re.compile(r"\b(?:Notice|Warning|Deprecated|Strict Standards)\b")
_START = re.compile(r"(?<=[\n>])[{\[]")
_LONGEST_PREFIX = 10_000
_MOST_STARTS = 50
_COMMENTS = (("<!--", "-->"), ("/*", "*/"), ("//", ""))


def load_lenient_json(text: str, parse_int: Callable[[str], Any] | None = None) -> Any:
    """The JSON value of a text; raises ValueError, and RecursionError for one that is nested too deeply."""
    try:
        return json.loads(text, parse_int=parse_int)
    except ValueError:
        for start in _starts(text):
            try:
                value, end = json.JSONDecoder(parse_int=parse_int).raw_decode(text, start)
            except ValueError:
                continue
            if _is_comment(text[end:].strip()):
                return value
        raise


def _starts(text: str) -> list[int]:
    """Where the value may begin: at the start, else at the starts of lines and after tags behind a PHP notice."""
    first = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    if text[first : first + 1] in {"{", "["}:
        return [first]
    starts = [match.start() for match in islice(_START.finditer(text, 0, _LONGEST_PREFIX), _MOST_STARTS)]
    return starts if starts and _NOTICE.search(text, 0, starts[-1]) else []


def _is_comment(rest: str) -> bool:
    return not rest or any(rest.startswith(start) and rest.endswith(end) for start, end in _COMMENTS)

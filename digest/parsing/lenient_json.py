"""Reads JSON between PHP's notices, behind guards against scripts, before a cache's comment, and with final commas."""

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
# What PHP prints when a program ends, such as that a buffer could not be sent compressed.
_FINAL_NOTICE = re.compile(
    r"(?:<br ?/?>\s*)?(?:<b>|PHP )?(?:Notice|Warning|Deprecated|Strict Standards)(?:</b>)?:"
    r"[^\n]{1,1000}? on line (?:<b>)?\d"
)
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
    """Whether a comment, the end of a call or a notice of PHP follows a value, or nothing."""
    is_comment = any(rest.startswith(start) and rest.endswith(end) for start, end in _COMMENTS)
    return is_comment or _REST.fullmatch(rest) is not None or _FINAL_NOTICE.match(rest) is not None

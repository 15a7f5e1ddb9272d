"""A JSON response, and what JMESPath finds in it: items, their fields, the next page. Pure.

Every response gives values or one ParseError: foreign JSON may be nested too deeply, hold numbers of a thousand digits,
or objects in place of numbers.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import jmespath
from jmespath import functions

from digest.errors import ParseError
from digest.parsing.encodings.charset import decoded
from digest.parsing.lenient_json import load_lenient_json
from digest.parsing.text import clean_line
from digest.sources.fetching.error_message import plain_name, stated_error

NO_LINK = "next found something that is neither a cursor nor a URL"
_LINK_NAMES = ("href", "url")
_LINES_TYPE = re.compile(r"(?i)/(?:x-)?(?:ndjson|jsonl|json-?lines|ldjson)\b")
_FEWEST_LINES = 2  # that are tables, and show what the others must be
_LONGEST_CURSOR = 8_000  # characters
_DEEPEST_LIST = 10  # tables around it
_NAME = re.compile(r"\w+")  # in a JMESPath expression
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")  # of a name such as `errorMessage` or `error_message`
_STATES = ("status", "stat", "result")  # of JSend, NewsAPI; Flickr; Matomo, Yandex
_SUCCESSES = frozenset({"success", "successful", "ok"})
_FAILED = frozenset({"error", "errors", "err", "fail", "failed", "failure", "exception", "fault", "denied"})
_FAILURES = _FAILED | {"message", "msg", "detail", "details", "reason"}
# What programs write where there is no error, without spaces and full stops.
_NOTHING = frozenset({"", "-", "0", "200", "false", "null", "none", "ok", "success", "noerror", "noerrors"})
# Names of an error and of its words, as `plain_name` writes them; a code alone may be that of success.
_ERRORS = ("error", "errors", "fault")
_WORDS_OF_ERRORS = ("errormessage", "errormsg", "errmsg", "errordescription", "errortext")
_CODES_OF_ERRORS = ("errno", "errcode", "errorcode")
# Names of the tables around the items or beside them that tell how a request went, without the underscore of `_meta`.
_ENVELOPES = frozenset(
    {"meta", "metadata", "response", "responsestatus", "responseheader", "status", "result", "head", "header"}
)
_DEEPEST_ENVELOPE = 4
_DEEPEST_ERROR = 5
_MAX_DIGITS = 25  # a longer number becomes a float, which is too large for a counter
# JMESPath's own errors are ValueErrors; its functions raise the others.
_JMESPATH_ERRORS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _Functions(functions.Functions):  # type: ignore[misc]  # the package has no types
    """JMESPath has no subtraction, and forums count the first post as a reply; its text of null would be an address."""

    @functions.signature({"types": ["number"]}, {"types": ["number"]})  # type: ignore[untyped-decorator]
    def _func_minus(self, whole: float, part: float) -> float:
        return whole - part

    @functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_to_string(self, value: Any) -> Any:
        return None if value is None else super()._func_to_string(value)


class Path:
    """A JMESPath expression; `find` gives None where it finds nothing or meets values of the wrong type."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = jmespath.compile(text)
        self._options = jmespath.Options(custom_functions=_Functions())

    def find(self, answer: Any) -> Any:
        """The value at the path, or None."""
        try:
            return self._compiled.search(answer, options=self._options)
        except _JMESPATH_ERRORS:
            return None


def load_json(body: bytes, content_type: str | None) -> Any:
    """The JSON value of a body in UTF-8, -16 or -32, else in the character set of the header; raises ParseError.

    JSON Lines are the list of their values, of which there may be one or none where the header names them.
    """
    try:
        text = _decoded(body, content_type)
        return _loaded(text, is_lines=_LINES_TYPE.search(content_type or "") is not None)
    except RecursionError:
        raise ParseError("is JSON that is nested too deeply") from None
    except (ValueError, LookupError):
        raise ParseError(f"is not JSON{_hint(body)}") from None


def _loaded(text: str, *, is_lines: bool) -> Any:
    if is_lines and (tables := _lines(text)) is not None:
        return tables
    try:
        return _unquoted(load_lenient_json(text, _parse_int))
    except ValueError:
        if tables := _lines(text):
            return tables
        raise


def _lines(text: str) -> list[Any] | None:
    """The tables of JSON Lines, None where one of the first two lines is none; raises ParseError for a later one."""
    tables: list[Any] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            table = json.loads(line, parse_int=_parse_int, strict=False)
        except ValueError:
            table = None
        if isinstance(table, dict):
            tables.append(table)
        elif len(tables) < _FEWEST_LINES:
            return None
        else:
            raise ParseError(f"is JSON Lines, and line {number} cannot be read")
    return tables


def _unquoted(value: Any) -> Any:
    """The list or table in a text of JSON, as programs write it that encode twice; any other value as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return load_lenient_json(value, _parse_int)
    except (ValueError, RecursionError):
        return value


def items_of(answer: Any, path: Path, *, numbered: bool, secrets: Collection[str]) -> list[Any]:
    """The items; raises ParseError if the path does not lead to a list, or to an empty one in an answer with an error.

    A null that is at the path is an empty list, as programs in Go write it, unless the answer tells of an error.
    Where items may be `numbered`, those of an object with numbers as names count too. The error has the message of the
    answer, if it repeats none of the `secrets`.
    """
    found = _unquoted(path.find(answer))
    if found is None and not _may_be_refusal(answer):
        found = path.find(_with_lists_for_nulls(answer))
    if numbered and not isinstance(found, list):
        listed = path.find(_with_lists_for_numbered(answer))
        found = listed if isinstance(listed, list) else found
    if not isinstance(found, list):
        what = "nothing" if found is None else "something that is not a list"
        raise ParseError(f'items = "{path.text}" found {what}; the response is {_description(answer, path, secrets)}')
    if not found and is_refusal(answer, path):
        described = _description(answer, path, secrets)
        raise ParseError(f"the response has no items and says that something failed; it is {described}")
    return found


def cursor_of(found: Any) -> str | None:
    """The cursor or URL of the next page, also in a link object such as `{"href": "…"}`; None after the last page.

    Raises ParseError for anything else: the pages after it must not be missed silently.
    """
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, dict):
        found = next((found[name] for name in _LINK_NAMES if found.get(name)), found)
    if found is None or found is False or found in ("", [], {}):
        return None
    if isinstance(found, int | float) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or len(found) > _LONGEST_CURSOR or not found.isprintable():
        raise ParseError(NO_LINK)
    return found


def _may_be_refusal(answer: Any, depth: int = _DEEPEST_LIST) -> bool:
    """Whether an answer without items says that something is wrong, also in a table within it."""
    if not isinstance(answer, Mapping) or not depth:
        return False
    return any(_may_tell_of_error(name, one) or _may_be_refusal(one, depth - 1) for name, one in answer.items())


def _may_tell_of_error(name: str, value: Any) -> bool:
    words = {word.lower() for word in _WORD.findall(name)}
    if value is False and words & _SUCCESSES:
        return True
    is_named = bool(value) and (name.lower() == "code" or not words.isdisjoint(_FAILURES))
    return is_named or "status" in words or (isinstance(value, str) and value.lower() in _FAILURES)


def is_refusal(answer: Any, path: Path) -> bool:
    """Whether an answer plainly says that something is wrong, as GraphQL and many APIs do beside the status 200.

    It may say so in the tables around the items, whose names are in the path, or in one such as `meta`. A number such
    as `"status": 404` is none: programs write it where there is no news.
    """
    return next(_refusals(answer, path), None) is not None


def _refusals(answer: Any, path: Path) -> Iterator[Mapping[str, Any]]:
    """The tables of an answer that say that something is wrong."""
    return filter(_says_failed, _envelopes(answer, _ENVELOPES | set(_NAME.findall(path.text)), _DEEPEST_ENVELOPE))


def _envelopes(answer: Any, names: Collection[str], depth: int) -> Iterator[Mapping[str, Any]]:
    """The answer and the tables in it that have one of these names, from the top."""
    if isinstance(answer, Mapping) and depth:
        yield answer
        for name, one in answer.items():
            if name in names or plain_name(name) in names:
                yield from _envelopes(one, names, depth - 1)


def _says_failed(table: Mapping[str, Any]) -> bool:
    fields = {plain_name(name): one for name, one in table.items()}
    states = [one.lower() for name in _STATES if isinstance(one := fields.get(name), str)]
    is_failure = not _FAILED.isdisjoint(states) or any(_is_false(fields.get(name)) for name in _SUCCESSES)
    # Beside a code of zero the words are those of success, in any language.
    is_success = any(_is_zero(fields.get(name)) for name in _CODES_OF_ERRORS)
    names = _ERRORS if is_success else (*_ERRORS, *_WORDS_OF_ERRORS)
    return is_failure or any(_is_said(fields.get(name)) for name in names)


def _is_false(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.lower() == "false")


def _is_zero(code: Any) -> bool:
    """Whether a code is 0, or a text such as `"0000"`."""
    return isinstance(code, str | int) and code != "" and not str(code).strip("0")


def _is_said(error: Any, depth: int = _DEEPEST_ERROR) -> bool:
    """Whether an error is more than a text of nothing, such as `"0"`, or a table or list of that: `{"code": 0}`."""
    if isinstance(error, Mapping | list) and depth:
        values = error.values() if isinstance(error, Mapping) else error
        return any(_is_said(one, depth - 1) for one in values)
    if isinstance(error, str | int) and not isinstance(error, bool):
        return "".join(str(error).lower().split()).rstrip(".!") not in _NOTHING
    return bool(error)


def _with_lists_for_nulls(value: Any, depth: int = _DEEPEST_LIST) -> Any:
    if isinstance(value, Mapping) and depth:
        return {name: _with_lists_for_nulls(inner, depth - 1) for name, inner in value.items()}
    return [] if value is None else value


def _with_lists_for_numbered(value: Any, depth: int = _DEEPEST_LIST) -> Any:
    """An answer with lists in place of `{"0": {…}, "2": {…}}`, as PHP writes a list from which an item was removed."""
    if not isinstance(value, Mapping) or not depth:
        return value
    if value and all(name.isdecimal() and isinstance(inner, Mapping) for name, inner in value.items()):
        return list(value.values())
    return {name: _with_lists_for_numbered(inner, depth - 1) for name, inner in value.items()}


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def _decoded(body: bytes, content_type: str | None) -> str:
    """The text of a body: in UTF-16 or -32 by its zeros, else as that of a feed, where valid UTF-8 beats the header."""
    found = json.detect_encoding(body)
    return body.decode(found) if found.startswith(("utf-16", "utf-32")) else decoded(body, content_type)


def _hint(body: bytes) -> str:
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "; the response is empty"
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf")):
        return '; it is XML, and a feed is read with kind = "feed"'
    return "; it is a web page, perhaps a login form" if start.startswith(b"<") else ""


def first_item(items: Sequence[Any], secrets: Collection[str]) -> str:
    """What the first table among items has, for a message: its names, and the error that it is."""
    item = next((item for item in items if isinstance(item, Mapping)), None)
    if item is None:
        return ""
    return _names_and_error(item, [item] if len(items) == 1 or _says_failed(item) else [], secrets)


def _description(answer: Any, path: Path, secrets: Collection[str]) -> str:
    if isinstance(answer, Mapping):
        return f"a table with {_names_and_error(answer, (*_refusals(answer, path), answer), secrets)}"
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        first = first_item(answer, secrets)
        return f"a list of tables with {first}" if first else "a list"
    return "nothing" if answer is None else "a single value"


def _names_and_error(table: Mapping[str, Any], tables: Iterable[Mapping[str, Any]], secrets: Collection[str]) -> str:
    """The names in a table, and what the first of `tables` that does so says of an error."""
    names = clean_line(", ".join(list(table)[:12]), 120) or "nothing in it"
    stated = next(filter(None, (stated_error(one, secrets) for one in tables)), None)
    return names + (f': "{stated}"' if stated else "")

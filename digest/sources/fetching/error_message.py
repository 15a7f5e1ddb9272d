"""The explanation in the body of an error response, such as `Invalid API key`, without secrets."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from digest.parsing.html_text import plain_text
from digest.parsing.text import clean_line

LONGEST_BODY = 10_000  # bytes

_LONGEST_MESSAGE = 160
_SHORTEST_SECRET = 4
# Names as `plain_name` writes them.
_KEYS = (
    *("message", "errordescription", "detail", "title", "error", "errors", "reason", "msg", "description"),
    *("errormessage", "errormsg", "errmsg", "faultstring"),
)
_KEYS_OF_ERRORS = (
    *("error", "errors", "fault", "message", "msg", "errormessage", "errormsg", "errmsg", "errordescription"),
    *("errortext", "detail"),
)


def plain_name(name: str) -> str:
    """A name in JSON such as `errorMessage` or `error_message`, however it is written."""
    return name.replace("_", "").lower()


def error_message(body: bytes, content_type: str | None, secrets: Collection[str]) -> str | None:
    """One line of a JSON or plain text body; None for other types, and for a body that repeats one of the secrets."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    text = body[:LONGEST_BODY].decode("utf-8", "replace")
    return _line(_in_json(text) if kind.endswith("json") else text * (kind == "text/plain"), secrets)


def stated_error(answer: Mapping[str, Any], secrets: Collection[str]) -> str | None:
    """One line of what a JSON answer says of an error, whose status may be 200; None as for `error_message`."""
    fields = {plain_name(name): one for name, one in answer.items()}
    # Telegram names it so beside `"ok": false`; elsewhere it is the description of what is listed.
    keys = (*_KEYS_OF_ERRORS, *("description",) * (fields.get("ok") is False))
    stated = (_message_of(fields.get(key), 3) for key in keys)
    return _line(next(filter(None, stated), ""), secrets)


def _line(message: str, secrets: Collection[str]) -> str | None:
    line = clean_line(plain_text(message, _LONGEST_MESSAGE), _LONGEST_MESSAGE)
    if any(secret in message or secret in line for secret in secrets if len(secret) >= _SHORTEST_SECRET):
        return None
    return line or None


def _in_json(text: str) -> str:
    try:
        return _message_of(json.loads(text), 3)
    except (ValueError, RecursionError):
        return ""


def _message_of(value: Any, depth: int) -> str:
    """The first text under a usual key, in objects and lists of at most `depth` levels."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        value = dict(enumerate(value[:1]))
    if not isinstance(value, dict) or depth == 0:
        return ""
    fields = {plain_name(str(name)): one for name, one in value.items()}
    found = (_message_of(fields[key], depth - 1) for key in (*_KEYS, "0") if key in fields)
    return next((message for message in found if message), "")

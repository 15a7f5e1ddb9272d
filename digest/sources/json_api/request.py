"""The requests of a JSON source: its address and body with the placeholders filled. Pure but for its arguments.

The placeholders are those of `digest/settings/json_source.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from digest.settings.json_source import MOMENTS, PLACEHOLDER

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Blanks:
    """What fills the placeholders: moments in UTC, the place in the pages, the addresses asked about."""

    start: datetime
    end: datetime
    now: datetime
    zone: ZoneInfo
    page: int = 0
    offset: int = 0
    cursor: str | None = None
    addresses: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """An address, and where it is a POST the body with its media type; both may hold secrets."""

    url: str = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None


def request(url: str, body: Any, form: dict[str, str] | None, blanks: Blanks) -> Request:
    """The request for one page; raises UnicodeError for a cursor that is no text."""
    address = _filled(url, blanks, quoted=True)
    if form is not None:
        pairs = {name: _filled(value, blanks) for name, value in form.items()}
        return Request(url=address, body=urlencode(pairs).encode("ascii"), content_type=_FORM)
    if body is not None:
        text = json.dumps(_filled_value(body, blanks), ensure_ascii=False)
        return Request(url=address, body=text.encode("utf-8"), content_type="application/json")
    return Request(url=address)


def _path_of(address: str) -> str:
    """An address without scheme and host, such as `/news/1.html?x=1`."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _filled_value(value: Any, blanks: Blanks) -> Any:
    if isinstance(value, dict):
        return {name: _filled_value(inner, blanks) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled_value(inner, blanks) for inner in value]
    if value == "{urls}":
        return list(blanks.addresses)
    if value == "{paths}":
        return [_path_of(address) for address in blanks.addresses]
    if not isinstance(value, str):
        return value
    filled, whole = _filled(value, blanks), PLACEHOLDER.fullmatch(value)
    is_number = whole is not None and (whole[1] in {"page", "offset"} or whole[2] in {"s", "ms"})
    return int(filled) if is_number else filled


def _filled(text: str, blanks: Blanks, *, quoted: bool = False) -> str:
    def fill(name: str, form: str) -> str:
        if name in MOMENTS:
            return _moment(getattr(blanks, name), form, blanks.zone)
        if name == "cursor":
            cursor = form if blanks.cursor is None else blanks.cursor
            return quote(cursor, safe="") if quoted else cursor
        if name == "page":
            return str(blanks.page + int(form or 1))
        return str(blanks.offset + int(form or 0))

    return PLACEHOLDER.sub(lambda match: fill(match[1], match[2] or ""), text)


def _moment(moment: datetime, form: str, zone: ZoneInfo) -> str:
    if form == "date":
        return moment.astimezone(zone).date().isoformat()
    if form == "local":
        return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
    if form in {"s", "ms"}:
        return str(int(moment.timestamp()) * (1000 if form == "ms" else 1))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

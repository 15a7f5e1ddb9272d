"""The requests of a JSON source: its URL and body with the placeholders filled. Pure.

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
class PlaceholderValues:
    """The values of the placeholders: moments in UTC, the position in the pages, the articles' addresses."""

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
    """A URL, and for a POST the body with its media type; both may hold secrets."""

    url: str = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None


def build_request(url: str, body: Any, form: dict[str, str] | None, values: PlaceholderValues) -> Request:
    """The request for one page; raises UnicodeError for a cursor with lone surrogates."""
    address = _fill_text(url, values, quoted=True)
    if form is not None:
        pairs = {name: _fill_text(value, values) for name, value in form.items()}
        return Request(url=address, body=urlencode(pairs).encode("ascii"), content_type=_FORM)
    if body is not None:
        text = json.dumps(_fill_value(body, values), ensure_ascii=False)
        return Request(url=address, body=text.encode("utf-8"), content_type="application/json")
    return Request(url=address)


def _path_of(address: str) -> str:
    """A URL without scheme and host, such as `/news/1.html?x=1`."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _fill_value(value: Any, values: PlaceholderValues) -> Any:
    if isinstance(value, dict):
        return {name: _fill_value(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_fill_value(inner, values) for inner in value]
    if value == "{urls}":
        return list(values.addresses)
    if value == "{paths}":
        return [_path_of(address) for address in values.addresses]
    if not isinstance(value, str):
        return value
    filled, whole = _fill_text(value, values), PLACEHOLDER.fullmatch(value)
    is_number = whole is not None and (whole[1] in {"page", "offset"} or whole[2] in {"s", "ms"})
    return int(filled) if is_number else filled


def _fill_text(text: str, values: PlaceholderValues, *, quoted: bool = False) -> str:
    def fill(name: str, form: str) -> str:
        if name in MOMENTS:
            return _format_moment(getattr(values, name), form, values.zone)
        if name == "cursor":
            cursor = form if values.cursor is None else values.cursor
            return quote(cursor, safe="") if quoted else cursor
        if name == "page":
            return str(values.page + int(form or 1))
        return str(values.offset + int(form or 0))

    return PLACEHOLDER.sub(lambda match: fill(match[1], match[2] or ""), text)


def _format_moment(moment: datetime, form: str, zone: ZoneInfo) -> str:
    if form == "date":
        return moment.astimezone(zone).date().isoformat()
    if form == "local":
        return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
    if form in {"s", "ms"}:
        return str(int(moment.timestamp()) * (1000 if form == "ms" else 1))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

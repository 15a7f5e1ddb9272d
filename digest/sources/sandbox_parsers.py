"""The parsers that run in the process of the sandbox.

Each loads what it needs itself: a process is started for one document, and to load all parsers took 0.3 s of a
processor, six times what a picture needs (2026-11).
"""

import base64
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from selectolax.lexbor import SelectolaxError

from digest.errors import ParseError


def _parse_feed(text: str, base: str | None, zone: str) -> dict[str, Any]:
    parsed = import_module("digest.sources.feed.parse").parse_text(text, base=base, zone=ZoneInfo(zone))
    entries = [entry._asdict() | {"counters": asdict(entry.counters)} for entry in parsed.entries]
    return {"entries": entries, "flaws": dict(parsed.flaws), "channel": asdict(parsed.channel)}


def _read_listing(page: str, item: str, fields: dict[str, str], url: str | None) -> dict[str, Any]:
    return asdict(import_module("digest.sources.page.listing").read_listing(page, item, fields, url))


def _read_markup(page: str, url: str, selectors: dict[str, str]) -> dict[str, Any]:
    return asdict(import_module("digest.sources.page.structured_data").read_markup(page, url, selectors))


def _scale_picture(content: str, widths: list[int]) -> dict[str, Any]:
    found = import_module("digest.sources.thumbnails").scaled(base64.b64decode(content), widths)
    return {
        str(width): asdict(picture) | {"content": base64.b64encode(picture.content).decode("ascii")}
        for width, picture in found.items()
    }


PARSERS: dict[str, Callable[..., dict[str, Any]]] = {
    "feed": _parse_feed,
    "listing": _read_listing,
    "markup": _read_markup,
    "picture": _scale_picture,
}


def respond(parser: str, arguments: list[Any]) -> dict[str, Any]:
    """What the process writes as JSON: the fields that were parsed, or an error; raises MemoryError."""
    try:
        return {"fields": PARSERS[parser](*arguments)}
    except ParseError as error:
        return {"error": str(error)}
    except SelectolaxError as error:  # lexbor reads any HTML: it fails only when it gets no memory
        raise MemoryError from error

"""JSON sources for the tests, made of a configuration table and visited once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from digest.model.articles import Counters, Visit
from digest.settings.load import parse
from digest.settings.sources import JsonSettings
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.json_api.source import JsonCounterLookup, JsonSource
from tests.support.portal_database import MOSCOW, NOW, WINDOW

PORTAL = {"name": "Harbour Gazette", "url": "https://gazette.example", "timezone": "Europe/Moscow"}
FIELDS = {"url": "u", "title": "t", "published_at": "d", "views": "v", "comments": "c"}


def settings(environ: Mapping[str, str] | None = None, **table: Any) -> JsonSettings:
    """The settings of one source."""
    usual = {"name": "api"} if "preset" in table else {"name": "api", "kind": "json", "fields": FIELDS}
    whole = {**usual, **table}
    data = {"portal": PORTAL, "sources": [whole]}
    (read,) = parse(data, file="digest.toml", root=Path("/srv"), environ=environ or {}).sources
    assert isinstance(read, JsonSettings)
    return read


def source(fetcher: Fetcher, json_settings: JsonSettings, root: Path = Path("/srv")) -> JsonSource:
    """Return the source; the portal is in the zone of Moscow."""
    return JsonSource(json_settings, fetcher=fetcher, root=root, zone=MOSCOW, base=PORTAL["url"])


def visit(fetcher: Fetcher, **table: Any) -> Visit:
    """One visit over the day."""
    return source(fetcher, settings(**table)).visit(WINDOW, NOW, None)


def visit_urls(fetcher: Fetcher, addresses: Sequence[str], json_settings: JsonSettings) -> Visit:
    """One question about articles."""
    return JsonCounterLookup(source(fetcher, json_settings)).for_urls(addresses).visit(WINDOW, NOW, None)


def counters(seen: Visit) -> dict[str, Counters]:
    """What was counted, by address."""
    return {one.url: one.counters for one in seen.sightings}

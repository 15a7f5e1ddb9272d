"""Feeds as the tests write them, and as they are read: from a file by a source, or parsed in the test's process."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.model.articles import Sighting, Visit, Window
from digest.parsing.encodings.charset import decoded
from digest.settings.sources import FeedSettings
from digest.sources.feed.entry import Parsed
from digest.sources.feed.parse import parse_ordinary, parse_text
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.fetcher import Fetcher

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


WINDOW = Window(start=datetime(2026, 11, 22, 12, tzinfo=UTC), end=NOW)


MOSCOW = ZoneInfo("Europe/Moscow")


SPACES = (
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:yandex="http://news.yandex.ru" '
    'xmlns:turbo="http://turbo.yandex.ru" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def rss(*items: str, channel: str = "") -> str:
    """An RSS 2.0 feed of these items."""
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {SPACES}><channel>{channel}{body}</channel></rss>'


def item(rest: str = "", *, title: str = "Harbour opens", link: str = "https://a.example/1") -> str:
    """An item with a title, a link and whatever else."""
    return f"<title>{title}</title><link>{link}</link>{rest}"


def visited(tmp_path: Path, data: str | bytes, **settings: object) -> Visit:
    """Visit a feed in a file, with dates read in Moscow."""
    (tmp_path / "feed").write_bytes(data if isinstance(data, bytes) else data.encode())
    with Fetcher() as fetcher:
        return source("feed", fetcher, tmp_path, **settings).visit(WINDOW, NOW, None)


def source(url: str, fetcher: Fetcher, root: Path, **settings: object) -> FeedSource:
    """A feed source called `main`."""
    table = {"name": "main", "kind": "feed", "url": url, **settings}
    return FeedSource(FeedSettings.model_validate(table), fetcher=fetcher, root=root, zone=MOSCOW)


def only(visit: Visit) -> Sighting:
    """The one sighting of a visit."""
    (sighting,) = visit.sightings
    return sighting


def parse_feed(data: bytes, *, content_type: str | None = None, base: str | None = None, zone: tzinfo = UTC) -> Parsed:
    """Parse a feed as `parse_within_limits` does, without its limits, in whatever time it takes."""
    ordinary = parse_ordinary(data, content_type=content_type, base=base, zone=zone)
    return ordinary or parse_text(decoded(data, content_type), base=base, zone=zone)

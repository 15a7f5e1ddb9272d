"""The issue that `digest preview --feed` shows: all items of feeds, without a configuration."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from digest import bootstrap
from digest.app import App
from digest.cli.output import print_source_report
from digest.cli.slots import choose_slot
from digest.errors import DigestError, ParseError
from digest.model.articles import Channel, Sighting, SourceReport, Window
from digest.parsing.language import detected_language
from digest.pipeline import Draft, IssueRun, collect_window
from digest.protocols import SourceSet
from digest.settings.schema import LANGUAGES
from digest.sources.feed.opml import FeedList, read_opml
from digest.sources.fetching.local_files import is_web

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_HOST = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?(?:/.*)?")
_FILE_SUFFIXES = (".xml", ".rss", ".atom", ".rdf", ".json", ".opml")
_HEAD = 2_000  # bytes in which OPML names itself


def read_feed_lists(feeds: Sequence[str], root: Path) -> FeedList:
    """The addresses of the feeds, where each list of feeds (OPML) is replaced by its feeds; raises DigestError."""
    addresses = [feed_address(feed, root) for feed in feeds]
    parts = [_read_list(one, root) for one in addresses]
    urls = tuple(dict.fromkeys(url for part in parts for url in part.urls))
    return FeedList(title=next((part.title for part in parts if part.title), ""), urls=urls)


def feed_address(feed: str, root: Path) -> str:
    """The URL or the path of a feed: `news.example/rss` means https, unless there is a file of that name."""
    is_host = _HOST.fullmatch(feed) and not (("/" not in feed) and feed.lower().endswith(_FILE_SUFFIXES))
    return f"https://{feed}" if is_host and not (root / feed).exists() else feed


def draft_of_feeds(app: App, day: date | None) -> tuple[App, Draft]:
    """The issue of all items of the feeds, and the application under the own name of a single feed.

    Raises DigestError.
    """
    window = _whole_feed_window(app, day)
    collected = collect_window(app, window, report=print_source_report)
    _require_readable_feed(collected.reports)
    channels = [report.visit.channel for report in collected.reports if not report.error]
    sightings = [sighting for report in collected.reports for sighting in report.visit.sightings]
    if len(app.settings.sources) == 1:
        app = bootstrap.with_portal(app, name=channels[0].title, url=channels[0].url)
    edition = app.settings.edition(None)
    edition = edition.model_copy(update={"language": _language_of_feeds(channels, sightings)})
    already_fetched = replace(app, make_source_set=SourceSet)  # the feeds had to be read first to know their language
    slot = choose_slot(app, edition, day)
    drafted = IssueRun.of(already_fetched, edition, slot, report=print_source_report, window=window).draft()
    return app, replace(drafted, collected=collected)


def _may_be_list(address: str, root: Path) -> bool:
    if is_web(address):
        return "opml" in address.lower()
    try:
        with (root / address).open("rb") as file:
            return b"<opml" in file.read(_HEAD).lower()
    except (OSError, ValueError):
        return False  # reported as a feed that cannot be read


def _read_list(address: str, root: Path) -> FeedList:
    if not _may_be_list(address, root):
        return FeedList(title="", urls=(address,))
    place, body = bootstrap.read_once(address, root)
    if b"<opml" not in body[:_HEAD].lower():
        return FeedList(title="", urls=(address,))
    try:
        return read_opml(body)
    except ParseError as error:
        raise ParseError(f"{place}: {error}") from None


def _whole_feed_window(app: App, day: date | None) -> Window:
    """A window for every article of a feed: without a configuration, articles of any age are shown."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) if day else None
    return Window(start=_EARLIEST, end=midnight or app.clock.now() + timedelta(minutes=1))


def _require_readable_feed(reports: Sequence[SourceReport]) -> None:
    if all(report.error for report in reports):
        raise DigestError("none of the feeds could be read; nothing was written")


def _language_of_feeds(channels: Iterable[Channel], sightings: Iterable[Sighting]) -> str:
    """The language that most feeds declare, else that of most items."""
    found: list[str | None] = [channel.language for channel in channels if channel.language in LANGUAGES]
    found = found or [one.language or detected_language(one.title) for one in sightings]
    return max(LANGUAGES, key=lambda language: (found.count(language), -LANGUAGES.index(language)))

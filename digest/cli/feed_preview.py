"""The issue that `digest preview --feed` shows: all items of feeds, without a configuration."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import clock
from digest.cli.arguments.slots import choose_slot
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_source_report
from digest.errors import DigestError, ParseError, SourceError
from digest.model.articles import Channel, Collected, Sighting, SourceReport, Window
from digest.model.drafts import Draft
from digest.model.pictures import LEAD_WIDTH
from digest.operations.collecting import collect_window
from digest.parsing.language import detected_language
from digest.parsing.urls import with_web_scheme
from digest.pipeline import IssueRun
from digest.protocols import PictureSource, SourceSet
from digest.rendering.logo import fitted_logo
from digest.settings.feeds import feed_settings
from digest.settings.looks import LogoSettings
from digest.settings.schema import LANGUAGES
from digest.sources.feed.opml import IS_OPML, MOST_FEEDS, FeedList, read_opml
from digest.sources.fetching.local_files import is_host

_log = logging.getLogger(__name__)

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LOGO_RATIO = 2  # width to height, as RFC 4287, 4.2.8 wants of a logo; an icon is square


@contextmanager
def open_feeds(feeds: Sequence[str], root: Path, day: date | None) -> Iterator[tuple[App, Collected]]:
    """The application that has only these feeds, and what they gave; a list of feeds (OPML) stands for its feeds.

    Raises DigestError.
    """
    addresses = [feed_address(feed, root) for feed in feeds]
    with ExitStack() as closing:
        app, collected = _visit(closing, FeedList(title="", urls=tuple(addresses)), root, day, _print_unless_list)
        if any(map(_is_list, collected.reports)):
            listed = _with_lists_read(addresses, collected.reports, root)
            app, collected = _visit(closing, listed, root, day, print_source_report)
        yield app, collected


def feed_address(feed: str, root: Path) -> str:
    """The URL or the path of a feed: `news.example/rss` and `feed:` mean https, unless there is a file of that name."""
    feed = feed if (root / feed).exists() else with_web_scheme(feed)
    return f"https://{feed}" if is_host(feed, root) else feed


def draft_of_feeds(app: App, collected: Collected, day: date | None) -> tuple[App, Draft]:
    """The issue of all items of the feeds, and the application under the own name of a single feed.

    Raises DigestError.
    """
    _require_readable_feed(collected.reports)
    channels = [report.visit.channel for report in collected.reports if not report.error]
    sightings = [sighting for report in collected.reports for sighting in report.visit.sightings]
    if len(app.settings.sources) == 1:
        logo = channel_logo(channels[0], app.make_picture_source)
        app = bootstrap.with_portal(app, name=channels[0].title, url=channels[0].url, logo=logo)
    edition = app.settings.edition(None)
    edition = edition.model_copy(update={"language": _language_of_feeds(channels, sightings)})
    already_fetched = replace(app, make_source_set=SourceSet)  # the feeds had to be read first to know their language
    slot, window = choose_slot(app, edition, day), _window_of(sightings, _whole_feed_window(app, day))
    drafted = IssueRun.of(already_fetched, edition, slot, report=print_source_report, window=window).draft()
    return app, replace(drafted, collected=collected)


def channel_logo(channel: Channel, make_source: Callable[[], PictureSource]) -> LogoSettings | None:
    """The channel's own picture as a logo, if it is wide, has an https address and can be read; its size is measured.

    The logo replaces the name, which a square icon does not show.
    """
    url = channel.image_url or ""
    if not url.startswith("https://"):
        return None
    try:
        picture = make_source().fetch(url, [LEAD_WIDTH])[LEAD_WIDTH]
    except SourceError as error:
        _log.info("the channel's picture is not shown: %s", error)
        return None
    width, height = picture.width or 0, picture.height or 0
    return fitted_logo(url, width, height) if height and width >= _LOGO_RATIO * height else None


def _visit(
    closing: ExitStack, feeds: FeedList, root: Path, day: date | None, report: Callable[[SourceReport], None]
) -> tuple[App, Collected]:
    """The application of these feeds, and what they gave."""
    settings = feed_settings(feeds.urls, root, name=feeds.title)
    app = closing.enter_context(bootstrap.open_app(settings, clock()))
    return app, collect_window(app, _whole_feed_window(app, day), report=report)


def _is_list(report: SourceReport) -> bool:
    return report.error is not None and report.error.endswith(IS_OPML)


def _print_unless_list(report: SourceReport) -> None:
    if not _is_list(report):
        print_source_report(report)


def _with_lists_read(addresses: Sequence[str], reports: Iterable[SourceReport], root: Path) -> FeedList:
    """The feeds, where each list is replaced by its feeds; raises DigestError."""
    parts = [
        _read_list(address, root) if _is_list(report) else FeedList(title="", urls=(address,))
        for address, report in zip(addresses, reports, strict=True)
    ]
    urls = tuple(dict.fromkeys(url for part in parts for url in part.urls))
    return FeedList(title=next((part.title for part in parts if part.title), ""), urls=urls)


def _read_list(address: str, root: Path) -> FeedList:
    place, body = bootstrap.read_once(address, root)
    try:
        found = read_opml(body)
    except ParseError as error:
        raise ParseError(f"{place}: {error}") from None
    if found.left_out:
        more = "1 more is" if found.left_out == 1 else f"{found.left_out} more are"
        limit = f"only its first {MOST_FEEDS} feeds are read, {more} not"
        remark(f"note: {place}: {limit}")
    return found


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


def _window_of(sightings: Iterable[Sighting], whole: Window) -> Window:
    """The part of the window that has the articles: the issue names its first day where they are of a week or more."""
    moments = (moment for one in sightings for moment in (one.published_at, one.updated_at, one.taken_at) if moment)
    first = min((moment for moment in moments if moment in whole), default=whole.end - timedelta(days=1))
    return replace(whole, start=first)

"""Conditional requests end when the settings of their source change, and after some hours."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.model.articles import Validators, Visit, Window
from digest.settings.sources import FeedSettings
from digest.sources.conditional import ConditionalSource, settings_mark
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.fetcher import Fetcher
from tests.support.feed_server import FeedServer
from tests.support.feeds import NOW, WINDOW, item, rss


def test_conditional_source_is_read_again_after_a_change(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """The server still says that nothing changed; validators of an older version have no mark."""
    url = server.answer("/rss", rss(item()), headers={"ETag": '"1"'})

    def visit(section: str, known: Validators | None) -> Visit:
        settings = FeedSettings(name="main", kind="feed", url=url, section=section)
        feed = FeedSource(settings, fetcher=fetcher, root=tmp_path, zone=ZoneInfo("UTC"))
        return ConditionalSource(feed, mark=settings_mark(settings, "UTC")).visit(WINDOW, NOW, known)

    first = visit("News", None)
    again = visit("News", first.validators)
    assert (again.unchanged, again.validators) == (True, first.validators)
    for known in (first.validators, Validators(url=url, etag='"1"')):
        assert [one.section for one in visit("City", known).sightings] == ["City"]


def test_conditional_source_is_read_again_after_six_hours(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """A server that always answers 304 hides what is new for no longer."""
    settings = FeedSettings(name="main", kind="feed", url=server.answer("/rss", rss(item()), headers={"ETag": '"1"'}))
    feed = FeedSource(settings, fetcher=fetcher, root=tmp_path, zone=ZoneInfo("UTC"))
    source = ConditionalSource(feed, mark=settings_mark(settings))
    of_day = Window(start=NOW, end=NOW + timedelta(hours=24))
    first = source.visit(of_day, NOW, None)
    later = source.visit(of_day, NOW + timedelta(hours=5, minutes=59), first.validators)
    last = source.visit(of_day, NOW + timedelta(hours=6), later.validators)
    assert (later.unchanged, last.unchanged) == (True, False)


def test_conditional_source_is_read_again_for_an_issue(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """A server that always answers 304 hides nothing from an issue; editions of one hour ask for it once."""
    settings = FeedSettings(name="main", kind="feed", url=server.answer("/rss", rss(item()), headers={"ETag": '"1"'}))
    feed = FeedSource(settings, fetcher=fetcher, root=tmp_path, zone=ZoneInfo("UTC"))
    source = ConditionalSource(feed, mark=settings_mark(settings))
    first = source.visit(WINDOW, NOW, None)
    hour = NOW + timedelta(minutes=15)
    of_issue, of_round = (Window(start=NOW, end=end) for end in (hour, hour + timedelta(minutes=1)))
    between = source.visit(of_round, hour, first.validators)
    made = source.visit(of_issue, hour, between.validators)
    again = source.visit(of_issue, hour + timedelta(minutes=14), made.validators)
    assert (between.unchanged, made.unchanged, again.unchanged) == (True, False, True)

"""Articles that a source lists after the issue that covers their date are in the next issue, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from digest.app import App
from digest.model.articles import SourceReport
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.operations.collecting import collect_window
from digest.pipeline import IssueRun
from digest.scheduler.daily_run import collecting_window
from digest.store.engine.database import Database
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import Item, configuration, install, rss
from tests.test_pipeline import DAY, SEVEN, FixedClock, at_work, link, story

MINUTE = timedelta(minutes=1)
WEEKDAY = 'name = "daily"\nwindow = "24h"\nminimum = 1'


@dataclass
class Portal:
    """An installation whose feed changes."""

    app: App
    clock: FixedClock
    server: FeedServer

    def at(self, moment: datetime, *items: Item) -> None:
        """Let the clock show that moment and the feed these articles."""
        self.clock.moment = moment
        self.server.answer("/rss.xml", rss(items))

    def collect(self, moment: datetime, *items: Item) -> None:
        """Ask the source between two issues, as `digest run` does."""
        self.at(moment, *items)
        collect_window(self.app, collecting_window(self.app), report=ignore)

    def run(self, day: datetime) -> IssueRun:
        """The run of the issue of that day."""
        slot = Slot(day=day.astimezone(self.app.zone).date())
        return IssueRun.of(self.app, self.app.settings.edition("daily"), slot, report=ignore)

    def publish(self, moment: datetime, *items: Item) -> IssueRecord:
        """Make the issue of that day at that moment."""
        self.at(moment, *items)
        return self.run(moment).publish()

    def candidates(self, day: datetime) -> list[str]:
        """The articles that the issue of that day may have, as it is made of what is stored."""
        run = self.run(day)
        return sorted(one.article.url for one in run.compose(run.rank()).articles)


def ignore(_report: SourceReport) -> None:
    """Say nothing about a source."""


@pytest.fixture
def open_portal(store_url: str, tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    """A function that opens an installation with that edition."""
    with ExitStack() as stack:

        def build(edition: str = WEEKDAY) -> Portal:
            server = stack.enter_context(FeedServer())
            text = configuration(feed=server.url("/rss.xml"), port=1, database=store_url, editions=[edition])
            config, clock = install(tmp_path, text, 1), FixedClock()
            stack.enter_context(mock.patch.object(Database, "server_time", side_effect=clock.now))
            app, _sender = stack.enter_context(at_work(config, clock))
            portal = Portal(app=app, clock=clock, server=server)
            portal.collect(SEVEN - 3 * DAY)  # the source is not a new one
            return portal

        yield build


TITLES = ("Ferry race ends in fog", "Council votes on the tram", "Swimmers meet at dawn", "Theatre opens its doors")


def dated(number: int, minutes: int) -> Item:
    """An article about something of its own, published some minutes before the first issue."""
    return replace(story(number), title=TITLES[number], published=SEVEN - minutes * MINUTE)


def test_publish_article_listed_after_the_issue_is_in_the_next_one(open_portal: Callable[..., Portal]) -> None:
    """In the preview, in the issue, and in the issue as it is made again; not in a third one."""
    portal = open_portal()
    assert portal.publish(SEVEN, dated(0, 60)).state is IssueState.FROZEN
    portal.collect(SEVEN + 10 * MINUTE, dated(0, 60), dated(1, 10))
    assert portal.candidates(SEVEN + DAY) == [link(1)]
    portal.publish(SEVEN + DAY, dated(0, 60), dated(1, 10), dated(2, -60))
    portal.collect(SEVEN + DAY + MINUTE, dated(1, 10), dated(3, 20))
    assert portal.candidates(SEVEN + DAY) == [link(1), link(2)]
    assert portal.candidates(SEVEN) == [link(0), link(1), link(3)]  # made again, it would have them
    assert portal.candidates(SEVEN + 2 * DAY) == []


def test_publish_article_first_listed_at_the_next_issue_is_in_it(open_portal: Callable[..., Portal]) -> None:
    """Its source was down until then."""
    portal = open_portal()
    portal.publish(SEVEN, dated(0, 60))
    portal.publish(SEVEN + DAY, dated(1, 23 * 60), dated(2, 25 * 60))
    assert portal.candidates(SEVEN + DAY) == [link(1)]
    (one,) = [one for one in portal.run(SEVEN + DAY).rank() if one.article.url == link(1)]
    reasons = [why.message for why in one.reasons if why.name == "late"]
    assert reasons == ["first seen after the previous issue was made"]


def test_publish_known_article_that_was_not_chosen_is_not_late(open_portal: Callable[..., Portal]) -> None:
    """Whatever was not among the best stays out of the next issue."""
    portal = open_portal('name = "daily"\ntop = 1\nminimum = 1')
    portal.publish(SEVEN, dated(0, 60), dated(1, 10))
    portal.collect(SEVEN + 10 * MINUTE, dated(0, 60), dated(1, 10))
    assert portal.candidates(SEVEN + DAY) == []


def test_publish_backlog_of_a_new_source_is_not_late(open_portal: Callable[..., Portal]) -> None:
    """What it published before Digest knew it."""
    portal = open_portal()
    portal.publish(SEVEN, dated(0, 60))
    with portal.app.articles._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM source")
    portal.collect(SEVEN + 10 * MINUTE, dated(0, 60), dated(1, 10), dated(2, -5))
    portal.collect(SEVEN + 20 * MINUTE, dated(3, 20))
    assert portal.candidates(SEVEN + DAY) == [link(2)]


def test_publish_article_moved_to_another_address_is_not_repeated(open_portal: Callable[..., Portal]) -> None:
    """Its address was corrected after readers had it."""
    portal = open_portal()
    portal.publish(SEVEN, dated(0, 10))
    portal.collect(SEVEN + 10 * MINUTE, replace(dated(0, 10), url=link(77)), dated(1, 10))
    assert portal.candidates(SEVEN + DAY) == [link(1)]
    run = portal.run(SEVEN + DAY)
    assert run.compose(run.rank()).notes == ("1 late with a story of the previous issue",)


def test_publish_after_a_cancelled_issue_has_no_late_articles(open_portal: Callable[..., Portal]) -> None:
    """What was to be in it is not to be shown; after one that was skipped there are some."""
    portal = open_portal()
    record = portal.publish(SEVEN, dated(0, 60))
    portal.collect(SEVEN + 10 * MINUTE, dated(1, 10))
    assert portal.publish(SEVEN + DAY - MINUTE).state is not IssueState.SENDING
    assert portal.candidates(SEVEN + DAY) == [link(1)]
    assert portal.app.issues.cancel(record.id, portal.clock.now())
    assert portal.candidates(SEVEN + DAY) == []


def test_publish_article_after_an_issue_sent_early_is_in_the_next_one(open_portal: Callable[..., Portal]) -> None:
    """Between the moment when the issue was made and its hour."""
    portal = open_portal()
    portal.publish(SEVEN - 60 * MINUTE, dated(0, 90))
    portal.collect(SEVEN + MINUTE, dated(0, 90), dated(1, 30))
    assert portal.candidates(SEVEN + DAY) == [link(1)]

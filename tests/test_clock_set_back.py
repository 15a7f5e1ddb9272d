"""`digest run` once a clock that was ahead is right again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.model.issues import IssueState, Slot
from digest.operations.change_log import ChangeLog
from digest.operations.clock_guard import confirm_time
from digest.scheduler.publisher import Publisher
from digest.scheduler.upkeep import plan_skipped_early
from digest.settings.load import find_settings
from tests.support.installation import SLOT, Installation, day
from tests.support.smtp_server import honest_server

HOUR, YEAR = timedelta(hours=1), timedelta(days=364)


class Clock(SystemClock):
    """A clock that is set by hand, and the seconds that have passed meanwhile."""

    moment, seconds = SLOT, 0.0

    def now(self) -> datetime:
        return self.moment

    def elapsed(self) -> float:
        return self.seconds


@contextmanager
def portal(folder: Path) -> Iterator[tuple[Installation, App, Clock]]:
    """An installation with one reader that has no feed yet, its application, and the clock of both."""
    clock = Clock()
    with honest_server() as (port, _log):
        site = Installation(folder).configure(smtp=f"port = {port}")
        site.subscribe("anna@readers.example")
        site.known_since(SLOT - HOUR)
        with bootstrap.open_app(find_settings(folder / "config/digest.toml"), clock) as app:
            yield site, app, clock


def test_publisher_whose_attempt_failed_while_the_clock_was_ahead_tries_again_after_a_minute(tmp_path: Path) -> None:
    """The issue is made at its hour; it was not, until `digest run` was restarted or the wrong time had come."""
    with portal(tmp_path) as (site, app, clock):
        publisher = Publisher(app=app, changes=ChangeLog(app.clock))
        clock.moment = SLOT + YEAR
        publisher.publish_due()  # there is no feed yet
        site.write("feed.xml", day(5))
        clock.moment, clock.seconds = SLOT, 61.0
        publisher.publish_due()
        made = app.issues.find("daily", Slot(day=SLOT.date()))
    assert made is not None
    assert made.state is IssueState.FROZEN


def test_issue_that_was_skipped_while_the_clock_was_ahead_is_made_at_its_hour(tmp_path: Path) -> None:
    """Of a day that is yet to come there are too few articles; one that was skipped at its hour stays skipped."""
    with portal(tmp_path) as (site, app, clock):
        states = []
        steps = ((day(0), timedelta()), (day(5), timedelta()), (day(5), -HOUR), (day(5), timedelta()))
        for feed, ahead in steps:
            site.write("feed.xml", feed)
            clock.moment = SLOT + ahead
            plan_skipped_early(app)
            Publisher(app=app, changes=ChangeLog(app.clock)).publish_due()
            made = app.issues.find("daily", Slot(day=SLOT.date()))
            states.append(made and made.state)
    assert states == [IssueState.SKIPPED, IssueState.SKIPPED, IssueState.PLANNED, IssueState.FROZEN]


def test_clock_of_a_machine_without_a_battery_plans_no_issue_again(tmp_path: Path) -> None:
    """It begins in 1970, where every hour is yet to come; issues of past days would stay planned for ever.

    After a long standstill the clock is not behind.
    """
    with portal(tmp_path) as (site, app, clock):
        site.write("feed.xml", day(0))
        Publisher(app=app, changes=ChangeLog(app.clock)).publish_due()
        confirm_time(app, SLOT)
        clock.moment = datetime(1970, 1, 1, tzinfo=UTC)
        plan_skipped_early(app)
        made = app.issues.find("daily", Slot(day=SLOT.date()))
        confirm_time(app, SLOT - YEAR)
        clock.moment = SLOT - HOUR
        plan_skipped_early(app)
        again = app.issues.find("daily", Slot(day=SLOT.date()))
    assert [one and one.state for one in (made, again)] == [IssueState.SKIPPED, IssueState.PLANNED]

"""A clock that is far ahead deletes nothing, also after a restart, until a person confirms it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.diagnostics.context import CheckContext
from digest.diagnostics.daily_checks import report_results
from digest.diagnostics.http_probe import HttpAnswer, Unreachable
from digest.diagnostics.installation.clock_drift import check_clock, confirm_clock
from digest.diagnostics.results import Level, NamedResult
from digest.model.articles import Counters
from digest.operations.clock_guard import CONFIRMATION
from digest.operations.retention import DailyRetention
from digest.settings.load import parse
from digest.store.connect import open_database
from digest.store.engine.health import DatabaseHealth
from digest.store.upkeep.beats import CLOCK, RETENTION
from tests.support.checking import always, context, levels
from tests.support.installation import DAY as ISSUE_DAY
from tests.support.installation import SLOT, Installation
from tests.support.installation import day as articles_of_a_day
from tests.support.smtp_server import honest_server
from tests.support.store import seen, visit

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)


class Clock(SystemClock):
    """A clock that is set by hand."""

    moment = NOON

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """The clock of the machine, and of the database."""
    return Clock()


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An installation that has worked until noon, with four readings of an article within an hour of the day before."""
    tables = {"portal": {"name": "Gazette", "url": "https://gazette.example"}, "database": {"url": store_url}}
    settings = parse(tables, file="digest.toml", root=tmp_path, environ={})
    monkeypatch.setattr(DatabaseHealth, "server_time", lambda _self: None)  # it shows the time of the tests
    with open_database(settings) as database:
        database.migrate()
    with bootstrap.open_app(settings, clock) as opened:
        app = replace(opened, ledger_clock=ServerClock(clock))
        for minutes in (10, 20, 30, 40):
            at = NOON - DAY + timedelta(minutes=minutes)
            app.articles.record(visit(seen(1, at=at, counters=Counters(views=minutes)), at=at))
        clean(app)
        yield app


class ServerClock(Clock):
    """The database's clock: on the same machine it is the machine's."""

    def __init__(self, own: Clock) -> None:
        super().__init__()
        self._own = own

    def now(self) -> datetime:
        return self._own.moment

    certain = now

    def synchronize(self) -> None:
        """Nothing differs."""


def clean(app: App) -> None:
    """What `digest run` does each minute, after a start."""
    DailyRetention(app=app, slice_seconds=1000)()


def readings(app: App) -> int:
    """How many readings are stored."""
    return len(list(app.articles.readings()))


def checks(app: App, answer: HttpAnswer | Unreachable | None = None) -> CheckContext:
    """The context of the checks, in which the portal gives that answer."""
    given = answer or Unreachable(reason="no answer")
    return context(app.settings, clock=app.clock, open_app=always(app), ask=always(given))


def test_retention_by_a_clock_a_year_ahead_deletes_nothing_and_says_so_once(
    app: App, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in this process nor after restarts; the alert is about the check that finds the same."""
    clock.moment += YEAR
    for _start in range(3):
        clean(app)
        clock.moment += DAY
    assert readings(app) == 4
    (alert,) = app.alerts.open()
    assert (alert.kind, alert.subject) == ("check-fails", "clock")
    said = "the clock shows 2027-11-27, and Digest last worked on 2026-11-25: nothing old is deleted for now"
    assert alert.message == said
    assert [one for one in caplog.messages if "the clock shows" in one] == [
        f"retention: {said.replace('11-27', '11-25')}; {CONFIRMATION}"
    ]
    clock.moment -= DAY
    failed = [one for one in check_clock(checks(app)) if one.level is Level.FAIL]
    assert [one.message for one in failed] == [said]


def test_retention_by_a_clock_that_is_right_again_goes_on(app: App, clock: Clock) -> None:
    """The alert ends, also where no other clock can be asked; one about another clock ends with the check."""
    clock.moment += YEAR
    clean(app)
    clock.moment = NOON + 5 * DAY
    clean(app)
    assert readings(app) < 4
    report_results(app, [NamedResult(check="clock", result=one) for one in check_clock(checks(app))])
    assert app.alerts.open() == []
    assert app.beats.latest(RETENTION) == NOON + 5 * DAY
    wrong = HttpAnswer(status=200, headers={"date": "Mon, 30 Nov 2026 11:00:00 GMT"})
    report_results(app, [NamedResult(check="clock", result=one) for one in check_clock(checks(app, wrong))])
    clock.moment += DAY
    clean(app)
    assert [one.subject for one in app.alerts.open()] == ["clock"]
    clock.moment -= DAY
    date = HttpAnswer(status=200, headers={"date": "Mon, 30 Nov 2026 12:00:00 GMT"})
    report_results(app, [NamedResult(check="clock", result=one) for one in check_clock(checks(app, date))])
    assert app.alerts.open() == []


def test_retention_after_a_standstill_of_months_waits_for_a_confirmation(app: App, clock: Clock) -> None:
    """Then it deletes what is old, and works as before."""
    clock.moment += 100 * DAY
    clean(app)
    assert readings(app) == 4
    confirm_clock(checks(app))
    assert app.alerts.open() == []
    clean(app)
    assert readings(app) < 4
    clock.moment += DAY
    clean(app)
    assert app.beats.latest(RETENTION) == clock.moment
    assert Level.FAIL not in levels(check_clock(checks(app)))


def test_retention_after_a_missed_weekly_run_needs_no_confirmation(app: App, clock: Clock) -> None:
    """Cron runs a weekly edition at about the same time, and one run may be missed."""
    for days in (7, 14):
        clock.moment += days * DAY + timedelta(minutes=5)
        clean(app)
        assert app.beats.latest(RETENTION) == clock.moment
    assert readings(app) < 4
    assert app.alerts.open() == []


def test_confirmation_that_another_clock_contradicts_is_refused(app: App, clock: Clock) -> None:
    """The portal's web server knows that the clock is a year ahead."""
    clock.moment += YEAR
    date = HttpAnswer(status=200, headers={"date": "Wed, 25 Nov 2026 12:00:00 GMT"})
    contradiction = confirm_clock(checks(app, date))
    assert contradiction is not None
    assert contradiction.message == "it is 31536000 s ahead of that of https://gazette.example"
    clean(app)
    assert readings(app) == 4


def test_clock_that_starts_in_the_past_and_is_then_set_right_needs_no_confirmation(app: App, clock: Clock) -> None:
    """A machine without a battery begins in the past, until it has reached a time server."""
    clock.moment = datetime(2020, 1, 1, tzinfo=UTC)
    clean(app)
    (found,) = (one for one in check_clock(checks(app)) if one.level is Level.FAIL)
    assert found.message == (
        "the clock shows 2020-01-01, and Digest has already worked on 2026-11-25: one of them is wrong"
    )
    clock.moment = NOON + 5 * DAY
    clean(app)
    assert readings(app) < 4
    assert app.alerts.open() == []


def test_clock_of_the_database_that_is_right_counts_when_the_hosts_is_ahead(app: App, clock: Clock) -> None:
    """The retention works by the server's time; nothing is doubtful about it."""
    host = Clock()
    host.moment = NOON + YEAR
    clock.moment += DAY
    clean(replace(app, clock=host))
    assert readings(app) == 4
    assert (app.beats.latest(RETENTION), app.alerts.open()) == (NOON + DAY, [])


def test_database_of_an_older_version_is_guarded_by_its_last_retention(app: App, clock: Clock) -> None:
    """It has no time that was believed."""
    with app.articles._database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM beat WHERE process = '{CLOCK}'")
    clock.moment += YEAR
    clean(app)
    assert readings(app) == 4
    assert len(app.alerts.open()) == 1


def test_commands_after_a_jump_of_the_clock_say_so_and_go_on_once_it_is_confirmed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Cron runs `digest collect`; `digest status` has the line, and `digest check` the way on."""
    with honest_server() as (port, _log):
        site = Installation(tmp_path).configure(smtp=f"port = {port}")
        site.write("feed.xml", articles_of_a_day(5))
        site.subscribe("anna@readers.example")
        site.run("send", "--yes", "--date", ISSUE_DAY, now=SLOT).fine()
        with closing(sqlite3.connect(tmp_path / "digest.db")) as connection, connection:
            connection.execute("DELETE FROM beat")  # as after a restore where nothing was left to compare with
        later = SLOT + YEAR
        day, worked = f"{later:%Y-%m-%d}", f"{SLOT:%Y-%m-%d}"
        said = f"the clock shows {day}, and Digest last worked on {worked}: nothing old is deleted for now"
        for _time in range(2):
            site.run("collect", now=later).fine()
        assert sum(said in one for one in caplog.messages) == 1
        assert said in site.run("status", now=later).fine().out
        found = site.run("check", "--only", "clock", "--json", now=later)
        assert (found.code, [one["says"] for one in found.json if one["level"] == "fail"]) == (1, [said])
        confirmed = site.run("check", "--only", "clock", "--clock-is-right", now=later)
        assert f"the clock is confirmed: {day}" in confirmed.err
        assert (confirmed.code, "last worked on" in confirmed.out) == (0, False)
        site.run("collect", now=later)
        assert said not in site.run("status", now=later).fine().out

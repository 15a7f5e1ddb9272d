"""Days of `digest run` under a controlled clock: each slot is published once, and late ones widen the next issue."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from digest.app import App
from digest.diagnostics.editions import require_valid_editions
from digest.errors import StoreError
from digest.model.articles import Collected
from digest.model.issues import IssueState, Rendered
from digest.operations.job_timer import watch
from digest.rendering.render import Renderer
from digest.scheduler.daily_run import DailyRun
from digest.store.articles.articles import Articles
from digest.store.tables.schema import reading
from digest.timetable import LATE
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import Days, Portal, SimulatedClock, body, configuration, days, install, parsed
from tests.support.smtp_server import Behaviour, Decide, Log, honest_server, rogue_server

READERS = 3
HALF_AN_HOUR = timedelta(minutes=30)
MOSCOW = "Europe/Moscow"
BERLIN = "Europe/Berlin"

StartSite = Callable[..., AbstractContextManager[tuple[Days, Log]]]


@pytest.fixture
def start_site(tmp_path: Path) -> StartSite:
    """A function that starts an installation with a portal, a mail server and readers, at a frozen time."""

    @contextmanager
    def opened(
        *, since: str, zone: str = MOSCOW, decide: Decide | None = None, **settings: Any
    ) -> Iterator[tuple[Days, Log]]:
        first = datetime.fromisoformat(since).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        mail = rogue_server(decide, logins=True) if decide else honest_server()
        with FeedServer() as server, mail as (port, log):
            portal = Portal(server, first)
            text = configuration(feed=portal.address, port=port, zone=zone, **settings)
            with days(install(tmp_path, text, READERS), portal, zone) as simulated:
                yield simulated, log

    return opened


def copies(log: Log) -> list[int]:
    """How many messages were sent with each subject; fails if a reader received one twice."""
    assert set(log.copies.values()) <= {1}
    pairs = Counter((one.recipient, str(parsed(one.content)["Subject"])) for one in log.accepted)
    assert set(pairs.values()) <= {1}
    return list(Counter(subject for _, subject in pairs).values())


def taken(day: Days) -> list[datetime]:
    """The moments at which counters were read."""
    with day.app() as app, app.articles._database.read() as connection:
        return sorted(set(connection.scalars(select(reading.c.taken_at))))


def shown(log: Log) -> list[set[str]]:
    """The article addresses in each issue's messages, in the order in which the issues were sent."""
    found: dict[str, set[str]] = {}
    for one in log.accepted:
        message = parsed(one.content)
        words = body(message, "plain").split()
        found.setdefault(str(message["Subject"]), {word for word in words if "/news/" in word})
    return list(found.values())


@pytest.mark.needs("time")
def test_run_stopped_when_the_slot_comes_publishes_after_the_restart(start_site: StartSite, store_url: str) -> None:
    """Collecting every hour, stopped at 06:59, started at 08:30: the issue of 07:00 is made once and sent once."""
    with start_site(since="2026-09-29 08:00", database=store_url) as (day, log):
        day.run("2026-09-30 06:30", "2026-10-01 06:59", pace=HALF_AN_HOUR)
        assert day.issues() == {"2026-09-30": "done"}
        hours = {moment.replace(minute=0) for moment in taken(day)}
        assert len(hours) == 25  # an hourly round from 06:30 on
        day.run("2026-10-01 08:30", "2026-10-01 12:00")
        assert day.issues() == {"2026-09-30": "done", "2026-10-01": "done"}
        assert day.windows()["2026-10-01"] == ("2026-09-30 07:00", "2026-10-01 07:00")
        assert copies(log) == [READERS, READERS]
        first, second = shown(log)
        assert len(first) == len(second) == 10
        assert not first & second
        assert second <= day.published("2026-09-30 07:00", "2026-10-01 07:00")


@pytest.mark.needs("time")
def test_run_stopped_longer_than_catch_up_widens_the_next_issue(
    start_site: StartSite, caplog: pytest.LogCaptureFixture
) -> None:
    """Started at 11:00 with `catch_up` 3h: the issue is skipped with a log entry, and the next one covers both days."""
    with start_site(since="2026-09-28 08:00", editions=['name = "daily"\ntop = 50']) as (day, log):
        day.run("2026-09-30 06:30", "2026-09-30 08:00")
        day.run("2026-10-01 11:00", "2026-10-01 23:00", pace=HALF_AN_HOUR)
        assert day.issues() == {"2026-09-30": "done", "2026-10-01": "skipped"}
        assert f"daily/2026-10-01: {LATE}" in caplog.text
        assert copies(log) == [READERS]
        day.run("2026-10-02 06:30", "2026-10-02 12:00")
        assert day.issues() == {"2026-09-30": "done", "2026-10-01": "skipped", "2026-10-02": "done"}
        assert day.windows()["2026-10-02"] == ("2026-09-30 07:00", "2026-10-02 07:00")
        assert shown(log)[1] == day.published("2026-09-30 07:00", "2026-10-02 07:00")
        day.run("2026-10-03 07:10", "2026-10-03 08:00")
        assert day.windows()["2026-10-03"] == ("2026-10-02 07:00", "2026-10-03 07:00")
        assert copies(log) == [READERS] * 3


def test_run_started_at_the_end_of_catch_up_still_publishes(start_site: StartSite) -> None:
    """With `at` 07:00 and `catch_up` 3h, 10:00 is in time and 10:01 is not."""
    with start_site(since="2026-09-28 08:00") as (day, log):
        day.run("2026-09-30 06:00", "2026-09-30 06:10")
        day.run("2026-09-30 10:00", "2026-09-30 10:10")
        day.run("2026-10-01 10:01", "2026-10-01 10:10")
        assert day.issues() == {"2026-09-30": "done", "2026-10-01": "skipped"}
        assert copies(log) == [READERS]


@pytest.mark.parametrize("asleep", [False, True], ids=["stopped", "asleep"])
def test_run_after_several_days_publishes_one_issue(start_site: StartSite, asleep: bool) -> None:
    """After five days without the process, or with it asleep, there is one issue that covers them all."""
    with start_site(since="2026-09-28 08:00") as (day, log):
        if asleep:
            leap = {"2026-09-30 08:00": lambda clock: clock.shift_wall_clock(timedelta(days=5, minutes=30))}
            day.run("2026-09-30 06:30", "2026-10-05 10:15", pace=HALF_AN_HOUR, events=leap)  # `catch_up` ends at ten
        else:
            day.run("2026-09-30 06:30", "2026-09-30 08:00", pace=HALF_AN_HOUR)
            day.run("2026-10-05 08:30", "2026-10-05 10:15", pace=HALF_AN_HOUR)
        late = {f"2026-10-0{number}": "skipped" for number in range(1, 5)}
        assert day.issues() == {"2026-09-30": "done", **late, "2026-10-05": "done"}
        assert day.windows()["2026-10-05"] == ("2026-09-30 07:00", "2026-10-05 07:00")
        assert copies(log) == [READERS] * 2


@pytest.mark.parametrize(
    ("eve", "slots"),
    [
        ("2026-03-28", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        ("2026-10-24", ["2026-10-24", "2026-10-25", "2026-10-26"]),
    ],
    ids=["missing hour", "repeated hour"],
)
@pytest.mark.needs("time")
def test_run_on_days_of_clock_changes_publishes_once_without_a_gap(
    start_site: StartSite, eve: str, slots: list[str]
) -> None:
    """02:30 in Berlin is missing on one day and repeated on another: there is one issue a day, without gaps."""
    edition = 'name = "daily"\nat = "02:30"\ntop = 40'
    with start_site(since=f"{eve[:8]}20 00:00", zone=BERLIN, editions=[edition]) as (day, log):
        day.run(f"{eve} 02:00", f"{slots[-1]} 04:10", pace=HALF_AN_HOUR)
        assert day.issues() == dict.fromkeys(slots, "done")
        assert copies(log) == [READERS] * 3
        with day.app() as app:
            windows = [one.window for one in reversed(app.issues.history("daily", 9))]
        assert [window.start for window in windows[1:]] == [window.end for window in windows[:-1]]
        assert shown(log) == [day.portal.published(window) for window in windows]


def test_run_first_after_the_hour_leaves_the_issues_to_send(
    start_site: StartSite, caplog: pytest.LogCaptureFixture
) -> None:
    """Also those of correct editions with sections, or in another language, which the start lets pass."""
    editions = ['name = "daily"\nsections = ["Port"]', 'name = "ru"\nlanguage = "ru"']
    with start_site(since="2026-09-28 08:00", editions=editions) as (day, log):
        with day.app() as app:
            require_valid_editions(app)
        day.run("2026-09-30 07:01", "2026-09-30 07:20")
        assert caplog.text.count("was due before `digest run` first saw this edition") == len(editions)
        assert day.issues() == day.issues("ru") == {}
    assert log.accepted == []


def test_run_on_a_day_missing_in_the_zone_skips_that_day(start_site: StartSite) -> None:
    """Apia had no 2011-12-30: there is no issue for it, and the window of the 31st starts where the 29th's ended."""
    edition = 'name = "daily"\ntop = 40'
    with start_site(since="2011-12-20 00:00", zone="Pacific/Apia", editions=[edition]) as (day, log):
        day.run("2011-12-29 06:00", "2011-12-31 09:00", pace=timedelta(hours=1))
        assert day.issues() == {"2011-12-29": "done", "2011-12-31": "done"}
        assert day.windows()["2011-12-31"] == ("2011-12-29 07:00", "2011-12-31 07:00")
    assert copies(log) == [READERS] * 2


@pytest.mark.needs("time")
def test_run_two_schedulers_publish_one_issue_and_send_it_once(start_site: StartSite, store_url: str) -> None:
    """Both wake at the same moments for two days; each reader receives each issue once."""
    with start_site(since="2026-09-28 08:00", database=store_url) as (day, log):
        day.run("2026-09-30 06:30", "2026-10-01 08:00", schedulers=2, pace=HALF_AN_HOUR)
        assert day.issues() == {"2026-09-30": "done", "2026-10-01": "done"}
        assert copies(log) == [READERS] * 2
        assert shown(log)[0].isdisjoint(shown(log)[1])


def _break_template(day: Days) -> None:
    theme = day.config.parents[1] / "templates" / "default"
    theme.mkdir(parents=True)
    (theme / "issue.mjml").write_text("{% extends 'package/default/issue.mjml' %}{% block x %}{{ oops }}")


def _repair_template(day: Days) -> None:
    (day.config.parents[1] / "templates" / "default" / "issue.mjml").unlink()


def _break_portal(day: Days) -> None:
    day.portal.broken = True


def _repair_portal(day: Days) -> None:
    day.portal.broken = False


@pytest.mark.parametrize(
    ("break_it", "repair", "phrase"),
    [(_break_template, _repair_template, "issue.mjml:1"), (_break_portal, _repair_portal, "source main failed")],
    ids=["template", "source"],
)
def test_run_publishing_that_fails_is_retried_within_catch_up(
    start_site: StartSite,
    caplog: pytest.LogCaptureFixture,
    break_it: Callable[[Days], None],
    repair: Callable[[Days], None],
    phrase: str,
) -> None:
    """A broken template or source is logged, and once it is fixed the issue is published once."""
    with start_site(since="2026-09-28 08:00") as (day, log):
        break_it(day)
        events = {
            "2026-09-30 07:05": lambda _: seen.append(len(log.accepted)),
            "2026-09-30 07:06": lambda _: repair(day),
            "2026-09-30 07:10": lambda clock: setattr(clock, "pace", HALF_AN_HOUR),
        }
        seen: list[int] = []
        day.run("2026-09-30 06:55", "2026-09-30 08:30", pace=timedelta(minutes=1), events=events)
        failures = [one.message for one in caplog.records if "not published, will retry" in one.message]
        assert seen == [0]
        assert all(phrase in failure for failure in failures)
        assert len(failures) == len(set(failures)) >= 1
        assert day.issues() == {"2026-09-30": "done"}
        assert copies(log) == [READERS]
        with day.app() as app:
            record = app.issues.history("daily", 1)[0]
        assert record.frozen_at is not None
        assert day.moment("2026-09-30 07:06") <= record.frozen_at <= day.moment("2026-09-30 07:09")


def test_run_source_failing_beyond_catch_up_widens_the_next_issue(start_site: StartSite) -> None:
    """When the source fails beyond `catch_up`, nothing is published late, and the next issue covers both days."""
    with start_site(since="2026-09-28 08:00") as (day, log):
        _break_portal(day)
        day.run("2026-09-30 06:55", "2026-09-30 10:30", pace=HALF_AN_HOUR)
        assert day.issues() == {"2026-09-30": "skipped"}
        assert log.accepted == []
        _repair_portal(day)
        day.run("2026-10-01 06:55", "2026-10-01 08:00", pace=HALF_AN_HOUR)
        assert day.windows() == {"2026-10-01": ("2026-09-29 07:00", "2026-10-01 07:00")}
        assert copies(log) == [READERS]


def test_run_too_few_articles_skips_the_issue_and_logs_why(
    start_site: StartSite, caplog: pytest.LogCaptureFixture
) -> None:
    """When every source answered, the issue is skipped at once, with the number and the minimum in the reason."""
    with start_site(since="2026-09-28 08:00", editions=['name = "daily"\ntop = 13\nminimum = 13']) as (day, log):
        day.run("2026-09-30 06:55", "2026-09-30 09:00", pace=HALF_AN_HOUR)
        with day.app() as app:
            record = app.issues.history("daily", 1)[0]
    assert record.state == "skipped"
    assert record.reason == "too few articles: 12, and the edition's minimum is 13"
    assert caplog.text.count("too few articles: 12, and the edition's minimum is 13") == 1
    assert log.accepted == []


@pytest.mark.parametrize("error", ["subject", "unexpected"])
def test_run_failing_edition_does_not_delay_others(
    start_site: StartSite, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    """The first edition cannot be made because of its own error or of ours; the second is published on time."""
    bad = 'name = "bad"\nsubject = "{{ nobody }}"' if error == "subject" else 'name = "bad"\nat = "07:00"'
    with start_site(since="2026-09-28 08:00", editions=[bad, 'name = "good"']) as (day, log):
        if error == "unexpected":
            day.alter = lambda run: replace(run, app=replace(run.app, renderer=_FailsFor("bad", run.app)))
        day.run("2026-09-30 06:58", "2026-09-30 07:06", pace=timedelta(minutes=1))
        assert day.issues("good") == {"2026-09-30": "done"}
        assert day.issues("bad") == {"2026-09-30": "planned"}
        with day.app() as app:
            record = app.issues.history("good", 1)[0]
        assert record.frozen_at is not None
        assert record.frozen_at <= day.moment("2026-09-30 07:02")
    assert copies(log) == [READERS]
    failures = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(failures) == 1
    assert "bad: not published, will retry every minute" in failures[0].getMessage()


class _FailsFor(Renderer):
    """A renderer that fails for one edition."""

    def __init__(self, edition: str, app: App) -> None:
        self._edition = edition
        self._inner = app.renderer
        self.themes = app.renderer.themes

    def render(self, issue: Any, links: Any, **options: Any) -> Rendered:
        if issue.edition == self._edition:
            raise RuntimeError("nobody expected this")
        return self._inner.render(issue, links, **options)


@pytest.mark.parametrize("error", [StoreError("the database is locked"), RuntimeError("nobody expected this")])
def test_run_collecting_that_fails_is_logged_and_retried(
    start_site: StartSite, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Sightings cannot be stored until 06:30: each failure is logged, and at seven the issue is published."""

    class Failing(Articles):
        def record(self, collected: Collected) -> int:
            if collected.taken_at < fixed:
                raise error
            return super().record(collected)

    def alter(run: DailyRun) -> DailyRun:
        return replace(run, app=replace(run.app, articles=Failing(run.app.articles._database)))

    with start_site(since="2026-09-28 08:00") as (day, log):
        fixed = day.moment("2026-09-30 06:30")
        day.alter = alter
        day.run("2026-09-30 02:50", "2026-09-30 08:30", pace=HALF_AN_HOUR)
        assert taken(day)[0] >= fixed
        assert day.issues() == {"2026-09-30": "done"}
    assert copies(log) == [READERS]
    assert len([one for one in caplog.records if one.levelno == logging.ERROR]) == 4


def test_run_mail_server_refusing_the_login_pauses_until_resumed(
    start_site: StartSite, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login is refused once and not tried again; once the issue is resumed, all readers receive it once."""
    monkeypatch.setenv("SMTP_PASSWORD", "tide-table-9")
    logins = count(1)

    def decide(step: str, _argument: str) -> Behaviour:
        return "535 5.7.8 wrong password" if step == "AUTH" and next(logins) <= 2 else None  # PLAIN and LOGIN

    def resume(clock: SimulatedClock) -> None:
        assert day.issues() == {"2026-09-30": "paused"}
        with day.app() as app:
            (record,) = app.issues.history("daily", 1)
            app.issues.move(record.id, {IssueState.PAUSED}, IssueState.SENDING, now=clock.now())

    with start_site(since="2026-09-28 08:00", decide=decide, smtp='username = "digest"') as (day, log):
        day.run("2026-09-30 06:55", "2026-09-30 07:40", events={"2026-09-30 07:20": resume})
        assert day.issues() == {"2026-09-30": "done"}
    assert copies(log) == [READERS]
    assert len(re.findall("daily/2026-09-30: paused with .*refused the login with 535", caplog.text)) == 1


def test_watch_clock_set_back_does_not_delay_jobs() -> None:
    """After the clock is set back 50 minutes, a job of every five seconds runs at once, not 50 minutes later."""
    with time_machine.travel(datetime(2026, 9, 30, 7, tzinfo=UTC), tick=False) as traveller:
        clock = SimulatedClock(traveller, waiting_threads=1, pace=timedelta(seconds=1), passed=lambda _: None)
        looks: list[datetime] = []

        def set_back() -> None:
            looks.clear()
            clock.shift_wall_clock(-timedelta(minutes=50))
            clock.at(clock.now() + timedelta(minutes=1), clock.stop)

        clock.at(clock.now() + timedelta(minutes=1), set_back)
        watch(clock, [(timedelta(hours=1), lambda: None), (timedelta(seconds=5), lambda: looks.append(clock.now()))])
    assert len(looks) >= 10


@pytest.mark.parametrize("turn", [1, 3])
def test_watch_after_a_stop_starts_no_job(turn: int) -> None:
    """After a signal during the first job, the second is not started, neither at the start nor later."""
    begun: list[str] = []

    def first() -> None:
        begun.append("first")
        if begun.count("first") == turn:
            clock.stop()

    with time_machine.travel(datetime(2026, 9, 30, 7, tzinfo=UTC), tick=False) as traveller:
        clock = SimulatedClock(traveller, waiting_threads=1, pace=timedelta(seconds=1), passed=lambda _: None)
        watch(clock, [(timedelta(seconds=5), first), (timedelta(seconds=5), lambda: begun.append("second"))])
    assert begun == ["first", "second"] * (turn - 1) + ["first"]

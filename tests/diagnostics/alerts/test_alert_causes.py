"""Alerts about late issues, silent sources, bounces and complaints, with a real database, mail server and portal."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.diagnostics.alerts.alert_advice import advice
from digest.diagnostics.alerts.alert_causes import report_late_issues, report_silent_sources
from digest.diagnostics.alerts.alert_rules import LATE_AFTER, is_failing
from digest.diagnostics.alerts.alerts import alert_page
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.model.articles import Collected, Role, Sighting, SourceReport, Visit
from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.deliveries import DeliveryState
from digest.model.issues import UNFROZEN, IssueState, Slot
from digest.model.receivers import AlertKind, PauseCause
from digest.scheduler.upkeep import alert_operator, report_causes
from digest.settings.load import load
from digest.store.connect import open_database
from digest.store.tables.schema import delivery
from digest.store.upkeep.beats import COLLECT, RUN
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.ledger import SteppingClock
from tests.support.smtp_server import Behaviour, Do, rogue_server
from tests.support.store import frozen

_S = DeliveryState
_ISSUE = "daily/2026-10-01"
_RUSSIAN = Translator("ru", ZoneInfo("Europe/Moscow"))


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a mail server that does not know the readers whose names begin with `gone`."""

    def decide(step: str, argument: str) -> Behaviour:
        return "550 5.1.1 no such user" if step == "RCPT" and "gone" in argument else None

    with rogue_server(decide) as (port, _log):
        yield port


@pytest.fixture
def site(tmp_path: Path, port: int) -> Installation:
    """An installation whose source must be fresh."""
    source = 'name = "main"\nkind = "feed"\nurl = "feed.xml"\nexpect = { fresh = "9h" }'
    return Installation(tmp_path).configure(sources=[source], smtp=f'host = "127.0.0.1"\nport = {port}')


@pytest.fixture
def clock() -> SteppingClock:
    """The time of the application, at first that of the slot."""
    clock = SteppingClock()
    clock.moment = SLOT
    return clock


@pytest.fixture
def app(site: Installation, clock: SteppingClock) -> Iterator[App]:
    """Its application."""
    site.run("migrate").fine()
    with bootstrap.open_app(load(site.folder / "config/digest.toml", environ={}), SystemClock()) as app:
        yield replace(app, clock=clock, ledger_clock=clock)


def _open(app: App, kind: AlertKind) -> dict[str, str]:
    return {alert.subject: alert.message for alert in app.alerts.open() if alert.kind is kind}


def _list(app: App, *published: datetime) -> None:
    """Store what the source listed."""
    for number, moment in enumerate(published):
        url = f"https://gazette.example/{moment:%d%H%M}-{number}"
        seen = Sighting(source="main", role=Role.ARTICLES, url=url, title=url, published_at=moment, taken_at=moment)
        report = SourceReport(source="main", visit=Visit(sightings=(seen,)))
        app.articles.record(Collected(taken_at=moment, reports=(report,)))


def _wait_half_an_hour(app: App, clock: SteppingClock) -> None:
    """Let the operator be alerted after half an hour; a minute earlier no issue is late."""
    clock.moment += timedelta(minutes=29)
    alert_operator(app)
    assert _open(app, AlertKind.ISSUE_LATE) == {}
    clock.moment += timedelta(minutes=1)
    alert_operator(app)


@contextmanager
def _issue_of_twenty(app: App) -> Iterator[Callable[..., None]]:
    """A function that changes the messages of an issue, from a first to a last one."""
    with open_database(app.settings) as database:
        frozen(database, 20, now=SLOT)

        def put(
            first: int,
            last: int,
            state: DeliveryState,
            *,
            due_at: datetime = SLOT,
            tried_at: datetime | None = None,
            text: str | None = None,
        ) -> None:
            values = {"state": state, "due_at": due_at, "next_try_at": due_at, "smtp_text": text}
            token = "token" if state is _S.UNKNOWN else None
            tried = {"tries": int(tried_at is not None), "first_attempt_at": tried_at, "claim_token": token}
            with database.write() as connection:
                rows = delivery.update().where(delivery.c.id.between(first, last))
                connection.execute(rows.values(**values, **tried))

        yield put


def test_issue_that_is_not_made_half_an_hour_after_its_time_opens_an_alert(
    app: App, clock: SteppingClock, site: Installation
) -> None:
    """It says what to do, is in `digest status`, and ends once the issue is held or made."""
    app.beats.record(RUN, ["daily"], SLOT - timedelta(hours=1))
    _wait_half_an_hour(app, clock)
    name = f"daily/{DAY}"
    assert _open(app, AlertKind.ISSUE_LATE) == {name: f"{name} is late: it was due at 07:00, and is not made yet"}
    assert f"`digest send --date {DAY} --edition daily` makes and sends it now." in _advice(app)
    assert f"{name} is late" in site.run("status").fine().out
    edition, slot = app.settings.editions[0], Slot.parse(DAY)
    issue = app.issues.open("daily", slot, app.window(edition, slot), clock.moment)
    assert app.issues.move(issue.id, UNFROZEN, IssueState.HELD, reason="no articles, usually 9", now=clock.moment)
    alert_operator(app)
    assert {alert.kind for alert in app.alerts.open()} == {AlertKind.ISSUE_HELD}


def test_issue_whose_messages_the_mail_server_postpones_opens_an_alert(
    app: App, clock: SteppingClock, site: Installation
) -> None:
    """Such as one whose filter is down: it ends once messages are accepted, not while they are tried or expire."""
    replies: list[Behaviour] = ["451 4.7.1 <r@reader.example> try again later"]
    site.write("feed.xml", day())
    site.subscribe(*(f"r{number}@reader.example" for number in range(6)))
    with rogue_server(lambda step, _argument: replies[0] if step == "MESSAGE" else None) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        assert site.run("send", "--date", DAY, "--yes", now=SLOT).code == 1
        _wait_half_an_hour(app, clock)
        name = f"daily/{DAY}"
        said = f"{name} is late: 6 of 6 messages could not be sent: 451 4.7.1 <…> try again later"
        assert _open(app, AlertKind.ISSUE_LATE) == {name: said}
        assert f"`digest status {name} --list deferred` shows what the mail server replied" in _advice(app)
        clock.moment += timedelta(hours=1)
        assert len(app.deliveries.claim(9, owner="another", now=clock.moment, lease=LATE_AFTER)) == 6
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE).keys() == {name}
        app.deliveries.release("another")
        clock.moment += timedelta(hours=11)
        site.run("send", "--resume", name, now=clock.moment)
        assert site.status()["expired"] == 6
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE) == {name: said}
        replies[0] = None
        site.run("send", "--resend-expired", name, "--yes", now=clock.moment).fine()
    alert_operator(app)
    assert _open(app, AlertKind.ISSUE_LATE) == {}


def test_issue_whose_messages_got_no_reply_opens_an_alert(app: App, clock: SteppingClock, site: Installation) -> None:
    """The server drops each connection at the end of a message; the alert ends once they are sent again."""
    replies: list[Behaviour] = [Do.DROP]
    site.write("feed.xml", day())
    site.subscribe(*(f"r{number}@reader.example" for number in range(6)))
    with rogue_server(lambda step, _argument: replies[0] if step == "MESSAGE" else None) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.run("send", "--date", DAY, "--yes", now=SLOT)
        assert site.status()["unknown"] == 6
        _wait_half_an_hour(app, clock)
        name = f"daily/{DAY}"
        said = f"{name} may not have arrived: 6 of 6 messages are unknown: connection lost after the end of the message"
        assert _open(app, AlertKind.ISSUE_LATE) == {name: said}
        assert f"`digest status {name} --list unknown` names who may have got it" in _advice(app)
        assert f"`digest send --resend-unknown {name}` sends it to all of them again" in _advice(app)
        replies[0] = None
        site.run("send", "--resend-unknown", name, "--yes", now=clock.moment).fine()
    alert_operator(app)
    assert _open(app, AlertKind.ISSUE_LATE) == {}


def test_issue_that_waits_behind_a_few_postponed_messages_opens_one_alert(app: App, clock: SteppingClock) -> None:
    """Receivers that ask for a slower pace are paused: most messages wait, and those that were tried wait again."""
    with _issue_of_twenty(app) as put:
        put(1, 6, _S.DEFERRED, tried_at=SLOT)
        put(17, 20, _S.PLANNED, due_at=SLOT + timedelta(hours=5))  # at the hour of their readers
        _wait_half_an_hour(app, clock)
        said = {_ISSUE: f"{_ISSUE} is late: 16 of 16 messages could not be sent"}
        assert _open(app, AlertKind.ISSUE_LATE) == said
        put(2, 6, _S.PLANNED, tried_at=SLOT)
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE) == said
        put(1, 9, _S.SENT)
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE) == {}


def test_issue_whose_first_messages_of_an_hour_are_postponed_opens_no_alert_within_half_an_hour(
    app: App, clock: SteppingClock
) -> None:
    """As those of readers who chose a later hour, or of an issue that was resumed: greylisting soon ends."""
    with _issue_of_twenty(app) as put:
        put(1, 2, _S.SENT, tried_at=SLOT)
        clock.moment = SLOT + timedelta(hours=3)
        put(3, 9, _S.DEFERRED, tried_at=clock.moment)
        _wait_half_an_hour(app, clock)
        assert _open(app, AlertKind.ISSUE_LATE).keys() == {_ISSUE}


def test_issue_that_waits_for_a_daily_limit_is_not_late_for_it(app: App, clock: SteppingClock) -> None:
    """The alert counts what the limit lets through, and ends once that is sent."""
    with _issue_of_twenty(app) as put:
        put(1, 6, _S.DEFERRED, tried_at=SLOT)
        put(7, 20, _S.PLANNED, due_at=SLOT + timedelta(days=1), text="the daily limit of smtp.ramp")
        _wait_half_an_hour(app, clock)
        assert _open(app, AlertKind.ISSUE_LATE) == {_ISSUE: f"{_ISSUE} is late: 6 of 6 messages could not be sent"}
        put(1, 6, _S.SENT)
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE) == {}


def test_issue_that_waits_for_a_pause_which_another_replaced_stays_late(app: App, clock: SteppingClock) -> None:
    """After a trial in vain its messages are due when the trial would have ended, which is no reader's hour."""
    with _issue_of_twenty(app) as put:
        put(1, 6, _S.DEFERRED, tried_at=SLOT)
        _wait_half_an_hour(app, clock)
        pause = app.group_pauses.pause("reader.example", PauseCause.THROTTLED, "451 4.7.0 no", clock.moment)
        assert pause is not None
        assert app.group_pauses.begin_trial(pause.group, pause.until)
        put(2, 20, _S.PLANNED, due_at=app.group_pauses.active()[0].until)
        clock.moment = pause.until + timedelta(seconds=5)
        assert app.group_pauses.pause(pause.group, PauseCause.THROTTLED, "451 4.7.0 no", clock.moment) is not None
        alert_operator(app)
        said = {_ISSUE: f"{_ISSUE} is late: 20 of 20 messages could not be sent"}
        assert _open(app, AlertKind.ISSUE_LATE) == said
        assert app.later_messages() == {}


def test_alert_that_ended_while_most_of_the_issue_is_unknown_says_what_is_left_to_do(
    app: App, clock: SteppingClock
) -> None:
    """Three days later, or once the next issue was made, nothing of it has arrived for certain."""
    with _issue_of_twenty(app) as put:
        put(1, 20, _S.UNKNOWN, tried_at=SLOT)
        _wait_half_an_hour(app, clock)
        (alert,) = app.alerts.open()
        clock.moment += timedelta(days=3)
        alert_operator(app)
        assert app.alerts.open() == []
        said = " ".join(advice(app, replace(alert, cleared_at=clock.moment), Translator("en", app.zone)))
        assert "is over. `digest status daily/2026-10-01 --list unknown` names who may have got it" in said
        assert "nothing left to do" not in said


def test_issue_that_is_late_stays_so_while_it_is_paused(app: App, clock: SteppingClock) -> None:
    """Its alert said that it was over and nothing was left to do; cancelling ends it."""
    with _issue_of_twenty(app) as put:
        put(1, 20, _S.DEFERRED, tried_at=SLOT)
        _wait_half_an_hour(app, clock)
        issue = app.issues.find("daily", Slot.parse("2026-10-01"))
        assert issue is not None
        assert app.issues.move(issue.id, {IssueState.FROZEN}, IssueState.PAUSED, now=clock.moment)
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE).keys() == {_ISSUE}
        assert app.issues.move(issue.id, {IssueState.PAUSED}, IssueState.CANCELLED, now=clock.moment)
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE) == {}


def test_issue_that_was_made_late_is_late_no_more_while_it_is_sent(app: App, clock: SteppingClock) -> None:
    """Its messages have half an hour, like those of any other issue."""
    app.alerts.report(AlertKind.ISSUE_LATE, _ISSUE, "late", clock.moment)
    with _issue_of_twenty(app):
        clock.moment += timedelta(minutes=29)
        alert_operator(app)
        assert _open(app, AlertKind.ISSUE_LATE) == {}


def test_standstill_of_days_opens_one_alert_about_late_issues(app: App, clock: SteppingClock) -> None:
    """A start after a fortnight mailed 14 alerts, and 14 that they were over; one that is open lasts."""
    app.beats.record(RUN, ["daily"], SLOT - timedelta(hours=1))
    clock.moment += timedelta(days=3, hours=1)
    alert_operator(app)
    assert _open(app, AlertKind.ISSUE_LATE).keys() == {"daily/2025-06-05"}
    clock.moment += timedelta(days=1)
    alert_operator(app)
    assert _open(app, AlertKind.ISSUE_LATE).keys() == {"daily/2025-06-05", "daily/2025-06-06"}


def test_source_that_is_silent_at_an_hour_when_it_never_is_opens_an_alert(app: App, clock: SteppingClock) -> None:
    """The alert lasts although silence becomes usual, and ends with the next article."""
    _list(app, *(SLOT - timedelta(days=days, hours=1) for days in range(1, 9)))
    report_causes(app)
    said = "source main: the newest article is 25 h old, expected one from the last 9 h"
    assert _open(app, AlertKind.SOURCE_SILENT) == {"main": said}
    assert "`digest collect` asks it again" in _advice(app)
    clock.moment += timedelta(days=2)
    report_causes(app)
    assert list(_open(app, AlertKind.SOURCE_SILENT)) == ["main"]
    _list(app, clock.moment - timedelta(hours=2))
    report_causes(app)
    assert _open(app, AlertKind.SOURCE_SILENT) == {}


def _fail(app: App, *moments: datetime, source: str = "main") -> None:
    """Store that the source failed at these visits."""
    for moment in moments:
        report = SourceReport(source=source, error="https://gazette.example/rss: the server answered 502")
        app.articles.record(Collected(taken_at=moment, reports=(report,)))


def test_source_that_fails_for_hours_opens_an_alert_until_it_answers(app: App, clock: SteppingClock) -> None:
    """The daily check may be almost a day away; one that fails at its moment alone is over a quarter later."""
    _list(app, SLOT - timedelta(hours=3))
    _fail(app, *(SLOT - timedelta(minutes=minutes) for minutes in (20, 5)))
    clock.moment = SLOT - timedelta(minutes=1)
    report_causes(app)
    assert app.alerts.open() == []
    clock.moment = SLOT
    report_causes(app)
    said = "main: https://gazette.example/rss: the server answered 502"
    assert _open(app, AlertKind.CHECK_FAILS) == {"sources": said}
    assert "`digest collect` asks each source" in _advice(app)
    _list(app, SLOT + timedelta(minutes=10))
    report_causes(app)
    assert app.alerts.open() == []
    app.alerts.report(AlertKind.CHECK_FAILS, "sources", said, SLOT)  # by the daily check
    report_causes(app)
    assert app.alerts.open() == []


def test_source_that_fails_counts_as_long_as_some_host_asks_it(app: App, clock: SteppingClock) -> None:
    """One that was removed from the configuration fails for ever; another host may know one that this one does not."""
    _fail(app, SLOT - timedelta(minutes=15), SLOT, source="other")
    report_causes(app)
    assert app.alerts.open() == []
    app.beats.record(COLLECT, ["other"], clock.moment - 1.5 * app.settings.collect.every)
    report_causes(app)
    assert list(_open(app, AlertKind.CHECK_FAILS)) == ["sources"]
    app.beats.forget(COLLECT, ["other"], clock.moment)
    report_causes(app)
    assert app.alerts.open() == []


def test_alert_of_the_check_stays_while_its_source_fails(app: App, clock: SteppingClock) -> None:
    """Although it has not failed for long."""
    _list(app, SLOT - timedelta(minutes=20))
    _fail(app, SLOT)
    app.alerts.report(AlertKind.CHECK_FAILS, "sources", "main: the server answered 502", clock.moment)
    report_causes(app)
    assert list(_open(app, AlertKind.CHECK_FAILS)) == ["sources"]


@pytest.mark.parametrize(
    ("every", "hours", "is_long"), [(0.25, 2.9, False), (0.25, 3, True), (3, 5.9, False), (3, 6, True)]
)
def test_source_fails_for_long_after_three_hours_and_two_visits(every: float, hours: float, is_long: bool) -> None:
    """Also one that is asked every three hours."""
    answered_at = SLOT - timedelta(hours=hours)
    assert is_failing(2, answered_at, timedelta(hours=every), SLOT) is is_long


def test_source_that_fails_at_the_first_visit_after_a_standstill_opens_no_alert(app: App, clock: SteppingClock) -> None:
    """Its last answer is old because nobody asked."""
    _list(app, SLOT - timedelta(days=2))
    _fail(app, SLOT)
    report_causes(app)
    assert app.alerts.open() == []
    _fail(app, SLOT + timedelta(minutes=15))
    report_causes(app)
    assert list(_open(app, AlertKind.CHECK_FAILS)) == ["sources"]


def test_source_that_is_silent_on_monday_opens_an_alert_although_sundays_are_quiet(
    app: App, clock: SteppingClock
) -> None:
    """SLOT is a Monday: the day before has nothing either, as in the week before."""
    assert SLOT.weekday() == 0
    working_days = (SLOT - timedelta(days=days, hours=1) for days in range(1, 15) if days % 7 not in {1, 2})
    _list(app, *working_days)
    clock.moment = SLOT - timedelta(days=1)
    report_causes(app)
    assert _open(app, AlertKind.SOURCE_SILENT) == {}
    clock.moment = SLOT
    report_causes(app)
    assert list(_open(app, AlertKind.SOURCE_SILENT)) == ["main"]


@pytest.mark.parametrize("days_ago", [(), range(9), (*range(1, 6), 9), range(2, 9)])
def test_source_that_is_often_silent_at_this_hour_opens_none(app: App, days_ago: Iterable[int]) -> None:
    """No history, something new, nothing a week ago, nothing yesterday."""
    _list(app, *(SLOT - timedelta(days=days, hours=1) for days in days_ago))
    report_causes(app)
    assert _open(app, AlertKind.SOURCE_SILENT) == {}


def test_bounces_of_an_issue_open_an_alert_for_three_days(app: App, clock: SteppingClock, site: Installation) -> None:
    """Those that the mail server refused at once count, and each once; soft ones do not, and four are no alert."""
    site.write("feed.xml", day())
    site.subscribe(*(f"gone{number}@reader.example" for number in range(4)), "a@reader.example")
    site.run("send", "--date", DAY, "--yes", now=SLOT)
    _report_back(app, ReportClass.SOFT, 5)
    report_causes(app)
    assert _open(app, AlertKind.BOUNCES) == {}
    for delivery_id in range(1, 6):
        _report_back(app, ReportClass.HARD, delivery_id)
    report_causes(app)
    assert _open(app, AlertKind.BOUNCES) == {f"daily/{DAY}": f"daily/{DAY}: 5 of 5 messages bounced for good"}
    assert f"`digest status daily/{DAY} --list bounced` lists those that were refused at once." in _advice(app)
    assert "5 of 5 messages" in site.run("status").fine().out
    clock.moment += timedelta(days=3)
    report_causes(app)
    assert app.alerts.open() == []


@pytest.mark.parametrize("kind", [AlertKind.CHECK_FAILS, AlertKind.ISSUE_PAUSED])
def test_alert_that_ends_names_the_issues_that_expired_meanwhile(
    app: App, clock: SteppingClock, kind: AlertKind
) -> None:
    """It said that nothing was left to do, and the readers had no issue."""
    with open_database(app.settings) as database:
        frozen(database, 2, now=SLOT)
    app.alerts.report(kind, "smtp", "the mail server cannot be used", SLOT)
    clock.moment += timedelta(hours=13)
    app.deliveries.expire(clock.moment)
    ended = replace(app.alerts.open()[0], cleared_at=clock.moment)
    said = " ".join(advice(app, ended, Translator("en", app.zone)))
    assert "`digest send --resend-expired daily/2026-10-01` sends them after all" in said
    assert "nothing left to do" not in said
    early = replace(ended, cleared_at=SLOT + timedelta(hours=1))
    assert "There is nothing left to do." in " ".join(advice(app, early, Translator("en", app.zone)))


def test_alert_that_ends_names_no_issue_of_which_few_messages_were_tried_in_vain(
    app: App, clock: SteppingClock
) -> None:
    """Each issue has some, for full mailboxes: nothing that ended was the reason."""
    with open_database(app.settings) as database:
        frozen(database, 6, now=SLOT)
        with database.write() as connection:
            connection.execute(delivery.update().values(state=DeliveryState.SENT, tries=1))
            connection.execute(delivery.update().where(delivery.c.id < 5).values(state=DeliveryState.EXPIRED))
    app.alerts.report(AlertKind.CHECK_FAILS, "dkim", "the key is missing", SLOT)
    ended = replace(app.alerts.open()[0], cleared_at=SLOT + timedelta(hours=13))
    assert "There is nothing left to do." in " ".join(advice(app, ended, Translator("en", app.zone)))


def test_complaints_about_an_issue_open_an_alert(app: App, site: Installation) -> None:
    """Three readers of the last issue; the same one twice counts once."""
    site.write("feed.xml", day())
    site.subscribe(*(f"r{number}@reader.example" for number in range(20)))
    site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    for delivery_id in (1, 1, 2):
        _report_back(app, ReportClass.COMPLAINT, delivery_id)
    report_causes(app)
    assert _open(app, AlertKind.COMPLAINTS) == {}
    _report_back(app, ReportClass.COMPLAINT, 3)
    report_causes(app)
    assert _open(app, AlertKind.COMPLAINTS) == {f"daily/{DAY}": f"daily/{DAY}: 3 of 20 readers reported it as spam"}
    assert "many complaints" in _advice(app)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("d/1 is late: it was due at 07:00, and is not made yet", "d/1: выпуск опаздывает"),
        (
            "d/1 is late: 5 of 9 messages could not be sent",
            "d/1: выпуск опаздывает, не удалось отправить писем: 5 из 9",
        ),
        ("d/1 is late: 5 of 9 messages could not be sent: 451 no", "5 из 9, ответ сервера: 451 no"),
        ("d/1 may not have arrived: 5 of 9 messages are unknown", "d/1: выпуск мог не дойти"),
        ("d/1 may not have arrived: 5 of 9 messages are unknown: lost", "5 из 9, причина: lost"),
        ("d/1: 5 of 40 messages bounced for good", "d/1: окончательно не доставлены письма: 5 из 40"),
        ("d/1: 3 of 40 readers reported it as spam", "d/1: пожаловались на спам: 3 из 40"),
        ("check disk: 950 MB free on the disk of /srv", "проверка disk: на диске с папкой /srv свободно 950 МБ"),
        ("check clock: it is 45 s behind that of the database server", "проверка clock: часы отстают на 45 с"),
        ("check clock: it is 45 s ahead of that of the database server", "проверка clock: часы спешат на 45 с"),
        ("check smtp: the certificate of m.example is trusted and ends in 3 days", "до конца срока, дней: 3"),
    ],
)
def test_messages_of_alerts_are_russian_for_russian_operators(message: str, shown: str) -> None:
    """The names in them stay."""
    assert shown in in_language(message, _RUSSIAN)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_of_alert_has_a_heading_and_advice(app: App, clock: SteppingClock, language: str) -> None:
    """In both languages."""
    translator = Translator(language, app.zone)
    for kind in AlertKind:
        subject = {AlertKind.CHECK_WARNS: "disk"}.get(kind, f"daily/{DAY}")
        app.alerts.report(kind, subject, "something is wrong", clock.moment)
    pages = [alert_page(app, alert, translator) for alert in app.alerts.open()]
    assert len({page.heading for page in pages}) == len(AlertKind)
    assert len({page.paragraphs[-1] for page in pages}) == len(AlertKind)
    assert all(bool(re.search("[а-я]{5}", page.heading)) is (language == "ru") for page in pages)


def _advice(app: App) -> str:
    (alert,) = app.alerts.open()
    return " ".join(advice(app, alert, Translator("en", app.zone)))


def _report_back(app: App, report_class: ReportClass, delivery_id: int) -> None:
    """What came back about a message."""
    report = Report("", report_class, "5.1.1", "no")
    proven = ProvenReport(
        message_key=f"{report_class} {delivery_id}", delivery_id=delivery_id, report=report, may_unsubscribe=False
    )
    app.bounces.apply([proven], app.clock.now())


def test_host_with_another_configuration_leaves_alerts_about_what_it_lacks_to_the_others(
    app: App, clock: SteppingClock
) -> None:
    """Else two hosts would open and close them in turn, with mail each time; once no host knows it, it is closed."""
    app.alerts.report(AlertKind.ISSUE_LATE, "weekly/2025-06-02", "late", clock.moment)
    app.alerts.report(AlertKind.SOURCE_SILENT, "wire", "silent", clock.moment)
    app.beats.record(RUN, ["weekly"], clock.moment)
    app.beats.record(COLLECT, ["wire"], clock.moment - 1.5 * app.settings.collect.every)
    report_late_issues(app)
    report_silent_sources(app)
    assert {one.subject for one in app.alerts.open()} >= {"weekly/2025-06-02", "wire"}
    clock.moment += timedelta(hours=1)
    report_late_issues(app)
    report_silent_sources(app)
    assert not {one.subject for one in app.alerts.open()} & {"weekly/2025-06-02", "wire"}

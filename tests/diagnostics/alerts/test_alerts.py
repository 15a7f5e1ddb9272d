"""Alerts: issues that wait for a person are reported, and the operator gets one mail for each new alert."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.diagnostics.alerts import alerts
from digest.diagnostics.alerts.alerts import alert_page, is_current, mail_alerts, report_issues
from digest.diagnostics.alerts.target_alerts import alert_notice
from digest.i18n import Translator
from digest.model.articles import Window
from digest.model.issues import UNFROZEN, IssueState, Rendered, Slot
from digest.model.receivers import AlertKind
from digest.rendering.system_page import SystemMailRenderer, SystemPage
from digest.scheduler.upkeep import alert_operator
from digest.settings.load import load
from digest.store.upkeep.beats import RUN
from tests.support.installation import Installation
from tests.support.ledger import SteppingClock
from tests.support.smtp_server import Log

_NOW = datetime.now(UTC)
_WINDOW = Window(start=_NOW - timedelta(days=1), end=_NOW)
_REASON = "2 articles, and 20 are usual"


@pytest.fixture
def app(tmp_path: Path, mail_server: tuple[int, Log]) -> Iterator[App]:
    """The application of an installation that names two people for alerts."""
    site = Installation(tmp_path).configure(
        smtp=f'host = "127.0.0.1"\nport = {mail_server[0]}\n\n[alerts]\nto = ["ops@desk.example", "chief@desk.example"]'
    )
    site.run("migrate").fine()
    with bootstrap.open_app(load(tmp_path / "config/digest.toml", environ={}), SystemClock()) as app:
        yield app


def _hold(app: App, day: int = 1) -> int:
    issue_id = app.issues.open("daily", Slot(day=date(2026, 10, day)), _WINDOW, _NOW).id
    assert app.issues.move(issue_id, UNFROZEN, IssueState.HELD, reason=_REASON, now=_NOW)
    return issue_id


def _send(app: App, folder: Path) -> None:
    settings = load(folder / "config/digest.toml", environ={})
    with bootstrap.process_lock(settings) as process_lock:
        bootstrap.sender(app, bootstrap.smtp_mailer(settings), process_lock).deliver(stop=lambda: False)


def test_alert_about_held_issue_is_mailed_once(app: App, mail_server: tuple[int, Log], tmp_path: Path) -> None:
    """To everybody in `[alerts] to`, with the reason, automatic and without headers of a mailing list."""
    _hold(app)
    for _ in range(3):
        report_issues(app)
        mail_alerts(app)
    _send(app, tmp_path)
    accepted = mail_server[1].accepted
    assert sorted(message.recipient for message in accepted) == ["chief@desk.example", "ops@desk.example"]
    message = email.message_from_bytes(accepted[0].content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "An issue is held: daily/2026-10-01"
    assert (message["Auto-Submitted"], message["List-Unsubscribe"]) == ("auto-generated", None)
    text = message.get_body(("plain",))
    assert text is not None
    words = " ".join(text.get_content().split())
    assert f"daily/2026-10-01 is held: {_REASON}" in words
    assert "`digest send --date 2026-10-01 --edition daily --force` sends it as it is" in words


def test_alert_about_held_issue_says_whether_it_is_still_sent_automatically(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is until the next hour of its edition; from then on the page of the coming issue shows another one."""
    said: list[str] = []
    render = SystemMailRenderer.render

    def noted(self: SystemMailRenderer, page: SystemPage, language: str) -> Rendered:
        said.append(" ".join(page.paragraphs))
        return render(self, page, language)

    monkeypatch.setattr(SystemMailRenderer, "render", noted)
    web = app.settings.web.model_copy(update={"base_url": "https://news.example"})
    app = replace(app, settings=app.settings.model_copy(update={"web": web}))
    app.beats.record(RUN, ["daily"], datetime(2026, 9, 1, tzinfo=UTC))
    _hold(app)
    report_issues(app)
    for day in (1, 2):
        clock = SteppingClock()
        clock.moment = datetime(2026, 10, day, 5, tzinfo=UTC)
        assert mail_alerts(replace(app, clock=clock, ledger_clock=clock)) == 1
    assert "It is sent as soon as the reason no longer applies." in said[0]  # true also of one that waits for a person
    assert "https://news.example/admin/next?edition=daily" in said[0]
    assert "It is not sent automatically any more." in said[1]
    assert "`digest cancel daily/2026-10-01` gives it up" in said[1]
    assert "/admin/next" not in said[1]


def test_alert_about_held_issue_of_an_edition_that_was_renamed_says_how_to_give_it_up(app: App) -> None:
    """No command makes it any more; where another host has the edition in its configuration it is not given up."""
    _hold(app)
    report_issues(app)
    (alert,) = app.alerts.open()
    editions = tuple(one.model_copy(update={"name": "morning"}) for one in app.settings.editions)
    renamed = replace(app, settings=app.settings.model_copy(update={"editions": editions}))
    said = alert_page(renamed, alert, Translator("en", app.zone)).paragraphs
    assert said[-1] == (
        "The configuration has no edition of that name any more. `digest cancel daily/2026-10-01` gives the issue up."
    )
    app.beats.record(RUN, ["daily"], app.clock.now())
    assert "gives the issue up" not in " ".join(alert_page(renamed, alert, Translator("en", app.zone)).paragraphs)


def test_alert_of_an_issue_with_a_hundred_newer_ones_does_not_end(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """It still waits: nothing is resolved."""
    monkeypatch.setattr(alerts, "_RECENT", 1)
    issue_id = _hold(app)
    report_issues(app)
    mail_alerts(app)
    app.issues.open("daily", Slot(day=date(2026, 10, 2)), _WINDOW, _NOW)
    report_issues(app)
    assert [alert.subject for alert in app.alerts.open()] == ["daily/2026-10-01"]
    assert mail_alerts(app) == 0
    app.issues.cancel(issue_id, _NOW)
    report_issues(app)
    assert app.alerts.open() == []


def test_alert_ends_with_its_cause_and_begins_anew(app: App) -> None:
    """An issue that goes on has no alert; one that is held again is mailed about again."""
    issue_id = _hold(app)
    report_issues(app)
    assert mail_alerts(app) == 1
    (alert,) = app.alerts.open()
    assert is_current(app, alert)
    assert not is_current(app, replace(alert, kind=AlertKind.ISSUE_PAUSED))
    app.issues.move(issue_id, {IssueState.HELD}, IssueState.PLANNED, now=_NOW)
    assert not is_current(app, alert)
    report_issues(app)
    assert app.alerts.open() == []
    _hold(app)
    report_issues(app)
    assert mail_alerts(app) == 2  # its end, and the new one


def test_alerts_of_several_issues_have_a_mail_each(app: App) -> None:
    """One cause does not hide another."""
    _hold(app, 1)
    _hold(app, 2)
    report_issues(app)
    subjects = {alert.subject for _number, alert in app.alerts.unmailed(datetime.now(UTC))}
    assert subjects == {"daily/2026-10-01", "daily/2026-10-02"}
    assert mail_alerts(app) == 2


def test_alert_that_lasts_is_mailed_again_after_a_day(app: App) -> None:
    """Not earlier, and once for each day."""
    app.alerts.report(AlertKind.RECEIVER_REFUSES, "post.example", "refused", _NOW)
    clock, mailed = SteppingClock(), []
    for hours in (0, 1, 23, 24, 25, 47, 49):
        clock.moment = _NOW + timedelta(hours=hours)
        mailed.append(mail_alerts(replace(app, ledger_clock=clock)))
    assert mailed == [1, 0, 0, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("language", "subject", "over"),
    [
        ("en", "Resolved: An issue is held: daily/2026-10-01", "There is nothing left to do."),
        ("ru", "Устранено: Выпуск задержан: daily/2026-10-01", "Больше ничего делать не нужно."),
    ],
)
def test_alert_that_ends_is_mailed_once(
    app: App, mail_server: tuple[int, Log], tmp_path: Path, language: str, subject: str, over: str
) -> None:
    """In the operator's language, without a command."""
    portal = app.settings.portal.model_copy(update={"languages": (language,)})
    app = replace(app, settings=app.settings.model_copy(update={"portal": portal}))
    issue_id = _hold(app)
    report_issues(app)
    mail_alerts(app)
    app.issues.move(issue_id, {IssueState.HELD}, IssueState.PLANNED, now=_NOW)
    report_issues(app)
    assert [mail_alerts(app) for _ in range(3)] == [1, 0, 0]
    _send(app, tmp_path)
    messages = [email.message_from_bytes(one.content, policy=email.policy.default) for one in mail_server[1].accepted]
    resolved = [one for one in messages if one["Subject"] == subject]
    assert len(resolved) == 2
    assert isinstance(resolved[0], EmailMessage)
    text = resolved[0].get_body(("plain",))
    assert text is not None
    words = " ".join(text.get_content().split())
    assert over in words
    assert "--force" not in words


def test_alert_that_ends_before_its_mail_is_never_mailed(app: App) -> None:
    """Its end would mean nothing to anybody."""
    app.alerts.report(AlertKind.RECEIVER_REFUSES, "post.example", "refused", _NOW)
    app.alerts.clear(AlertKind.RECEIVER_REFUSES, ["post.example"], _NOW)
    assert mail_alerts(app) == 0


def test_alert_about_signups_ends_an_hour_after_the_last_refused_one(app: App) -> None:
    """Also where nobody signs up afterwards: they are possible again."""
    clock = SteppingClock()
    app = replace(app, clock=clock)
    app.alerts.report(AlertKind.SIGNUPS_PAUSED, "sign-ups", "paused", clock.moment - timedelta(hours=3))
    app.alerts.report(AlertKind.SIGNUPS_PAUSED, "sign-ups", "paused", clock.moment)
    app.alerts.report(AlertKind.RECEIVER_REFUSES, "post.example", "refused", clock.moment)
    known = {alert.kind: alert for alert in app.alerts.open()}
    assert alert_notice(app, known[AlertKind.SIGNUPS_PAUSED]).title == "Sign-ups are paused"
    assert alert_notice(app, known[AlertKind.RECEIVER_REFUSES]).title == "A receiver refuses our mail: post.example"
    for minutes, is_open in ((59, True), (1, False)):
        clock.moment += timedelta(minutes=minutes)
        alert_operator(app)
        assert ("sign-ups" in {alert.subject for alert in app.alerts.open()}) is is_open
    assert [alert.subject for alert in app.alerts.open()] == ["post.example"]


def test_alert_of_another_kind_is_not_closed(app: App) -> None:
    """Only the alerts about issues are closed with their causes."""
    app.alerts.report(AlertKind.RECEIVER_REFUSES, "post.example", "refused", _NOW)
    report_issues(app)
    assert [alert.subject for alert in app.alerts.open()] == ["post.example"]


def test_alert_without_recipients_stays_until_somebody_is_named(tmp_path: Path) -> None:
    """It is in `digest status`, and is mailed once the configuration names somebody."""
    site = Installation(tmp_path).configure()
    site.run("migrate").fine()
    with bootstrap.open_app(load(tmp_path / "config/digest.toml", environ={}), SystemClock()) as app:
        _hold(app)
        report_issues(app)
        assert mail_alerts(app) == 0
        assert len(app.alerts.unmailed(datetime.now(UTC))) == 1
    assert f"daily/2026-10-01 is held: {_REASON}" in site.run("status").fine().out


@pytest.mark.parametrize("address", ["editor", "Editor <editor@desk.example>", ""])
def test_alert_recipient_that_is_no_address_exits_2(tmp_path: Path, address: str) -> None:
    """The error names the key and what is expected."""
    site = Installation(tmp_path).configure(smtp=f'\n[alerts]\nto = ["{address}"]')
    site.run("status").failed(2, "alerts.to", 'expected an address such as "editor@gazette.example"')

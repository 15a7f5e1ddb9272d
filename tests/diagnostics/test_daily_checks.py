"""The checks in `digest run`: logged, and alerts that end with their cause."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.diagnostics.context import ServerProbe
from digest.diagnostics.daily_checks import report_results, start_checks
from digest.diagnostics.mail.smtp import check_smtp
from digest.diagnostics.results import CheckResult, NamedResult, cannot_tell, fail, ok, warn
from digest.mailers.smtp.mailer import survey_server
from digest.model.receivers import AlertKind
from digest.settings.load import load
from digest.settings.mail import SmtpSettings
from digest.store.upkeep.beats import RUN
from tests.support.checking import always, context
from tests.support.installation import Installation
from tests.support.smtp_server import HOST, rogue_server


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The application of an installation."""
    Installation(tmp_path).configure()
    with bootstrap.open_app(load(tmp_path / "config/digest.toml", environ={}), SystemClock()) as app:
        yield app


def _results(**by_check: CheckResult | list[CheckResult]) -> list[NamedResult]:
    return [
        NamedResult(check=name, result=one)
        for name, found in by_check.items()
        for one in (found if isinstance(found, list) else [found])
    ]


def _open(app: App) -> dict[str, str]:
    return {alert.subject: alert.message for alert in app.alerts.open() if alert.kind is AlertKind.CHECK_FAILS}


def test_report_results_failures_are_logged_and_open_an_alert_for_each_check(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """Warnings and what is not known open none."""
    found = _results(
        spf=[fail("no record", "publish it"), ok("x"), fail("no address", "")],
        web=warn("slow", "hurry"),
        mx=cannot_tell("no answer"),
    )
    report_results(app, found)
    assert _open(app) == {"spf": "no record (and 1 more)"}
    assert [one.getMessage() for one in caplog.records] == ["check spf: no record; publish it", "check spf: no address"]
    assert {one.levelno for one in caplog.records} == {logging.ERROR}


def test_report_results_alert_ends_only_when_the_check_is_right(app: App) -> None:
    """A name server that is silent the next day does not end it."""
    report_results(app, _results(spf=fail("no record", ""), dkim=fail("no key", "")))
    report_results(app, _results(spf=[cannot_tell("no answer"), ok("x")], dkim=warn("test mode", "")))
    assert _open(app) == {"spf": "no record"}
    report_results(app, _results(spf=ok("one record")))
    assert _open(app) == {}


def test_report_results_alert_about_the_mailbox_is_left_to_the_run_that_reads_it(app: App) -> None:
    """It may be read while messages cannot be moved: the check is content then, and the next reading is not."""
    now, refused = app.clock.now(), "messages cannot be moved"
    app.alerts.report(AlertKind.CHECK_FAILS, "bounces", refused, now)
    app.alerts.report(AlertKind.CHECK_FAILS, "spf", "no record", now)  # which no reading closes
    app.beats.record(RUN, ["daily"], now)
    report_results(app, _results(bounces=ok("it can be read"), spf=ok("one record")))
    assert _open(app) == {"bounces": refused}
    report_results(app, _results(bounces=warn("nobody reads them", "")))  # a mailbox that is configured no more
    assert _open(app) == {}
    app.alerts.report(AlertKind.CHECK_FAILS, "bounces", refused, now)
    app.beats.record(RUN, ["daily"], now - timedelta(hours=1))
    report_results(app, _results(bounces=ok("it can be read")))
    assert _open(app) == {}


def test_report_results_relay_that_cannot_be_used_has_an_alert_beside_one_that_works(app: App) -> None:
    """What sending only logs, because the other relay takes over, is reported until the relay works again."""
    refuses = True
    with (
        rogue_server(lambda step, _: "554 no" if refuses and step == "CONNECT" else None) as (first, _log),
        rogue_server(lambda *_: None) as (second, _other),
    ):
        relays = [_relay(first), _relay(second)]
        report_results(app, _checked(relays))
        assert f"{HOST}:{first} refused the connection with 554" in _open(app)["smtp"]
        refuses = False
        report_results(app, _checked(relays))
    assert _open(app) == {}


def _relay(port: int) -> ServerProbe:
    smtp = SmtpSettings(host=HOST, port=port, security="none")
    return ServerProbe(host=HOST, survey=partial(survey_server, smtp, Path(), smtp))


def _checked(relays: list[ServerProbe]) -> list[NamedResult]:
    return _results(smtp=list(check_smtp(context(servers=relays, clock=SystemClock()))))


def test_report_results_urgent_warning_has_an_alert_until_the_check_is_right(app: App) -> None:
    """It stays while the check fails: what follows is worse."""
    nearly_full = warn("950 MB free", "free some space", is_urgent=True)
    for found, kinds in (
        (nearly_full, {AlertKind.CHECK_WARNS}),
        (fail("5 MB free", ""), {AlertKind.CHECK_WARNS, AlertKind.CHECK_FAILS}),
        (nearly_full, {AlertKind.CHECK_WARNS}),
        (cannot_tell("no answer"), {AlertKind.CHECK_WARNS}),
        (ok("plenty"), set()),
    ):
        report_results(app, _results(disk=found))
        assert {alert.kind for alert in app.alerts.open()} == kinds
    report_results(app, _results(disk=nearly_full))
    assert [alert.message for alert in app.alerts.open()] == ["check disk: 950 MB free"]


def test_start_checks_returns_at_once_and_reports_later(app: App) -> None:
    """A check that hangs delays nothing."""
    began, released, reported = threading.Event(), threading.Event(), threading.Event()

    def hanging(_context: object) -> list[CheckResult]:
        began.set()
        released.wait(20)
        return [fail("wrong", "")]

    given = replace(context(app.settings, open_app=always(app)), clock=app.clock)
    with (
        mock.patch("digest.diagnostics.catalogue.CHECKS", {"spf": hanging}),
        mock.patch.object(app.alerts, "report", side_effect=lambda *_: reported.set()),
    ):
        start_checks(always(given))
        assert began.wait(20)
        assert not reported.is_set()
        released.set()
        assert reported.wait(20)

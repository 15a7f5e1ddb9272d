"""Alerts to chat and push services, by Apprise, to a real HTTP server."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.diagnostics.alerts.target_alerts import TargetAlerts
from digest.model.receivers import AlertKind
from digest.notices.target import Notice, Target
from digest.settings.load import load
from tests.support.feed_server import FeedServer
from tests.support.installation import Installation
from tests.support.ledger import SteppingClock

SECRET = "4f1d9c2a-canary"
_HELD = (AlertKind.RECEIVER_REFUSES, "post.example", "the receiver post.example refuses our mail: no")


@pytest.fixture
def service() -> Iterator[FeedServer]:
    """A chat service that takes JSON."""
    with FeedServer() as server:
        server.answer(f"/{SECRET}", "ok")
        yield server


@pytest.fixture
def site(tmp_path: Path, service: FeedServer) -> Installation:
    """An installation whose alerts go to the chat."""
    site = Installation(tmp_path).configure(smtp='\n[alerts]\napprise = ["$CHAT"]')
    site.write(".env", f"CHAT=json://127.0.0.1:{service.port}/{SECRET}\n")
    site.run("migrate").fine()
    return site


@pytest.fixture
def clock() -> SteppingClock:
    """The time of the application."""
    return SteppingClock()


@pytest.fixture
def app(site: Installation, clock: SteppingClock) -> Iterator[App]:
    """Its application."""
    with bootstrap.open_app(load(site.folder / "config/digest.toml", environ={}), SystemClock()) as app:
        yield replace(app, clock=clock, ledger_clock=clock)


def _notify(alerts: TargetAlerts) -> None:
    alerts()
    _await("alert ")


def _await(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name.startswith(name):
            thread.join(20)


def _titles(service: FeedServer) -> list[str]:
    return [json.loads(request.body or b"")["title"] for request in service.requests]


def test_target_is_notified_of_the_beginning_each_day_and_the_end(
    app: App, service: FeedServer, clock: SteppingClock
) -> None:
    """Once each, whichever process notifies it; the database does not hold its address."""
    app.alerts.report(*_HELD, clock.moment)
    for hours in (0, 1, 23, 1):
        clock.moment += timedelta(hours=hours)
        _notify(TargetAlerts(app=app))
    app.alerts.clear(_HELD[0], [_HELD[1]], clock.moment)
    for _ in range(2):
        _notify(TargetAlerts(app=app))
    begins = "A receiver refuses our mail: post.example"
    assert _titles(service) == [begins, begins, f"Resolved: {begins}"]
    first = json.loads(service.requests[0].body or b"")
    assert first["message"].startswith("the receiver post.example refuses our mail: no\n\nSince ")
    assert (first["type"], json.loads(service.requests[2].body or b"")["type"]) == ("warning", "success")
    assert SECRET.encode() not in b"".join(file.read_bytes() for file in app.settings.root.glob("digest.db*"))


def test_target_gets_the_address_of_who_holds_an_issue_masked(
    app: App, service: FeedServer, clock: SteppingClock
) -> None:
    """The store keeps it, for the console and mail."""
    message = "daily/2026-10-01 is held: anna@gazette.example holds it"
    app.alerts.report(AlertKind.ISSUE_HELD, "daily/2026-10-01", message, clock.moment)
    _notify(TargetAlerts(app=app))
    (sent,) = (json.loads(request.body or b"") for request in service.requests)
    assert "anna@" not in str(sent)
    assert "a•••@g•••.example" in sent["message"]
    assert [alert.message for alert in app.alerts.open()] == [message]


def test_target_that_fails_is_logged_once_and_tried_again(
    app: App, service: FeedServer, clock: SteppingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Not before five minutes are over, and without its address even in a log of everything; next time once more."""
    caplog.set_level(logging.DEBUG)
    service.answer(f"/{SECRET}", f"no room {SECRET}", status=500)
    alerts = TargetAlerts(app=app)
    app.alerts.report(*_HELD, clock.moment)
    for minutes in (0, 1, 4, 5):
        clock.moment += timedelta(minutes=minutes)
        _notify(alerts)
    assert len(service.requests) == 3
    service.answer(f"/{SECRET}", "ok")
    clock.moment += timedelta(minutes=5)
    for _ in range(2):
        _notify(alerts)
    assert len(service.requests) == 4
    service.answer(f"/{SECRET}", "no room", status=500)
    clock.moment += timedelta(days=1)
    _notify(alerts)
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(logged) == 2
    assert set(logged) == {
        "alerts.apprise.1 (JSON): no alert was sent: the service did not accept the notice; will retry every 5 minutes"
    }
    assert SECRET not in caplog.text


def test_target_that_ends_before_it_answers_is_notified_of_the_end(app: App, clock: SteppingClock) -> None:
    """An alert that ends while the service takes the notice is not forgotten."""
    received: list[Notice] = []

    def notify(notice: Notice) -> bool:
        received.append(notice)
        app.alerts.clear(_HELD[0], [_HELD[1]], clock.moment)
        return True

    app = replace(app, alert_targets=lambda: [Target(label="chat", key="chat", notify=notify)])
    app.alerts.report(*_HELD, clock.moment)
    for _ in range(3):
        _notify(TargetAlerts(app=app))
    assert [notice.has_ended for notice in received] == [False, True]


def test_target_that_does_not_answer_delays_no_other(
    app: App, clock: SteppingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing waits for it, and it is named after a minute."""
    released, received = threading.Event(), threading.Event()

    def hang(_notice: Notice) -> bool:
        return released.wait(20)

    def accept(_notice: Notice) -> bool:
        received.set()
        return True

    slow, quick = (Target(label=name, key=name, notify=notify) for name, notify in (("slow", hang), ("quick", accept)))
    alerts = TargetAlerts(app=replace(app, alert_targets=lambda: [slow, quick]))
    app.alerts.report(*_HELD, clock.moment)
    alerts()
    _await("alert quick")
    assert received.is_set()
    assert caplog.messages == []
    clock.moment += timedelta(minutes=1)
    alerts()
    alerts()
    assert caplog.messages == [
        "slow: no alert was sent: the service has not answered within 60 s; will retry every 5 minutes"
    ]
    released.set()
    _notify(alerts)


def test_target_with_a_fault_in_its_library_is_a_failure(app: App, clock: SteppingClock) -> None:
    """Whatever it raises; it is tried again."""

    def fail(_notice: Notice) -> bool:
        raise RuntimeError(SECRET)

    app = replace(app, alert_targets=lambda: [Target(label="chat", key="chat", notify=fail)])
    app.alerts.report(*_HELD, clock.moment)
    _notify(TargetAlerts(app=app))
    assert app.alert_notices.due("chat", clock.moment) == []
    assert len(app.alert_notices.due("chat", clock.moment + timedelta(minutes=5))) == 1


def test_run_without_apprise_exits_2(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names what to install."""
    site.write("feed.xml", "<rss/>")
    monkeypatch.setattr("digest.notices.targets.find_spec", lambda _name: None)
    for command in ("run", "serve"):
        site.run(command).failed(2, "alerts.apprise", "pip install 'portal-digest[apprise]'")
    ran = site.run("check", "--json", "--only", "alerts")
    assert (ran.code, ran.json[0]["level"]) == (1, "fail")


def test_run_with_a_url_that_apprise_refuses_exits_2(site: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """The URL is not shown."""
    site.write(".env", f"CHAT=telegraph://{SECRET}\n")
    ran = site.run("run")
    ran.failed(2, "alerts.apprise.1: Apprise does not accept this URL")
    assert SECRET not in ran.err + caplog.text


@pytest.mark.parametrize("value", [f'["json://{SECRET}"]', f'"json://{SECRET}"', f'[{{ url = "{SECRET}" }}]'])
def test_url_in_the_configuration_file_exits_2(site: Installation, value: str) -> None:
    """Secrets are in .env; the error does not repeat them."""
    site.configure(smtp=f"\n[alerts]\napprise = {value}")
    assert SECRET not in site.run("status").failed(2, "alerts.apprise")


def test_check_alert_notifies_the_targets(site: Installation, service: FeedServer) -> None:
    """What they reply is a result; a service that refuses fails."""
    (_disk, alert) = site.run("check", "--json", "--alert", "--only", "disk").fine().json
    assert alert["says"] == "sent a test alert to alerts.apprise.1 (JSON): see whether it arrives"
    assert _titles(service) == ["A test alert"]
    service.answer(f"/{SECRET}", "no", status=403)
    ran = site.run("check", "--json", "--alert", "--only", "disk")
    assert (ran.code, ran.json[-1]["level"]) == (1, "fail")
    assert SECRET not in ran.out + ran.err

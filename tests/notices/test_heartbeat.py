"""The heartbeat: fetched after each published issue, by `digest run` and `digest send`, and never in the way."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import FetchError
from digest.notices.heartbeat import Heartbeat
from tests.support.feed_server import FeedServer
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.smtp_server import honest_server

SECRET = "5d7f0c1e-canary"


@pytest.fixture
def monitor() -> Iterator[FeedServer]:
    """A monitoring service."""
    with FeedServer() as server:
        yield server


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a mail server."""
    with honest_server() as (port, _log):
        yield port


def _site(folder: Path, url: str, port: int) -> Installation:
    smtp = f'host = "127.0.0.1"\nport = {port}\n\n[alerts]\nheartbeat_url = "$HEARTBEAT_URL"'
    site = Installation(folder).configure(smtp=smtp)
    site.write(".env", f"HEARTBEAT_URL={url}\n")
    site.write("feed.xml", day())
    site.run("migrate").fine()
    return site


def _await_heartbeat() -> None:
    for thread in threading.enumerate():
        if thread.name == "heartbeat":
            thread.join(20)


def test_heartbeat_follows_a_published_issue_once(tmp_path: Path, monitor: FeedServer, port: int) -> None:
    """A preview and a second `send` of the issue do not count."""
    site = _site(tmp_path, monitor.answer(f"/ping/{SECRET}", "OK"), port)
    site.subscribe("a@reader.example")
    site.run("preview", "--date", DAY, now=SLOT).fine()
    assert monitor.requests == []
    for _ in range(2):
        site.run("send", "--date", DAY, "--yes", now=SLOT)
    _await_heartbeat()
    assert [request.path for request in monitor.requests] == [f"/ping/{SECRET}"]


def test_heartbeat_that_fails_is_logged_without_its_secret(
    tmp_path: Path, monitor: FeedServer, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor with what the service said, which may name it; the issue is published anyway."""
    answer = json.dumps({"error": f"no check {SECRET}"})
    url = monitor.answer(f"/s/{SECRET}", answer, status=404, content_type="application/json")
    site = _site(tmp_path, url, port)
    site.subscribe("a@reader.example")
    site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    _await_heartbeat()
    said = [record.getMessage() for record in caplog.records if "heartbeat" in record.getMessage()]
    assert said == ["alerts.heartbeat_url was not reached: the server answered 404 Not Found"]
    assert SECRET not in caplog.text


def test_heartbeat_delays_nothing() -> None:
    """The caller goes on while the service does not answer."""
    fetched, released = threading.Event(), threading.Event()

    def hang(_url: str) -> None:
        fetched.set()
        released.wait(20)

    Heartbeat(url="https://monitor.example/x", fetch=hang)()
    assert fetched.wait(20)
    released.set()
    _await_heartbeat()


def test_heartbeat_without_url_fetches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is fetched or logged."""

    def fail(_url: str) -> None:
        raise FetchError("fetched")

    with caplog.at_level(logging.DEBUG):
        Heartbeat(url="", fetch=fail)()
    _await_heartbeat()
    assert caplog.records == []


def test_heartbeat_url_whose_variable_is_missing_exits_2(tmp_path: Path) -> None:
    """The error names the key and the variable."""
    site = Installation(tmp_path).configure(smtp='\n[alerts]\nheartbeat_url = "$HEARTBEAT_URL"')
    site.run("status").failed(2, "alerts.heartbeat_url", "$HEARTBEAT_URL is not set")

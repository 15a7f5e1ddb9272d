"""A demo that is open, and whose days do not pass unless a test lets them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.demo.clock import DemoClock
from digest.demo.front import CONSOLE
from digest.demo.stage import Demo, open_demo
from tests.support.web import Answer, Client

START = datetime(2026, 11, 26, 3, 59, tzinfo=UTC)
"""06:59 in Moscow, a minute before the first issue."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo in a folder."""
    clock = DemoClock(START)
    with open_demo(tmp_path, clock) as opened:
        yield opened
        clock.stop()


@pytest.fixture
def stranger(demo: Demo) -> Client:
    """A browser that has not opened the link."""
    return Client(int(demo.origin.rpartition(":")[2]))


@pytest.fixture
def visitor(demo: Demo, stranger: Client) -> Client:
    """A browser that has opened it."""
    answer = stranger.request("GET", demo.link.path)
    assert (answer.status, answer.headers["location"]) == (303, f"{CONSOLE}/tour")
    return Client(stranger.port, {"cookie": answer.headers["set-cookie"].partition(";")[0], "Origin": demo.origin})


def post(visitor: Client, page: Answer, path: str, fields: str) -> Answer:
    """Send a form of a page of the console."""
    form = {"content_type": "application/x-www-form-urlencoded"}
    return visitor.request("POST", f"{CONSOLE}{path}", f"csrf_token={page.field('csrf_token')}&{fields}", **form)

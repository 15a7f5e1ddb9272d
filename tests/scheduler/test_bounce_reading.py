"""Reading bounces at intervals beside `digest run`."""

import logging
import threading
from datetime import timedelta

import pytest

from digest.clock import SystemClock
from digest.errors import MailError
from digest.scheduler.bounce_reading import reading_bounces


def test_reading_bounces_that_fails_is_logged_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """In a thread of its own, which ends with the clock."""
    clock, rounds = SystemClock(), []

    def fail() -> None:
        rounds.append(threading.current_thread().name)
        if len(rounds) == 3:
            clock.stop()
        raise MailError("the mailbox at mail.example cannot be read: connection refused")

    with caplog.at_level(logging.INFO), reading_bounces(fail, timedelta(milliseconds=1), clock):
        clock.wait(10)
    assert rounds == ["digest-bounces"] * 3
    assert [record.getMessage() for record in caplog.records if "bounces" in record.getMessage()] == [
        "bounces were not read, will retry: the mailbox at mail.example cannot be read: connection refused"
    ]

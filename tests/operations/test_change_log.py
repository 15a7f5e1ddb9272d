"""The log of what is repeated."""

import logging
from unittest import mock

import pytest

from digest.clock import SystemClock
from digest.errors import StoreError
from digest.operations.change_log import ChangeLog


@pytest.mark.parametrize("error", [StoreError("no room"), LookupError("no room")])
def test_change_log_failure_that_lasts_is_logged_once_an_hour(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """That of a job, and of a step of one, of whatever host; another line that is repeated is logged once."""
    clock = mock.create_autospec(SystemClock, instance=True)
    changes = ChangeLog(clock)
    with caplog.at_level(logging.INFO):
        for minute in range(61):
            clock.elapsed.return_value = minute * 60.0
            changes.log_job("maintain 1", error)
            changes.log_failure("bounces", "bounces were not read", error)
            changes.log(logging.INFO, "main", "source main: unchanged")
    levels = [record.levelname for record in caplog.records]
    assert levels == ["ERROR", "ERROR", "INFO", "ERROR", "ERROR"]


def test_change_log_another_unexpected_error_of_the_same_type_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The line names only its type; its traceback says what it is about."""
    changes = ChangeLog(SystemClock())
    with caplog.at_level(logging.INFO):
        for error in (KeyError("a"), KeyError("a"), KeyError("b")):
            changes.log_failure("upkeep", "the upkeep failed", error)
    assert [str(one.exc_info[1]) for one in caplog.records if one.exc_info] == ["'a'", "'b'"]


def test_change_log_error_that_ends_several_jobs_is_logged_once_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    """As when the database is away; a job that works again before the others changes nothing."""
    clock = mock.create_autospec(SystemClock, instance=True)
    changes, logged = ChangeLog(clock), []
    with caplog.at_level(logging.INFO):
        for minute in range(122):
            clock.elapsed.return_value = minute * 60.0
            caplog.clear()
            for job in ("beat", "alerts", "collect"):
                if minute >= 30 and job == "beat":
                    changes.forget(job)
                else:
                    changes.log_job(job, StoreError("away"))
            logged += [minute] * len(caplog.records)
        for job in ("alerts", "collect"):
            changes.forget(job)
        caplog.clear()
        changes.log_job("alerts", StoreError("away"))
    assert logged == [0, 59, 118]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("next_error", [None, StoreError("another one")])
def test_change_log_error_that_comes_again_is_logged_beside_a_job_that_is_not_due_yet(
    next_error: StoreError | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A job of each hour knows the first outage only."""
    clock = mock.create_autospec(SystemClock, instance=True)
    clock.elapsed.return_value = 0.0
    changes, away = ChangeLog(clock), StoreError("away")
    changes.log_job("hourly", away)
    changes.log_job("beat", away)
    if next_error is None:
        changes.forget("beat")
    else:
        changes.log_job("beat", next_error)
    clock.elapsed.return_value = 600.0
    caplog.clear()
    changes.log_job("beat", away)
    changes.log_job("hourly", away)
    assert [record.levelname for record in caplog.records if record.levelno > logging.DEBUG] == ["ERROR"]

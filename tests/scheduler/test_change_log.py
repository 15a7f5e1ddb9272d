"""What is repeated is logged once."""

import logging

import pytest

from digest.scheduler.change_log import ChangeLog


def test_change_log_another_unexpected_error_of_the_same_type_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The line names only its type; its traceback says what it is about."""
    changes = ChangeLog()
    with caplog.at_level(logging.INFO):
        for error in (KeyError("a"), KeyError("a"), KeyError("b")):
            changes.log(logging.ERROR, "upkeep", "unexpected error (KeyError)", error=error)
    assert [str(one.exc_info[1]) for one in caplog.records if one.exc_info] == ["'a'", "'b'"]

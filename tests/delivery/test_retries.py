"""When a message that was not sent is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.delivery.retries import next_try

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(("tries", "minutes"), [(0, 5), (1, 5), (2, 15), (3, 60), (4, 240), (9, 240)])
def test_next_try_waits_longer_each_time_and_within_a_fifth_around_it(tries: int, minutes: int) -> None:
    """As the manual says; the times of many messages spread evenly."""
    wait = timedelta(minutes=minutes)
    assert [next_try(tries, NOW, jitter) - NOW for jitter in (0, 0.5, 1)] == [wait * 0.8, wait, wait * 1.2]

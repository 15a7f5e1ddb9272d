"""How many rows a sender claims at once."""

from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.batch_size import BatchSize


def sizes(most: int, seconds: float) -> list[int]:
    """The sizes of batches of which each message takes that many seconds."""
    batch, now, found = BatchSize(most), 0.0, []
    for _turn in range(8):
        found.append(batch.next(now))
        now += found[-1] * seconds
    return found


def test_batch_size_of_a_fast_server_grows_to_the_most() -> None:
    """Four times as many each time, at most as many as are permitted."""
    assert sizes(500, 0.0001) == [20, 80, 320, 500, 500, 500, 500, 500]


def test_batch_size_of_a_slow_server_lasts_two_seconds() -> None:
    """A message a second: two at a time; one in twenty seconds: one at a time."""
    assert sizes(500, 1) == [20, 2, 2, 2, 2, 2, 2, 2]
    assert sizes(500, 20)[1:] == [1] * 7


@given(st.integers(1, 1000), st.lists(st.floats(0, 1e6), min_size=1))
def test_batch_size_is_between_one_and_the_most(most: int, pauses: list[float]) -> None:
    """Whatever time passes."""
    batch, now = BatchSize(most), 0.0
    for pause in pauses:
        now += pause
        assert 1 <= batch.next(now) <= most

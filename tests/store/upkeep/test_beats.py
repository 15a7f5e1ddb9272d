"""Beats: the first and the last one of each process and edition, also beside each other and with a wrong clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from digest.store.engine.database import Database
from digest.store.upkeep.beats import RUN, Beats
from tests.support.store import NOW, minutes


@pytest.fixture
def beats(database: Database) -> Beats:
    """The beats of an empty database."""
    return Beats(database)


def test_beat_of_unknown_edition_is_none(beats: Beats) -> None:
    """Of an edition, or of a process, that was never seen."""
    beats.record(RUN, ["daily"], NOW)
    assert beats.first_seen(RUN, "weekly") is None
    assert beats.last_seen("worker", "daily") is None


def test_beat_repeated_keeps_the_first_and_moves_the_last(beats: Beats) -> None:
    """An edition that is added later has a first beat of its own; those of other processes are not looked at."""
    for other in ("alpha", "worker"):
        beats.record(other, ["alpha", "daily", "weekly"], NOW + minutes(60))
    beats.record(RUN, ["daily"], NOW)
    beats.record(RUN, ["daily", "weekly"], NOW + minutes(5))
    assert (beats.first_seen(RUN, "daily"), beats.last_seen(RUN, "daily")) == (NOW, NOW + minutes(5))
    assert (beats.first_seen(RUN, "weekly"), beats.last_seen(RUN, "weekly")) == (NOW + minutes(5), NOW + minutes(5))
    assert beats.moments(RUN) == {"daily": NOW + minutes(5), "weekly": NOW + minutes(5)}
    assert (beats.latest(RUN), beats.latest("nobody")) == (NOW + minutes(5), None)
    for after, is_alive in ((minutes(8) - timedelta(microseconds=1), True), (minutes(8), False)):
        assert beats.is_alive(RUN, NOW + after) is is_alive
    assert not beats.is_alive("nobody", NOW)


def test_beat_of_a_clock_that_was_ahead_is_corrected(beats: Beats) -> None:
    """The first beat is the earliest one."""
    beats.record(RUN, ["daily"], NOW + minutes(780))
    beats.record(RUN, ["daily"], NOW)
    assert (beats.first_seen(RUN, "daily"), beats.last_seen(RUN, "daily")) == (NOW, NOW)


def test_beat_of_several_processes_at_once_is_one_row(beats: Beats) -> None:
    """Two `digest run` that start together store the earlier moment."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda late: beats.record(RUN, ["b", "a"], NOW + minutes(late)), range(8)))
        list(pool.map(lambda late: beats.record(RUN, ["a", "b"], NOW + minutes(late)), range(8)))
    assert {beats.first_seen(RUN, edition) for edition in ("a", "b")} == {NOW}


def test_beat_of_a_clock_that_was_ahead_is_no_sign_of_life(beats: Beats) -> None:
    """Else `digest serve`, and the commands of cron, would leave their work to a `digest run` that is dead."""
    beats.record(RUN, ["daily"], NOW + minutes(500_000))
    assert not beats.is_alive(RUN, NOW)
    beats.record(RUN, ["daily"], NOW + minutes(1))
    assert beats.is_alive(RUN, NOW)

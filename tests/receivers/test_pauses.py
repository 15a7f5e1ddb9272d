"""When a receiver group is paused, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model.receivers import GroupPause, PauseCause
from digest.receivers.pauses import (
    COUNTED_FOR,
    LIMITED_FOR,
    REFUSED_RECIPIENTS,
    TRIAL_MESSAGES,
    next_pause,
    refusing_groups,
)
from tests.support.store import minutes

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_REFUSED, _THROTTLED = PauseCause.REFUSED, PauseCause.THROTTLED


def paused(
    cause: PauseCause, now: datetime = NOW, last: GroupPause | None = None, cleared: datetime | None = None
) -> GroupPause:
    """The pause that begins at `now`; it must begin."""
    pause = next_pause("google", cause, "no", now, last, cleared)
    assert pause is not None
    return pause


def test_refusing_groups_three_different_recipients_of_one_group_count() -> None:
    """The same recipient counts once, and groups are not added up."""
    refusals = [("a", 1), ("a", 2), ("a", 2), ("b", 1), ("b", 2), ("b", 3), ("c", 4)]
    assert refusing_groups(refusals) == {"b"}


@pytest.mark.parametrize(
    ("cause", "lengths"), [(_REFUSED, [60, 120, 240, 240, 240]), (_THROTTLED, [1, 2, 4, 8, 15, 15])]
)
def test_next_pause_after_each_failed_trial_is_longer(cause: PauseCause, lengths: list[int]) -> None:
    """Its length grows up to the last one; `since` stays the first moment."""
    now, last = NOW, None
    for times, length in enumerate(lengths, 1):
        last = paused(cause, now, last)
        assert (last.until - now, last.times, last.since) == (minutes(length), times, NOW)
        now = last.until + minutes(5)
        last = replace(last, until=now + minutes(5), trial_at=now)


@pytest.mark.parametrize("cause", PauseCause)
def test_next_pause_while_paused_is_none(cause: PauseCause) -> None:
    """Messages that were in flight together make one pause."""
    last = paused(cause)
    assert next_pause("google", cause, "no", NOW + minutes(0.5), last, None) is None


def test_next_pause_refused_while_throttled_is_the_longer_one() -> None:
    """A refusal ends what was a short pause; a throttling does not shorten a long one."""
    assert paused(_REFUSED, NOW, paused(_THROTTLED)).until == NOW + minutes(60)
    assert next_pause("google", _THROTTLED, "no", NOW, paused(_REFUSED), None) is None


def test_next_pause_soon_after_a_cleared_one_is_longer_and_later_starts_again() -> None:
    """The last pause is remembered for half a day."""
    last = paused(_THROTTLED)
    assert paused(_THROTTLED, NOW + minutes(60), last, NOW + minutes(2)).times == 2
    assert paused(_THROTTLED, NOW + minutes(60), last, NOW + minutes(2)).since == NOW + minutes(60)
    assert paused(_THROTTLED, NOW + timedelta(hours=13), last, NOW + minutes(2)).times == 1


def test_pauses_times_are_those_of_the_manual() -> None:
    """Three recipients within an hour, three messages of a trial, and an hour at a slower pace."""
    assert (REFUSED_RECIPIENTS, TRIAL_MESSAGES) == (3, 3)
    assert COUNTED_FOR == LIMITED_FOR == timedelta(hours=1)

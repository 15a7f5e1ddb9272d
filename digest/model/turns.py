"""Turns: the moments at which messages may leave at a rate that several senders share."""

from datetime import datetime, timedelta
from typing import NamedTuple

_BLOCK = 0.5  # seconds of the rate that the senders reserve together
_AHEAD = 1.0  # seconds: turns that far ahead are not given yet, because a sender may be lost with its turns
_CATCH_UP = 0.05  # seconds that a late reservation may make up for
_CLOCK_ERROR = 1.0  # seconds by which the clocks of two senders may differ


class Turns(NamedTuple):
    """`number` turns, the first at `first`; without any, `first` is when there may be some."""

    first: datetime
    number: int

    def end(self, rate: float) -> datetime:
        """The first moment after them that is nobody's turn."""
        return self.first + timedelta(seconds=self.number / rate)


def next_turns(until: datetime | None, now: datetime, *, rate: float, senders: int) -> Turns:
    """The next turns at `rate` a second for one of the senders; all those before `until` were given.

    `until` is ignored where no reservation can have led to it: the clock was set back, or the rate was raised.
    """
    ahead = (until - now).total_seconds() if until is not None else 0.0
    if until is None or ahead > _AHEAD + max(_BLOCK, 1 / rate) + _CLOCK_ERROR:
        return Turns(now, _share(rate, senders))
    if ahead > _AHEAD:
        return Turns(until - timedelta(seconds=_AHEAD), 0)
    return Turns(max(until, now - timedelta(seconds=_CATCH_UP)), _share(rate, senders))


def _share(rate: float, senders: int) -> int:
    return max(1, int(_BLOCK * rate / senders))

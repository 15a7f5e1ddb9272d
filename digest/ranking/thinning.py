"""Thins the readings of one article by one source as they age. Pure.

Every reading is kept for 3 days, one an hour up to 14 days, and one a day until the end of the retention; of older ones
the last. Days are divided at the slots of the editions, and an hour that has a slot is divided there, too. So these
stay exactly as they were at each slot: a counter's highest value, when the counter was read last, and its highest value
`PACE_SPAN` before that. The first reading stays because it counts at earlier slots. To thin again, then or later,
gives what thinning once would have given.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from digest.ranking.scoring import PACE_SPAN

EVERY_VISIT = timedelta(days=3)
HOURLY = timedelta(days=14)
_DAY = timedelta(days=1)
_HOUR = 3600


class DatedCounters(NamedTuple):
    """One reading: when it was taken, and each counter, None if unknown."""

    taken_at: datetime
    counters: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thinning:
    """What is kept now: `readings` is the retention of readings, `slots` are the moments of its slots, by time."""

    now: datetime
    readings: timedelta
    slots: Sequence[datetime]

    @classmethod
    def at(cls, now: datetime, readings: timedelta, hours: Collection[time], zone: ZoneInfo) -> "Thinning":
        """What is kept at that moment for editions with slots at these hours of every day."""
        end = now.astimezone(zone).date()
        days = [end - _DAY * number for number in range(readings.days + 2)]
        moments = {datetime.combine(day, hour, zone).astimezone(UTC) for day in days for hour in hours}
        return cls(now=now, readings=readings, slots=sorted(moments))

    @property
    def newest(self) -> datetime:
        """Readings that were taken later all stay."""
        return self.now - EVERY_VISIT

    def surplus(self, readings: Sequence[DatedCounters]) -> list[datetime]:
        """The moments of the readings that are not kept; `readings` are all of one article and source, by time."""
        times = [one.taken_at for one in readings]
        old = times[: bisect_right(times, self.newest)]
        if not old or len(times) == 1:
            return []
        kept = {times[-1]}
        for counter in range(len(readings[0].counters)):
            known = [(at, value) for at, values in readings if (value := values[counter]) is not None]
            kept.update(self._kept(known))
        return [at for at in old if at not in kept]

    def _kept(self, known: Sequence[tuple[datetime, int]]) -> Iterator[datetime]:
        """The first reading of one counter, and of each period the last one and the last with the highest value."""
        limits = self._limits([at for at, _ in known])
        if known and self.now - known[0][0] < self.readings:
            yield known[0][0]  # at an earlier slot it counts
        for _, period in groupby(known, key=lambda one: self._period(one[0], limits)):
            readings = list(period)
            yield readings[-1][0]
            yield max(readings, key=lambda one: (one[1], one[0]))[0]

    def _limits(self, times: Sequence[datetime]) -> list[datetime]:
        """The slots among these moments, and for each when the earlier value of its pace was read at the latest."""
        if not times:
            return []
        # One of the slots after the last moment is enough: all have the same reading.
        slots = self.slots[bisect_left(self.slots, times[0]) : bisect_right(self.slots, times[-1]) + 1]
        # Ranking asks for what was read by the slot, replaying past days for what was read before it.
        read = {search(times, slot) for slot in slots for search in (bisect_left, bisect_right)}
        return sorted({*slots, *(times[place - 1] - PACE_SPAN for place in read if place)})

    def _period(self, taken_at: datetime, limits: Sequence[datetime]) -> tuple[int, ...]:
        """The period of a reading: from one limit up to and including the next; one at a slot has its own."""
        age = self.now - taken_at
        if age >= self.readings:
            return ()
        between = bisect_left(limits, taken_at), bisect_right(self.slots, taken_at)
        return between if age >= HOURLY else (*between, int(taken_at.timestamp()) // _HOUR)

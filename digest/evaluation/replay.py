"""Replays past days under several formulas: what each would have chosen, against what readers chose in the end. Pure.

The candidates of a day are the articles that were published in its window and read before its hour; their counters
stand as they stood then. The truth is the largest count that was ever seen of the target, and NDCG's gain is that count
itself. A day with fewer than `top` + 1 candidates is left out. Curves are learned anew for each day, from articles that
were 72 hours old at its hour and published in the `train` before that, of readings taken by then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from digest.evaluation.metrics import Chance, Interval, intervals, mean, ndcg, precision, recalled, tau_b
from digest.ranking.counters_at_slot import MISSED, pace, usual_gap
from digest.ranking.growth import GROWN, Curves, Grown, Training, averaged, grown
from digest.ranking.scoring import PACE, Candidate, CounterState, Formula, ScoringInput

BASELINE = "raw"
YOUNG = 8.0  # hours: younger articles are those that raw counts overlook
_HOUR = 3600.0


class Read(NamedTuple):
    """One reading: when it was taken (seconds since 1970), and the counters, None where unknown."""

    taken: float
    views: int | None
    comments: int | None


class Track(NamedTuple):
    """A counter over time: when it was read (seconds since 1970, rising), and the most it had reached by then."""

    times: Sequence[float]
    stood: Sequence[int]

    @classmethod
    def of(cls, readings: Iterable[tuple[float, int]]) -> "Track":
        """The track of readings in order; a counter that falls keeps its maximum."""
        pairs = list(readings)
        return cls([at for at, _ in pairs], list(accumulate((value for _, value in pairs), max)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """An article of the past: its key, when it was published and read (seconds since 1970), and its counters."""

    key: str
    published: float
    times: Sequence[float]
    views: Track
    comments: Track

    @classmethod
    def of(cls, key: str, published: float, reads: Iterable[Read]) -> "Past":
        """An article of its readings, in any order; of several sources the one that counted most is believed."""
        in_order = sorted(reads, key=lambda read: read.taken)
        return cls(
            key=key,
            published=published,
            times=[read.taken for read in in_order],
            views=Track.of((read.taken, read.views) for read in in_order if read.views is not None),
            comments=Track.of((read.taken, read.comments) for read in in_order if read.comments is not None),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to replay; `train` 0 is the default curve alone, `half_life` its half-life in hours."""

    formulas: Mapping[str, Formula]
    hours: Sequence[time]
    zone: ZoneInfo
    top: int = 10
    window: timedelta = timedelta(hours=24)
    train: timedelta = timedelta(days=60)
    target: Literal["views", "comments"] = "views"
    weight: float = 0.3
    half_life: float = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """One formula at one hour: means over the days, and NDCG's gain over raw counts (None: it is these)."""

    ndcg: Interval
    precision: float
    tau: float
    young_recall: float | None
    gain: Interval | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluated:
    """Marks by hour and formula; `days` are the days of each hour, and `civil_days` those of any."""

    hours: Mapping[str, Mapping[str, Marks]]
    days: Mapping[str, int]
    civil_days: int


@dataclass(kw_only=True, slots=True)
class _Tally:
    """What one formula reached, day by day."""

    ndcg: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    tau: list[float] = field(default_factory=list)
    young: list[tuple[int, int]] = field(default_factory=list)

    def add(self, gains: Sequence[int], young: Sequence[bool], top: int) -> None:
        self.ndcg.append(ndcg(gains, top))
        self.precision.append(precision(gains, top))
        self.tau.append(tau_b(gains))
        self.young.append(recalled(gains, young, top))


def evaluate(
    past: Iterable[Past], plan: Plan, chance: Callable[[], Chance], tell: Callable[[float], None] = lambda _: None
) -> Evaluated:
    """Replay every day at every hour; `chance` gives fresh dice of one seed, `tell` hears the share done."""
    archive = _Archive(sorted(past, key=lambda one: (one.published, one.key)))
    days: dict[str, int] = {}
    hours: dict[str, Mapping[str, Marks]] = {}
    seen: set[int] = set()
    for turn, hour in enumerate(plan.hours):
        tallies: dict[str, _Tally] = {name: _Tally() for name in plan.formulas}
        slots = list(_slots(archive.past, hour, plan))
        training = _Rolling(archive, slots[0], plan) if slots else None
        played = 0
        for place, slot in enumerate(slots):
            tell((turn + place / len(slots)) / len(plan.hours))
            if training and _play(archive, slot, training, plan, tallies):
                played += 1
                seen.add(place)
        name = f"{hour:%H:%M}"
        days[name] = played
        if played:
            hours[name] = _marked(tallies, chance())
    return Evaluated(hours=hours, days=days, civil_days=len(seen))


class _Archive:
    """All articles in the order of their publication, and how each grew; growth is looked at once."""

    def __init__(self, past: Sequence[Past]) -> None:
        self.past = past
        self.published = [one.published for one in past]
        self.views = [_growth(one.published, one.views) for one in past]
        self.comments = [_growth(one.published, one.comments) for one in past]


class _Rolling:
    """The curves of one hour, from one day to the next: articles enter as they are grown, and leave after `train`."""

    def __init__(self, archive: _Archive, slot: float, plan: Plan) -> None:
        self._archive, self._plan = archive, plan
        self._views, self._comments = Training(slot), Training(slot)
        self._from = self._to = 0

    def curves(self, slot: float) -> Curves:
        """The curves at a slot, which is not before the last one that was asked for."""
        newest = slot - GROWN * _HOUR
        oldest = newest - self._plan.train.total_seconds()
        first = bisect_left(self._archive.published, oldest)
        last = bisect_right(self._archive.published, newest) if self._plan.train else first
        for training, grown_ones in ((self._views, self._archive.views), (self._comments, self._archive.comments)):
            for one in grown_ones[max(self._to, first) : last]:
                if one:
                    training.add(one)
            for one in grown_ones[self._from : min(first, self._to)]:
                if one:
                    training.remove(one)
        self._from, self._to = first, max(self._to, last)
        half_life = self._plan.half_life
        return Curves(views=self._views.curve(half_life), comments=self._comments.curve(half_life))


def _growth(published: float, track: Track) -> Grown | None:
    upto = bisect_right(track.times, published + GROWN * _HOUR)
    if not upto:
        return None
    ages = (max(at - published, 0.0) / _HOUR for at in track.times[:upto])
    return grown(published, track.stood[upto - 1], averaged(zip(ages, track.stood[:upto], strict=True)))


def _slots(past: Sequence[Past], hour: time, plan: Plan) -> Iterator[float]:
    """Every day's slot, from the first publication to the last window that holds one."""
    if not past:
        return
    day = datetime.fromtimestamp(past[0].published, plan.zone).date()
    last = datetime.fromtimestamp(past[-1].published, plan.zone) + plan.window
    while day <= last.date():
        yield datetime.combine(day, hour, plan.zone).timestamp()
        day += timedelta(days=1)


def _play(archive: _Archive, slot: float, training: _Rolling, plan: Plan, tallies: Mapping[str, _Tally]) -> bool:
    """Play one day under every formula; whether it counts."""
    first = bisect_left(archive.published, slot - plan.window.total_seconds())
    last = bisect_left(archive.published, slot)
    past = [one for one in archive.past[first:last] if one.times[0] < slot]
    if len(past) <= plan.top:
        return False
    candidates = _candidates(past, slot)
    day = ScoringInput(candidates=candidates, weight=plan.weight, curves=training.curves(slot))
    ends = [track.stood[-1] if track.stood else 0 for track in (getattr(one, plan.target) for one in past)]
    young = [one.age < YOUNG for one in candidates]
    for name, formula in plan.formulas.items():
        scores = formula(day).scores
        order = sorted(range(len(past)), key=lambda at: (-scores[at], -past[at].published, past[at].key))
        tallies[name].add([ends[at] for at in order], [young[at] for at in order], plan.top)
    return True


def _candidates(past: Sequence[Past], slot: float) -> list[Candidate]:
    read = [(one.times[0], one.times[before - 1], before) for one in past if (before := bisect_left(one.times, slot))]
    gap = usual_gap([(latest - first) / _HOUR / (before - 1) for first, latest, before in read if before > 1])
    due = min(max(latest for _, latest, _ in read), slot - MISSED * gap * _HOUR)  # what was read before was missed
    return [
        Candidate(
            (slot - one.published) / _HOUR,
            _standing(one.views, one.published, slot, due),
            _standing(one.comments, one.published, slot, due),
        )
        for one in past
    ]


def _standing(track: Track, published: float, slot: float, due: float) -> CounterState | None:
    place = bisect_left(track.times, slot) - 1
    if place < 0:
        return None
    read_at, value = track.times[place], track.stood[place]
    before = bisect_right(track.times, read_at - PACE * _HOUR, 0, place) - 1
    gained = pace(value, track.stood[before] if before >= 0 else None, (read_at - published) / _HOUR)
    at = slot if read_at < due else read_at
    return CounterState(value, (at - published) / _HOUR, gained)


def _marked(tallies: Mapping[str, _Tally], chance: Chance) -> dict[str, Marks]:
    baseline = tallies[BASELINE].ndcg
    gains = {
        f"gain {name}": [one - raw for one, raw in zip(tally.ndcg, baseline, strict=True)]
        for name, tally in tallies.items()
    }
    found = intervals({**{name: tally.ndcg for name, tally in tallies.items()}, **gains}, chance)
    return {
        name: Marks(
            ndcg=found[name],
            precision=mean(tally.precision),
            tau=mean(tally.tau),
            young_recall=_part(tally.young),
            gain=None if name == BASELINE else found[f"gain {name}"],
        )
        for name, tally in tallies.items()
    }


def _part(young: Sequence[tuple[int, int]]) -> float | None:
    wanted = sum(there for _, there in young)
    return sum(found for found, _ in young) / wanted if wanted else None

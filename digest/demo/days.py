"""What the sample portal has published by some moment of the demo, and how often it was read. Pure.

The stories of the sample are those of two days, which take turns. At seven o'clock each has the age, the views and
the comments that it has in the sample.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HOUR = time(7)  # at which the days of the portal end: that of its issues
_DAY = timedelta(days=1)
_DAYS_SHOWN = 3
_HALF_LIFE = timedelta(hours=5)  # in which a story gets half of its remaining readers

Row = Mapping[str, Any]
Table = Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A story or a thread at one moment; a counter that the portal does not show is None."""

    path: str
    row: Row
    published_at: datetime
    views: int | None
    comments: int | None


def two_days_of_stories(stories: Table) -> tuple[Table, Table]:
    """In each language the most read story is of the first day, the next one of the second, and so on."""
    by_language: dict[str, list[Row]] = {}
    for row in sorted(stories, key=lambda row: row.get("views") or 0, reverse=True):
        by_language.setdefault(row["language"], []).append(row)
    first, second = ([row for rows in by_language.values() for row in rows[start::2]] for start in (0, 1))
    return first, second


def two_days_of_threads(threads: Table, stories: tuple[Table, Table]) -> tuple[Table, Table]:
    """A thread about a story is of the day of its story; the others take turns."""
    first, second = (_about(threads, of_day) for of_day in stories)
    others = [row for row in threads if row not in (*first, *second)]
    return [*first, *others[::2]], [*second, *others[1::2]]


def published(
    days: tuple[Table, Table], zone: ZoneInfo, first_day: date, now: datetime, *, since: datetime | None = None
) -> list[Published]:
    """What came out in the last days, or later than `since`, until `now`; the latest comes first."""
    today = now.astimezone(zone).date()
    ends = [today + _DAY - _DAY * place for place in range(_DAYS_SHOWN + 1)]
    found = [one for end in ends for one in _of_day(days[(end - first_day).days % 2], end, zone, now)]
    start = since or now - _DAY * _DAYS_SHOWN
    shown = [one for one in found if start <= one.published_at <= now]
    return sorted(shown, key=lambda one: one.published_at, reverse=True)


def counted(known: int | None, known_age: timedelta, age: timedelta) -> int | None:
    """A counter at some age, if it is `known` at `known_age`: it grows ever more slowly, and never falls."""
    return None if known is None else round(known * _share(age) / _share(known_age))


def _about(threads: Table, stories: Table) -> list[Row]:
    return [thread for thread in threads if any(story["title"] in thread["title"] for story in stories)]


def _of_day(table: Table, day: date, zone: ZoneInfo, now: datetime) -> Iterator[Published]:
    end = datetime.combine(day, HOUR, zone)
    for row in table:
        known_age = timedelta(hours=row["hours_before"])
        age = now - (end - known_age)
        yield Published(
            path=f"/{day}{row['path']}",
            row=row,
            published_at=end - known_age,
            views=counted(row.get("views"), known_age, age),
            comments=counted(row.get("comments"), known_age, age),
        )


def _share(age: timedelta) -> float:
    """The share of all its readers that a story has had at that age."""
    return 1.0 - math.exp2(-max(age / _HALF_LIFE, 0.0))

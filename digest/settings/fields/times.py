"""Durations, days, times of day, rates and time zones."""

import difflib
import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator

from digest.parsing.zone_files import find_zone

SINCE_LAST = "since last"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_NO_ZONES = {"Factory", "localtime", "posixrules"}  # the machine's own zone, or the lack of one
_DAYS_EXPECTED = 'expected days such as "mon-fri", "mon,wed,sat" or "daily"'
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=366)
_LONGEST_RETENTION = timedelta(days=7300)


def duration(value: object, longest: timedelta = _LONGEST) -> timedelta:
    """`30s`, `15m`, `24h` or `7d`; at most 366 days, so that date arithmetic cannot overflow."""
    match = re.fullmatch(r"([0-9]{1,8})([smhd])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('expected a duration such as "30s", "15m", "24h" or "7d"')
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > longest.total_seconds():
        raise ValueError(f'expected a duration of at most "{longest.days}d"')
    return timedelta(seconds=seconds)


def retention(value: object) -> timedelta:
    """A duration of at most twenty years."""
    return duration(value, _LONGEST_RETENTION)


def window(value: object) -> timedelta | str:
    """A duration, or `since last`."""
    if value == SINCE_LAST:
        return SINCE_LAST
    try:
        return duration(value)
    except ValueError as error:
        expected = str(error).replace('"30s", "15m", "24h" or "7d"', '"24h"')
        raise ValueError(f'{expected}, or "{SINCE_LAST}"') from error


def clock_time(value: object) -> time:
    """`07:00`."""
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a time of day such as "07:00"')
    return time(int(match[1]), int(match[2]))


def clock_time_or_none(value: object) -> time | None:
    """`06:30`, or empty for none."""
    return None if value in (None, "") else clock_time(value)


def days(value: object) -> frozenset[int]:
    """`mon-fri`, `mon,wed,sat` or `daily`, as weekday numbers (Monday 0)."""
    if not isinstance(value, str):
        raise ValueError(_DAYS_EXPECTED)
    if value.strip().lower() == "daily":
        return frozenset(range(7))
    return frozenset(day for part in value.lower().split(",") for day in _day_range(part.strip()))


def optional_day(value: object) -> date | None:
    """A day of the calendar, as TOML or ISO 8601 writes it, or none."""
    text = value.isoformat() if type(value) is date else value
    if text is None:
        return None
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise ValueError("expected a day such as 2026-10-01") from None


def _day_range(part: str) -> Iterator[int]:
    first, dash, last = (name.strip() for name in part.partition("-"))
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise ValueError(_DAYS_EXPECTED)
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    return (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def weekly(value: object) -> tuple[int, time]:
    """`fri 07:00`, as a weekday number (Monday 0) and a time of day."""
    match = re.fullmatch(r"\s*([A-Za-z]{3})\s+(\S+)\s*", value) if isinstance(value, str) else None
    if match is None or match[1].lower() not in WEEKDAYS:
        raise ValueError('expected a weekday and a time of day such as "fri 07:00"')
    return WEEKDAYS.index(match[1].lower()), clock_time(match[2])


def rate(value: object) -> float | None:
    """`14/s`, `600/m` or `9000/h` as messages per second; None for the empty string."""
    if value == "":
        return None
    match = re.fullmatch(r"([0-9]{1,7})/([smh])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('expected a rate such as "14/s" or "600/m", or "" for no limit')
    return int(match[1]) / _UNITS[match[2]]


def zone(value: str) -> str:
    """The name of an IANA time zone.

    Files that are no zone of their own are refused: the same name may be another zone on another machine, and those in
    `right/` are some seconds late.
    """
    if value in _NO_ZONES or value.startswith(("posix/", "right/")) or find_zone(value) is None:
        known = available_timezones()
        if value in known - _NO_ZONES:
            raise ValueError("this machine cannot read its file of that time zone; reinstall tzdata")
        places = [name for name in known if "/" in name or name == "UTC"]  # MST is not near to MSK
        near = difflib.get_close_matches(value, places, 1, 0.5)
        raise ValueError(f'expected an IANA time zone such as "{near[0] if near else "Europe/Moscow"}"')
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Zone = Annotated[str, AfterValidator(zone)]
Retention = Annotated[timedelta, BeforeValidator(retention)]

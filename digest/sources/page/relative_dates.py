"""Reads dates that are relative to when a page is read: `5 минут назад`, `вчера в 10:30`. Pure.

Hours and longer units are unknown: pages round them down, so at each visit `2 hours ago` may mean another moment, up to
an hour late. When an article was first seen is nearer.
"""

import re
from datetime import datetime, timedelta, tzinfo

from digest.parsing.dates.moments import without_date_label
from digest.parsing.dates.patterns import DatePattern

_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
}
_NAMES = (
    r"(?P<seconds>секунд[уы]?|сек|seconds?|secs?)"
    r"|(?P<minutes>минут[уы]?|мин|minutes?|mins?)"
)
# Without a number only what means one: `minutes ago` may be any number of them.
_AGO = re.compile(rf"(?i)(?:(?P<number>\d{{1,2}}|a|одну) |(?=(?:секунду|минуту) назад))(?:{_NAMES})\.? (?:назад|ago)")
_JUST_NOW = re.compile(r"(?i)(?:только что|just now)")
_NAMED_DAY = re.compile(r"(?i)(?:сегодня|вчера|today|yesterday)(?![^\W_])")
_CLOCK = re.compile(r"\d(?::\d\d)+")
_TIME_ALONE = DatePattern.parse("HH:mm")
_LONGEST = 40


def relative_moment(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """The moment (UTC) that a whole text means at `now`, in `zone`; None for any other text."""
    line = without_date_label(" ".join(text.split()))
    if len(line) > _LONGEST:
        return None
    if _NAMED_DAY.match(line):
        return _TIME_ALONE.read(line, zone, now) if len(_CLOCK.findall(line)) == 1 else None
    age = _age(line)
    return None if age is None else now - age


def _age(line: str) -> timedelta | None:
    if _JUST_NOW.fullmatch(line):
        return timedelta()
    match = _AGO.fullmatch(line)
    if match is None:
        return None
    number = match["number"] or ""
    return _UNITS[match.lastgroup or ""] * (int(number) if number.isdecimal() else 1)

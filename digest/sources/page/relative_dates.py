"""Reads dates that are relative to when a page is read: `5 минут назад`, `an hour ago`, `вчера в 10:30`. Pure.

Days and longer units are unknown: `2 days ago` may mean any moment of more than a day.
"""

import re
from datetime import datetime, timedelta, tzinfo

from digest.parsing.date_patterns import DatePattern

_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
}
_NAMES = (
    r"(?P<seconds>секунд[уы]?|сек|seconds?|secs?)"
    r"|(?P<minutes>минут[уы]?|мин|minutes?|mins?)"
    r"|(?P<hours>час(?:а|ов)?|hours?|hrs?)"
)
# Without a number only what means one: `hours ago` may be any number of them.
_AGO = re.compile(
    rf"(?i)(?:(?P<number>\d{{1,3}}|an?|один|одну) |(?=(?:секунду|минуту|час) назад))(?:{_NAMES})\.? (?:назад|ago)"
)
_HALF_AN_HOUR = re.compile(r"(?i)(?:полчаса назад|half an hour ago)")
_JUST_NOW = re.compile(r"(?i)(?:только что|just now)")
_NAMED_DAY = re.compile(r"(?i)(?:сегодня|вчера|today|yesterday)(?![^\W_])")
_CLOCK = re.compile(r"\d(?::\d\d)+")
_TIME_ALONE = DatePattern.parse("HH:mm")
_LONGEST = 40
_LATEST = timedelta(hours=24)  # of more hours, such as 48, nobody knows whether days were rounded


def relative_moment(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """The moment (UTC) that a whole text means at `now`, in `zone`; None for any other text.

    Hours and minutes count as whole ones, as pages round them down.
    """
    line = " ".join(text.split())
    if len(line) > _LONGEST:
        return None
    if _NAMED_DAY.match(line):
        return _TIME_ALONE.read(line, zone, now) if len(_CLOCK.findall(line)) == 1 else None
    age = _age(line)
    return None if age is None or age > _LATEST else now - age


def _age(line: str) -> timedelta | None:
    if _JUST_NOW.fullmatch(line):
        return timedelta()
    if _HALF_AN_HOUR.fullmatch(line):
        return timedelta(minutes=30)
    match = _AGO.fullmatch(line)
    if match is None:
        return None
    number = match["number"] or ""
    return _UNITS[match.lastgroup or ""] * (int(number) if number.isdecimal() else 1)

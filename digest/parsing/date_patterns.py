"""Dates as pages write them, by a pattern of CLDR (Unicode TR 35, 8): `dd.MM HH:mm`, `d MMMM yyyy`. Pure.

What a pattern leaves out is the latest that is not in the future: the year, or with a time alone the day. A day that
is less than 24 hours ahead keeps its year all the same: that is a clock or a zone that is wrong, and not a date of last
year; whoever asks can see it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digest.parsing.dates import CLOCK_SKEW, believable, hour_of_12, month_number

_WRONG_ZONE = timedelta(hours=24)
_LEAP_GAP = 8  # years: the longest from one 29 February to the next
_LONGEST = 200
_WORD = r"[^\W\d_]+\.?"
_NUMBER = r"\d{1,2}"
_FIELDS = {
    **dict.fromkeys(("y", "yyyy"), ("year", r"\d{4}")),
    "yy": ("year", r"\d{2}"),
    **dict.fromkeys(("M", "MM", "L", "LL"), ("month", _NUMBER)),
    **dict.fromkeys(("MMM", "MMMM", "LLL", "LLLL"), ("month", _WORD)),
    **dict.fromkeys(("d", "dd"), ("day", _NUMBER)),
    **dict.fromkeys(("H", "HH", "h", "hh"), ("hour", _NUMBER)),
    **dict.fromkeys(("m", "mm"), ("minute", _NUMBER)),
    **dict.fromkeys(("s", "ss"), ("second", _NUMBER)),
    "a": ("half", r"[aApP]\.?[mM]\.?"),
    **dict.fromkeys(("E", "EE", "EEE", "EEEE"), ("", _WORD)),  # the day of the week says nothing new
}
_PIECE = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<field>([A-Za-z])\3*)|(?P<space>\s+)|(?P<literal>[^A-Za-z'\s]+)")
_EXPECTED = 'expected a pattern such as "dd.MM HH:mm" or "d MMMM yyyy \'г.\'"'
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?")
_DAYS = {"сегодня": 0, "today": 0, "вчера": 1, "yesterday": 1}
_NAMED_DAY = re.compile(rf"(?i)\b({'|'.join(_DAYS)})\b")


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A pattern that was understood; make one with `parse`."""

    text: str
    _form: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> "DatePattern":
        """Understand a pattern; raises ValueError, whose sentence says what would be right."""
        pieces = list(_pieces(text))
        names = [name for name, _ in pieces if name]
        if len(names) != len(set(names)):
            raise ValueError(f"{_EXPECTED}; a part stands in it twice")
        if ("month" in names) != ("day" in names) or not {"day", "hour"} & set(names):
            raise ValueError(f"{_EXPECTED}: day and month, or a time alone")
        form = "".join(f"(?P<{name}>{form})" if name else form for name, form in pieces)
        return cls(text, re.compile(rf"(?<!\d){form}(?!\d)"))

    def read(self, text: str, zone: tzinfo, now: datetime) -> datetime | None:
        """The moment (UTC) of a text that holds such a date, in `zone`; None where there is none, or an impossible one.

        Pages that show `05:11`, `сегодня, 05:11` or `yesterday at 05:11` for the latest days are understood besides.
        """
        line = " ".join(text[:_LONGEST].split())
        named = _NAMED_DAY.search(line)
        match = _CLOCK.search(line) if named else self._form.search(line) or _CLOCK.fullmatch(line)
        if match is None:
            return None
        told = {name: value for name, value in match.groupdict().items() if value}
        latest = (now + (_WRONG_ZONE if "day" in told else CLOCK_SKEW)).astimezone(zone)
        try:
            if named:
                return _at(now.astimezone(zone).date() - timedelta(days=_DAYS[named[1].lower()]), told, zone)
            moments = (_at(day, told, zone) for day in _days(told, latest.date()))
            return believable(next((moment for moment in moments if moment <= latest), None))
        except (ValueError, OverflowError):
            return None


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a pattern: the name of what it tells ("" for nothing), and its regular expression."""
    place = 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None:
            raise ValueError(f"{_EXPECTED}; a quote is not closed")
        place = piece.end()
        if piece["field"]:
            if piece["field"] not in _FIELDS:
                raise ValueError(f"{_EXPECTED}; {piece['field']} is not understood, and words stand in 'quotes'")
            name, form = _FIELDS[piece["field"]]
            follows = _PIECE.match(text, place)
            runs_on = follows is not None and bool(follows["field"])  # ddMMyyyy: only its full width tells them apart
            yield name, (rf"\d{{{len(piece['field'])}}}" if runs_on and form == _NUMBER else form)
        elif piece["space"]:
            yield "", r"\s+"
        else:
            yield "", re.escape(" ".join((piece["quoted"] or piece["literal"] or "'").replace("''", "'").split(" ")))


def _days(told: dict[str, str], today: date) -> Iterator[date]:
    """The days that a date may mean, the latest one first."""
    if "day" not in told:
        yield from (today, today - timedelta(days=1))
        return
    month, day = _month(told["month"]), int(told["day"])
    if "year" in told:
        yield date(int(told["year"]) + (2000 if len(told["year"]) == 2 else 0), month, day)
        return
    for year in range(today.year, today.year - _LEAP_GAP - 1, -1):
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _month(text: str) -> int:
    number = int(text) if text.isdecimal() else month_number(text)
    if number is None:
        raise ValueError(f"not a month: {text}")
    return number


def _at(day: date, told: dict[str, str], zone: tzinfo) -> datetime:
    hour = int(told.get("hour", 0))
    if "half" in told:
        hour = hour_of_12(hour, told["half"])
    clock = time(hour, int(told.get("minute", 0)), int(told.get("second", 0)))
    return datetime.combine(day, clock, zone).astimezone(UTC)

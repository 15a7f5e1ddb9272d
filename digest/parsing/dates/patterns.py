"""Reads dates of pages by a CLDR pattern (Unicode TR 35, 8) such as `dd.MM HH:mm` or `d MMMM yyyy`. Pure.

A year that the pattern lacks, or a day where it has only a time, is the latest one that is not in the future. A day
less than 24 hours ahead keeps its year: the clock or the zone is wrong, which the caller reports, and the date is not
of last year.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digest.parsing.dates.believable import CLOCK_SKEW, believable
from digest.parsing.dates.forms import HALF, hour_of_12, named_groups
from digest.parsing.dates.moments import parse_as_written
from digest.parsing.dates.month_names import month_number
from digest.parsing.dates.surroundings import has_other_parts, rest_of_clock

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
    "a": ("half", rf"(?i:{HALF})\.?"),
    **dict.fromkeys(("E", "EE", "EEE", "EEEE"), ("", _WORD)),  # the day of the week adds nothing
}
_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<field>([A-Za-z])\3*)|(?P<space>\s+)|(?P<literal>[^A-Za-z'\s]+)")
_EXPECTED = 'expected a pattern such as "dd.MM HH:mm" or "d MMMM yyyy \'г.\'"'
_CLOCK = re.compile(
    r"(?i)(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?![\d:])"
    rf"(?: ?(?P<half>{HALF}(?![^\W_])\.?))?"
)
_DAYS = {"сегодня": 0, "today": 0, "вчера": 1, "yesterday": 1}
_NAMED_DAY = re.compile(rf"(?i)\b({'|'.join(_DAYS)})\b")


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A parsed pattern; make one with `parse`."""

    _form: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> "DatePattern":
        """Parse a pattern; raises ValueError with a message that shows a correct one."""
        parts = list(_parse_pattern(text))
        names = [name for name, _ in parts if name]
        if len(names) != len(set(names)):
            raise ValueError(f"{_EXPECTED}; a part occurs twice in it")
        if ("month" in names) != ("day" in names) or not {"day", "hour"} & set(names):
            raise ValueError(f"{_EXPECTED}: day and month, or a time alone")
        form = "".join(f"(?P<{name}>{form})" if name else form for name, form in parts)
        return cls(re.compile(rf"(?<!\d){form}(?!\d)"))

    def finds_date(self, text: str) -> bool:
        """Whether a text holds a date that `read` finds, even if it gives no moment."""
        return self._find(_line_of(text)) is not None

    def read(self, text: str, zone: tzinfo, now: datetime) -> datetime | None:
        """The moment (UTC) of the date in a text, in `zone`; None for a text without one, and for an impossible date.

        `05:11`, `сегодня, 05:11` and `yesterday at 5:11 PM` are read as well, as pages show the latest days. Where the
        text has parts of the date that the pattern lacks, such as a year, the moment is that of `parse_moment`, unless
        it contradicts the pattern, or none. A text that names two days has none, too.
        """
        line = _line_of(text)
        found = self._find(line)
        if found is None or len({day.lower() for day in _NAMED_DAY.findall(line)}) > 1:
            return None
        try:
            if has_other_parts(found.before, found.after, found.fields, is_day_named=found.days_ago is not None):
                return believable(_whole_date(line, found, zone, now))
            return believable(_latest_moment(found, found.zone or zone, now))
        except (ValueError, OverflowError):
            return None

    def _find(self, line: str) -> "_Found | None":
        named = _NAMED_DAY.search(line)
        match = self._form.search(line)
        if match is None or (named and "day" not in match.groupdict()):
            match = _CLOCK.search(line) if named else _CLOCK.match(line)
            found = _found_in(line, match, named)
            return found if found and (named or not found.after.strip()) else None
        found = _found_in(line, match, named)
        return found if found and _is_possible_day(found.fields) else None


@dataclass(frozen=True, slots=True)
class _Found:
    """A date in a line: its fields, the text before and after it, the zone and the day that the line names."""

    fields: dict[str, str]
    before: str
    after: str
    zone: tzinfo | None
    days_ago: int | None

    def named_day(self, zone: tzinfo, now: datetime) -> date | None:
        """The day that a word such as `yesterday` names."""
        return None if self.days_ago is None else now.astimezone(zone).date() - timedelta(days=self.days_ago)


def _line_of(text: str) -> str:
    words = text[:_LONGEST].split()
    return " ".join(words if len(text) <= _LONGEST else words[:-1])  # the last one may have been cut


def _found_in(line: str, match: re.Match[str] | None, named: re.Match[str] | None) -> _Found | None:
    if match is None:
        return None
    fields = named_groups(match)
    after, zone = line[match.end() :], None
    if "minute" in fields:
        rest, zone, after = rest_of_clock(after, fields)
        fields |= rest
    days_ago = _DAYS[named[1].lower()] if named else None
    return _Found(fields, line[: match.start()], after, zone, days_ago)


def _is_possible_day(fields: dict[str, str]) -> bool:
    """Whether day and month, if there are any, are those of some year: `11.25` in `2026.11.25` is no `dd.MM`."""
    try:
        return "day" not in fields or date(2000, _month(fields["month"]), int(fields["day"])) is not None
    except ValueError:
        return False


def _latest_moment(found: _Found, zone: tzinfo, now: datetime) -> datetime | None:
    """The latest moment of these fields that is not in the future; None where the day has another name."""
    named = found.named_day(zone, now)
    if named and "day" not in found.fields:
        return _moment_on(named, found.fields, zone)
    latest = (now + (_WRONG_ZONE if "day" in found.fields else CLOCK_SKEW)).astimezone(zone)
    days = _possible_days(found.fields, latest.date())
    moment = next((moment for day in days if (moment := _moment_on(day, found.fields, zone)) <= latest), None)
    is_other_day = named and moment and moment.astimezone(zone).date() != named
    return None if is_other_day else moment


def _whole_date(line: str, found: _Found, zone: tzinfo, now: datetime) -> datetime | None:
    """The date that a whole line means, if it has all fields that were found."""
    moment, fields = parse_as_written(line, zone), found.fields
    if moment is None or found.named_day(zone, now) not in {None, moment.date()}:
        return None
    if "day" in fields and next(_possible_days(fields, moment.date()), None) != moment.date():
        return None
    clock = _moment_on(moment.date(), fields, UTC)
    parts = [name for name in ("hour", "minute", "second") if name in fields]
    return moment if all(getattr(clock, name) == getattr(moment, name) for name in parts) else None


def _parse_pattern(text: str) -> Iterator[tuple[str, str]]:
    """For each part of a pattern the name of its field ("" for none) and its regular expression."""
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise ValueError(f"{_EXPECTED}; a quote is not closed")
        place = token.end()
        if token["field"]:
            if token["field"] not in _FIELDS:
                raise ValueError(f"{_EXPECTED}; {token['field']} is not understood; put words in 'quotes'")
            name, form = _FIELDS[token["field"]]
            follows = _TOKEN.match(text, place)
            has_neighbour = follows is not None and bool(follows["field"])  # such as ddMMyyyy
            yield name, (rf"\d{{{len(token['field'])}}}" if has_neighbour and form == _NUMBER else form)
        elif token["space"]:
            yield "", r"\s+"
        else:
            yield "", re.escape(" ".join((token["quoted"] or token["literal"] or "'").replace("''", "'").split(" ")))


def _possible_days(fields: dict[str, str], today: date) -> Iterator[date]:
    """The days that the fields may mean, the latest first."""
    if "day" not in fields:
        yield from (today, today - timedelta(days=1))
        return
    month, day = _month(fields["month"]), int(fields["day"])
    if "year" in fields:
        yield date(int(fields["year"]) + (2000 if len(fields["year"]) == 2 else 0), month, day)
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


def _moment_on(day: date, fields: dict[str, str], zone: tzinfo) -> datetime:
    hour = int(fields.get("hour", 0))
    if "half" in fields:
        hour = hour_of_12(hour, fields["half"])
    clock = time(hour, int(fields.get("minute", 0)), int(fields.get("second", 0)))
    return datetime.combine(day, clock, zone).astimezone(UTC)

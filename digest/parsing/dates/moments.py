"""The one reader of dates: those of e-mail, ISO 8601, databases, programs and people, in six languages. Pure.

A text is read as a whole. Where a part of it is not understood (an unknown zone name, a word, a third number), the
date is unknown, and never another moment.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from digest.parsing.counts import visible_line
from digest.parsing.dates.believable import EARLIEST, believable
from digest.parsing.dates.epochs import moment_since_1970, whole_seconds
from digest.parsing.dates.forms import END, HALF, hour_of_12, named_groups
from digest.parsing.dates.month_names import MONTH_NUMBERS
from digest.parsing.dates.zones import ZONES, contradicts, offset_of, zone_of

_EARLIEST_SECONDS = EARLIEST.timestamp()
_MAX_LENGTH = 100
_LONGEST = 1_000  # characters, with the spaces and invisible ones between them
_EPOCH = re.compile(r"(?:\d{9,13}|\d{16}|\d{19})(?:\.\d{1,9})?", re.ASCII)
_LEAP_SECOND = timedelta(seconds=1)
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})"
    r" ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:([+-])(\d\d)([0-5]\d)|GMT)",
    re.ASCII,
)
_ISO_8601 = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:[0-5]\d)?)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{8})(\d{6}(?:Z|[+-]\d{4})?)", re.ASCII)
_TIME = re.compile(r"""(?i)<time\s(?:[^<>]{0,300}?\s)?datetime\s?=\s?["']([^"'<>]{1,60})["'][^<>]{0,300}>""")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_DOT_NET = re.compile(r"/Date\((\d{9,13})(?:[+-]\d{4})?\)/", re.ASCII)  # its offset is for display
_IGNORED_WORDS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("mon", "tues?", "wed", "thu(?:rs?)?", "fri", "sat", "sun", "on"),
    *("at(?= [^ (])", "(?<=[0-9]{4} )at"),  # a final one behind a time is a zone, as in `16:31 AT`
    *("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    *("пн", "вт", "ср", "чт", "пт", "сб", "вс", "в", "года", "г"),
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "um", "uhr"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "le", "à"),
    *("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "a las?", "h(?:rs?|s|oras)?"),
    *("понеділок", "вівторок", "середа", "четвер", "п['’ʼ]ятниця", "субота", "неділя", "о", "об", "року", "р"),
)
_MONTH = rf"(?P<name>{'|'.join(sorted(MONTH_NUMBERS, reverse=True))})(?![^\W\d_])\.?"
_DAY = r"(?P<day>[0-9]{1,2})"
_YEAR = r"(?P<year>[0-9]{4})"
_DATES = (
    rf"{_YEAR}(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark){_DAY}{END}",
    rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){END}",
    rf"{_DAY}\.(?P<month>[0-9]{{1,2}})\.{_YEAR}{END}",
    rf"(?P<one>[0-9]{{1,2}})(?P<mark>[-/])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}{END}",
    rf"{_DAY}(?:(?:st|nd|rd|th)(?: of)?)?[-. ]{{0,2}}{_MONTH}[-, ]{{0,2}}(?P<year>[0-9]{{4}}|[0-9]{{2}}){END}",
    rf"{_DAY} de {_MONTH} del? {_YEAR}{END}",
    rf"(?P<day>1)er {_MONTH} {_YEAR}{END}",
    rf"{_MONTH} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}{END}",
    rf"{_MONTH} {_DAY}(?![0-9:,./-])",  # C's asctime: the year follows the time
    rf"{_DAY} {_MONTH}(?= [0-9]{{1,2}}:)",  # so does it with the command `date` in British English
)
_MILLISECOND = r":(?=[0-9]{3}(?![0-9]))"  # as SQL Server separates it (CONVERT, style 109)
_SECOND = rf"(?::(?P<second>[0-9]{{2}})(?:(?:[.,]|{_MILLISECOND})(?P<fraction>[0-9]{{1,9}}))?)?"
_HALF_DAY = rf"(?: ?(?P<half>{HALF})(?![^\W_])\.?)?"
_TIMES = (
    rf"(?:(?<=[0-9])T)?(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}}){_SECOND}{END}{_HALF_DAY}",
    rf"(?<=[0-9])T(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?{END}",
    rf"(?P<hour>[0-9]{{1,2}}) ?h ?(?P<minute>[0-9]{{2}}){END}",  # in French
)
_IGNORED = (
    r"[ ,]+|[-–—|•·@/](?= )",
    rf"(?:{'|'.join(_IGNORED_WORDS)})(?![^\W_])\.?",
    r"^[^\W\d_]+\.?,",  # the day of the week in another language
)
_PARTS = {
    "date": _DATES,
    "time": _TIMES,
    "zone": ZONES,
    "year": (rf"{_YEAR}$",),
    "comment": (r"(?P<text>\([^()]*\)|\[[^][]*\])",),
    # Go writes `+0300 MSK`, and programs in Python append a Z to the offset.
    "label": (rf"(?P<text>(?-i:[A-Z]{{3,5}}|Z)(?![^\W_])|[-+][0-9]{{2}}(?:[0-9]{{2}})?{END})",),
    "reading": (r"m=[-+][0-9]+\.[0-9]+$",),  # and the reading of its monotonic clock
    "": _IGNORED,
}
# What says that the date of publication follows; that of an update is another date.
_LABEL = re.compile(
    r"(?i)(?:(?:published|posted|added)(?: (?:on|at))?|(?:publication )?date|добавлен[оа]?|размещен[оа]?|размещён"
    r"|дата(?: публикации)?|опубликован[оа]?|опублікован[оа]|veröffentlicht(?: am)?|publié(?: le)?|publicado(?: el)?)"
    r"(?![^\W_]) ?:? ?"
)
_TOKENS = [(kind, re.compile(rf"(?i){form}")) for kind, forms in _PARTS.items() for form in forms]
# What precedes a part: elsewhere the sign of a zone is a dash, and a comment may be the only word of a zone.
_AFTER = {"zone": "time", "year": "date", "comment": "zone", "label": "zone", "reading": "zone"}


def parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """The moment (UTC) that a date means, read in `zone` where it names none; a day means its first moment.

    None for every text that is not wholly understood, and for a date before 1990. Seconds and milliseconds since 1970
    are understood. Of `05/06/2026` nobody knows the month.
    """
    line = _without_markup(text)
    try:
        return believable(_common_form(line, zone) or _any_form(_plain_line(line), zone))
    except (KeyError, ValueError, OverflowError):  # KeyError: the s of `ſep` is another letter in lower case
        return None


def parse_as_written(text: str, zone: tzinfo) -> datetime | None:
    """The same moment in the zone that the text names, so that its day and hour are those of the text."""
    line = _without_markup(text)
    try:
        return _common_form(line, zone) or _any_form(_plain_line(line), zone)
    except (KeyError, ValueError, OverflowError):  # as in parse_moment
        return None


def _without_markup(text: str) -> str:
    """A date without the HTML around it, as Drupal's views write it: what one `<time>` states, else what is shown."""
    if "<" not in text or len(text) > _LONGEST:
        return text.strip()
    stated = _TIME.findall(text)
    return (stated[0] if len(stated) == 1 else _TAG.sub(" ", text)).strip()


def without_date_label(line: str) -> str:
    """A line without a label such as `Published on` at its start."""
    label = _LABEL.match(line)
    return line[label.end() :] if label else line


def _plain_line(text: str) -> str:
    line = without_date_label(visible_line(text, _LONGEST))
    return _COMPACT.sub(r"\1T\2", line) if _COMPACT.fullmatch(line) else line


def parse_seconds(text: str, zone: tzinfo) -> float | None:
    """The same moment in seconds since 1970; quick for a text that holds these (benchmarks: ranking)."""
    seconds = whole_seconds(text)
    if seconds is None:
        moment = parse_moment(text, zone)
        return None if moment is None else moment.timestamp()
    return seconds if seconds >= _EARLIEST_SECONDS else None


def _common_form(line: str, zone: tzinfo) -> datetime | None:
    """Quick path for what nearly every feed and database writes (benchmarks: parsing)."""
    seconds = whole_seconds(line)
    if seconds is not None:
        return moment_since_1970(seconds)
    if match := _RFC_5322.fullmatch(line):
        return _of_rfc_5322(match)
    if _ISO_8601.fullmatch(line):
        moment = datetime.fromisoformat(line)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    number = _DOT_NET.fullmatch(line) or _EPOCH.fullmatch(line)
    return moment_since_1970(float(number[number.lastindex or 0])) if number else None


def _of_rfc_5322(match: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset: tzinfo = UTC if sign is None else offset_of(sign, int(hours), int(minutes))
    number = MONTH_NUMBERS[month.lower()]
    return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=offset)


def _any_form(line: str, zone: tzinfo) -> datetime | None:
    parts = _parts(line) if len(line) <= _MAX_LENGTH else {}
    day = _day(parts.get("date", {}), parts.get("year", {}))
    if day is None:
        return None
    if "zone" in parts:
        zone = zone_of(parts["zone"])
    if "label" in parts and "sign" not in parts["zone"]:
        return None  # two names of zones
    clock, later = _clock(parts.get("time", {}))
    moment = datetime(*day, *clock, tzinfo=zone) + later
    notes = (parts[kind]["text"] for kind in ("comment", "label") if kind in parts)
    return None if any(contradicts(note.strip("()[] "), moment) for note in notes) else moment


def _parts(line: str) -> dict[str, dict[str, str]]:
    """What each part of a date holds, by its kind; empty where something is left over or occurs twice."""
    parts: dict[str, dict[str, str]] = {}
    place = 0
    while place < len(line):
        kind, match = _token(line, place, parts)
        if match is None:
            return {}
        place = match.end()
        if kind:
            parts[kind] = named_groups(match)
    return parts


def _token(line: str, place: int, parts: Mapping[str, object]) -> tuple[str, re.Match[str] | None]:
    for kind, form in _TOKENS:
        if kind in parts or _AFTER.get(kind, kind) not in {kind, *parts}:
            continue
        if match := form.match(line, place):
            return kind, match
    return "", None


def _day(date: Mapping[str, str], asctime: Mapping[str, str]) -> tuple[int, int, int] | None:
    """Year, month and day; None without a year, or where nobody knows which number is the month."""
    year = date.get("year") or asctime.get("year")
    if year is None or ("year" in date and asctime):
        return None
    century = 0 if len(year) == 4 else 2000 if int(year) < 50 else 1900  # RFC 5322, 4.3
    if "one" in date:
        day, month = int(date["one"]), int(date["other"])
        if day <= 12 < month:
            day, month = month, day
        elif day != month and day <= 12:
            return None
    else:
        day = int(date["day"])
        month = MONTH_NUMBERS[date["name"].lower()] if "name" in date else int(date["month"])
    return int(year) + century, month, day


def _clock(time: Mapping[str, str]) -> tuple[tuple[int, int, int, int], timedelta]:
    """Hour, minute, second and microsecond, and what is to be added: 24:00 is the next day, 23:59:60 a leap second.

    Raises ValueError for an hour that AM or PM contradicts.
    """
    hour, minute, second = (int(time.get(name, 0)) for name in ("hour", "minute", "second"))
    if "half" in time:
        hour = hour_of_12(hour, time["half"])
    fraction = int(time.get("fraction", "")[:6].ljust(6, "0"))
    if hour == 24 and not (minute or second or fraction):
        return (0, 0, 0, 0), timedelta(days=1)
    if (minute, second) == (59, 60):
        return (hour, 59, 59, 0), _LEAP_SECOND
    return (hour, minute, second, fraction), timedelta()

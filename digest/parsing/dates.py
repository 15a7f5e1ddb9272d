"""The one reader of dates: those of e-mail, ISO 8601, databases, programs and people, in English and Russian. Pure.

A text is read as a whole. Where a part of it is not understood (an unknown zone name, a word, a third number), the
date is unknown, and never another moment.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from digest.parsing.counts import visible_line

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before the web a date is a default, such as 1970-01-01."""

CLOCK_SKEW = timedelta(minutes=15)
"""How far a portal's clock may run ahead of ours."""

_EARLIEST_SECONDS = EARLIEST.timestamp()
_MAX_LENGTH = 100
_LONGEST = 1_000  # characters, with the spaces and invisible ones between them
# From here on a number cannot be seconds, milliseconds or microseconds: as these it is the year 5138.
_MILLISECONDS, _MICROSECONDS, _NANOSECONDS = 10**11, 10**14, 10**17
_SINCE_2001 = 10**18  # nanoseconds; in smaller numbers .NET counts ticks of 100 ns since the year 1
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

# English, Russian; German, French, Spanish and Ukrainian. None of them means two months.
_MONTHS = (
    "jan january янв январь января januar jänner jän janv janvier ene enero січ січень січня",
    "feb february фев февр февраль февраля februar févr fév février fevrier febrero лют лютий лютого",
    "mar march мар март марта märz mär mrz mars marzo бер березень березня",
    "apr april апр апрель апреля avr avril abr abril кві квіт квітень квітня",
    "may май мая mai mayo тра трав травень травня",
    "jun june июн июнь июня juni juin junio чер черв червень червня",
    "jul july июл июль июля juli juil juill juillet julio лип липень липня",
    "aug august авг август августа août aout ago agosto сер серп серпень серпня",
    "sep sept september сен сент сентябрь сентября septembre septiembre setiembre вер вересень вересня",
    "oct october окт октябрь октября okt oktober octobre octubre жов жовт жовтень жовтня",
    "nov november ноя нояб ноябрь ноября novembre noviembre лис лист листопад листопада",
    "dec december дек декабрь декабря dez dezember déc décembre decembre dic diciembre гру груд грудень грудня",
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
MONTH_NAMES = tuple(_MONTH_NUMBERS)
"""Names of months in lower case, full and abbreviated, in six languages."""
_IGNORED_WORDS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("mon", "tues?", "wed", "thu(?:rs?)?", "fri", "sat", "sun", "at", "on"),
    *("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    *("пн", "вт", "ср", "чт", "пт", "сб", "вс", "в", "года", "г"),
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "um", "uhr"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "le", "à"),
    *("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "a las?", "h(?:rs?|s|oras)?"),
    *("понеділок", "вівторок", "середа", "четвер", "п['’ʼ]ятниця", "субота", "неділя", "о", "об", "року", "р"),
)
# Names that one zone has. IST (India, Israel, Ireland) and AST (Arabia, the Atlantic) have several: they are unknown.
# EST and the other American names are those of RFC 5322, 4.3. The others are the IANA database's abbreviations.
_ZONE_OFFSETS = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "bst", "west"), 1),
    **dict.fromkeys(("eet", "cest", "sast"), 2),
    **dict.fromkeys(("msk", "мск", "eest", "eat"), 3),
    **dict.fromkeys(("по мск", "по москве", "по московскому времени"), 3),
    **dict.fromkeys(("msd", "samt"), 4),
    **dict.fromkeys(("yekt", "pkt"), 5),
    **dict.fromkeys(("omst",), 6),
    **dict.fromkeys(("krat", "novt", "wib"), 7),
    **dict.fromkeys(("irkt", "hkt", "awst"), 8),
    **dict.fromkeys(("yakt", "jst", "kst"), 9),
    **dict.fromkeys(("vlat", "aest"), 10),
    **dict.fromkeys(("magt", "aedt"), 11),
    **dict.fromkeys(("pett", "nzst"), 12),
    **dict.fromkeys(("nzdt",), 13),
    **dict.fromkeys(("edt",), -4),
    **dict.fromkeys(("est", "cdt"), -5),
    **dict.fromkeys(("cst", "mdt"), -6),
    **dict.fromkeys(("mst", "pdt"), -7),
    **dict.fromkeys(("pst",), -8),
}
# What the names above mean elsewhere: China and Cuba, the Philippines, and Australia until 2014. No date is read by
# them, but they do not contradict an offset.
_OTHER_OFFSETS = {"cst": (8, -5), "cdt": (-4,), "pst": (8,), "est": (10,), "edt": (11,)}
_MONTH = rf"(?P<name>{'|'.join(sorted(_MONTH_NUMBERS, reverse=True))})(?![^\W\d_])\.?"
_DAY = r"(?P<day>[0-9]{1,2})"
_YEAR = r"(?P<year>[0-9]{4})"
_END = r"(?![0-9:])"
_DATES = (
    rf"{_YEAR}(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark){_DAY}{_END}",
    rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_END}",
    rf"{_DAY}\.(?P<month>[0-9]{{1,2}})\.{_YEAR}{_END}",
    rf"(?P<one>[0-9]{{1,2}})(?P<mark>[-/])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}{_END}",
    rf"{_DAY}(?:(?:st|nd|rd|th)(?: of)?)?[-. ]{{0,2}}{_MONTH}[-, ]{{0,2}}(?P<year>[0-9]{{4}}|[0-9]{{2}}){_END}",
    rf"{_DAY} de {_MONTH} del? {_YEAR}{_END}",
    rf"(?P<day>1)er {_MONTH} {_YEAR}{_END}",
    rf"{_MONTH} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}{_END}",
    rf"{_MONTH} {_DAY}(?![0-9:,./-])",  # C's asctime: the year follows the time
    rf"{_DAY} {_MONTH}(?= [0-9]{{1,2}}:)",  # so does it with the command `date` in British English
)
_MILLISECOND = r":(?=[0-9]{3}(?![0-9]))"  # as SQL Server separates it (CONVERT, style 109)
_SECOND = rf"(?::(?P<second>[0-9]{{2}})(?:(?:[.,]|{_MILLISECOND})(?P<fraction>[0-9]{{1,9}}))?)?"
HALF = r"[ap](?:\. ?)?m"
"""AM or PM in any case, before its last dot; in Spanish with a space: `p. m.`"""
_HALF_DAY = rf"(?: ?(?P<half>{HALF})(?![^\W_])\.?)?"
_TIMES = (
    rf"(?:(?<=[0-9])T)?(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}}){_SECOND}{_END}{_HALF_DAY}",
    rf"(?<=[0-9])T(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?{_END}",
    rf"(?P<hour>[0-9]{{1,2}}) ?h ?(?P<minute>[0-9]{{2}}){_END}",  # in French
)
_OFFSET = rf"(?:UTC|GMT) ?(?P<sign>[-+−])(?P<hours>[0-9]{{1,2}})(?::?(?P<minutes>[0-5][0-9]))?{_END}"
_ZONE = rf"(?P<zone>{'|'.join(sorted(_ZONE_OFFSETS, reverse=True))})(?![^\W_])"
_ZONES = (
    rf"(?:(?:UTC|GMT) ?)?(?P<sign>[-+−])(?P<hours>[0-9]{{2}}):?(?P<minutes>[0-5][0-9])?{_END}",
    _OFFSET,
    rf"(?P<sign>\+)(?P<hours>[0-9]):(?P<minutes>[0-5][0-9]){_END}",
    r"(?P<key>[A-Z]+(?:/[A-Z0-9_+-]+)+)",
    _ZONE,
    rf"\({_ZONE}\)",  # `(+12)` may be a rating
    rf"\({_OFFSET}\)",
)
_IGNORED = (
    r"[ ,]+|[-–—|•·@/](?= )",
    rf"(?:{'|'.join(_IGNORED_WORDS)})(?![^\W_])\.?",
    r"^[^\W\d_]+\.?,",  # the day of the week in another language
)
_PARTS = {
    "date": _DATES,
    "time": _TIMES,
    "zone": _ZONES,
    "year": (rf"{_YEAR}$",),
    "comment": (r"(?P<text>\([^()]*\)|\[[^][]*\])",),
    # Go writes `+0300 MSK`, and programs in Python append a Z to the offset.
    "label": (rf"(?P<text>(?-i:[A-Z]{{3,5}}|Z)(?![^\W_])|[-+][0-9]{{2}}(?:[0-9]{{2}})?{_END})",),
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
_ZONE_FORMS = [form for kind, form in _TOKENS if kind == "zone"]
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
    except (KeyError, ValueError, OverflowError, OSError):  # ZoneInfo: KeyError, and OSError for a folder of zones
        return None


def parse_as_written(text: str, zone: tzinfo) -> datetime | None:
    """The same moment in the zone that the text names, so that its day and hour are those of the text."""
    line = _without_markup(text)
    try:
        return _common_form(line, zone) or _any_form(_plain_line(line), zone)
    except (KeyError, ValueError, OverflowError, OSError):  # as in parse_moment
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
    seconds = _epoch(text)
    if seconds is None:
        moment = parse_moment(text, zone)
        return None if moment is None else moment.timestamp()
    return seconds if seconds >= _EARLIEST_SECONDS else None


def moment_since_1970(number: float | Decimal) -> datetime | None:
    """The moment (UTC) of a number of seconds, or of milli-, micro- or nanoseconds where seconds would be absurd.

    None before 1990, for a number of 14 digits, which is a date such as 20261125172526, and for one of 18, which may be
    the ticks of .NET.
    """
    try:
        return believable(datetime.fromtimestamp(_seconds(float(number)), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _seconds(number: float) -> float:
    if number >= _MICROSECONDS:
        if _NANOSECONDS <= number < _SINCE_2001:
            raise ValueError("nanoseconds before 2001, or the ticks of .NET")
        return number / (10**9 if number >= _NANOSECONDS else 10**6)
    if number >= 10**13:
        raise ValueError("neither seconds nor milliseconds of this century")
    return number / 1000 if number >= _MILLISECONDS else number


def _epoch(line: str) -> float | None:
    """The seconds since 1970 that digits alone mean; None for any other line."""
    is_epoch = 9 <= len(line) <= 13 and line.isascii() and line.isdigit()
    return _seconds(int(line)) if is_epoch else None


def believable(moment: datetime | None) -> datetime | None:
    """An aware moment in UTC; None for one before 1990. Raises OverflowError near the ends of the calendar."""
    return None if moment is None or moment < EARLIEST else moment.astimezone(UTC)


def is_in_future(moment: datetime, now: datetime) -> bool:
    """Whether a moment is further ahead of `now` than clocks differ: what was published already cannot be."""
    return moment > now + CLOCK_SKEW


def month_number(name: str) -> int | None:
    """The number of a month by its name, full or abbreviated."""
    return _MONTH_NUMBERS.get(name.lower().rstrip("."))


def _common_form(line: str, zone: tzinfo) -> datetime | None:
    """Quick path for what nearly every feed and database writes (benchmarks: parsing)."""
    seconds = _epoch(line)
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
    offset: tzinfo = UTC if sign is None else _offset(sign, int(hours), int(minutes))
    number = _MONTH_NUMBERS[month.lower()]
    return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=offset)


@lru_cache(maxsize=100)  # all dates of a portal have one or two
def _offset(sign: str, hours: int, minutes: int) -> tzinfo:
    # `-0000` is UTC, too (RFC 5322, 3.3): only the writer's own zone is unknown.
    return timezone((1 if sign == "+" else -1) * timedelta(hours=hours, minutes=minutes)) if hours or minutes else UTC


def _any_form(line: str, zone: tzinfo) -> datetime | None:
    parts = _parts(line) if len(line) <= _MAX_LENGTH else {}
    day = _day(parts.get("date", {}), parts.get("year", {}))
    if day is None:
        return None
    if "zone" in parts:
        zone = _zone(parts["zone"])
    if "label" in parts and "sign" not in parts["zone"]:
        return None  # two names of zones
    clock, later = _clock(parts.get("time", {}))
    moment = datetime(*day, *clock, tzinfo=zone) + later
    notes = (parts[kind]["text"] for kind in ("comment", "label") if kind in parts)
    return None if any(_contradicts(note.strip("()[] "), moment) for note in notes) else moment


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


def named_groups(match: re.Match[str]) -> dict[str, str]:
    """The named groups of a match that found something."""
    return {name: value for name, value in match.groupdict().items() if value}


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
        month = _MONTH_NUMBERS[date["name"].lower()] if "name" in date else int(date["month"])
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


def hour_of_12(hour: int, half: str) -> int:
    """The hour of the day of `hour` AM or PM; raises ValueError unless it is from 1 to 12."""
    if not 1 <= hour <= 12:
        raise ValueError("not an hour of the morning or the afternoon")
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _contradicts(note: str, moment: datetime) -> bool:
    """Whether a note such as `EST` or `(GMT+3)` beside a zone means another offset; an unknown name means none."""
    zone = zone_named(note)
    if zone is None:
        return False
    offset = moment.utcoffset()
    others = [timedelta(hours=hours) for hours in _OTHER_OFFSETS.get(note.lower(), ())]
    return offset not in {moment.astimezone(zone).utcoffset(), *others}


def zone_named(text: str) -> tzinfo | None:
    """The zone that a text such as `MSK`, `GMT+3` or `Europe/Moscow` means; None for any other text."""
    match = next((match for form in _ZONE_FORMS if (match := form.fullmatch(text))), None)
    try:
        return match and _zone(named_groups(match))
    except (KeyError, ValueError, OSError):  # as in parse_moment
        return None


def _zone(zone: Mapping[str, str]) -> tzinfo:
    """Raises ValueError, and KeyError for a name that the IANA database does not have."""
    if "key" in zone:
        return ZoneInfo(zone["key"])
    if "zone" in zone:
        return timezone(timedelta(hours=_ZONE_OFFSETS[zone["zone"].lower()]))
    return _offset(zone["sign"], int(zone["hours"]), int(zone.get("minutes", 0)))

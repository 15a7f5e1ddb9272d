"""An article as a feed of any format describes it, and the reading of its numbers and dates."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from time import struct_time

from digest.model.articles import Counters

MOST_ENTRIES = 2_000
MOST_COUNTED = 10**15

NO_URL = "an item without a URL was left out"
NO_TITLE = "an item without title and text was left out"
TOO_MANY = f"an item beyond the first {MOST_ENTRIES:,} was left out"
BAD_COUNTER = "a counter was no whole number"
BAD_DATE = "a date was impossible or unreadable"
BROKEN = "the feed is not well-formed; the readable part was used"

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web a date is a default, such as 1970-01-01
_DIGITS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+|\d+", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", re.ASCII)
_LONGEST_DATE = 60
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
# How nearly every RSS feed writes a date; the rest of RFC 5322 is the library's.
_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})"
    r" (\d\d):(\d\d):(\d\d) (?:([+-])(\d\d)([0-5]\d)|GMT)",
    re.ASCII,
)
# Zone names that Russian portals write; e-mail dates (RFC 5322) know only the American ones.
_ZONES = {"MSK": 3, "MSD": 4, "EET": 2, "EEST": 3, "CET": 1, "CEST": 2, "BST": 1}
_ZONE_NAME = re.compile(rf"\s*\b({'|'.join(_ZONES)})\s*$")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One item of a feed: texts are plain and cleaned, `url` is absolute, dates are aware and UTC.

    `url` may be missing (None), and `title` too (empty).
    """

    url: str | None
    title: str
    guid: str | None = None
    summary: str | None = None
    image_url: str | None = None
    image_credit: str | None = None
    section: str | None = None
    author: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    counters: Counters = field(default_factory=Counters)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """The entries of a feed, and how often each flaw was found in it."""

    entries: tuple[Entry, ...]
    flaws: Counter[str]


def counted(value: object, flaws: Counter[str]) -> int | None:
    """A counter of 0 to 10^15, or None where it is not told or makes no sense (which is a flaw)."""
    if value is None or value == "":
        return None
    number = _whole(value)
    if number is None or number < 0:
        flaws[BAD_COUNTER] += 1
        return None
    return min(number, MOST_COUNTED)


def moment(text: object, parsed: struct_time | None, zone: tzinfo, flaws: Counter[str]) -> datetime | None:
    """The moment that a date means, without a zone of its own read in `zone`; `parsed` is a second opinion in UTC."""
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        found = _own_reading(text.strip(), zone) or (datetime(*parsed[:6], tzinfo=UTC) if parsed else None)
        found = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, TypeError):
        found = None
    if found is None or found < _EARLIEST:
        flaws[BAD_DATE] += 1
        return None
    return found


def primary_language(tag: object) -> str | None:
    """The first part of a language tag, such as `ru` of `ru-RU`."""
    match = _LANGUAGE.fullmatch(tag.strip()) if isinstance(tag, str) else None
    return match[1].lower() if match else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    match = _DIGITS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    digits = re.sub(r"\D", "", match[0])
    return int(digits) if len(digits) <= 16 else MOST_COUNTED


def _mail_date(text: str) -> datetime:
    written = _MAIL.fullmatch(text)
    if written is None or text.endswith("-0000"):  # -0000 is a time without a zone
        return parsedate_to_datetime(text)
    day, month, year, hour, minute, second, sign, hours, minutes = written.groups()
    zone = UTC
    if hours and (hours, minutes) != ("00", "00"):
        zone = timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))
    return datetime(
        int(year), _MONTHS.index(month) // 3 + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone
    )


def _own_reading(text: str, zone: tzinfo) -> datetime | None:
    if len(text) > _LONGEST_DATE:
        return None
    named = _ZONE_NAME.search(text)
    if named:
        zone, text = timezone(timedelta(hours=_ZONES[named[1]])), text[: named.start()]
    try:
        found = datetime.fromisoformat(text) if _ISO.fullmatch(text) else _mail_date(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)

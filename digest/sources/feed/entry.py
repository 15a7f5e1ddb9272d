"""An article as a feed of any format describes it, and the reading of its numbers and dates."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from digest.model.articles import Channel, Counters
from digest.parsing.counts import is_blank, parse_count
from digest.parsing.dates.moments import parse_moment
from digest.parsing.text import clean_line

MOST_ENTRIES = 2_000

NO_URL = "an item without a URL was left out"
NO_TITLE = "an item without title and text was left out"
TOO_MANY = f"an item beyond the first {MOST_ENTRIES:,} was left out"
BAD_COUNTER = "a counter was not a whole number"
BAD_DATE = "a date was impossible or unreadable"
BROKEN = "the feed is not well-formed; the readable part was used"


class Entry(NamedTuple):
    """One item of a feed: texts are plain and cleaned, `url` is absolute, dates are aware and UTC.

    `url` may be missing (None), and `title` too (empty). A frozen dataclass takes three times as long to make
    (benchmarks: parsing).
    """

    url: str | None
    title: str
    guid: str | None = None
    summary: str | None = None
    image_url: str | None = None
    image_width: int | None = None
    image_height: int | None = None
    image_credit: str | None = None
    section: str | None = None
    author: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    counters: Counters = Counters()


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """The entries of a feed, how often each flaw was found in it, and what it says of itself."""

    entries: tuple[Entry, ...]
    flaws: Counter[str]
    channel: Channel


def read_counter(value: object, name: str, flaws: Counter[str]) -> int | None:
    """The counter `name`, or None where it is missing or cannot be read (which is a flaw)."""
    if is_blank(value):
        return None
    count = parse_count(value, name)
    flaws[BAD_COUNTER] += count is None
    return count


def read_date(value: object, zone: tzinfo, flaws: Counter[str]) -> datetime | None:
    """The moment of a date, or None where it is missing or cannot be read (which is a flaw).

    JSON may hold seconds or milliseconds since 1970 as a number.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    is_date = isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool))
    moment = parse_moment(str(value), zone) if is_date else None
    if moment is None:
        known = next((flaw for flaw in flaws if flaw.startswith(BAD_DATE)), None)
        flaws[known or f'{BAD_DATE}, such as "{clean_line(str(value), 40)}"'] += 1
    return moment

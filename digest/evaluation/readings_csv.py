"""Reads recorded readings from CSV: article, published_at, taken_at, views, comments. Pure over lines of text.

An empty counter is unknown. A row that cannot be right is left out and counted, with its line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.evaluation.replay import ReplayArticle, ReplayReading
from digest.model.quantities import counted
from digest.parsing.counts import MAX_COUNT, is_blank, parse_count
from digest.parsing.dates.believable import CLOCK_SKEW
from digest.parsing.dates.moments import parse_seconds
from digest.parsing.tables.csv_table import BadRow, CsvTable

COLUMNS = ("article", "published_at", "taken_at", "views", "comments")

_CACHED_TEXTS = 20_000
_written_seconds = lru_cache(_CACHED_TEXTS)(parse_seconds)  # many articles are read at one time
_Row = tuple[str, float, ReplayReading]  # the article, its publication in seconds since 1970, a reading


class Recorded(NamedTuple):
    """The articles of a file, how many readings they have, and notes on what was wrong."""

    past: list[ReplayArticle]
    readings: int
    notes: list[str]


class _Faults:
    """How often each kind of fault occurred, by what has it, and where it occurred first."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], str] = {}

    def add(self, noun: str, kind: str, where: str) -> None:
        self._counts[noun, kind] += 1
        self._first.setdefault((noun, kind), where)

    def notes(self) -> list[str]:
        return [
            f"{counted(count, noun)} {kind} ({self._first[noun, kind]})" for (noun, kind), count in self._counts.items()
        ]


def read_readings(lines: Iterable[str], file: str, zone: ZoneInfo, now: datetime) -> Recorded:
    """The readings in the lines of `file`, none of them later than `now`; times without a zone are read in `zone`.

    Raises ParseError where no row can be used, and ConfigurationError for a first line without the columns.
    """
    faults = _Faults()
    by_article: dict[str, list[ReplayReading]] = {}
    published: dict[str, float] = {}
    count = 0
    for article, at, read in _good_rows(lines, file, zone, now, faults):
        if published.setdefault(article, at) != at:
            faults.add("reading", "with another publication time: the earliest counts", f"article {article}")
            published[article] = min(published[article], at)
        by_article.setdefault(article, []).append(read)
        count += 1
    if not count:
        raise ParseError(f"{file}: has no reading that can be used{''.join(f'; {note}' for note in faults.notes())}")
    return Recorded(
        [_past(article, published[article], reads, faults) for article, reads in by_article.items()],
        count,
        faults.notes(),
    )


def _past(article: str, published: float, reads: list[ReplayReading], faults: _Faults) -> ReplayArticle:
    past = ReplayArticle.from_readings(article, published, reads)
    if past.times[0] < published:
        faults.add("article", "read before publication: a clock runs ahead", f"article {article}")
    for name, track in (("views", past.views), ("comments", past.comments)):
        values = [
            value for read in sorted(reads, key=lambda read: read.taken) if (value := getattr(read, name)) is not None
        ]
        if values != list(track.values):
            faults.add("article", f"whose {name} fell: the maximum counts", f"article {article}")
    return past


def _good_rows(lines: Iterable[str], file: str, zone: ZoneInfo, now: datetime, faults: _Faults) -> Iterator[_Row]:
    table = CsvTable(lines, file=file, required=COLUMNS)
    places = [table.places[name] for name in COLUMNS]
    latest = (now + CLOCK_SKEW).timestamp()
    for row in table:
        if isinstance(row, BadRow):
            faults.add("row", f"left out: {row.message}", f"line {row.line}")
            continue
        line, cells = row
        try:
            yield _row(cells, places, zone, latest)
        except ValueError as error:
            kind, _, detail = str(error).partition("\n")
            faults.add("row", f"left out: {kind}", f"line {line}{detail and f': {detail}'}")


def _row(cells: Sequence[str], places: Sequence[int], zone: ZoneInfo, latest: float) -> _Row:
    """A row's reading; raises ValueError with the kind of fault and, on a second line, the cell."""
    try:
        article, published, taken, views, comments = [cells[place] for place in places]
    except IndexError:
        raise ValueError("too few cells") from None
    if not article:
        raise ValueError("no article is named")
    taken_at = _seconds("taken_at", taken, zone)
    if taken_at > latest:
        raise ValueError(f"taken_at is in the future\n{_quoted(taken)}")
    read = ReplayReading(taken_at, _count("views", views), _count("comments", comments))
    return article, _published_seconds(published, zone), read


def _seconds(name: str, text: str, zone: ZoneInfo) -> float:
    """A moment in seconds since 1970; raises ValueError."""
    # Finding a time of reading in the cache would take longer than reading a number.
    seconds = parse_seconds(text, zone) if text.isdigit() else _written_seconds(text, zone)
    if seconds is None:
        raise ValueError(f"{name} is not a time such as 2026-10-01T07:00:00Z, or seconds since 1970\n{_quoted(text)}")
    return seconds


@lru_cache(_CACHED_TEXTS)  # many rows of an article have its one publication time
def _published_seconds(text: str, zone: ZoneInfo) -> float:
    return _seconds("published_at", text, zone)


@lru_cache(_CACHED_TEXTS)  # most articles have small counts
def _count(name: str, text: str) -> int | None:
    count = parse_count(text, name) if text else None
    if count is None and not is_blank(text):
        raise ValueError(f"{name} is not a count from 0 to {MAX_COUNT:,}\n{_quoted(text)}")
    return count


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")

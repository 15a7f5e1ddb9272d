"""Reads recorded readings from a CSV file, plain or gzipped: article, published_at, taken_at, views, comments.

Times are ISO 8601 (without a zone: in the zone that is given) or seconds since 1970; an empty counter is unknown. A row
that cannot be right is left out and counted, with its line; a file that cannot be read is an error.
"""

import csv
import gzip
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo

from digest.errors import ConfigurationError, ParseError
from digest.evaluation.replay import ReplayArticle, ReplayReading

COLUMNS = ("article", "published_at", "taken_at", "views", "comments")
MOST = 10**12  # no counter on earth stands higher
_FIRST, _LAST = 0.0, 253_000_000_000.0  # the years 1970 to 9987, in seconds
_AHEAD = 86_400.0  # seconds by which a zone may have been misread
_MAGIC = b"\x1f\x8b"


class Recorded(NamedTuple):
    """The articles of a file, how many readings they are made of, and what was odd, a sentence each."""

    past: list[ReplayArticle]
    readings: int
    notes: list[str]


class _Faults:
    """What was wrong, by kind: how often, and the first line."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, kind: str, where: str) -> None:
        self._counts[kind] += 1
        self._first.setdefault(kind, where)

    def notes(self) -> list[str]:
        return [f"{count} {kind} ({self._first[kind]})" for kind, count in self._counts.items()]


def read_readings(file: Path, zone: ZoneInfo, now: datetime) -> Recorded:
    """The file's readings, of which none can be later than `now`; raises ParseError,
    OSError, and ConfigurationError for a first line without the columns."""
    faults = _Faults()
    by_article: dict[str, list[ReplayReading]] = {}
    published: dict[str, float] = {}
    count = 0
    for article, at, read in _rows(file, zone, now.timestamp(), faults):
        if published.setdefault(article, at) != at:
            faults.add("readings with another publication time, of which the earliest counts", f"article {article}")
            published[article] = min(published[article], at)
        by_article.setdefault(article, []).append(read)
        count += 1
    if not count:
        raise ParseError(f"{file}: holds no reading that can be used{''.join(f'; {note}' for note in faults.notes())}")
    return Recorded(
        [_past(article, published[article], reads, faults) for article, reads in by_article.items()],
        count,
        faults.notes(),
    )


def _past(article: str, published: float, reads: list[ReplayReading], faults: _Faults) -> ReplayArticle:
    past = ReplayArticle.from_readings(article, published, reads)
    if past.times[0] < published:
        faults.add("articles that were read before their publication: a clock runs ahead", f"article {article}")
    for name, track in (("views", past.views), ("comments", past.comments)):
        values = [
            value for read in sorted(reads, key=lambda read: read.taken) if (value := getattr(read, name)) is not None
        ]
        if values != list(track.values):
            faults.add(f"articles whose {name} fell, which keep their maximum", f"article {article}")
    return past


def _rows(file: Path, zone: ZoneInfo, now: float, faults: _Faults) -> Iterator[tuple[str, float, ReplayReading]]:
    """The good rows; the others are told to `faults`."""
    with _opened(file) as text:
        reader = csv.reader(text)
        try:
            places = _places(next(reader, []), file)
            for cells in reader:
                try:
                    yield _row(cells, places, zone, now)
                except ValueError as error:
                    kind, _, detail = str(error).partition("\n")
                    faults.add(f"rows left out: {kind}", f"line {reader.line_num}{detail and f': {detail}'}")
        except (csv.Error, UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            says = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error).lower()
            raise ParseError(f"{file}: cannot be read after line {reader.line_num}: {says}") from None


def _opened(file: Path) -> TextIO:
    with file.open("rb") as start:
        packed = start.read(2) == _MAGIC
    if packed:
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _places(header: Sequence[str], file: Path) -> tuple[int, ...]:
    names = [name.strip().casefold() for name in header]
    if lacking := [name for name in COLUMNS if name not in names]:
        raise ConfigurationError(
            f"{file}: line 1: the column {', '.join(lacking)} is missing; expected the columns {', '.join(COLUMNS)}"
        )
    return tuple(names.index(name) for name in COLUMNS)


def _row(cells: Sequence[str], places: Sequence[int], zone: ZoneInfo, now: float) -> tuple[str, float, ReplayReading]:
    """A row's reading; raises ValueError with the kind of fault and, on a second line, what stands there."""
    try:
        article, published, taken, views, comments = [cells[place] for place in places]
    except IndexError:
        raise ValueError("too few cells") from None
    if not article:
        raise ValueError("no article is named")
    taken_at = _moment("taken_at", taken, zone)
    if taken_at > now + _AHEAD:
        raise ValueError(f"taken_at lies in the future: a clock runs ahead\n{_shown(taken)}")
    return (
        article,
        _moment("published_at", published, zone),
        ReplayReading(taken_at, _count("views", views), _count("comments", comments)),
    )


def _moment(name: str, text: str, zone: ZoneInfo) -> float:
    """Seconds since 1970; raises ValueError."""
    try:
        moment = float(text)
    except ValueError:
        try:
            stated = datetime.fromisoformat(text.strip())
            moment = (stated if stated.tzinfo else stated.replace(tzinfo=zone)).timestamp()
        except (ValueError, OverflowError):
            moment = math.nan
    if not _FIRST <= moment <= _LAST:
        raise ValueError(f"{name} is no time (ISO 8601, or seconds since 1970)\n{_shown(text)}")
    return moment


def _count(name: str, text: str) -> int | None:
    """A counter, None where it is empty; raises ValueError."""
    if not text or text.isspace():
        return None
    try:
        value = float(text) if "." in text or "e" in text.lower() else int(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is no number\n{_shown(text)}") from None
    if not 0 <= value <= MOST or value != int(value):
        raise ValueError(f"{name} is no count from 0 to {MOST:,}\n{_shown(text)}")
    return int(value)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")

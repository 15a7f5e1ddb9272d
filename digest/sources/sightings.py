"""A row or an item, whatever gave it, as a sighting: named values are cleaned, and what makes no sense is counted."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from digest.model.articles import Counters, Role, Sighting
from digest.parsing.text import plain_text, title_text
from digest.parsing.urls import canonical_key, web_url
from digest.sources.feed.entry import primary_language
from digest.sources.feed.texts import author_name, short
from digest.sources.values import UnreadableError, count, moment, text

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What the source says of all its items: its name and role, and the section and language of those without."""

    source: str
    role: Role
    section: str | None
    language: str | None
    noun: str = "row"


@dataclass(frozen=True, kw_only=True, slots=True)
class Readers:
    """How a moment, a counter and a rating are read; each raises UnreadableError."""

    moment: Callable[[object, ZoneInfo], datetime | None] = moment
    count: Callable[[object], int | None] = count
    rating: Callable[[object], int | None] = count


class Rows:
    """Makes sightings of rows, and counts what it could not understand; relative addresses start from `base`."""

    def __init__(
        self, words: Words, *, zone: ZoneInfo, base: str, taken_at: datetime, readers: Readers | None = None
    ) -> None:
        self._words = words
        self._zone = zone
        self._base = base
        self._taken_at = taken_at
        self._read = readers or Readers()
        self._seen: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._unreadable: Counter[str] = Counter()

    def sighting(self, row: Mapping[str, object]) -> Sighting | None:
        """The sighting that a row stands for; None (counted) without address or title, and for a repetition.

        Where the source brings counters alone, no title is asked for, and no word but the counters is kept.
        """
        address, title = self._url(row, "url"), self._line(row, "title", title_text)
        counters_alone = self._words.role is Role.COUNTERS
        if address is None or (title is None and not counters_alone):
            self._left_out["without a web address in url" if address is None else "without a title"] += 1
            return None
        if canonical_key(address) in self._seen:
            self._left_out[f"with the url of an earlier {self._words.noun}"] += 1
            return None
        self._seen.add(canonical_key(address))
        return self._counted(row, address) if counters_alone else self._told(row, address, title or "")

    def notes(self) -> Iterator[str]:
        """What was left out, and what was not understood, counted."""
        for why, times in sorted(self._left_out.items()):
            yield f"{self._number(times)} {why} left out"
        for column, times in sorted(self._unreadable.items()):
            yield f"{column} not understood in {self._number(times)}"

    def _counted(self, row: Mapping[str, object], address: str) -> Sighting:
        return Sighting(
            source=self._words.source,
            role=self._words.role,
            url=address,
            title="",
            taken_at=self._taken_at,
            counters=self._counters(row),
        )

    def _told(self, row: Mapping[str, object], address: str, title: str) -> Sighting:
        return Sighting(
            source=self._words.source,
            role=self._words.role,
            url=address,
            title=title,
            taken_at=self._taken_at,
            summary=self._line(row, "summary", plain_text),
            image_url=self._url(row, "image_url"),
            image_credit=self._line(row, "image_credit", short),
            section=self._line(row, "section", short) or self._words.section,
            author=self._line(row, "author", author_name),
            language=self._value(row, "language", _language) or self._words.language,
            published_at=self._value(row, "published_at", lambda value: self._read.moment(value, self._zone)),
            updated_at=self._value(row, "updated_at", lambda value: self._read.moment(value, self._zone)),
            counters=self._counters(row),
        )

    def _counters(self, row: Mapping[str, object]) -> Counters:
        return Counters(
            views=self._value(row, "views", self._read.count),
            comments=self._value(row, "comments", self._read.count),
            rating=self._value(row, "rating", self._read.rating),
        )

    def _value(self, row: Mapping[str, object], column: str, read: Callable[[object], Value]) -> Value | None:
        try:
            return read(row.get(column))
        except UnreadableError:
            self._unreadable[column] += 1
            return None

    def _line(self, row: Mapping[str, object], column: str, clean: Callable[[str], str | None]) -> str | None:
        written = self._value(row, column, text)
        return (clean(written) or None) if written else None

    def _url(self, row: Mapping[str, object], column: str) -> str | None:
        written = self._value(row, column, text)
        address = web_url(written, self._base) if written else None
        if written and address is None and column != "url":
            self._unreadable[column] += 1
        return address

    def _number(self, times: int) -> str:
        return f"1 {self._words.noun}" if times == 1 else f"{times:,} {self._words.noun}s"


def _language(value: object) -> str | None:
    tag = text(value)
    if tag.strip() and primary_language(tag) is None:
        raise UnreadableError
    return primary_language(tag)

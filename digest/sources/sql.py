"""A query on the portal's own database as a source of sightings; the database is opened read-only (see `sql_open`)."""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import URL, CursorResult
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digest.errors import SourceError
from digest.model import Counters, Sighting, Validators, Visit, Window
from digest.source_settings import SqlSettings
from digest.sources.feed_entry import primary_language
from digest.sources.feed_text import author_name, short
from digest.sources.sql_limits import Limits
from digest.sources.sql_open import database_url, ran_out_of_time, reading
from digest.sources.sql_statement import one_select
from digest.sources.sql_values import UnreadableError, count, moment, text
from digest.text import clean_line, plain_text, title_text
from digest.urls import canonical_key, web_url

COLUMNS = (
    "url", "title", "summary", "image_url", "image_credit", "section", "author", "language",
    "published_at", "updated_at", "views", "comments", "rating",
)  # fmt: skip
_BATCH = 500

Value = TypeVar("Value")


class SqlSource:
    """Asks one SELECT of a SQLite, PostgreSQL, MySQL or MariaDB database, on a connection of its own for each visit.

    `zone` is the portal's, for a source that names none; relative urls start from `base`, the portal's address.
    """

    def __init__(
        self, settings: SqlSettings, *, root: Path, zone: ZoneInfo, base: str, limits: Limits | None = None
    ) -> None:
        self._settings = settings
        self._root = root
        self._zone = ZoneInfo(settings.timezone) if settings.timezone else zone
        self._base = base
        self._limits = limits or Limits()

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Run the query over the window; rows that make no sighting are counted in the notes; raises SourceError."""
        with _one_sentence(self._settings, self._limits):
            url = database_url(self._settings.url)
            query = one_select(self._settings.query, url.get_backend_name())
            span = _span(window, url, self._zone)
            options = {"stream_results": True, "yield_per": min(_BATCH, self._limits.rows + 1)}
            opened = reading(url, root=self._root, zone=self._zone, at=window.end, limits=self._limits)
            with opened as connection, connection.exec_driver_sql(query, span, execution_options=options) as result:
                return self._read(result, taken_at)

    def _read(self, result: CursorResult[Any], taken_at: datetime) -> Visit:
        columns = _columns(list(result.keys()) if result.returns_rows else [])
        unknown = [name for name in columns if name not in COLUMNS]
        rows = _Rows(self._settings, self._zone, self._base, taken_at)
        sightings: list[Sighting] = []
        notes = [f"columns that mean nothing here: {_listed(unknown)}"] if unknown else []
        for number, row in enumerate(result):
            if number == self._limits.rows:
                notes.append(f"stopped at {self._limits.rows:,} rows")
                break
            sighting = rows.sighting({name: row[place] for name, place in columns.items()})
            if sighting is not None:
                sightings.append(sighting)
        return Visit(sightings=tuple(sightings), notes=(*notes, *rows.notes()))


class _Rows:
    """Makes sightings of rows, and counts what it could not understand."""

    def __init__(self, settings: SqlSettings, zone: ZoneInfo, base: str, taken_at: datetime) -> None:
        self._settings = settings
        self._zone = zone
        self._base = base
        self._taken_at = taken_at
        self._seen: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._unreadable: Counter[str] = Counter()

    def sighting(self, row: Mapping[str, object]) -> Sighting | None:
        """The sighting that a row stands for; None (counted) without a web address or a title, and for a repetition."""
        address, title = self._url(row, "url"), self._line(row, "title", title_text)
        if address is None or title is None:
            self._left_out["without a web address in url" if address is None else "without a title"] += 1
            return None
        if canonical_key(address) in self._seen:
            self._left_out["with the url of an earlier row"] += 1
            return None
        self._seen.add(canonical_key(address))
        return Sighting(
            source=self._settings.name,
            role=self._settings.role,
            url=address,
            title=title,
            taken_at=self._taken_at,
            summary=self._line(row, "summary", plain_text),
            image_url=self._url(row, "image_url"),
            image_credit=self._line(row, "image_credit", short),
            section=self._line(row, "section", short) or self._settings.section,
            author=self._line(row, "author", author_name),
            language=self._value(row, "language", _language) or self._settings.language,
            published_at=self._value(row, "published_at", lambda value: moment(value, self._zone)),
            updated_at=self._value(row, "updated_at", lambda value: moment(value, self._zone)),
            counters=Counters(
                views=self._value(row, "views", count),
                comments=self._value(row, "comments", count),
                rating=self._value(row, "rating", count),
            ),
        )

    def notes(self) -> Iterator[str]:
        """What was left out, and what was not understood, counted."""
        for why, times in sorted(self._left_out.items()):
            yield f"{_rows(times)} {why} left out"
        for column, times in sorted(self._unreadable.items()):
            yield f"{column} not understood in {_rows(times)}"

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


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _language(value: object) -> str | None:
    tag = text(value)
    if tag.strip() and primary_language(tag) is None:
        raise UnreadableError
    return primary_language(tag)


def _columns(names: Sequence[str]) -> dict[str, int]:
    """Where each column stands, by its name in lower case; the first of two namesakes counts."""
    columns: dict[str, int] = {}
    for place, name in enumerate(names):
        columns.setdefault(name.lower(), place)
    missing = [name for name in ("url", "title") if name not in columns]
    if missing:
        raise SourceError(f"the query gives no column {' and no column '.join(missing)}; it gives: {_listed(names)}")
    return columns


def _listed(names: Sequence[str]) -> str:
    return clean_line(", ".join(names)) or "nothing"


def _span(window: Window, url: URL, zone: ZoneInfo) -> dict[str, Any]:
    naive = {
        "start": window.start.astimezone(zone).replace(tzinfo=None, fold=0),
        "end": window.end.astimezone(zone).replace(tzinfo=None, fold=0),
    }
    if url.get_backend_name() != "sqlite":
        return naive
    return {name: value.strftime("%Y-%m-%d %H:%M:%S") for name, value in naive.items()}


@contextmanager
def _one_sentence(settings: SqlSettings, limits: Limits) -> Iterator[None]:
    """Turn whatever the database or its driver says into one SourceError."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"source {settings.name}: {error}") from None
    except (SQLAlchemyError, sqlite3.Warning, UnicodeError) as error:
        says = f"the database did not answer within {limits.statement:g} s"
        if not ran_out_of_time(error, database_url(settings.url)):
            says = f"the database says: {_spoken(error, settings)}"
        raise SourceError(f"source {settings.name}: {says}") from None


def _spoken(error: Exception, settings: SqlSettings) -> str:
    """The first line of what the database said, without the password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    said = str(cause.args[-1]) if cause.args else type(cause).__name__
    first = next((line for line in said.splitlines() if line.strip()), type(cause).__name__)
    return clean_line(_without_password(first, settings.url), 200).rstrip(".")


def _without_password(said: str, url: str) -> str:
    secret = database_url(url).password
    quoted = re.search(r"://[^:/@]*:([^@]*)@", url)
    for form in {str(secret or ""), quoted[1] if quoted else ""} - {""}:
        said = said.replace(form, "…")
    return said

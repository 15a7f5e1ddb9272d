"""A query on the portal's own database as a source; the database is opened read-only (see `connect`)."""

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digest.errors import SourceError
from digest.model.articles import Role, Sighting, Validators, Visit, Window
from digest.parsing.text import clean_line
from digest.settings.sources import COLUMNS, SqlSettings
from digest.sources.sightings import SightingBuilder
from digest.sources.sql.connect import database_url, is_timeout, largest_batch, open_read_only, shorten
from digest.sources.sql.limits import Limits
from digest.sources.sql.rows import LimitedRows
from digest.sources.sql.sqlite import is_too_large, without_summary
from digest.sources.sql.statement import limit_without_desc, prepare_select


class SqlSource:
    """Runs one SELECT on a SQLite, PostgreSQL, MySQL or MariaDB database, with a new connection for each visit.

    `zone` is the portal's, for a source without its own; relative URLs start from `base`, the portal's address.
    """

    def __init__(
        self, settings: SqlSettings, *, root: Path, zone: ZoneInfo, base: str, limits: Limits | None = None
    ) -> None:
        self._settings = settings
        self._root = root
        self._zone = settings.zone_or(zone)
        self._base = base
        self._limits = limits or Limits()

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Run the query for the window; rows that cannot be used are counted in the notes; raises SourceError."""
        with _database_errors(self._settings, self._limits):
            url = database_url(self._settings.url)
            query = prepare_select(self._settings.query, url.get_backend_name())
            bounds = _bounds(window, url, self._zone)
            opened = open_read_only(url, root=self._root, zone=self._zone, at=window.end, limits=self._limits)
            with opened as connection:
                return self._select(connection, shorten(connection, query, bounds, self._limits), bounds, taken_at)

    def _select(self, connection: Connection, query: str, bounds: Mapping[str, Any], taken_at: datetime) -> Visit:
        """Run the query, and once more without summaries if SQLite finds a value that is too large."""
        try:
            return self._read(connection, query, bounds, taken_at)
        except DBAPIError as error:
            shorter = without_summary(connection, query, bounds) if is_too_large(error.orig) else None
            if shorter is None:
                raise
        visit = self._read(connection, shorter, bounds, taken_at)
        return replace(visit, notes=(f"all summaries were left out: {_too_large(self._limits)}", *visit.notes))

    def _read(self, connection: Connection, query: str, bounds: Mapping[str, Any], taken_at: datetime) -> Visit:
        started = time.monotonic()
        url = connection.engine.url
        with connection.exec_driver_sql(query, bounds, execution_options={"stream_results": True}) as result:
            columns = _columns(list(result.keys()) if result.returns_rows else [], self._settings.role)
            notes = tuple(_column_notes(list(result.keys()), columns))
            rows = LimitedRows(
                self._limits,
                columns,
                is_timeout=lambda error: is_timeout(error, url, is_late=_is_late(started, self._limits)),
                started=started,
                batch=largest_batch(connection),
            )
            builder = SightingBuilder(
                self._settings,
                noun="row",
                zone=self._zone,
                base=self._base,
                taken_at=taken_at,
                of_database=True,
            )
            built = (builder.build(row) for row in rows.read(result))
            sightings = tuple(sighting for sighting in built if sighting is not None)
        notes = (*notes, *rows.notes(), *_limit_notes(self._settings.query, rows.number, sightings))
        builder.require_usable(notes)
        return Visit(sightings=sightings, notes=(*notes, *builder.notes()))


def _columns(names: Sequence[str], role: Role) -> dict[str, int]:
    """The place of each column by its name in lower case; of two equal names the first counts."""
    columns: dict[str, int] = {}
    for place, name in enumerate(names):
        columns.setdefault(name.lower(), place)
    needed = ("url",) if role is Role.COUNTERS else ("url", "title")
    missing = [name for name in needed if name not in columns]
    if missing:
        found = _column_list(names)
        raise SourceError(f"the query returns no column {' and no column '.join(missing)}; it returns: {found}")
    return columns


def _column_notes(names: Sequence[str], columns: Mapping[str, int]) -> Iterator[str]:
    """Columns that are not read: those of other names, and those with the name of an earlier one."""
    if unknown := [name for name in columns if name not in COLUMNS]:
        yield f"unknown columns: {_column_list(unknown)}"
    times = Counter(map(str.lower, names))
    if repeated := [name for name in columns if name in COLUMNS and times[name] > 1]:
        yield f"several columns are called {_column_list(repeated)}; the first one is read"


def _limit_notes(query: str, rows: int, sightings: Sequence[Sighting]) -> Iterator[str]:
    """That a query without DESC lost its newest rows at its LIMIT."""
    limit = limit_without_desc(query)
    dates = [one.published_at for one in sightings if one.published_at]
    if limit == rows and dates and dates[0] < dates[-1] and dates == sorted(dates):
        yield f"LIMIT {limit} kept the oldest rows, and newer ones may be missing; add DESC to ORDER BY"


def _column_list(names: Sequence[str]) -> str:
    return clean_line(", ".join(names)) or "nothing"


def _bounds(window: Window, url: URL, zone: ZoneInfo) -> dict[str, Any]:
    naive = {
        "start": window.start.astimezone(zone).replace(tzinfo=None, fold=0),
        "end": window.end.astimezone(zone).replace(tzinfo=None, fold=0),
    }
    if url.get_backend_name() != "sqlite":
        return naive
    return {name: value.strftime("%Y-%m-%d %H:%M:%S") for name, value in naive.items()}


@contextmanager
def _database_errors(settings: SqlSettings, limits: Limits) -> Iterator[None]:
    """Turn every error of the database or its driver into one SourceError."""
    started = time.monotonic()
    try:
        yield
    except (SQLAlchemyError, sqlite3.Warning, UnicodeError) as error:
        raise SourceError(_explained(error, settings, limits, started)) from None


def _explained(error: Exception, settings: SqlSettings, limits: Limits, started: float) -> str:
    if is_timeout(error, database_url(settings.url), is_late=_is_late(started, limits)):
        return f"the database did not answer within {limits.statement:g} s"
    if isinstance(error, DBAPIError) and is_too_large(error.orig):
        return _too_large(limits)
    return f"the database reports: {_first_line(error, settings)}"


def _is_late(started: float, limits: Limits) -> bool:
    return time.monotonic() - started > limits.statement


def _too_large(limits: Limits) -> str:
    size = f"{limits.cell // 1_000_000} MB"
    return f"a value is larger than {size}; select only its beginning, such as substr(body, 1, 10000)"


def _first_line(error: Exception, settings: SqlSettings) -> str:
    """The first line of the database's error, without the password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(cause.args[-1]) if cause.args else type(cause).__name__
    first = next((line for line in text.splitlines() if line.strip()), type(cause).__name__)
    return clean_line(_without_password(first, settings.url), 200).rstrip(".")


def _without_password(text: str, url: str) -> str:
    secret = database_url(url).password
    quoted = re.search(r"://[^:/@]*:([^@]*)@", url)
    for form in {str(secret or ""), quoted[1] if quoted else ""} - {""}:
        text = text.replace(form, "…")
    return text

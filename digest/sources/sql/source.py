"""A query on the portal's own database as a source of sightings; the database is opened read-only (see `sql_open`)."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, CursorResult
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digest.errors import SourceError
from digest.model.articles import Role, Sighting, Validators, Visit, Window
from digest.parsing.text import clean_line
from digest.settings.sources import COLUMNS, SqlSettings
from digest.sources.sightings import SightingBuilder, SourceDefaults
from digest.sources.sql.connect import database_url, ran_out_of_time, reading
from digest.sources.sql.limits import Limits
from digest.sources.sql.statement import one_select

_BATCH = 500


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
        columns = _columns(list(result.keys()) if result.returns_rows else [], self._settings.role)
        unknown = [name for name in columns if name not in COLUMNS]
        settings = self._settings
        defaults = SourceDefaults(
            source=settings.name, role=settings.role, section=settings.section, language=settings.language
        )
        builder = SightingBuilder(defaults, zone=self._zone, base=self._base, taken_at=taken_at)
        sightings: list[Sighting] = []
        notes = [f"columns that mean nothing here: {_listed(unknown)}"] if unknown else []
        for number, row in enumerate(result):
            if number == self._limits.rows:
                notes.append(f"stopped at {self._limits.rows:,} rows")
                break
            sighting = builder.build({name: row[place] for name, place in columns.items()})
            if sighting is not None:
                sightings.append(sighting)
        return Visit(sightings=tuple(sightings), notes=(*notes, *builder.notes()))


def _columns(names: Sequence[str], role: Role) -> dict[str, int]:
    """Where each column stands, by its name in lower case; the first of two namesakes counts."""
    columns: dict[str, int] = {}
    for place, name in enumerate(names):
        columns.setdefault(name.lower(), place)
    needed = ("url",) if role is Role.COUNTERS else ("url", "title")
    missing = [name for name in needed if name not in columns]
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

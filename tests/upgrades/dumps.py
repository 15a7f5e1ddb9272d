"""Loads a database of an earlier version, and reads its rows as they are stored."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, inspect, make_url, text

from digest.store.engine.database import Database
from tests.support.store import opened

HERE = Path(__file__).parent
FIRST = "0ba057a"

Row = Mapping[str, object]
Rows = Mapping[str, list[Row]]


def load(url: str, version: str = FIRST) -> None:
    """Fill the empty database with the version's file of its kind."""
    kind = make_url(url).get_backend_name()
    script = (HERE / f"{version}-{kind}.sql").read_text(encoding="utf-8")
    (_load_sqlite if kind == "sqlite" else _load_postgresql)(url, script)


def _load_sqlite(url: str, script: str) -> None:
    with closing(sqlite3.connect(str(make_url(url).database))) as connection:
        connection.executescript(script)


def _load_postgresql(url: str, script: str) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(script.encode())


@contextmanager
def upgraded(url: str) -> Iterator[Database]:
    """The database of the earlier version, migrated and open."""
    load(url)
    with opened(url) as database:
        yield database


def stored_rows(url: str) -> Rows:
    """Every row of every table as the driver returns it; Alembic's own table is left out."""
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        rows: Rows = {
            table: [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
            for table in tables
        }
    engine.dispose()
    return rows

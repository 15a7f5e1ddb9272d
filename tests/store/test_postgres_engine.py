"""Connections to PostgreSQL: the encoding of texts, and a server that stops to be the primary."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select

from digest.errors import StoreError
from digest.store.database import Database
from digest.store.schema import source
from tests.support.store import NOW, opened

_NAME = "Вестник 🗞"


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def _database_in(encoding: str, url: str) -> Iterator[str]:
    """A new database with that encoding on the server of `url`."""
    name = f"in_{encoding.lower()}"
    _run(url, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(url, f"DROP DATABASE {name}")


def _add_source(database: Database) -> None:
    with database.write() as connection:
        connection.execute(source.insert(), {"name": _NAME, "visited_at": NOW})


def _sources(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(source.c.name)))


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "WIN1251"])
def test_database_in_another_encoding_is_refused_with_one_sentence(encoding: str, postgres_url: str) -> None:
    """A cluster that was made in the locale C has SQL_ASCII; an emoji does not fit into the other two."""
    with _database_in(encoding, postgres_url) as url, pytest.raises(StoreError) as error:
        Database.open(url, Path("/"))
    assert f"has the encoding {encoding}" in str(error.value)
    assert "--encoding=UTF8" in str(error.value)


@pytest.mark.parametrize("setting", ["LATIN1", "SQL_ASCII"])
def test_database_client_encoding_of_the_environment_does_not_matter(
    setting: str, postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts are stored as they are, whatever PGCLIENTENCODING says."""
    monkeypatch.setenv("PGCLIENTENCODING", setting)
    with opened(postgres_store_url) as database:
        _add_source(database)
        assert _sources(database) == [_NAME]

"""Tables that exist for one transaction: values in a statement itself have no index on SQLite."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table


def temporary_table(name: str, *columns: Column[Any]) -> Table:
    """A table for `filled`."""
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


@contextmanager
def filled(connection: Connection, tables: Mapping[Table, Sequence[Sequence[Any]]]) -> Iterator[None]:
    """Let these tables exist with their rows."""
    for table, rows in tables.items():
        table.create(connection)
        names = [column.name for column in table.columns]
        if rows:
            connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
    yield
    for table in tables:
        table.drop(connection)

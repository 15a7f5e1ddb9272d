"""A backup of SQLite becomes a database in PostgreSQL: the rows of every table, with their ids."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Table, func, select, text

from digest.errors import StoreError
from digest.store.engine.database import Database
from digest.store.tables.metadata import all_tables

_ROWS = 1_000  # of SQLite, read at once
# Never lowered: a rollback does not take it back, and the rows that are there again would have these ids.
_RAISE_IDS = """
SELECT setval(ids::regclass, greatest(:last, pg_sequence_last_value(ids::regclass)))
FROM pg_get_serial_sequence(:table, :column) AS ids"""


def move_rows(file: Path, url: str, root: Path, *, afterwards: Iterable[str]) -> None:
    """Replace all rows of a PostgreSQL database by those of a SQLite file, and run `afterwards`, in one transaction.

    Both are brought up to date first. Raises StoreError.
    """
    with (
        closing(Database.open(URL.create("sqlite", database=str(file)), root)) as old,
        closing(Database.open(url, root)) as new,
    ):
        new.migrate()
        with old.read() as source, new.write(computes=True) as target:
            _replace_rows(source, target)
            for statement in afterwards:
                target.exec_driver_sql(statement)


def _replace_rows(source: Connection, target: Connection) -> None:
    names = ", ".join(map(target.dialect.identifier_preparer.format_table, all_tables.sorted_tables))
    target.exec_driver_sql(f"TRUNCATE {names}")
    for table in all_tables.sorted_tables:  # those that others refer to come first
        try:
            _copy(table, source, target)
        except target.dialect.loaded_dbapi.Error as error:
            # Not the rest of the message, which quotes the row.
            problem = error.diag.message_primary or str(error).partition("\n")[0]
            raise StoreError(f"the table {table.name} of the backup cannot be copied: {problem}") from None
        _continue_ids(table, source, target)


def _copy(table: Table, source: Connection, target: Connection) -> None:
    """By COPY, one statement: the triggers that keep the counts, which SQLite does not have, run once for all rows."""
    quote = target.dialect.identifier_preparer
    columns = ", ".join(map(quote.format_column, table.columns))
    written = [column.type.dialect_impl(target.dialect).bind_processor(target.dialect) for column in table.columns]
    raw: Any = target.connection.dbapi_connection
    rows = source.execution_options(yield_per=_ROWS).execute(select(table))
    with raw.cursor() as cursor, cursor.copy(f"COPY {quote.format_table(table)} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [value if write is None else write(value) for write, value in zip(written, row, strict=True)]
            )


def _continue_ids(table: Table, source: Connection, target: Connection) -> None:
    """The next row gets an id that no row had: SQLite counts those of some tables, and takes the highest of others."""
    column = table.autoincrement_column
    if column is None:
        return
    if table.dialect_options["sqlite"]["autoincrement"]:
        counted = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        last = source.scalar(counted, {"name": table.name})
    else:
        last = source.scalar(select(func.max(column)))
    if last:
        name = target.dialect.identifier_preparer.format_table(table)
        target.execute(text(_RAISE_IDS), {"table": name, "column": column.name, "last": last})

"""Locks that last as long as their transaction, on PostgreSQL: on SQLite a transaction that writes is alone."""

from enum import Enum

from sqlalchemy import Connection, Table, func, select, text


class Lock(Enum):
    """What one transaction at a time does; the numbers are those of PostgreSQL's advisory locks."""

    MIGRATING = 0x64696765  # "dige"
    CHANGING_JOB_TABLES = 0x64696A6F  # "dijo"
    RECORDING = 0x726563  # a round of all sources: "rec"
    EDITING = 0x65646974  # an edition's issues, which many may do at once, unless one is frozen: "edit"
    PLANNING = 0x706C616E  # an edition's issue: "plan"
    INVITING = 0x61736B  # the readers of a list: "ask"
    REPORTING = 0x616C72  # an alert: "alr"


def hold(connection: Connection, lock: Lock, name: str | None = None, *, shared: bool = False) -> None:
    """Wait until no other transaction holds the lock, or that of a name; `shared` ones do not wait for each other."""
    if connection.dialect.name != "sqlite":
        held = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        connection.execute(select(held(lock.value, *(() if name is None else (func.hashtext(name),)))))


def lock_table(connection: Connection, table: Table, mode: str) -> None:
    """Let no other transaction hold a conflicting lock of the table."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"LOCK TABLE {table.name} IN {mode} MODE"))

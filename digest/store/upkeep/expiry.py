"""Deletes rows whose time is over, a few at a time: those that another transaction is changing are left to it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, select, tuple_

AT_ONCE = 100


class Expiry(NamedTuple):
    """Rows of a table, as the log calls them, and whether one is over at a moment."""

    name: str
    table: Table
    is_over: Callable[[datetime], ColumnElement[bool]]


def purge(connection: Connection, expiry: Expiry, now: datetime, limit: int = AT_ONCE) -> int:
    """Delete up to `limit` rows that are over, in the caller's transaction; their number."""
    keys = list(expiry.table.primary_key)
    over = select(*keys).where(expiry.is_over(now)).limit(limit)
    found = [tuple(row) for row in connection.execute(over.with_for_update(skip_locked=True))]
    if found:
        key = keys[0].in_([one for (one,) in found]) if len(keys) == 1 else tuple_(*keys).in_(found)
        connection.execute(expiry.table.delete().where(key))
    return len(found)

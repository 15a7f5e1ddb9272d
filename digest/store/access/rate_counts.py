"""Counters that limit requests: how often something happened in the period that is running for its key."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, literal, or_, select

from digest.store.tables.schema import insert
from digest.store.tables.web_schema import rate_count
from digest.store.upkeep.expiry import Expiry, purge

_MOST_APART = timedelta(hours=1)
ENDED = Expiry("counters of requests", rate_count, lambda now: rate_count.c.ends_at <= now)


def count_event(connection: Connection, key: str, period: timedelta, now: datetime, number: int = 1) -> int:
    """Count more events, in the caller's transaction; how many the running period has, these included.

    A period that ends more than an hour later than one that begins now was counted by a clock that was ahead, and is
    over. (The times of requests that are counted side by side differ by a little.)
    """
    added = insert(connection, rate_count)
    is_over = or_(rate_count.c.ends_at <= now, rate_count.c.ends_at > now + period + _MOST_APART)
    next_end = literal(now + period, rate_count.c.ends_at.type)  # in a CASE the type is not that of the column
    changed = {
        "events": case((is_over, number), else_=rate_count.c.events + number),
        "ends_at": case((is_over, next_end), else_=rate_count.c.ends_at),
    }
    counted = added.on_conflict_do_update(index_elements=["key"], set_=changed).returning(rate_count.c.events)
    values = {"key": key, "ends_at": now + period, "events": number}
    events: int = connection.execute(counted, values).scalar_one()
    return events


def is_counted(connection: Connection, key: str, now: datetime) -> bool:
    """Whether a period of that key is running."""
    return events_counted(connection, key, now) > 0


def events_counted(connection: Connection, key: str, now: datetime) -> int:
    """How many events the running period of that key has; 0 where none is running."""
    running = select(rate_count.c.events).where(rate_count.c.key == key, rate_count.c.ends_at > now)
    return connection.scalar(running) or 0


def purge_counts(connection: Connection, now: datetime) -> None:
    """Delete counters whose period is over, as the last statement of the caller's transaction.

    Rows that another transaction is changing are left to it. Were anything counted afterwards, two transactions could
    wait for rows that the other one has deleted.
    """
    purge(connection, ENDED, now)

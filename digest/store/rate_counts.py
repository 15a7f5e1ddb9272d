"""Counters that limit requests: how often something happened in the period that is running for its key."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, select

from digest.store.schema import insert, rate_count

_PURGED_AT_ONCE = 100


def count_event(connection: Connection, key: str, period: timedelta, now: datetime) -> int:
    """Count one more event, in the caller's transaction; the number in the running period, this one included."""
    _purge(connection, now)
    added = insert(connection, rate_count)
    is_over = rate_count.c.ends_at <= now
    changed = {
        "events": case((is_over, 1), else_=rate_count.c.events + 1),
        "ends_at": case((is_over, now + period), else_=rate_count.c.ends_at),
    }
    counted = added.on_conflict_do_update(index_elements=["key"], set_=changed).returning(rate_count.c.events)
    values = {"key": key, "ends_at": now + period, "events": 1}
    events: int = connection.execute(counted, values).scalar_one()
    return events


def is_counted(connection: Connection, key: str, now: datetime) -> bool:
    """Whether a period of that key is running."""
    running = select(rate_count.c.key).where(rate_count.c.key == key, rate_count.c.ends_at > now)
    return connection.scalar(running) is not None


def _purge(connection: Connection, now: datetime) -> None:
    # Rows that another transaction is changing are left to it, so that none waits for another.
    over = select(rate_count.c.key).where(rate_count.c.ends_at <= now).limit(_PURGED_AT_ONCE)
    connection.execute(rate_count.delete().where(rate_count.c.key.in_(over.with_for_update(skip_locked=True))))

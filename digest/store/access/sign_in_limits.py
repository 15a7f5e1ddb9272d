"""The back-off of sign-in: after too many failures attempts have to wait, longer each time. Kept in the database.

Where an account signed in recently, its attempts count for the network alone: nobody elsewhere can make it wait there.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from digest.store.access.rate_counts import count_event, is_counted, purge_counts
from digest.store.engine.database import Database
from digest.store.tables.web_schema import rate_count

MOST_FAILURES = 10  # within the period, of an account and of a network
_PERIOD = timedelta(hours=1)
_KNOWN = timedelta(days=30)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(minutes=30)


class SignInLimits:
    """The limits by hashed account and network; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account: str, network: str, now: datetime) -> bool:
        """Count an attempt as failed before it is tried, so that attempts side by side count; false: they must wait."""
        with self._database.write() as connection:
            may_try = _count(connection, f"network {network}", now)  # always before the account: rows are locked
            if may_try and not is_counted(connection, _known(account, network), now):
                may_try = _count(connection, f"account {account}", now)
            if not may_try:
                connection.rollback()
                return False
            purge_counts(connection, now)
        return True

    def succeed(self, account: str, network: str, now: datetime, attempts: int = 1) -> None:
        """Forget the failures of the account, and these attempts of the network, which it is known in from now on."""
        with self._database.write() as connection:
            one_less = rate_count.update().where(rate_count.c.key == _failed(f"network {network}"))
            connection.execute(one_less.values(events=rate_count.c.events - attempts))
            _forget(connection, _waits(f"network {network}"))
            _forget(connection, _failed(f"account {account}"), _waits(f"account {account}"))
            _forget(connection, _known(account, network))
            count_event(connection, _known(account, network), _KNOWN, now)

    def forget(self, account: str) -> None:
        """Let an account sign in at once, as after a reset."""
        with self._database.write() as connection:
            _forget(connection, _failed(f"account {account}"), _waits(f"account {account}"))

    def ends_at(self, account: str, network: str, now: datetime) -> datetime | None:
        """Until when attempts have to wait; None: they do not."""
        keys = [_waits(f"network {network}"), _waits(f"account {account}")]
        with self._database.read() as connection:
            if is_counted(connection, _known(account, network), now):
                keys.pop()
            running = select(rate_count.c.ends_at).where(rate_count.c.key.in_(keys), rate_count.c.ends_at > now)
            return max(connection.scalars(running), default=None)


def _count(connection: Connection, key: str, now: datetime) -> bool:
    """Count an attempt as failed; false if it must wait."""
    failures = count_event(connection, _failed(key), _PERIOD, now)
    if is_counted(connection, _waits(key), now):
        return False
    if failures >= MOST_FAILURES:
        wait = min(_SHORTEST * 2 ** min(failures - MOST_FAILURES, 10), _LONGEST)
        count_event(connection, _waits(key), wait, now)
    return True


def _forget(connection: Connection, *keys: str) -> None:
    connection.execute(rate_count.delete().where(rate_count.c.key.in_(keys)))


def _failed(key: str) -> str:
    return f"sign-in {key}"


def _known(account: str, network: str) -> str:
    return f"sign-in known {account} {network}"


def _waits(key: str) -> str:
    return f"sign-in waits {key}"

"""Rates that all senders share: each turn to send a message is given once, to one of them."""

from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.turns import Turns, next_turns
from digest.store.engine.database import Database
from digest.store.tables.schema import insert, shared_rate

_ATTEMPTS = 20  # to be faster than the other senders


class SharedRates:
    """The turns of each rate; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, name: str, rate: float, senders: int, now: datetime) -> Turns:
        """Give the next turns at that rate (a second) to one of the senders."""
        database = self._database
        # On PostgreSQL no transaction is open between two statements: a host that vanished would hold up the others.
        with database.write() if database.is_sqlite else database.each_statement() as connection:
            for _attempt in range(_ATTEMPTS):
                until = connection.scalar(select(shared_rate.c.until).where(shared_rate.c.name == name))
                turns = next_turns(until, now, rate=rate, senders=senders)
                if not turns.number or _replace(connection, name, until, turns.end(rate)):
                    return turns
        return Turns(now, 0)


def _replace(connection: Connection, name: str, before: datetime | None, after: datetime) -> bool:
    """Store until when turns were given, unless another sender was faster; whether it was stored."""
    if before is None:
        added = insert(connection, shared_rate).on_conflict_do_nothing().returning(shared_rate.c.name)
        return connection.scalar(added, {"name": name, "until": after}) is not None
    unchanged = shared_rate.update().where(shared_rate.c.name == name, shared_rate.c.until == before)
    return connection.execute(unchanged.values(until=after)).rowcount == 1

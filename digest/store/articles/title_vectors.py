"""The vectors of titles, so that each title is encoded once; those that nobody has used for two weeks are removed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.tables.computed_schema import title_vector
from digest.store.tables.schema import insert
from digest.store.upkeep.expiry import Expiry, purge

KEPT = timedelta(days=14)  # after the last use
_PRECISE = timedelta(days=1)  # a use is recorded at most once a day
_AT_ONCE = 1000  # keys in a statement
UNUSED = Expiry("vectors of titles", title_vector, lambda now: title_vector.c.used_at < now - KEPT)


class TitleVectors:
    """Vectors by a key of the title; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, keys: Collection[bytes], now: datetime) -> dict[bytes, bytes]:
        """The vectors that are known of these keys; they count as used now."""
        with self._database.read() as connection:
            rows = [
                row
                for chunk in chunks(keys, _AT_ONCE)
                for row in connection.execute(select(title_vector).where(title_vector.c.key.in_(chunk)))
            ]
        unused = [row.key for row in rows if row.used_at < now - _PRECISE]
        if unused:
            self._mark_used(unused, now)
        return {row.key: row.vector for row in rows}

    def add(self, vectors: Mapping[bytes, bytes], now: datetime) -> None:
        """Store new vectors, and remove those that were not used lately."""
        rows = [{"key": key, "vector": vector, "used_at": now} for key, vector in vectors.items()]
        with self._database.write() as connection:
            connection.execute(insert(connection, title_vector).on_conflict_do_nothing(), rows)
            purge(connection, UNUSED, now, _AT_ONCE)

    def _mark_used(self, keys: Collection[bytes], now: datetime) -> None:
        with self._database.write() as connection:
            for chunk in chunks(keys, _AT_ONCE):
                connection.execute(update(title_vector).where(title_vector.c.key.in_(chunk)).values(used_at=now))

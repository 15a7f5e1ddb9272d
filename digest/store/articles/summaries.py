"""The summaries that the operator's command made, so that it is asked once about each article."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakValueDictionary

from sqlalchemy import select

from digest.store.engine.database import Database
from digest.store.tables.computed_schema import summary
from digest.store.tables.schema import insert
from digest.store.upkeep.expiry import Expiry

KEPT = timedelta(days=30)  # twice the longest window
OLD = Expiry("summaries", summary, lambda now: summary.c.made_at < now - KEPT)


class Summaries:
    """Summaries by a key of what the command got; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns: WeakValueDictionary[bytes, Lock] = WeakValueDictionary()
        self._lock = Lock()

    def turn(self, key: bytes) -> Lock:
        """The lock of whoever makes the summary of that key: of several threads, the others find it stored."""
        with self._lock:
            return self._turns.setdefault(key, Lock())

    def find(self, keys: Collection[bytes], since: datetime) -> dict[bytes, str | None]:
        """What is known of these keys; None for those on which the command failed since then."""
        known = select(summary).where(summary.c.key.in_(keys))
        with self._database.read() as connection:
            rows = connection.execute(known.where(summary.c.text.is_not(None) | (summary.c.made_at > since)))
            return {row.key: row.text for row in rows}

    def add(self, texts: Mapping[bytes, str | None], now: datetime) -> None:
        """Store what the command made, None where it failed."""
        rows = [{"key": key, "text": text, "made_at": now} for key, text in texts.items()]
        with self._database.write() as connection:
            added = insert(connection, summary)
            changed = {"text": added.excluded.text, "made_at": added.excluded.made_at}
            connection.execute(added.on_conflict_do_update(index_elements=["key"], set_=changed), rows)

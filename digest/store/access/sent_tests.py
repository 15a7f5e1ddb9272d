"""The messages that users of the console send as a test: few an hour, each in the audit log."""

from datetime import datetime, timedelta

from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.access.rate_counts import count_event, events_counted, purge_counts
from digest.store.engine.database import Database

MOST = 20  # an hour, for the whole installation
_PERIOD = timedelta(hours=1)
_KEY = "test messages"


class SentTests:
    """Test messages as they are counted; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def admit(self, number: int, entry: AuditEntry) -> bool:
        """Count messages before they are sent, so that those sent side by side count; false: they are too many."""
        with self._database.write() as connection:
            if count_event(connection, _KEY, _PERIOD, entry.at, number) > MOST:
                connection.rollback()
                return False
            record_audit(connection, entry)
            purge_counts(connection, entry.at)
        return True

    def left(self, now: datetime) -> int:
        """How many more may be sent in the hour that is running."""
        with self._database.read() as connection:
            return max(0, MOST - events_counted(connection, _KEY, now))

"""Whether the database works: what `digest check` asks it."""

from datetime import datetime

from sqlalchemy import false, func, select, text

from digest.store.engine.database import Database
from digest.store.engine.postgres_engine import WAITS_FOR_STANDBY
from digest.store.tables.schema import signing_key

_SQLITE_SIZE = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
SERVER_SIZE = select(func.pg_database_size(func.current_database()))
_LACKS_STANDBY = text(
    f"SELECT {WAITS_FOR_STANDBY} AND NOT EXISTS (SELECT FROM pg_stat_replication)"  # noqa: S608  # all of it is ours
)


class DatabaseHealth:
    """One database; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def kind(self) -> str:
        """The name of the system."""
        return "SQLite" if self._database.is_sqlite else "PostgreSQL"

    def require_writable(self) -> None:
        """Raise StoreError where nothing can be written; nothing is changed."""
        with self._database.write() as connection:
            connection.execute(signing_key.update().where(false()).values(secret=b""))

    def lacks_standby(self) -> bool:
        """Whether each commit waits for a standby, and none is connected to the server."""
        if self._database.is_sqlite:
            return False
        with self._database.read() as connection:
            return bool(connection.execute(_LACKS_STANDBY).scalar_one())

    def size(self) -> int:
        """The bytes that the database takes."""
        with self._database.read() as connection:
            return int(connection.execute(_SQLITE_SIZE if self._database.is_sqlite else SERVER_SIZE).scalar_one())

    def server_time(self) -> datetime | None:
        """The time of the server's clock; None where there is no server."""
        return None if self._database.is_sqlite else self._database.server_time()

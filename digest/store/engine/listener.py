"""A connection to PostgreSQL that gets notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine

from digest.errors import StoreUnavailableError


class PostgresListener:
    """Implements `Listener` with a connection of its own, taken from an engine."""

    def __init__(self, engine: Engine, channel: str) -> None:
        pooled = engine.connect()  # raises SQLAlchemy's errors; `raw_connection` would raise the driver's
        connection: Any = pooled.connection.driver_connection
        pooled.detach()
        self._connection = connection
        with self._one_error():
            connection.rollback()
            connection.autocommit = True
            connection.execute(f"LISTEN {channel}".encode())

    def fileno(self) -> int:
        """The descriptor that is readable once notices have arrived; raises StoreUnavailableError."""
        with self._one_error():
            number: int = self._connection.fileno()
        return number

    def take(self) -> int:
        """Take the notices that have arrived; their number. Raises StoreUnavailableError."""
        with self._one_error():
            return sum(1 for _notice in self._connection.notifies(timeout=0))

    def close(self) -> None:
        """Close the connection; not through SQLAlchemy, which would log that a lost one cannot be rolled back."""
        self._connection.close()

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error:
            self.close()
            raise StoreUnavailableError("the connection for notices was lost") from None

"""Tells senders at once that there may be work: by LISTEN and NOTIFY of PostgreSQL, with polling as the floor."""

import select
import socket
from contextlib import suppress

from sqlalchemy import Connection

from digest.errors import StoreError
from digest.protocols import Clock, Listener
from digest.store.engine.database import Database

_CHANNEL = "digest_work"


def announce_work(connection: Connection) -> None:
    """Wake the senders once this transaction is committed; on SQLite they look every few seconds anyway."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"NOTIFY {_CHANNEL}")


class WorkNotices:
    """Waits for work, in one thread.

    A notice is lost while nobody listens, so each wait ends in time, and early until a notice has shown that they
    arrive. (A connection pooler may take LISTEN and deliver nothing.)
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listener: Listener | None = None
        self._have_arrived = False
        self._woken, self._waking = socket.socketpair()
        self._waking.setblocking(False)

    def wait(self, clock: Clock, look: float, longest: float) -> None:
        """Wait until there may be work, for `longest` seconds, or `look` where notices may not arrive."""
        listener = self._listener or self._connect()
        if listener is None:
            clock.wait(look)
        elif not clock.wait(0):
            self._wait(listener, longest if self._have_arrived else min(look, longest))

    def wake(self) -> None:
        """End the wait of another thread, or the next one: the clock was stopped."""
        with suppress(BlockingIOError, OSError):
            self._waking.send(b"!")

    def __enter__(self) -> "WorkNotices":
        return self

    def __exit__(self, *_error: object) -> None:
        self._woken.close()
        self._waking.close()
        self._forget()

    def _connect(self) -> Listener | None:
        """A connection, and a first notice to it; None on SQLite and while PostgreSQL does not answer."""
        try:
            self._listener = self._database.listen(_CHANNEL)
            if self._listener is not None:
                with self._database.write() as connection:
                    announce_work(connection)
        except StoreError:
            self._forget()
        return self._listener

    def _wait(self, listener: Listener, seconds: float) -> None:
        sources: list[Listener | socket.socket] = [listener, self._woken]
        try:
            readable, _, _ = select.select(sources, [], [], seconds)
            if listener in readable:
                self._have_arrived = listener.take() > 0 or self._have_arrived
        except StoreError:
            self._forget()

    def _forget(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._listener, self._have_arrived = None, False

"""Connections to clients that may be slow on purpose: every request has to arrive in time, and files are left."""

import asyncio
import resource
import sys

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_WAIT = 30.0  # seconds for a whole request
_SLOWEST = 1000  # bytes a second: one that comes faster may take longer
_INCOMPLETE = frozenset({h11.IDLE, h11.SEND_BODY})
_FILES_LEFT = 256  # for the database, mail and sources


class TimedProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, which would wait without end for the first bytes of a request and for its rest.

    A connection whose request is not whole in time is closed, and so is a new one where there are too many.
    """

    _timer: asyncio.TimerHandle | None = None
    _begun_at = 0.0
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Wait for a request, unless there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.abort()
        else:
            self._expect_rest()

    def data_received(self, data: bytes) -> None:
        """Read on, and wait for the rest of a request that is not whole."""
        self._received += len(data)
        super().data_received(data)
        if self.conn.their_state not in _INCOMPLETE:
            self._expect_nothing()
        elif self._timer is None:
            self._expect_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        self._expect_nothing()

    def _expect_rest(self) -> None:
        self._begun_at, self._received = self.loop.time(), 0
        self._timer = self.loop.call_later(LONGEST_WAIT, self._require_progress)

    def _expect_nothing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _require_progress(self) -> None:
        ends_at = self._begun_at + LONGEST_WAIT + self._received / _SLOWEST
        if self.loop.time() < ends_at:
            self._timer = self.loop.call_at(ends_at, self._require_progress)
        else:
            self.transport.abort()


def most_connections() -> int:
    """How many there may be at once: a process that can open no more files cannot send, and cannot use its database."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if files == resource.RLIM_INFINITY else files - min(_FILES_LEFT, files // 2)

"""Connections to clients that may be slow on purpose: what they ask and read has to move on, and files are left."""

import asyncio
import logging
import math
import resource
import sys
from operator import itemgetter
from typing import ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_WAIT = 30.0  # seconds for a whole request
LONGEST_UNREAD = 60.0  # seconds in which a client has to read on; the system tells it only after tens of kilobytes
_SLOWEST = 1000  # bytes a second: a request that comes faster may take longer
_INCOMPLETE = frozenset({h11.IDLE, h11.SEND_BODY})
_FILES_LEFT = 256  # for the database, mail and sources
_REPEAT = 60.0  # seconds until it is logged again that there are too many connections

_log = logging.getLogger(__name__)


class TimedProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, which would wait without end for a request, and for a client to read its answer.

    A connection is closed whose request is not whole in time, or whose answer is not read on. Where there are too many,
    a new one takes the place of the one that has been idle for longest; without an idle one it is closed itself.
    """

    _logged_at: ClassVar[float] = -math.inf  # of the process: too many connections

    _timer: asyncio.TimerHandle | None = None
    _begun_at = 0.0
    _received = 0
    _reading_timer: asyncio.TimerHandle | None = None
    _unread = 0  # bytes that wait to be sent, when the timer began

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Wait for a request, unless there are too many connections and none of them is idle."""
        super().connection_made(transport)
        if len(self.connections) > most_connections() and not self._close_an_idle_one():
            transport.abort()
            self._log_refusal()
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
        self._expect_end()

    def pause_writing(self) -> None:
        """Send no more until the client has read on, for which it has its time."""
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        """Send more."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_reading_timer()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to read this answer to its end."""
        super().on_response_complete()
        self._expect_end()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection once the client has read what there is."""
        super().timeout_keep_alive_handler()
        self._expect_end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        self._expect_nothing()
        self._stop_reading_timer()

    def _get_upgrade(self) -> None:
        """Answer as always where a client offers another protocol, such as h2c or WebSocket (RFC 9110, 7.8).

        uvicorn would advise in two warnings for each request to install a library.
        """

    def _close_an_idle_one(self) -> bool:
        """Close the connection that has waited longest for its next request; whether there was one."""
        idle = [
            (one.timeout_keep_alive_task.when(), one.transport)
            for one in cast("set[H11Protocol]", self.connections)
            if one.timeout_keep_alive_task is not None
            and not one.transport.is_closing()
            and not one.transport.get_write_buffer_size()
        ]
        if idle:
            min(idle, key=itemgetter(0))[1].close()
        return bool(idle)

    def _log_refusal(self) -> None:
        now = self.loop.time()
        if now - TimedProtocol._logged_at >= _REPEAT:
            TimedProtocol._logged_at = now
            _log.warning(
                "web: as many connections are open as files allow (%d), and new ones are closed at once; raise"
                " LimitNOFILE (`ulimit -n`), or let the proxy limit the connections of one client",
                most_connections(),
            )

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

    def _expect_end(self) -> None:
        """A transport that is to be closed waits until what it has is sent."""
        if self.transport.is_closing() and self._reading_timer is None:
            self._expect_reading()

    def _expect_reading(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._reading_timer = self.loop.call_later(LONGEST_UNREAD, self._require_reading) if self._unread else None

    def _stop_reading_timer(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
        self._reading_timer = None

    def _require_reading(self) -> None:
        """Nothing is added to what waits to be sent until the client has read it."""
        if self.transport.get_write_buffer_size() >= self._unread:
            self.transport.abort()
        else:
            self._expect_reading()


def most_connections() -> int:
    """How many there may be at once: a process that can open no more files cannot send, and cannot use its database."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if files == resource.RLIM_INFINITY else files - min(_FILES_LEFT, files // 2)

"""A connected SMTP transport: bytes out under flow control, whole replies in."""

import asyncio
import socket
import sys
from collections.abc import Sequence
from typing import Protocol

from digest.mailers.smtp.replies import ReplyReader

CONNECTION_LOST = "connection lost"
# A server that is gone is noticed after some 10 seconds: by these probes while nothing is on its way to it, else by
# the kernel's statistics (`struct tcp_info`). The kernel alone would try for a quarter of an hour.
_KEEPALIVE = {"TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 2}
_UNANSWERED = 10_000  # milliseconds
_TCP_INFO_SIZE = 60
_RETRANSMITS = 2  # the offset of an octet
_LAST_ACK_RECEIVED = slice(56, 60)


class TransportListener(Protocol):
    """Gets the events of a transport."""

    def replies_received(self, replies: Sequence[tuple[int, list[bytes]]]) -> None:
        """Whole replies arrived: each a code, and its lines without the code."""
        ...

    def writable(self) -> None:
        """The kernel has taken all that was written."""
        ...

    def closed(self, why: str) -> None:
        """The connection cannot be used any more; called once, and not after `abort`."""
        ...


class Transport(asyncio.Protocol):
    """Replaces the protocol of an asyncio transport after the login; bytes that are not SMTP close the connection."""

    def __init__(self, transport: asyncio.Transport, listener: TransportListener) -> None:
        self._transport = transport
        self._listener = listener
        self._reader = ReplyReader()
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended = False
        self._is_tls = transport.get_extra_info("ssl_object") is not None
        self.paused = False
        # "paused" then means that the kernel has not taken all. With high=0 a TLS transport never resumes.
        transport.set_write_buffer_limits(high=1, low=0)
        transport.set_protocol(self)
        self._socket = transport.get_extra_info("socket")
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if hasattr(socket, name):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    @property
    def is_gone(self) -> bool:
        """Whether the server's host has not acknowledged anything for 10 seconds, although it should (Linux only)."""
        if self._ended or not hasattr(socket, "TCP_INFO"):
            return False
        info = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
        return info[_RETRANSMITS] > 0 and int.from_bytes(info[_LAST_ACK_RECEIVED], sys.byteorder) >= _UNANSWERED

    @property
    def is_open(self) -> bool:
        """Whether bytes written now could still reach the server."""
        return not (self._ended or self._transport.is_closing())

    def write(self, parts: list[bytes]) -> None:
        """Write all parts at once."""
        if self._is_tls or len(parts) == 1:
            self._transport.write(b"".join(parts))  # TLS would make one record of each part
        else:
            self._transport.writelines(parts)

    def abort(self) -> None:
        """Close at once and discard what is not written yet; the listener gets no more events."""
        self._ended = True
        self._transport.abort()

    async def close(self, seconds: float) -> None:
        """Close, and wait until the transport is closed; it is aborted after `seconds`."""
        self._ended = True
        self._transport.close()
        await asyncio.wait([self._closed], timeout=seconds)
        if not self._closed.done():
            self._transport.abort()
            await self._closed

    def data_received(self, data: bytes) -> None:
        """Parse bytes from the server."""
        if self._ended:
            return
        replies: list[tuple[int, list[bytes]]] = []
        error_text = None
        try:
            replies.extend(self._reader.feed(data))
        except ValueError as error:
            error_text = str(error)
        if replies:
            self._listener.replies_received(replies)
        if error_text is not None:
            self._end(error_text)
            self._transport.abort()

    def pause_writing(self) -> None:
        """Called by asyncio when the write buffer is not empty."""
        self.paused = True

    def resume_writing(self) -> None:
        """Called by asyncio when the write buffer is empty."""
        self.paused = False
        if not self._ended:
            self._listener.writable()

    def eof_received(self) -> None:
        """Called by asyncio when the server has closed its side; the transport then closes."""
        self._end(CONNECTION_LOST)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio when the transport is closed."""
        self._end(CONNECTION_LOST)
        if not self._closed.done():
            self._closed.set_result(None)

    def _end(self, why: str) -> None:
        if not self._ended:
            self._ended = True
            self._listener.closed(why)

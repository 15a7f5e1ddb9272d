"""A connected SMTP transport: bytes out under flow control, whole replies in."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from digest.mailers.smtp.replies import ReplyReader

LOST = "connection lost"


class Listener(Protocol):
    """Who is told what happens on a wire."""

    def heard(self, replies: Sequence[tuple[int, list[bytes]]]) -> None:
        """Whole replies came: each a code, and its lines without the code."""
        ...

    def drained(self) -> None:
        """All that was written has been taken."""
        ...

    def lost(self, why: str) -> None:
        """The connection is of no more use; told once, and not after `abort`."""
        ...


class Transport(asyncio.Protocol):
    """Replaces the protocol of a transport whose session is set up. Bytes that are no reply close the connection."""

    def __init__(self, transport: asyncio.Transport, listener: Listener) -> None:
        self._transport = transport
        self._listener = listener
        self._reader = ReplyReader()
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended = False
        self._sealed = transport.get_extra_info("ssl_object") is not None
        self.paused = False
        # So "paused" means that the kernel has not taken all; a TLS transport with high=0 pauses for ever.
        transport.set_write_buffer_limits(high=1, low=0)
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether bytes written now could still reach the server."""
        return not (self._ended or self._transport.is_closing())

    def write(self, parts: list[bytes]) -> None:
        """Override a flight to the transport, in one write."""
        if self._sealed or len(parts) == 1:
            self._transport.write(b"".join(parts))  # TLS would make a record of each part
        else:
            self._transport.writelines(parts)

    def abort(self) -> None:
        """Close at once, throwing away what is not written yet; the listener is told nothing any more."""
        self._ended = True
        self._transport.abort()

    async def close(self, seconds: float) -> None:
        """Close, and wait until the transport is gone; one that lingers is cut off."""
        self._ended = True
        self._transport.close()
        await asyncio.wait([self._closed], timeout=seconds)
        if not self._closed.done():
            self._transport.abort()
            await self._closed

    def data_received(self, data: bytes) -> None:
        """Take bytes from the server."""
        if self._ended:
            return
        replies: list[tuple[int, list[bytes]]] = []
        trouble = None
        try:
            replies.extend(self._reader.feed(data))
        except ValueError as error:
            trouble = str(error)
        if replies:
            self._listener.heard(replies)
        if trouble is not None:
            self._end(trouble)
            self._transport.abort()

    def pause_writing(self) -> None:
        """The transport's buffer holds something."""
        self.paused = True

    def resume_writing(self) -> None:
        """The transport's buffer is empty."""
        self.paused = False
        if not self._ended:
            self._listener.drained()

    def eof_received(self) -> None:
        """The server says no more; the transport closes."""
        self._end(LOST)

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        self._end(LOST)
        if not self._closed.done():
            self._closed.set_result(None)

    def _end(self, why: str) -> None:
        if not self._ended:
            self._ended = True
            self._listener.lost(why)

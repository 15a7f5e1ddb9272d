"""A transport of SMTP: it notices a server that is gone."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from digest.mailers.smtp.transport import Transport


class Nobody:
    """A listener that does nothing."""

    def replies_received(self, replies: object) -> None:
        """Ignore them."""

    def writable(self) -> None:
        """Ignore it."""

    def closed(self, why: str) -> None:
        """Ignore it."""


class Statistics:
    """A socket with the kernel's statistics: retransmissions, and milliseconds since the last acknowledgement."""

    def __init__(self, retransmits: int, silence: int) -> None:
        self._info = bytes([1, 0, retransmits]).ljust(56, b"\0") + silence.to_bytes(4, sys.byteorder)

    def getsockopt(self, _level: int, _name: int, size: int) -> bytes:
        return self._info[:size]


@asynccontextmanager
async def connected() -> AsyncIterator[Transport]:
    """A transport to a server on this machine."""
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: writers.append(writer), "127.0.0.1", 0)
    plain, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, *server.sockets[0].getsockname())
    transport = Transport(plain, Nobody())
    try:
        yield transport
    finally:
        await transport.close(5)
        for writer in writers:
            writer.close()
        server.close()
        await server.wait_closed()


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="the statistics are those of Linux")
def test_transport_server_that_acknowledges_nothing_is_gone() -> None:
    """Ten seconds after something was sent; a server that is silent, or slow to read, is there."""

    async def answers() -> list[bool]:
        async with connected() as transport:
            found = [transport.is_gone]
            night = Statistics(3, 2**24 + 5_000)  # hours: the machine was suspended
            for statistics in (Statistics(3, 10_000), night, Statistics(0, 60_000), Statistics(3, 9_999)):
                transport._socket = statistics
                found.append(transport.is_gone)
        return [*found, transport.is_gone]

    assert asyncio.run(answers()) == [False, True, True, False, False, False]


def test_transport_probes_a_silent_connection() -> None:
    """The kernel ends a connection on which nothing is under way if the server's host is gone."""

    async def option() -> int:
        async with connected() as transport:
            number: int = transport._socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            return number

    assert asyncio.run(option()) == 1


def test_transport_close_ends_a_connection_that_the_server_does_not_read() -> None:
    """What cannot be written is waited for only as long as that may take."""

    async def work() -> bool:
        async with connected() as transport:
            transport.write([b"x" * 50_000_000])
            assert transport.paused
            await transport.close(0.01)
            return transport._closed.done()

    assert asyncio.run(work())

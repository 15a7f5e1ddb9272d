"""A transport of SMTP: the events of its listener, how it writes, and that it notices a server that is gone."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from digest.mailers.smtp.transport import Transport


class Listener:
    """Keeps its events."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def replies_received(self, replies: object) -> None:
        self.events.append(replies)

    def writable(self) -> None:
        self.events.append("writable")

    def closed(self, why: str) -> None:
        self.events.append(why)


class MemoryTransport:
    """An asyncio transport that keeps its calls, without a socket."""

    def __init__(self, *, tls: bool) -> None:
        self.calls: list[object] = []
        self.limits: dict[str, int] = {}
        self._info = {"ssl_object": object() if tls else None, "socket": self}

    def get_extra_info(self, name: str) -> object:
        return self._info[name]

    def setsockopt(self, *_option: int) -> None:
        """Implement `socket.socket`."""

    def set_write_buffer_limits(self, **limits: int) -> None:
        self.limits = limits

    def set_protocol(self, protocol: object) -> None:
        """Implement `asyncio.Transport`."""

    def is_closing(self) -> bool:
        return "abort" in self.calls

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def writelines(self, parts: list[bytes]) -> None:
        self.calls.append(parts)


def events_of(
    use: Callable[[Transport, MemoryTransport], object], *, tls: bool = False
) -> tuple[list[object], list[object]]:
    """The events of the listener, and the calls of the link."""
    listener, link = Listener(), MemoryTransport(tls=tls)

    async def work() -> None:
        use(Transport(cast("asyncio.Transport", link), listener), link)

    asyncio.run(work())
    return listener.events, link.calls


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
    transport = Transport(plain, Listener())
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
    """After ten seconds the kernel ends a connection on which nothing is under way if the server's host is gone."""

    async def options() -> list[int]:
        async with connected() as transport:
            tcp = [getattr(socket, f"TCP_KEEP{name}", None) for name in ("IDLE", "INTVL", "CNT")]
            known = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE), *((socket.IPPROTO_TCP, one) for one in tcp if one)]
            return [transport._socket.getsockopt(*option) for option in known]

    keepalive, *probes = asyncio.run(options())
    assert keepalive == 1
    if len(probes) == 3:
        idle, interval, number = probes
        assert idle + interval * number == 10


@pytest.mark.parametrize(
    ("data", "events", "calls"),
    [
        ([b"250 a\r\n250-b\r\n", b"250 c\r\n"], [[(250, [b"a"])], [(250, [b"b", b"c"])]], []),
        ([b"250 a\r\n354 b\r\n"], [[(250, [b"a"]), (354, [b"b"])]], []),
        ([b"25"], [], []),
        ([b"babble\r\n", b"250 a\r\n"], ["the server sent a reply that is not valid SMTP"], ["abort"]),
        (
            [b"250 a\r\nbabble\r\n"],
            [[(250, [b"a"])], "the server sent a reply that is not valid SMTP"],
            ["abort"],
        ),
        ([b"x" * 2049], ["the server sent a reply that is too long"], ["abort"]),
    ],
)
def test_transport_listener_gets_whole_replies_until_one_is_none(
    data: list[bytes], events: list[object], calls: list[object]
) -> None:
    """What came before it counts; nothing is read after it."""

    def use(transport: Transport, _link: MemoryTransport) -> None:
        for part in data:
            transport.data_received(part)
        assert transport.is_open is (not calls)

    assert events_of(use) == (events, calls)


def _lose(transport: Transport, _link: MemoryTransport) -> None:
    transport.eof_received()
    assert not transport.is_open
    transport.connection_lost(None)
    transport.connection_lost(None)


def _abort(transport: Transport, link: MemoryTransport) -> None:
    transport.abort()
    link.calls.clear()
    transport.data_received(b"250 a\r\n")
    transport.resume_writing()
    transport.connection_lost(OSError())
    assert not transport.paused
    assert (transport.is_open, transport.is_gone) == (False, False)


def _pause(transport: Transport, _link: MemoryTransport) -> None:
    assert (transport.paused, transport.is_open) == (False, True)
    transport.pause_writing()
    assert transport.paused
    transport.resume_writing()
    assert not transport.paused


@pytest.mark.parametrize(("use", "events"), [(_lose, ["connection lost"]), (_abort, []), (_pause, ["writable"])])
def test_transport_listener_learns_once_of_the_end(
    use: Callable[[Transport, MemoryTransport], None], events: list[object]
) -> None:
    """However the connection is lost, and nothing after `abort`; when the kernel has taken all, it may go on."""
    assert events_of(use) == (events, [])


@pytest.mark.parametrize(
    ("parts", "tls", "calls"),
    [
        ([b"QUIT\r\n"], False, [b"QUIT\r\n"]),
        ([b"MAIL", b"RCPT"], False, [[b"MAIL", b"RCPT"]]),
        ([b"MAIL", b"RCPT"], True, [b"MAILRCPT"]),
    ],
)
def test_transport_writes_parts_with_one_call(parts: list[bytes], tls: bool, calls: list[Any]) -> None:
    """As one record of TLS, without copying them elsewhere; it is paused as soon as the kernel has not taken all."""

    def use(transport: Transport, link: MemoryTransport) -> None:
        transport.write(parts)
        assert link.limits == {"high": 1, "low": 0}

    assert events_of(use, tls=tls) == ([], calls)


def test_transport_close_ends_a_connection_that_the_server_does_not_read() -> None:
    """What cannot be written is waited for only as long as that may take."""

    async def work() -> bool:
        async with connected() as transport:
            transport.write([b"x" * 50_000_000])
            assert transport.paused
            await transport.close(0.01)
            assert cast("Listener", transport._listener).events == []
            return transport._closed.done()

    assert asyncio.run(work())


def test_transport_listener_learns_nothing_of_an_end_that_it_began() -> None:
    """While it waits for the end, what still arrives is not read."""
    events, calls = events_of(lambda transport, _: _close(transport))
    assert (events, calls) == ([], ["close"])


def _close(transport: Transport) -> None:
    closing = transport.close(5)
    closing.send(None)  # up to its first wait
    assert not transport.is_open
    transport.data_received(b"250 a\r\nbabble\r\n")
    transport.eof_received()
    transport.resume_writing()
    transport.connection_lost(None)
    closing.close()

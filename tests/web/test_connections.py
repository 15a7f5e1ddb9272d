"""Clients that send half a request, do not read their answer, or open connection after connection."""

import math
import resource
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from unittest import mock

import pytest
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from digest.web import connections
from digest.web.server import serving
from tests.support.web import Web

LONG_PAGE = 8_000_000  # bytes
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def connected(stack: ExitStack, web: Web) -> socket.socket:
    """A connection to the server."""
    return stack.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=30))


def rest_of(client: socket.socket) -> bytes:
    """What comes before the server closes the connection."""
    received = bytearray()
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            received += part
    return bytes(received)


def answer_on(client: socket.socket) -> bytes:
    """The answer to `WHOLE`, which may come in several parts."""
    received = b""
    while not received.endswith(b"ok\n"):
        part = client.recv(4096)
        assert part
        received += part
    return received


@contextmanager
def client_of_a_long_page(head: bytes = WHOLE) -> Iterator[socket.socket]:
    """A connection on which a page was asked for that is longer than what fits on its way."""
    with serving(PlainTextResponse("x" * LONG_PAGE), "127.0.0.1:0") as port, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.settimeout(30)
        client.connect(("127.0.0.1", port))
        client.sendall(head)
        yield client


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_connection_that_offers_another_protocol_is_answered_without_a_word(
    web: Web, caplog: pytest.LogCaptureFixture, protocol: bytes
) -> None:
    """As the HTTP client of Java does with every request, and many scanners; the connection stays usable."""
    offer = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
    with ExitStack() as stack:
        client = connected(stack, web)
        for head in (offer + b"\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", WHOLE):
            client.sendall(head)
            assert answer_on(client).startswith(b"HTTP/1.1 200 ")
    assert [one.message for one in caplog.records if one.levelname != "INFO"] == []


@pytest.mark.parametrize(
    "half",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(WHOLE[:-2], id="a head"),
        pytest.param(b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nemail", id="a body"),
    ],
)
def test_half_a_request_ends_its_connection(web: Web, half: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be held for as long as the client likes, and some hundreds of them would take all files."""
    with ExitStack() as stack:
        second = connected(stack, web)
        second.sendall(WHOLE)
        assert answer_on(second).startswith(b"HTTP/1.1 200")
        monkeypatch.setattr(connections, "LONGEST_WAIT", 0.1)
        first = connected(stack, web)
        first.sendall(half)
        second.sendall(half or WHOLE[:1])
        assert rest_of(first) == rest_of(second) == b""


def test_connection_without_a_request_is_kept_for_longer_than_a_proxy_keeps_it(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caddy keeps one for two minutes, and answers 502 where a form is sent on one that we close at that moment."""
    complete, kept = connections.TimedProtocol.on_response_complete, list[float]()

    def note_timer(protocol: connections.TimedProtocol) -> None:
        complete(protocol)
        assert protocol.timeout_keep_alive_task is not None
        kept.append(protocol.timeout_keep_alive_task.when() - protocol.loop.time())

    monkeypatch.setattr(connections.TimedProtocol, "on_response_complete", note_timer)
    with ExitStack() as stack:
        client = connected(stack, web)
        for _request in range(2):
            client.sendall(WHOLE)
            assert answer_on(client).startswith(b"HTTP/1.1 200")
    assert kept[0] > 120


def test_request_that_comes_slowly_but_steadily_is_answered(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of readers over a slow line takes longer than a form may."""
    looked, receive = threading.Event(), connections.TimedProtocol.data_received

    def receive_in_the_last_moment(protocol: connections.TimedProtocol, data: bytes) -> None:
        receive(protocol, data)
        if protocol._timer is not None:
            protocol._timer.cancel()
            with mock.patch.object(connections, "LONGEST_WAIT", 0.0):
                protocol._require_progress()
            looked.set()

    monkeypatch.setattr(connections, "_SLOWEST", 100)
    monkeypatch.setattr(connections.TimedProtocol, "data_received", receive_in_the_last_moment)
    with ExitStack() as stack:
        client = connected(stack, web)
        client.sendall(b"POST /confirm/x HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\n" + b"x" * 4000)
        assert looked.wait(30)
        client.sendall(b"x" * 4000)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once the server has lost or ended a connection; it waits a tenth of a second for its client to read on."""
    lost, lose = threading.Event(), connections.TimedProtocol.connection_lost

    def report(protocol: connections.TimedProtocol, error: Exception | None) -> None:
        lose(protocol, error)
        lost.set()

    monkeypatch.setattr(connections, "LONGEST_UNREAD", 0.1)
    monkeypatch.setattr(connections.TimedProtocol, "connection_lost", report)
    return lost


def test_answer_that_is_not_read_ends_its_connection(lost: threading.Event) -> None:
    """It would be held for as long as the client likes, also after the time between two requests."""
    with client_of_a_long_page() as client:
        assert lost.wait(30)
        assert len(rest_of(client)) < LONG_PAGE


def test_end_of_an_answer_that_is_not_read_ends_its_connection(
    lost: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is to be closed would wait for its client, also where too little is left to stop the page."""
    monkeypatch.setattr(connections.TimedProtocol, "pause_writing", H11Protocol.pause_writing)
    with client_of_a_long_page(WHOLE.replace(b"Host", b"Connection: close\r\nHost")) as client:
        assert lost.wait(30)
        assert len(rest_of(client)) < LONG_PAGE


def test_answer_that_is_read_slowly_but_steadily_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long page over a slow line takes longer than nothing may."""
    pause = connections.TimedProtocol.pause_writing
    paused, looked = list[connections.TimedProtocol](), threading.Event()

    def pause_noted(protocol: connections.TimedProtocol) -> None:
        pause(protocol)
        paused.append(protocol)

    def look() -> None:
        transport = paused[0].transport
        was_closing = transport.is_closing()
        paused[0]._require_reading()
        aborted.append(transport.is_closing() and not was_closing)
        looked.set()

    monkeypatch.setattr(connections.TimedProtocol, "pause_writing", pause_noted)
    received, aborted = 0, list[bool]()
    with client_of_a_long_page() as client:
        while received < LONG_PAGE and (part := client.recv(65_536)):
            received += len(part)
            if not looked.is_set() and paused and received > LONG_PAGE - paused[0]._unread + 1000:  # it reads on
                paused[0].loop.call_soon_threadsafe(look)
                assert looked.wait(30)
    assert aborted == [False]
    assert received > LONG_PAGE


def test_client_that_stops_in_the_middle_of_an_answer_loses_its_connection() -> None:
    """It has read on once, and not again."""
    protocol, transport, loop = object.__new__(connections.TimedProtocol), mock.Mock(), mock.Mock()
    protocol.transport, protocol.loop = transport, loop
    transport.get_write_buffer_size.side_effect = [9, 5, 5, 5]
    protocol._expect_reading()
    for timers, aborts in ((2, 0), (2, 1)):
        protocol._require_reading()
        assert (loop.call_later.call_count, transport.abort.call_count) == (timers, aborts)


def test_client_of_a_connection_that_is_to_be_closed_has_to_read_its_answer_to_the_end() -> None:
    """Its transport resumes once little is left, and waits for that without end."""
    protocol, timer = object.__new__(connections.TimedProtocol), mock.Mock()
    protocol.transport, protocol.flow, protocol._reading_timer = mock.Mock(), mock.Mock(), timer
    for is_closing in (True, False):
        protocol.transport.is_closing.return_value = is_closing
        protocol.resume_writing()
        assert timer.cancel.called is not is_closing


def test_client_of_a_connection_that_was_kept_has_to_read_its_answer_to_the_end() -> None:
    """The answer fits into what waits to be sent, and nothing was asked for since."""
    protocol = object.__new__(connections.TimedProtocol)
    protocol.transport, protocol.conn, protocol.loop = mock.Mock(), mock.Mock(), mock.Mock()
    protocol.transport.is_closing.side_effect = [False, True]
    protocol.transport.get_write_buffer_size.return_value = 9
    protocol.timeout_keep_alive_handler()
    protocol.loop.call_later.assert_called_once_with(connections.LONGEST_UNREAD, protocol._require_reading)


def test_connections_leave_files_for_the_database(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those beyond the limit are closed at once, and the others are answered."""
    monkeypatch.setattr(connections, "most_connections", lambda: 2)
    with ExitStack() as stack:
        first, second, third = (connected(stack, web) for _number in range(3))
        assert rest_of(third) == b""
        for client in (first, second):
            client.sendall(WHOLE)
            assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_connection_beyond_the_limit_takes_the_place_of_an_idle_one(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers and proxies keep connections that they may never use again; nobody else is refused for that."""
    monkeypatch.setattr(connections, "most_connections", lambda: 2)
    with ExitStack() as stack:
        waiting, idle = connected(stack, web), connected(stack, web)
        idle.sendall(WHOLE)
        assert answer_on(idle).startswith(b"HTTP/1.1 200")
        new = connected(stack, web)
        assert rest_of(idle) == b""
        for client in (waiting, new):
            client.sendall(WHOLE)
            assert answer_on(client).startswith(b"HTTP/1.1 200")


def kept(idle_until: float | None, *, unsent: int = 0, is_closing: bool = False) -> mock.Mock:
    """A connection that is closed at a time, or has a request."""
    transport = mock.Mock(**{"get_write_buffer_size.return_value": unsent, "is_closing.return_value": is_closing})
    timer = None if idle_until is None else mock.Mock(**{"when.return_value": idle_until})
    return mock.Mock(transport=transport, timeout_keep_alive_task=timer)


def test_connection_that_is_idle_for_longest_makes_room() -> None:
    """One that ends already makes none, and one whose answer is not read yet is needed."""
    longest, busy = kept(20), [kept(30), kept(None), kept(10, unsent=1), kept(10, is_closing=True)]
    protocol = mock.Mock(connections={longest, *busy})
    assert connections.TimedProtocol._close_an_idle_one(protocol)
    longest.transport.close.assert_called_once_with()
    assert not any(one.transport.close.called for one in busy)


def test_connections_beyond_the_limit_are_logged_once(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing else tells the operator why some readers find no page."""
    monkeypatch.setattr(connections, "most_connections", lambda: 1)
    monkeypatch.setattr(connections.TimedProtocol, "_logged_at", -math.inf)
    with ExitStack() as stack:
        clients = [connected(stack, web) for _number in range(3)]
        assert [rest_of(client) for client in clients[1:]] == [b"", b""]
    (warning,) = (record.getMessage() for record in caplog.records if "closed at once" in record.getMessage())
    assert warning.startswith("web: as many connections are open as files allow (1)")


@pytest.mark.parametrize(("files", "most"), [(1024, 768), (256, 128), (resource.RLIM_INFINITY, sys.maxsize)])
def test_most_connections_depends_on_the_files_of_the_process(
    files: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of the usual number is left, and half of a small one."""
    monkeypatch.setattr(resource, "getrlimit", lambda _of: (files, files))
    assert connections.most_connections() == most

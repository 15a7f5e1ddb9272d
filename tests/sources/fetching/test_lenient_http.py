"""Responses with mild faults are read as browsers read them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from digest.errors import FetchError
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.lenient_http import repaired_head

FAULTS = {
    "doubled length": b"Content-Length: 6\r\nContent-Length: 6\r\n",
    "listed length": b"Content-Length: 6, 6\r\n",
    "empty length": b"Content-Length:\r\nConnection: close\r\n",
    "length that is no number": b"Content-Length: -1\r\nConnection: close\r\n",
    "length with a sign": b"Content-Length: +6\r\nConnection: close\r\n",
    "length in words": b"Content-Length: six\r\nConnection: close\r\n",
    "line without colon": b"nonsense\r\nContent-Length: 6\r\n",
    "space before the colon": b"X-A : 1\r\nContent-Length : 6\r\n",
    "name that is not a token": b"X(a): 1\r\nContent-Length: 6\r\n",
    "folded value": b"X-A: 1\r\n 2\r\nContent-Length: 6\r\n",
}


@contextmanager
def raw_server(response: bytes, *, chunk: int = 65_536) -> Iterator[str]:
    """Answers every request of a connection with these bytes, `chunk` of them at once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with peer, suppress(OSError):
            while b"\r\n\r\n" in peer.recv(65_536):
                for start in range(0, len(response), chunk):
                    peer.sendall(response[start : start + chunk])
                if b"close" in response:
                    return

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.parametrize("headers", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("chunk", [1, 65_536])
def test_response_with_a_mild_fault_is_fetched(fetcher: Fetcher, headers: bytes, chunk: int) -> None:
    """However its bytes arrive, also the second time on one connection."""
    with raw_server(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n<rss/>", chunk=chunk) as url:
        assert [fetcher.fetch(url).body for _ in range(2)] == [b"<rss/>"] * 2


def test_response_with_length_and_chunks_is_read_by_its_chunks(fetcher: Fetcher) -> None:
    """RFC 9112, 6.3."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    with raw_server(head + b"6\r\n<rss/>\r\n0\r\n\r\n") as url:
        assert fetcher.fetch(url).body == b"<rss/>"


def test_response_after_an_interim_one_is_repaired_too(fetcher: Fetcher) -> None:
    """103 Early Hints comes before the response that counts."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 6\r\n\r\n<rss/>"
    with raw_server(hints + final) as url:
        assert fetcher.fetch(url).body == b"<rss/>"


def test_response_after_many_interim_ones_is_read(fetcher: Fetcher) -> None:
    """However many arrive at once."""
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>"
    with raw_server(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2_000 + final) as url:
        assert fetcher.fetch(url).body == b"<rss/>"


def test_response_with_different_lengths_is_refused(fetcher: Fetcher) -> None:
    """Its end is ambiguous."""
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 5\r\n\r\n<rss/>"
    with raw_server(response) as url, pytest.raises(FetchError, match="not valid HTTP"):
        fetcher.fetch(url)


def test_head_without_end_is_not_waited_for(fetcher: Fetcher) -> None:
    """The connection ended within the head."""
    with raw_server(b"HTTP/1.1 200 OK\r\nConnection: close\r\n") as url, pytest.raises(FetchError):
        fetcher.fetch(url)


def test_repaired_head_of_a_proper_response_is_the_same() -> None:
    """Order and spelling stay."""
    head = b'HTTP/1.1 200 OK\r\nServer: a\r\nETag: "1:2"\r\nTransfer-Encoding: chunked'
    assert repaired_head(head) == head


@pytest.mark.timeout(10)
def test_repaired_head_of_very_many_headers_ends_soon() -> None:
    """Equal lengths among them become one."""
    lines = [*[b"A:"] * 100_000, *[b"Content-Length: 6"] * 20_000]
    assert repaired_head(b"\r\n".join((b"HTTP/1.1 200 OK", *lines))).count(b"Content-Length") == 1

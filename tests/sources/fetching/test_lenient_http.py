"""Responses with mild faults are read as browsers read them."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

from digest.errors import FetchError
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.lenient_http import repaired_head
from digest.sources.fetching.whole_document import is_whole
from tests.support.certificates import make_authority

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
    "length beyond all sizes": b"Content-Length: 99999999999999999999999\r\nConnection: close\r\n",
    "NUL in a value": b"X-A: a\x00b\r\nContent-Length: 6\r\n",
    "carriage return in a value": b"X-A: a\rb\r\nContent-Length: 6\r\n",
    "control characters in a value": b"X-A: \x01\x7f\r\nContent-Length: 6\r\n",
    "folded value": b"X-A: 1\r\n 2\r\nContent-Length: 6\r\n",
}


@contextmanager
def raw_server(response: bytes, *, chunk: int = 65_536) -> Iterator[str]:
    """Answers every request of a connection with these bytes, `chunk` of them at once."""

    def answer(peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with peer, suppress(OSError):
            while b"\r\n\r\n" in peer.recv(65_536):
                for start in range(0, len(response), chunk):
                    peer.sendall(response[start : start + chunk])
                if b"close" in response:
                    return

    with answering(answer) as url:
        yield url


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that gives each connection to `answer`, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # a thread that still waits could get the clients of a later test
            accepting.join()


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


FEED = b"<rss><channel/></rss>\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = f"{len(FEED):x}\r\n".encode() + FEED + b"\r\n"
BROKEN_OFF = {
    "length too large": b"Connection: close\r\nContent-Length: 99\r\n\r\n" + FEED,
    "no last chunk": b"Connection: close\r\n" + CHUNKED + CHUNK,
    "no end of the last chunk": b"Connection: close\r\n" + CHUNKED + CHUNK + b"0\r\n",
    "an error page in the chunks": CHUNKED + CHUNK + b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
    "no checksum": b"Connection: close\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(FEED)[:-8],
}


@pytest.mark.parametrize("rest", BROKEN_OFF.values(), ids=BROKEN_OFF.keys())
@pytest.mark.parametrize("chunk", [7, 65_536])
def test_whole_document_is_read_although_its_transfer_breaks_off(fetcher: Fetcher, rest: bytes, chunk: int) -> None:
    """Its own end tells that nothing is missing."""
    with raw_server(b"HTTP/1.1 200 OK\r\n" + rest, chunk=chunk) as url:
        assert fetcher.fetch(url).body == FEED


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (b"Connection: close\r\n" + CHUNKED + b"6\r\n<rss><", "the connection broke off"),
        (CHUNKED + b"6\r\n<rss><\r\nhello\r\n", "not valid HTTP"),
        (CHUNKED + b"<rss>", "not valid HTTP"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 65_536])
def test_document_that_breaks_off_is_an_error_at_once(fetcher: Fetcher, rest: bytes, message: str, chunk: int) -> None:
    """The fetch does not wait for its deadline, however the bytes arrive."""
    with raw_server(b"HTTP/1.1 200 OK\r\n" + rest, chunk=chunk) as url, pytest.raises(FetchError, match=message):
        fetcher.fetch(url)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<html>x</html>\n<!-- 0.1 s -->\n", True),
        (b"<rdf:RDF></rdf:RDF>\0", True),
        (b"<a:feed></a:feed>\n<!-- made in 0.5 s -->\n<!-- cached -->", True),
        (b"<html></html>" + 5 * (b"<!--" + 300 * b"." + b"-->"), True),
        (b'\xef\xbb\xbf[{"a": 1}]\n', True),
        (b'[{"a": 1}', False),
        (b"[" * 100_000, False),
        (b"<rss><item></item>", False),
        (b"", False),
    ],
)
def test_is_whole_is_decided_by_the_end_of_the_document(body: bytes, expected: bool) -> None:
    """Of XML and HTML that of the root element; JSON must be complete."""
    assert is_whole(body) is expected


@pytest.mark.parametrize(
    "status",
    [b"HTTP/2 200", b"HTTP/1.2 200 OK", b"http/1.1 200 OK", b"HTTP/1.1  200 OK", b"HTTP/1 200", b"HTTP/1.1\t200\tOK"],
)
def test_status_line_with_a_mild_fault_is_read(fetcher: Fetcher, status: bytes) -> None:
    """Other versions, lower case, two spaces."""
    with raw_server(status + b"\r\nContent-Length: 6\r\n\r\n<rss/>") as url:
        assert fetcher.fetch(url).body == b"<rss/>"


def test_repaired_head_of_a_proper_response_is_the_same() -> None:
    """Order and spelling stay."""
    head = b'HTTP/1.1 200 OK\r\nServer: a\r\nETag: "1:2"\r\nTransfer-Encoding: chunked'
    assert repaired_head(head) == head


@pytest.mark.timeout(10)
def test_repaired_head_of_very_many_headers_ends_soon() -> None:
    """Equal lengths among them become one."""
    lines = [*[b"A:"] * 100_000, *[b"Content-Length: 6"] * 20_000]
    assert repaired_head(b"\r\n".join((b"HTTP/1.1 200 OK", *lines))).count(b"Content-Length") == 1


def test_fetcher_with_tls_does_not_wait_for_the_server_to_agree_to_an_end(
    fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is not used again is closed at once."""
    authority = make_authority(tmp_path)
    tls = authority.server(tmp_path)
    trusted = ssl.create_default_context(cafile=str(authority.file))
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusted)
    ends: SimpleQueue[bytes] = SimpleQueue()

    def answer(peer: socket.socket) -> None:
        with tls.wrap_socket(peer, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<rss/>")
            while secure.recv(65_536):
                pass
            with socket.socket(fileno=secure.detach()) as plain:
                plain.settimeout(10)
                ends.put(plain.recv(1))

    with answering(answer) as url:
        assert fetcher.fetch(url.replace("http:", "https:")).body == b"<rss/>"
        assert ends.get(timeout=20) == b""

"""Turns: how many addresses are fetched at once, and that waiting for one is nobody's fault."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from digest.errors import FetchError
from digest.parsing.urls import is_loopback
from digest.sources.fetching import fetcher as fetch
from digest.sources.fetching.fetcher import Fetcher


class Counting:
    """A server whose answers wait for a moment; it knows the most that it was asked at once, by host and in all."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.turn = threading.Lock()

    def come(self, host: str) -> None:
        """Somebody asks."""
        with self.turn:
            for name in (host, "all"):
                self.now[name] += 1
                self.most[name] = max(self.most[name], self.now[name])

    def go(self, host: str) -> None:
        """Somebody was answered."""
        with self.turn:
            self.now[host] -= 1
            self.now["all"] -= 1


@contextmanager
def served(counting: Counting, pause: float) -> Iterator[int]:
    """A server on all loopback addresses."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            counting.come(host)
            threading.Event().wait(pause)
            counting.go(host)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 200

    server = Server(("0.0.0.0", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fetch_all(fetcher: Fetcher, urls: list[str]) -> None:
    """Fetch them from as many threads."""
    with ThreadPoolExecutor(len(urls)) as pool:
        assert {fetched.body for fetched in pool.map(fetcher.fetch, urls)} == {b"ok"}


def test_so_many_at_once_and_so_many_of_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more than the limits, and as many as the limits: hosts do not wait for each other."""
    monkeypatch.setattr(fetch, "is_loopback", lambda _host: False)
    monkeypatch.setattr(fetch, "MOST_AT_ONCE", 9)
    monkeypatch.setattr(fetch, "MOST_OF_A_HOST", 2)
    counting = Counting()
    with served(counting, 0.05) as port, Fetcher() as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.{1 + n % 8}:{port}/{n}" for n in range(64)])
    assert counting.most["all"] == 9
    assert {counting.most[f"127.0.0.{n}"] for n in range(1, 9)} == {2}


def test_this_machine_is_no_host_to_be_polite_to() -> None:
    """Its own services are asked as often as anything may be."""
    counting = Counting()
    with served(counting, 0.05) as port, Fetcher() as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.1:{port}/{n}" for n in range(64)])
    assert fetch.MOST_OF_A_HOST < counting.most["127.0.0.1"] <= fetch.MOST_AT_ONCE


def test_who_waits_for_a_turn_has_the_whole_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight answers of half the deadline, one after the other: none of them is late."""
    monkeypatch.setattr(fetch, "MOST_AT_ONCE", 1)
    counting = Counting()
    with served(counting, 0.3) as port, Fetcher(deadline=0.9) as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.1:{port}/{n}" for n in range(6)])
        with pytest.raises(FetchError, match="could not be reached"):
            fetcher.fetch("http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        *((host, True) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1")),
        *((host, False) for host in ("10.0.0.1", "gazette.example", "localhost.example", "")),
    ],
)
def test_which_hosts_are_this_machine(host: str, ours: bool) -> None:
    """By their very names, without a resolver."""
    assert is_loopback(host) is ours

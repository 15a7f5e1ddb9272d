"""Slots: how many fetches run at once, in all and of one host."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from digest.errors import FetchError
from digest.sources.fetching import fetcher as fetch
from digest.sources.fetching.fetcher import Fetcher


class RequestCounter:
    """Counts the requests under way, and the most there ever were, by host and in all."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.lock = threading.Lock()

    def begin(self, host: str) -> None:
        """A request has come."""
        with self.lock:
            for name in (host, "all"):
                self.now[name] += 1
                self.most[name] = max(self.most[name], self.now[name])

    def end(self, host: str) -> None:
        """A request is answered."""
        with self.lock:
            self.now[host] -= 1
            self.now["all"] -= 1


@contextmanager
def slow_server(counter: RequestCounter, pause: float) -> Iterator[int]:
    """A server on all loopback addresses that pauses before each response."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            counter.begin(host)
            threading.Event().wait(pause)
            counter.end(host)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Log nothing."""

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


def test_fetches_of_many_hosts_reach_both_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the limits and never more: hosts do not wait for each other."""
    monkeypatch.setattr(fetch, "is_loopback", lambda _host: False)
    monkeypatch.setattr(fetch, "MOST_AT_ONCE", 9)
    monkeypatch.setattr(fetch, "MOST_OF_A_HOST", 2)
    counter = RequestCounter()
    with slow_server(counter, 0.2) as port, Fetcher() as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.{1 + n % 8}:{port}/{n}" for n in range(64)])
    assert counter.most["all"] == 9
    assert max(counter.most[f"127.0.0.{n}"] for n in range(1, 9)) == 2


def test_fetches_of_this_machine_have_no_host_limit() -> None:
    """Only the limit of all fetches holds."""
    counter = RequestCounter()
    with slow_server(counter, 0.05) as port, Fetcher() as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.1:{port}/{n}" for n in range(64)])
    assert fetch.MOST_OF_A_HOST < counter.most["127.0.0.1"] <= fetch.MOST_AT_ONCE


def test_fetch_that_waited_for_a_slot_has_the_whole_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve responses of a tenth of the deadline, one after the other: none of them is late."""
    monkeypatch.setattr(fetch, "MOST_AT_ONCE", 1)
    counter = RequestCounter()
    with slow_server(counter, 0.15) as port, Fetcher(deadline=1.5) as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.1:{port}/{n}" for n in range(12)])
        with pytest.raises(FetchError, match="could not be reached"):
            fetcher.fetch("http://127.0.0.1:1/")

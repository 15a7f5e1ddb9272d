"""Slots: how many fetches run at once, in all and of one host."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

import pytest

from digest.errors import FetchError
from digest.sources.fetching import fetcher as fetch
from digest.sources.fetching.fetcher import Fetcher

_PATIENCE = 60.0  # seconds until the requests must have come


class RequestCounter:
    """Counts the requests under way, and the most there ever were, by host and in all.

    A request waits until there were `of_all` in all and `of_a_host` of its host at once: no busy machine has fewer.
    """

    def __init__(self, *, of_all: int = 1, of_a_host: int = 1) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._of_all, self._of_a_host = of_all, of_a_host
        self._changed = threading.Condition()

    def begin(self, host: str) -> None:
        """A request has come."""
        with self._changed:
            for name in (host, "all"):
                self.now[name] += 1
                self.most[name] = max(self.most[name], self.now[name])
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._enough(host), _PATIENCE)

    def end(self, host: str) -> None:
        """A request is answered."""
        with self._changed:
            self.now[host] -= 1
            self.now["all"] -= 1

    def _enough(self, host: str) -> bool:
        return self.most["all"] >= self._of_all and self.most[host] >= self._of_a_host


@contextmanager
def slow_server(counter: RequestCounter, pause: float) -> Iterator[int]:
    """A server on all loopback addresses that pauses before each response: one request too many would show."""

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
    counter = RequestCounter(of_all=9, of_a_host=2)
    with slow_server(counter, 0.02) as port, Fetcher() as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.{1 + n % 8}:{port}/{n}" for n in range(64)])
    assert counter.most["all"] == 9
    assert max(counter.most[f"127.0.0.{n}"] for n in range(1, 9)) == 2


def test_fetches_of_this_machine_have_no_host_limit() -> None:
    """Only the limit of all fetches holds."""
    counter = RequestCounter(of_all=fetch.MOST_AT_ONCE)
    with slow_server(counter, 0.02) as port, Fetcher() as fetcher:
        fetch_all(fetcher, [f"http://127.0.0.1:{port}/{n}" for n in range(64)])
    assert fetch.MOST_OF_A_HOST < counter.most["127.0.0.1"] == fetch.MOST_AT_ONCE


def test_fetch_that_waited_for_a_slot_has_the_whole_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time begins when it has the slot: no two of twelve fetches count theirs at once."""
    counting, deadline, timeout = [0], 59.0, asyncio.timeout

    @asynccontextmanager
    async def counted() -> AsyncIterator[None]:
        counting.append(counting[-1] + 1)
        async with timeout(deadline):
            yield
        counting.append(counting[-1] - 1)

    def limit(seconds: float | None) -> AbstractAsyncContextManager[object]:
        return counted() if seconds == deadline else timeout(seconds)  # aiohttp has others

    monkeypatch.setattr(fetch, "MOST_AT_ONCE", 1)
    with slow_server(RequestCounter(), 0.01) as port, Fetcher(deadline=deadline) as fetcher:
        with mock.patch.object(asyncio, "timeout", limit):
            fetch_all(fetcher, [f"http://127.0.0.1:{port}/{n}" for n in range(12)])
        assert counting == [0, *[1, 0] * 12]
        with pytest.raises(FetchError, match="could not be reached"):
            fetcher.fetch("http://127.0.0.1:1/")

"""One round of article pages: several threads read them until a deadline, at most two of a host at once."""

import queue
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from digest.errors import SourceError
from digest.sources.daemon_threads import start_daemons
from digest.sources.page.structured_data import PageCounters

_AT_ONCE_ON_A_HOST = 2
_AT_ONCE = 8
_MOST_FAILURES = 5  # pages of one host in a row: its other pages wait for the next round

PageResult = PageCounters | SourceError


def read_pages(
    urls: Mapping[str, str], read: Callable[[str], PageResult], seconds: float
) -> Iterator[tuple[str, PageResult]]:
    """The keys and results of the pages that are read in time, in the order in which they are done.

    `read` must not raise.
    """
    pages = _PageQueue(urls)
    results: queue.SimpleQueue[tuple[str, PageResult] | None] = queue.SimpleQueue()

    def work() -> None:
        for key, url in pages.take():
            result = read(url)
            pages.done(url, failed=isinstance(result, SourceError))
            results.put((key, result))
        results.put(None)

    # Daemons: a page that does not answer in time must delay neither the visit nor the end of the process.
    working = start_daemons(work, min(_AT_ONCE, len(urls)), name="article-pages")
    end = time.monotonic() + seconds
    while working:
        try:
            done = results.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            pages.end()
            return
        if done is None:
            working -= 1
        else:
            yield done


@dataclass
class _PageQueue:
    """Gives pages to several threads: in order, but at most two of a host at once."""

    urls: Mapping[str, str]
    _left: deque[str] = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _busy: Counter[str] = field(default_factory=Counter)
    _failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self._left = deque(self.urls)

    def take(self) -> Iterator[tuple[str, str]]:
        """The pages for one thread, key and address, until none is left for it."""
        while (key := self._next()) is not None:
            yield key, self.urls[key]

    def done(self, url: str, *, failed: bool) -> None:
        """Free the page's place on its host."""
        host = _host(url)
        with self._changed:
            self._busy[host] -= 1
            self._failed[host] = self._failed[host] + 1 if failed else 0
            self._changed.notify_all()

    def end(self) -> None:
        """Give out no more pages."""
        with self._changed:
            self._left.clear()
            self._changed.notify_all()

    def _next(self) -> str | None:
        with self._changed:
            while self._left:
                self._left = deque(key for key in self._left if self._failed[_host(self.urls[key])] < _MOST_FAILURES)
                for key in self._left:
                    host = _host(self.urls[key])
                    if self._busy[host] < _AT_ONCE_ON_A_HOST:
                        self._left.remove(key)
                        self._busy[host] += 1
                        return key
                if self._left:
                    self._changed.wait()
        return None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""

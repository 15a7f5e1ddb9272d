"""Fetches the pictures of an issue side by side; one that cannot be fetched delays and stops nothing."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from digest.errors import SourceError, StoppedError
from digest.model.pictures import PictureSize, StoredPicture
from digest.protocols import PictureSource

DEADLINE = 30.0
"""Seconds for all pictures of an issue."""

_AT_ONCE = 4
_STOP_INTERVAL = 0.1  # seconds between two looks at `stop`

_log = logging.getLogger(__name__)


def fetch_pictures(
    source: PictureSource,
    wanted: Sequence[PictureSize],
    deadline: float = DEADLINE,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Mapping[PictureSize, StoredPicture | None]:
    """The pictures that came within the deadline; None for those that cannot be had, which are logged.

    Raises StoppedError soon after `stop()` is true.
    """
    widths: dict[str, list[int]] = {}
    for size in wanted:
        widths.setdefault(size.url, []).append(size.width)
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pictures")
    try:
        fetches = {url: pool.submit(_fetched, source, url, widths[url]) for url in widths}
        _wait_for(fetches.values(), deadline, stop)
    finally:  # also after Ctrl-C: a process waits at its end for all that its pools have not cancelled
        pool.shutdown(wait=False, cancel_futures=True)
    done = {url: fetch.result() for url, fetch in fetches.items() if fetch.done() and not fetch.cancelled()}
    return {size: done[size.url].get(size.width) for size in wanted if size.url in done}


def _wait_for(fetches: Iterable[Future[Any]], deadline: float, stop: Callable[[], bool]) -> None:
    end, left = time.monotonic() + deadline, set(fetches)
    while left and (seconds := end - time.monotonic()) > 0:
        if stop():
            raise StoppedError("the issue was not made: the process was stopped while pictures were fetched")
        left = wait(left, min(seconds, _STOP_INTERVAL)).not_done


def _fetched(source: PictureSource, url: str, widths: Sequence[int]) -> Mapping[int, StoredPicture]:
    try:
        return source.fetch(url, widths)
    except SourceError as error:
        _log.warning("a picture was not stored, and is loaded from its own address: %s", error)
    except Exception as error:  # noqa: BLE001 - whatever one picture does, the issue goes on
        _log.debug("a picture failed unexpectedly", exc_info=True)
        _log.warning("a picture was not stored, and is loaded from its own address: %s", type(error).__name__)
    return {}

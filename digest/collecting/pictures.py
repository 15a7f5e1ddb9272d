"""Fetches the pictures of an issue side by side; one that cannot be fetched delays and stops nothing."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from digest.errors import SourceError
from digest.model.pictures import PictureSize, StoredPicture
from digest.protocols import PictureSource

DEADLINE = 30.0
"""Seconds for all pictures of an issue."""

_AT_ONCE = 4

_log = logging.getLogger(__name__)


def fetch_pictures(
    source: PictureSource, wanted: Sequence[PictureSize], deadline: float = DEADLINE
) -> Mapping[PictureSize, StoredPicture | None]:
    """The pictures that came within the deadline; None for those that cannot be had, which are logged."""
    widths: dict[str, list[int]] = {}
    for size in wanted:
        widths.setdefault(size.url, []).append(size.width)
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pictures")
    fetches = {url: pool.submit(_fetched, source, url, widths[url]) for url in widths}
    wait(fetches.values(), deadline)
    pool.shutdown(wait=False, cancel_futures=True)
    done = {url: fetch.result() for url, fetch in fetches.items() if fetch.done() and not fetch.cancelled()}
    return {size: done[size.url].get(size.width) for size in wanted if size.url in done}


def _fetched(source: PictureSource, url: str, widths: Sequence[int]) -> Mapping[int, StoredPicture]:
    try:
        return source.fetch(url, widths)
    except SourceError as error:
        _log.warning("a picture was not stored, and is loaded from its own address: %s", error)
    except Exception as error:  # noqa: BLE001 - whatever one picture does, the issue goes on
        _log.debug("a picture failed unexpectedly", exc_info=True)
        _log.warning("a picture was not stored, and is loaded from its own address: %s", type(error).__name__)
    return {}

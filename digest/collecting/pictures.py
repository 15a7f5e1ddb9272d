"""Fetches the pictures of an issue side by side; one that cannot be fetched delays and stops nothing."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from digest.collecting.side_by_side import SideBySide
from digest.errors import SourceError
from digest.model.pictures import PictureSize, StoredPicture
from digest.protocols import PictureSource

DEADLINE = 30.0
"""Seconds for all pictures of an issue."""

_AT_ONCE = 4
_STOPPED = "the issue was not made: the process was stopped while pictures were fetched"

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
    urls = list(widths)
    fetches = SideBySide(urls, lambda url: _fetched(source, url, widths[url]), at_once=_AT_ONCE, name="pictures")
    with closing(fetches.run(time.monotonic() + deadline, stop, stopped=_STOPPED)) as finished:
        done = {urls[place]: files for place, files in finished}
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

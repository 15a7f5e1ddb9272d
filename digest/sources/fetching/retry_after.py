"""Hosts that asked to be left alone for a while: Retry-After of 429 and 503 (RFC 9110, 10.2.3)."""

import time
from email.utils import parsedate_to_datetime

from yarl import URL

WAITING_STATUSES = frozenset({429, 503})
LONGEST_PAUSE = 5.0
"""Seconds that one fetch waits before its second request; for longer the host is left alone."""

_LONGEST_WAIT = 86_400.0  # seconds: a mistaken date must not disable a source for years
_MOST_DIGITS = 9


class HostWaits:
    """Until when each host, with its port, must not be requested."""

    def __init__(self) -> None:
        self._ends: dict[tuple[str | None, int | None], float] = {}

    def record(self, url: URL, seconds: float) -> None:
        """Leave the host of a URL alone from now on."""
        self._ends[url.host, url.port] = time.monotonic() + seconds

    def seconds_left(self, url: URL) -> float:
        """The seconds until the host of a URL may be requested; 0 for now."""
        return max(0.0, self._ends.get((url.host, url.port), 0.0) - time.monotonic())


def retry_after_seconds(header: str | None) -> float | None:
    """The seconds that a Retry-After header names, as a number or a date; None if it is missing or unreadable."""
    text = (header or "").strip()
    if text.isdecimal():
        return min(float(text[:_MOST_DIGITS]), _LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)

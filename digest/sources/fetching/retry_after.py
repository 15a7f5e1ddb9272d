"""Hosts that asked to be left alone for a while: Retry-After of 429 and 503 (RFC 9110, 10.2.3)."""

import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from yarl import URL

WAITING_STATUSES = frozenset({429, 503})
LONGEST_PAUSE = 5.0
"""Seconds that one fetch waits before its second request; for longer the host is left alone."""

LONGEST_OUTAGE = 3_600.0
"""Seconds for which a 503 is obeyed: it estimates when the server is back, and many a maintenance page says a day."""

_LONGEST_WAIT = 86_400.0  # seconds: a mistaken date must not disable a source for years
_MOST_DIGITS = 9


class _Wait(NamedTuple):
    ends: float
    url: URL
    seconds: float
    answer: str = ""


class HostWaits:
    """Until when each host, with its port, must not be requested."""

    def __init__(self) -> None:
        self._waits: dict[tuple[str | None, int | None], _Wait] = {}

    def record(self, url: URL, seconds: float) -> None:
        """Leave the host of a URL alone from now on: an answer that was under way shortens no longer wait."""
        wait, known = _Wait(time.monotonic() + seconds, url, seconds), self._waits.get((url.host, url.port))
        if known is None or known.ends < wait.ends:
            self._waits[url.host, url.port] = wait

    def explain(self, url: URL, answer: str) -> None:
        """Keep what the answer said that asked to leave the host alone, if it did."""
        wait = self._waits.get((url.host, url.port))
        if wait is not None and wait.url == url:
            self._waits[url.host, url.port] = wait._replace(answer=answer)

    def refusal(self, url: URL) -> str | None:
        """Why a URL must not be requested now; the same until it may be, so that a log repeats nothing."""
        wait = self._waits.get((url.host, url.port))
        if wait is None or wait.ends <= time.monotonic():
            return None
        is_own = wait.url == url and wait.answer
        return wait.answer if is_own else f"not requested, because the server asked to wait {wait.seconds:.0f} s"


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

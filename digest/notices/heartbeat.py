"""The heartbeat: an address of a monitoring service, fetched after each published issue."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from digest.errors import FetchError

DEADLINE = 10.0  # seconds, the convention of Healthchecks

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """Fetches `url`, by `fetch`, in a thread of its own: nothing waits for it. Without a URL it does nothing."""

    url: str
    fetch: Callable[[str], object]

    def __call__(self) -> None:
        """Say that an issue was published."""
        if self.url:
            threading.Thread(target=self._fetch_or_log, name="heartbeat").start()

    def _fetch_or_log(self) -> None:
        try:
            self.fetch(self.url)
        except FetchError as error:
            # The URL is the secret: the error begins with it, and may end with words of the service that name it.
            reason = str(error).partition(": ")[2].partition(': "')[0]
            _log.warning("alerts.heartbeat_url was not reached: %s", reason)

"""The heartbeat: an address of a monitoring service, fetched after each published issue."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

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
            # The path is the secret, and the error begins with the address.
            reason = str(error).partition(": ")[2]
            for part in filter(None, urlsplit(self.url).path.split("/")):
                reason = reason.replace(part, "…")
            _log.warning("alerts.heartbeat_url was not reached: %s", reason)

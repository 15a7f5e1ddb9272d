"""An action that a thread repeats for as long as a block lasts."""

import logging
import threading
from collections.abc import Callable

from digest.errors import StoreError

_log = logging.getLogger(__name__)


class Repeated:
    """Calls `action` from a thread after `first` seconds, and then every `pause` seconds, until the block ends.

    `failure` is what the log says of a StoreError.
    """

    def __init__(self, name: str, action: Callable[[], None], failure: str, *, first: float, pause: float) -> None:
        self._action = action
        self._failure = failure
        self._wait = first
        self._pause = pause
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "Repeated":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        last = ""  # a failure that lasts is logged once
        while not self._done.wait(self._wait):
            self._wait = self._pause
            try:
                self._action()
            except StoreError as error:
                failure = f"{self._failure}: {error}"
                _log.log(logging.DEBUG if failure == last else logging.WARNING, "%s", failure)
                last = failure
            else:
                last = ""

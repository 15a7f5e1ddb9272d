"""Threads that do not keep the process alive, up to as many as the system permits."""

import threading
from collections.abc import Callable


def start_daemons(work: Callable[[], None], most: int, *, name: str) -> int:
    """Start up to `most` threads that work, and return their number, which is at least one.

    Where a limit of threads is reached (`ulimit -u`, TasksMax of systemd), those that run do the work. Raises
    RuntimeError if there is none.
    """
    for started in range(most):
        try:
            threading.Thread(target=work, name=name, daemon=True).start()
        except RuntimeError:
            if not started:
                raise
            return started
    return most

"""What a process or a thread does, as Linux shows it.

Python overlooks a signal that comes just before a call that blocks, so a test sends it to what sleeps.
"""

import time
from pathlib import Path


def process_state(pid: int) -> str | None:
    """The letter for what a process's main thread, or the thread of that number, does; None after its end.

    Such as R, S, T or Z (proc_pid_stat(5)).
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def wait_until_asleep(thread: int) -> None:
    """Wait until a thread (its native number) sleeps, and not only for Python's global lock."""
    looks = 0
    while looks < 5:
        time.sleep(0.002)
        looks = looks + 1 if process_state(thread) == "S" else 0

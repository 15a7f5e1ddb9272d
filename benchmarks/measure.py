"""What is measured of a sender, by itself: messages, seconds, CPU seconds and its peak memory, as a line of JSON."""

import json
import re
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run of one sender; `seconds` from the first connection to the last answer, `peak` in octets."""

    messages: int
    seconds: float
    cpu: float
    peak: int | None = None

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_per_thousand(self) -> float:
        """CPU seconds of the sending process for 1,000 messages."""
        return self.cpu / self.messages * 1000


@contextmanager
def telling(messages: int) -> Iterator[None]:
    """Measure the block, which sends so many messages, and print the line that `read` reads."""
    cpu, start = _cpu(), time.perf_counter()
    yield
    seconds, used = time.perf_counter() - start, _cpu() - cpu
    print(json.dumps(asdict(Measured(messages=messages, seconds=seconds, cpu=used, peak=peak_memory()))), flush=True)


def read(output: str) -> Measured:
    """What a sender's process printed last."""
    return Measured(**json.loads(output.strip().splitlines()[-1]))


def seconds_of(work: Callable[[], object]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_memory() -> int:
    """This process's peak memory in octets.

    The kernel's VmHWM where there is one: `ru_maxrss` also counts the parent's memory at the moment of the fork.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    return int(found[1]) * 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

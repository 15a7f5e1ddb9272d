"""Progress of a long command on standard error: a bar on a terminal, else a plain line every few seconds."""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.text import Text

from digest.cli.output.log_format import fitted, is_collected, remark
from digest.cli.output.tables import sized_console

_EVERY = 5.0  # seconds between two plain lines
_SPAN = 10.0  # seconds over which the rate is averaged


class Pace:
    """The recent rate of a job in items a second, and the time left at that rate."""

    def __init__(self, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks = deque([(clock(), done)])

    def rate(self, done: int) -> float:
        """Items a second over the last ten seconds, given how many are done now."""
        now = self._clock()
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] > _SPAN:
            self._marks.popleft()
        since, before = self._marks[0]
        return (done - before) / max(now - since, 0.001)

    def left(self, done: int, total: int) -> str:
        """The time left, such as `0:02:10`; `-:--:--` while nothing moves."""
        rate = self.rate(done)
        if done >= total:
            return "0:00:00"
        if rate <= 0:
            return "-:--:--"
        minutes, seconds = divmod(round((total - done) / rate), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


class Meter:
    """Shows a summary, on a terminal below a bar; `share` is the finished share, from 0 to 1, or None if unknown.

    The meter's own thread calls `summary` and `share`, which must be quick. Without a terminal the first line comes
    after five seconds, so that short commands print none.
    """

    def __init__(
        self,
        title: str,
        summary: Callable[[], str],
        share: Callable[[], float | None],
        *,
        quiet: bool = False,
        every: float = _EVERY,
    ) -> None:
        self._title, self._summary, self._share = title, summary, share
        self._quiet = quiet
        self._bar = _new_bar() if sys.stderr.isatty() and not (quiet or is_collected()) else None
        self._every = 0.2 if self._bar else every
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="digest-progress", daemon=True)

    def __enter__(self) -> "Meter":
        if self._bar is not None:
            self._task = self._bar.add_task(self._title, total=1.0, summary="")
            self._bar.start()
        if not self._quiet:
            self._ticker.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        if not self._quiet:
            self._ticker.join()
        if self._bar is not None:
            self._show()
            self._bar.stop()

    def line(self, text: str) -> None:
        """Print a line of its own, above the bar."""
        if self._bar is None:
            remark(text)
        else:
            self._bar.console.print(fitted(text), markup=False, highlight=False, soft_wrap=True)

    def _tick(self) -> None:
        while not self._done.wait(self._every):
            self._show()

    def _show(self) -> None:
        if self._bar is None:
            remark(": ".join(filter(None, [self._title, self._summary()])))
            return
        share = self._share()
        position: dict[str, Any] = {"total": None} if share is None else {"total": 1.0, "completed": share}
        self._bar.update(self._task, summary=self._summary(), **position)


class _BarAboveSummary(Progress):
    """A bar with its summary below it: beside it a terminal of 80 columns, and often one of 120, would cut both."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bars, then their summaries."""
        yield self.make_tasks_table(self.tasks)
        yield from (Text(summary) for task in self.tasks if (summary := task.fields["summary"]))


def _new_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return _BarAboveSummary(*columns, console=sized_console(stderr=True), transient=True)

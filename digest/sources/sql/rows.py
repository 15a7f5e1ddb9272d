"""Reads the rows of a query within the limits of their number, of the size of a value, and of time."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.exc import DBAPIError

from digest.model.quantities import counted
from digest.sources.sql.limits import Limits

_BATCH_SIZE = 4_000_000  # characters and bytes that are fetched at once, if no row is longer than those before
_LONG = (str, bytes, list, dict)  # types of values that may be long
_QUICK = 0.5  # seconds for a batch, after which the next one may be larger


class LimitedRows:
    """The rows of a result, each by the names of its columns; `notes` tell afterwards what the limits cut off.

    `number` is how many were read, `places` are the columns by name. `is_timeout` tells an error of the database that
    took too long: the rows before it are used. `started` is of the monotonic clock. Up to `batch` rows are fetched at
    once: of long rows, and of those that come slowly, fewer.
    """

    def __init__(
        self,
        limits: Limits,
        places: dict[str, int],
        *,
        is_timeout: Callable[[BaseException], bool],
        started: float,
        batch: int,
    ) -> None:
        self.number = 0
        self._limits = limits
        self._places = places
        self._is_timeout = is_timeout
        self._end = started + limits.statement
        self._largest_batch = batch
        self._largest_row = 1
        self._stopped: str | None = None
        self._shortened: Counter[str] = Counter()

    def read(self, result: CursorResult[Any]) -> Iterator[dict[str, object]]:
        """The rows until a limit is reached; raises SQLAlchemy's errors."""
        try:
            for row in self._fetched(result):
                if self.number == self._limits.rows:
                    self._stopped = f"stopped at {self.number:,} rows"
                    return
                self.number += 1
                yield self._values(row)
                if time.monotonic() > self._end:
                    self._stop_for_time()
                    return
        except DBAPIError as error:
            if not self.number or not self._is_timeout(error):
                raise
            self._stop_for_time()

    def notes(self) -> Iterator[str]:
        """What was cut off."""
        if self._stopped:
            yield self._stopped
        for name, number in sorted(self._shortened.items()):
            rows = counted(number, "row", ",")
            yield f"{name} longer than {self._limits.value:,} characters in {rows}; only its beginning was read"

    def _fetched(self, result: CursorResult[Any]) -> Iterator[Any]:
        """All rows, in batches that fit into memory and in time."""
        size = 1
        while True:
            started = time.monotonic()
            rows = result.fetchmany(size)
            is_quick = time.monotonic() - started < _QUICK
            yield from rows
            if not rows:
                return
            self._largest_row = max(self._largest_row, *map(_length, rows))
            size = 2 * size if is_quick else size // 2
            size = max(1, min(size, self._largest_batch, _BATCH_SIZE // self._largest_row))

    def _values(self, row: Any) -> dict[str, object]:
        return {name: self._short(name, row[place]) for name, place in self._places.items()}

    def _short(self, name: str, value: object) -> object:
        if not isinstance(value, str | bytes) or len(value) <= self._limits.value:
            return value
        self._shortened[name] += 1
        return value[: self._limits.value]

    def _stop_for_time(self) -> None:
        rows = "row was" if self.number == 1 else f"{self.number:,} rows were"
        self._stopped = f"the database did not answer within {self._limits.statement:g} s: only the first {rows} read"


def _length(row: Any) -> int:
    """The characters and bytes of a row's texts, also of those in lists and tables."""
    texts = (value if isinstance(value, str | bytes) else repr(value) for value in row if isinstance(value, _LONG))
    return sum(map(len, texts))

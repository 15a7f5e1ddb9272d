"""Reads the rows of a query within the limits of their number, of the size of a value, and of time."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.exc import DBAPIError

from digest.model.quantities import counted
from digest.sources.sql.limits import Limits


class LimitedRows:
    """The rows of a result, each by the names of its columns; `notes` tell afterwards what the limits cut off.

    `places` are the columns by name. `is_timeout` tells an error of the database that took too long: the rows before it
    are used. `started` is of the monotonic clock.
    """

    def __init__(
        self, limits: Limits, places: dict[str, int], *, is_timeout: Callable[[BaseException], bool], started: float
    ) -> None:
        self._limits = limits
        self._places = places
        self._is_timeout = is_timeout
        self._end = started + limits.statement
        self._stopped: str | None = None
        self._shortened: Counter[str] = Counter()

    def read(self, result: CursorResult[Any]) -> Iterator[dict[str, object]]:
        """The rows until a limit is reached; raises SQLAlchemy's errors."""
        number = 0
        try:
            for row in result:
                if number == self._limits.rows:
                    self._stopped = f"stopped at {number:,} rows"
                    return
                number += 1
                yield self._values(row)
                if time.monotonic() > self._end:
                    self._stop_for_time(number)
                    return
        except DBAPIError as error:
            if not number or not self._is_timeout(error):
                raise
            self._stop_for_time(number)

    def notes(self) -> Iterator[str]:
        """What was cut off."""
        if self._stopped:
            yield self._stopped
        for name, number in sorted(self._shortened.items()):
            rows = counted(number, "row", ",")
            yield f"{name} longer than {self._limits.value:,} characters in {rows}; only its beginning was read"

    def _values(self, row: Any) -> dict[str, object]:
        return {name: self._short(name, row[place]) for name, place in self._places.items()}

    def _short(self, name: str, value: object) -> object:
        if not isinstance(value, str | bytes) or len(value) <= self._limits.value:
            return value
        self._shortened[name] += 1
        return value[: self._limits.value]

    def _stop_for_time(self, number: int) -> None:
        rows = "row was" if number == 1 else f"{number:,} rows were"
        self._stopped = f"the database did not answer within {self._limits.statement:g} s: only the first {rows} read"

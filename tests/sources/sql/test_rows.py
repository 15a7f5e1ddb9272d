"""The rows of a query: how many are fetched at once."""

import time
from typing import Any, cast

import pytest
from sqlalchemy import CursorResult

from digest.sources.sql.limits import Limits
from digest.sources.sql.rows import LimitedRows


@pytest.mark.parametrize("long", ["x" * 2_000_000, b"x" * 2_000_000, {"text": "x" * 2_000_000}])
def test_limited_rows_long_rows_are_fetched_a_few_at_a_time(long: object) -> None:
    """Short rows by up to a hundred; after a first long one, two at once, also of the short ones behind it."""
    values: list[tuple[object]] = [("short",)] * 500 + [(long,)] * 50 + [("short",)] * 20
    result = _Result(values)
    rows = LimitedRows(Limits(), {"summary": 0}, is_timeout=lambda _: False, started=time.monotonic(), batch=100)
    assert len(list(rows.read(cast("CursorResult[Any]", result)))) == 570
    assert result.sizes[:8] == [1, 2, 4, 8, 16, 32, 64, 100]
    assert max(result.sizes) == 100
    assert set(result.sizes[11:]) in ({1}, {2})


def test_limited_rows_slow_rows_are_fetched_singly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fetch may take as long as the whole query: one that begins before the end should be over soon."""
    result = _Result([("short",)] * 20, seconds=1.0)
    monkeypatch.setattr("digest.sources.sql.rows.time", result)
    rows = LimitedRows(Limits(), {"summary": 0}, is_timeout=lambda _: False, started=0.0, batch=100)
    assert len(list(rows.read(cast("CursorResult[Any]", result)))) == 20
    assert set(result.sizes) == {1}


class _Result:
    """A result of these rows, which notes how many are fetched; it is a clock too, and each fetch takes `seconds`."""

    def __init__(self, rows: list[tuple[object]], seconds: float = 0.0) -> None:
        self._rows, self._seconds, self._now = rows, seconds, 0.0
        self.sizes: list[int] = []

    def fetchmany(self, size: int) -> list[tuple[object]]:
        """The next rows."""
        self.sizes.append(size)
        self._now += self._seconds
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def monotonic(self) -> float:
        """The time."""
        return self._now

"""Statements compiled once for all SQLite databases of a test process, as they are in a process that has run for long.

A new engine compiles each statement anew, which took a sixth of the time of the tests that open databases (2026-11).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Compiled, Engine, create_engine

from digest.store.engine import sqlite_engine


@pytest.fixture(scope="session", autouse=True)
def _shared_statements() -> Iterator[None]:
    """Give all engines of SQLite one dialect, which is part of the key of a compiled statement, and one cache."""
    known = create_engine("sqlite://")
    known.connect().close()  # it initialises the dialect
    compiled: dict[Any, Compiled] = {}

    def sharing(url: URL, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        engine.dialect = known.dialect
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_engine, "create_engine", sharing)
        yield
    known.dispose()

"""Statements compiled once for all databases of a test process, as they are in a process that has run for long.

A new engine compiles each statement again, which took a sixth of the time of the tests that open databases on SQLite,
and a fifth on PostgreSQL (2026-11).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Compiled, Engine, create_engine

from digest.store.engine import postgres_engine, sqlite_engine


class _Statements(dict[Any, Compiled]):
    """A cache for all engines: in the keys that SQLAlchemy makes, the name of a dialect replaces the dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        dialect, *others = key
        return super().get((dialect.name, *others), default)

    def __setitem__(self, key: Any, compiled: Compiled) -> None:
        dialect, *others = key
        super().__setitem__((dialect.name, *others), compiled)


@pytest.fixture(scope="session", autouse=True)
def _shared_statements() -> Iterator[None]:
    """Give all engines one cache."""
    compiled = _Statements()

    def sharing(url: URL, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_engine, "create_engine", sharing)
        patch.setattr(postgres_engine, "create_engine", sharing)
        yield

"""Fixtures that the store's tests share."""

from collections.abc import Iterator

import pytest

from digest.store.engine.database import Database
from tests.support.store import opened


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """An open database of each kind."""
    with opened(store_url) as database:
        yield database

"""The ledger that most tests of senders work with; a module with another one has a fixture of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ledger import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An issue that is frozen for forty readers."""
    built = Site(tmp_path, 40)
    yield built
    built.database.close()

"""A warning for each SQLite connection that is left open, as Python gives from 3.13 on."""

import sqlite3
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress

import pytest


class WatchedConnection(sqlite3.Connection):
    """A connection that warns when it goes away without having been closed."""

    def __del__(self) -> None:
        """Ask a property that closed connections do not have; unlike methods, it may be asked in any thread."""
        with suppress(sqlite3.ProgrammingError):
            _ = self.in_transaction
            warnings.warn(f"unclosed database in {self!r}", ResourceWarning, source=self, stacklevel=1)


@pytest.fixture(scope="session", autouse=True)
def unclosed_databases() -> Iterator[None]:
    """Let each connection warn; pytest makes the warning a failure of the test that runs then."""
    with pytest.MonkeyPatch.context() as patch:
        if sys.version_info < (3, 13):
            for module in (sqlite3, sqlite3.dbapi2):
                patch.setattr(module, "connect", WatchedConnection)
        yield

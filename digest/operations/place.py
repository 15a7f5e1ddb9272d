"""Where an installation keeps its data."""

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from digest.store.engine.database_url import sqlite_file


class BackupKind(StrEnum):
    """Which database a backup is of."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Place(NamedTuple):
    """Where an installation keeps its data: the URL of its database, its folder, and that of this machine's state."""

    url: str
    root: Path
    state: Path

    @property
    def kind(self) -> BackupKind:
        """The kind of the database."""
        return BackupKind.POSTGRESQL if self.file is None else BackupKind.SQLITE

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return sqlite_file(self.url, self.root)

"""The database that a backup replaces is kept, also where the file system has no hard links."""

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import text

from digest.errors import DigestError
from digest.operations import backup
from digest.operations.place import Place
from tests.support.full_disk import max_file_size
from tests.support.store import NOW, frozen, opened

_LATER = NOW + timedelta(hours=1)


@contextmanager
def without_hard_links() -> Iterator[None]:
    """A file system such as exFAT, where Linux refuses `link` with EPERM."""
    refusal = PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    with mock.patch.object(os, "link", side_effect=refusal):
        yield


def test_restore_where_the_file_system_has_no_hard_links_keeps_a_copy(sqlite_url: str, tmp_path: Path) -> None:
    """The replaced database is kept whole, also what only its write-ahead log has, and private."""
    place, file = Place(sqlite_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 2)
    backup.back_up(place, file)
    assert place.file is not None
    with closing(sqlite3.connect(place.file)) as killed:  # a process that was killed leaves its write-ahead log
        killed.execute("UPDATE subscriber SET status = 'unsubscribed'")
        killed.commit()
        log = Path(f"{place.file}-wal")
        content = log.read_bytes()
    log.write_bytes(content)
    with without_hard_links():
        _done, kept = backup.restore(place, file, None, _LATER)
    assert kept is not None
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    statuses = "SELECT DISTINCT status FROM subscriber"
    with closing(sqlite3.connect(kept)) as old, closing(sqlite3.connect(place.file)) as new:
        assert old.execute(statuses).fetchall() == [("unsubscribed",)]
        assert new.execute(statuses).fetchall() == [("confirmed",)]


def test_restore_without_hard_links_and_room_for_a_copy_changes_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """The replaced database is larger than what may be written; one sentence names the file, and nothing is left."""
    place, file = Place(sqlite_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 1)
        backup.back_up(place, file)
        with database.write() as connection:
            connection.execute(text("CREATE TABLE filler AS SELECT zeroblob(4000000) AS zeros"))
    assert place.file is not None
    before, names = place.file.read_bytes(), {one.name for one in tmp_path.iterdir()}
    expected = r"replaced-\d{8}-\d{6}: the replaced database cannot be kept: file too large; nothing was changed"
    with without_hard_links(), max_file_size(3_000_000), pytest.raises(DigestError, match=expected):
        backup.restore(place, file, None, _LATER)
    assert place.file.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == names

"""Backup files on a disk that is full or read-only."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest.errors import StoreError
from digest.operations import backup
from digest.operations.backup_files import copy_sqlite
from digest.operations.place import Place
from digest.store.upkeep.beats import RUN, Beats
from tests.support.full_disk import max_file_size
from tests.support.store import NOW, frozen, opened, states


def test_backup_onto_a_full_disk_names_the_folders_and_keeps_the_earlier_backup(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The database's disk may have room while that of the backups has none; with room the next backup succeeds."""
    place, folder = Place(sqlite_url, tmp_path, tmp_path / ".digest"), tmp_path / "backups"
    folder.mkdir()
    with opened(sqlite_url) as database:
        frozen(database, 1)
    backup.back_up(place, folder / "backup")
    before = (folder / "backup").read_bytes()
    with max_file_size(100_000), pytest.raises(StoreError, match=rf"or of {folder} is full .*; free some space$"):
        backup.back_up(place, folder / "backup")
    assert [file.name for file in folder.iterdir()] == ["backup"]
    assert (folder / "backup").read_bytes() == before
    assert backup.back_up(place, folder / "backup") == len(before)


def test_backup_while_others_write_all_the_time_has_the_state_of_its_beginning(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As during a send: SQLite began the copy again after each commit, and no backup was made until it was over."""
    monkeypatch.setattr("digest.operations.backup_files._PAGES", 20)
    place, steps = Place(sqlite_url, tmp_path, tmp_path / ".digest"), [0]
    with opened(sqlite_url) as database:
        Beats(database).record(RUN, ["before"], NOW)

        def write(done: int, _pages: int) -> None:
            assert done > steps[-1]
            steps.append(done)
            Beats(database).record(RUN, [f"edition{done}"], NOW)

        backup.back_up(place, tmp_path / "backup", write)
    assert len(steps) > 3
    with opened(f"sqlite:///{tmp_path}/backup") as copy:
        assert set(Beats(copy).moments(RUN)) == {"before"}


def test_copy_of_a_database_on_a_read_only_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite needs a log beside the database also to read it; without one it cannot open a file that is there."""
    monkeypatch.setattr("os.statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))
    with pytest.raises(StoreError, match=r"digest\.db cannot be written: .* disk is read-only$"):
        copy_sqlite(tmp_path / "digest.db", tmp_path / "backup")


def test_restore_onto_a_full_disk_names_the_folder_and_leaves_the_database(sqlite_url: str, tmp_path: Path) -> None:
    """Nothing is replaced until the copy is whole; a folder that has both files is named once."""
    place, file = Place(sqlite_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(sqlite_url) as database:
        frozen(database, 1)
    backup.back_up(place, file)
    with max_file_size(100_000), pytest.raises(StoreError, match=rf": the disk of {tmp_path} is full"):
        backup.restore(place, file, None, NOW)
    with opened(sqlite_url) as database:
        assert states(database) == ["planned"]

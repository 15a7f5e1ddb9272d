"""ProcessLock: a process that ended is dead at once, one that runs never is."""

import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from digest.delivery.process_lock import ProcessLock, is_any_held
from digest.errors import StoreError
from digest.store.ledger.deliveries import Deliveries
from tests.support.store import LEASE, NOW, frozen, minutes, opened

_CHILD = """
import sys
from pathlib import Path
from digest.delivery.process_lock import ProcessLock
held = ProcessLock.acquire(Path(sys.argv[1]))
print(held.owner, flush=True)
sys.stdin.read()
"""


def _start_child(folder: Path) -> "tuple[subprocess.Popen[str], str]":
    command = [sys.executable, "-c", _CHILD, str(folder)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


def test_is_dead_killed_process_is_true(tmp_path: Path) -> None:
    """While it runs its lock is held; after SIGKILL it is dead at once, and its file is removed."""
    with ProcessLock.acquire(tmp_path) as mine:
        child, owner = _start_child(tmp_path)
        with child:
            assert mine.is_dead(owner) is False
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert (tmp_path / f"{owner}.lock").exists()
        assert mine.is_dead(owner) is True
        assert not (tmp_path / f"{owner}.lock").exists()
        assert mine.is_dead(owner) is True


def test_is_dead_stopped_process_is_false(tmp_path: Path) -> None:
    """A process stopped by SIGSTOP keeps its lock."""
    with ProcessLock.acquire(tmp_path) as mine:
        child, owner = _start_child(tmp_path)
        with child:
            child.send_signal(signal.SIGSTOP)
            assert mine.is_dead(owner) is False
            child.kill()


def test_is_dead_own_process_is_false(tmp_path: Path) -> None:
    """The check does not release the lock, and other locks of the same process are alive too."""
    with ProcessLock.acquire(tmp_path) as mine, ProcessLock.acquire(tmp_path) as other:
        assert mine.owner != other.owner
        assert [mine.is_dead(mine.owner), mine.is_dead(other.owner), other.is_dead(mine.owner)] == [False] * 3


def test_close_removes_the_file(tmp_path: Path) -> None:
    """A clean end leaves no file, and closing twice is harmless, also where somebody removed the file before."""
    mine = ProcessLock.acquire(tmp_path)
    assert [file.name for file in tmp_path.glob("*.lock")] == [f"{mine.owner}.lock"]
    mine.close()
    mine.close()
    with ProcessLock.acquire(tmp_path) as other:
        (tmp_path / f"{other.owner}.lock").unlink()
    assert [file.name for file in tmp_path.iterdir()] == ["id"]


def test_close_on_a_disk_that_became_read_only_reports_what_went_wrong_before(tmp_path: Path) -> None:
    """Not that the file of the lock stays, which the next start removes; the lock is released."""
    read_only = OSError(errno.EROFS, os.strerror(errno.EROFS))
    with (
        pytest.raises(StoreError, match="the disk reports an error"),
        mock.patch.object(Path, "unlink", side_effect=read_only),
        ProcessLock.acquire(tmp_path),
    ):
        raise StoreError("the disk reports an error")
    assert not is_any_held(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["id"]


def test_is_dead_owner_elsewhere_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On another machine, or in another folder of this one, only the lease decides."""
    with ProcessLock.acquire(tmp_path / "here") as mine, ProcessLock.acquire(tmp_path / "there") as other:
        assert mine.is_dead(other.owner) is None
        monkeypatch.setattr(socket, "gethostname", lambda: "another")
        with ProcessLock.acquire(tmp_path / "here") as foreign:
            assert mine.is_dead(foreign.owner) is None
        assert mine.is_dead("someone") is None


def _moved_away(folder: Path, place: Path) -> None:
    """Let another folder have the path, as in a second container on the same machine."""
    folder.rename(place)
    folder.mkdir()


def test_is_dead_owner_in_another_folder_of_the_same_path_is_none(tmp_path: Path) -> None:
    """Containers may share host name, boot id and path: the folder's random id distinguishes them."""
    folder = tmp_path / "state"
    with ProcessLock.acquire(folder) as other:
        _moved_away(folder, tmp_path / "of another container")
        with ProcessLock.acquire(folder) as mine:
            assert mine.is_dead(other.owner) is None


def test_is_dead_owner_in_a_copied_folder_is_none(tmp_path: Path) -> None:
    """The folder of an image or a backup was copied with its id."""
    folder = tmp_path / "state"
    with ProcessLock.acquire(folder) as other:
        _moved_away(folder, tmp_path / "original")
        shutil.copy(tmp_path / "original" / "id", folder / "id")
        with ProcessLock.acquire(folder) as mine:
            assert mine.is_dead(other.owner) is None


def test_acquire_broken_id_is_replaced(tmp_path: Path) -> None:
    """A crash may leave an empty id: the processes of the folder still know each other."""
    (tmp_path / "id").write_text("ab")
    with ProcessLock.acquire(tmp_path) as mine, ProcessLock.acquire(tmp_path) as other:
        assert mine.is_dead(other.owner) is False


def test_recover_rows_of_another_container_are_left_to_it(postgres_store_url: str, tmp_path: Path) -> None:
    """Two folders of one path share a ledger in PostgreSQL: neither takes the rows that the other is sending."""
    folder = tmp_path / "state"
    with opened(postgres_store_url) as database, ProcessLock.acquire(folder) as other:
        deliveries = Deliveries(database)
        frozen(database, 2)
        deliveries.claim(2, owner=other.owner, now=NOW, lease=LEASE)
        _moved_away(folder, tmp_path / "of another container")
        with ProcessLock.acquire(folder) as mine:
            assert deliveries.recover(NOW, mine.is_dead) == (0, 0)
            assert deliveries.recover(NOW + LEASE + minutes(1), mine.is_dead) == (2, 0)


def test_acquire_removes_files_of_dead_processes(tmp_path: Path) -> None:
    """A new process removes the files of dead ones, and nothing else."""
    (tmp_path / "feed-1-2.lock").touch()
    (tmp_path / "notes.txt").touch()
    with ProcessLock.acquire(tmp_path) as mine, ProcessLock.acquire(tmp_path) as other:
        names = {"notes.txt", "id", f"{mine.owner}.lock", f"{other.owner}.lock"}
        assert {file.name for file in tmp_path.iterdir()} == names


def test_acquire_link_at_the_name_of_the_lock_makes_no_file_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user of the folder may put it there before a lock of root is made again."""
    folder, elsewhere = tmp_path / "locks", tmp_path / "elsewhere"
    monkeypatch.setattr("digest.delivery.process_lock.secrets.token_hex", lambda size: "ab" * size)
    with ProcessLock.acquire(folder) as held:
        name = f"{held.owner}.lock"
    (folder / name).symlink_to(elsewhere)
    with pytest.raises(StoreError, match="cannot hold this process's lock"):
        ProcessLock.acquire(folder)
    assert not elsewhere.exists()


def test_is_any_held_file_that_another_process_removes_meanwhile_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list of the folder and the look at its file, or before we remove it: nobody holds it."""
    (tmp_path / "gone.lock").symlink_to("nowhere")
    assert not is_any_held(tmp_path)
    with ProcessLock.acquire(tmp_path):
        assert is_any_held(tmp_path)
    file = tmp_path / "ended.lock"
    file.touch()
    monkeypatch.setattr(fcntl, "flock", lambda _lock, _how: file.unlink())
    assert not is_any_held(tmp_path)


def test_acquire_unusable_folder_raises_store_error(tmp_path: Path) -> None:
    """The error names the folder."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"the folder .*file/locks cannot hold"):
        ProcessLock.acquire(tmp_path / "file" / "locks")

"""ProcessLock: a process that ended is dead at once, one that runs never is."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from digest.delivery.process_lock import ProcessLock
from digest.errors import StoreError

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
    """A clean end leaves no file, and closing twice is harmless."""
    mine = ProcessLock.acquire(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"{mine.owner}.lock"]
    mine.close()
    mine.close()
    assert list(tmp_path.iterdir()) == []


def test_is_dead_owner_elsewhere_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On another machine, or in another folder of this one, only the lease decides."""
    with ProcessLock.acquire(tmp_path / "here") as mine, ProcessLock.acquire(tmp_path / "there") as other:
        assert mine.is_dead(other.owner) is None
        monkeypatch.setattr(socket, "gethostname", lambda: "another")
        with ProcessLock.acquire(tmp_path / "here") as foreign:
            assert mine.is_dead(foreign.owner) is None
        assert mine.is_dead("someone") is None


def test_acquire_removes_files_of_dead_processes(tmp_path: Path) -> None:
    """A new process removes the files of dead ones, and nothing else."""
    (tmp_path / "feed-1-2.lock").touch()
    (tmp_path / "notes.txt").touch()
    with ProcessLock.acquire(tmp_path) as mine, ProcessLock.acquire(tmp_path) as other:
        names = {"notes.txt", f"{mine.owner}.lock", f"{other.owner}.lock"}
        assert {file.name for file in tmp_path.iterdir()} == names


def test_acquire_unusable_folder_raises_store_error(tmp_path: Path) -> None:
    """The error names the folder."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"the folder .*file/locks cannot hold"):
        ProcessLock.acquire(tmp_path / "file" / "locks")

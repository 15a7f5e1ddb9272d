"""Proves which processes of this machine live: each holds a locked file for life, and a free lock is a dead owner."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import socket
from pathlib import Path

from digest.errors import StoreError

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class ProcessLock:
    """This process's own lock, and the way to ask after another's."""

    def __init__(self, folder: Path, machine: str, owner: str, lock: int) -> None:
        self.owner = owner
        self._folder = folder
        self._machine = machine
        self._lock: int | None = lock

    @classmethod
    def acquire(cls, folder: Path) -> "ProcessLock":
        """Take a lock of our own in `folder`, and sweep away the files of the dead; raises StoreError."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sweep(folder)
            machine = _machine(folder)
            owner = f"{machine}-{os.getpid()}-{secrets.token_hex(8)}"
            return cls(folder, machine, owner, _create(_file(folder, owner)))
        except OSError as error:
            says = (error.strerror or str(error)).lower()
            raise StoreError(
                f"the folder {folder} cannot hold this process's lock: {says}; check its permissions"
            ) from None

    def is_dead(self, owner: str) -> bool | None:
        """True: the owner is of this machine and has ended; False: it lives; None: it is of another machine."""
        if not owner.startswith(f"{self._machine}-"):
            return None
        try:
            return _remove_if_free(_file(self._folder, owner))
        except FileNotFoundError:
            return True
        except OSError:
            return None

    def close(self) -> None:
        """Let go of the lock and remove its file."""
        if self._lock is not None:
            _file(self._folder, self.owner).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> "ProcessLock":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _machine(folder: Path) -> str:
    # The folder belongs to the name: where another folder is in use, this one's files prove nothing.
    boot = _BOOT_ID.read_text(encoding="ascii") if os.access(_BOOT_ID, os.R_OK) else ""
    return hashlib.sha256("\n".join((socket.gethostname(), boot, str(folder.resolve()))).encode()).hexdigest()[:16]


def _file(folder: Path, owner: str) -> Path:
    return folder / f"{owner}.lock"


def _create(path: Path) -> int:
    """A locked new file; it is made again if somebody's sweep removed it before it was locked."""
    while True:
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and path.stat().st_ino == os.fstat(lock).st_ino:
                return lock
        except BlockingIOError:  # a sweep is looking at it just now
            pass
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)


def _sweep(folder: Path) -> None:
    for path in folder.glob("*.lock"):
        with contextlib.suppress(OSError):
            _remove_if_free(path)


def _remove_if_free(path: Path) -> bool:
    """Whether nobody holds the lock; then the file goes, while we hold it. Raises OSError."""
    lock = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(lock)

"""Tells whether a process of this machine is alive: it locks a file while it runs, and the lock ends with it."""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import socket
from pathlib import Path

from digest.errors import StoreError
from digest.file_owner import give_like, make_private_folder

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_ID_LENGTH = 32


class ProcessLock:
    """The lock of this process, and a check of others."""

    def __init__(self, folder: Path, machine: str, owner: str, lock: int) -> None:
        self.owner = owner
        self._folder = folder
        self._machine = machine
        self._lock: int | None = lock

    @classmethod
    def acquire(cls, folder: Path) -> "ProcessLock":
        """Take a lock in `folder`, and remove the files of dead processes; raises StoreError."""
        try:
            make_private_folder(folder)
            _remove_dead(folder)
            machine = _machine(folder)
            owner = f"{machine}-{os.getpid()}-{secrets.token_hex(8)}"
            return cls(folder, machine, owner, _create(_lock_path(folder, owner)))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            is_refused = error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}
            advice = "; check its permissions" if is_refused else ""
            raise StoreError(f"the folder {folder} cannot hold this process's lock: {reason}{advice}") from None

    def is_dead(self, owner: str) -> bool | None:
        """True: the owner ran on this machine and has ended; False: it is alive; None: it is on another machine."""
        if not owner.startswith(f"{self._machine}-"):
            return None
        try:
            return _remove_if_free(_lock_path(self._folder, owner))
        except OSError:
            return None

    def close(self) -> None:
        """Release the lock and remove its file; a file that cannot be removed is left to a later start."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                _lock_path(self._folder, self.owner).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> "ProcessLock":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def is_any_held(folder: Path) -> bool:
    """Whether a process of this machine holds a lock in `folder`."""
    return any(not _remove_if_free(path) for path in folder.glob("*.lock"))


def _machine(folder: Path) -> str:
    # The folder is part of the name: the files of one folder prove nothing about owners in another. Containers share
    # the boot id, and may share the host name and the path too.
    boot = _BOOT_ID.read_text(encoding="ascii") if os.access(_BOOT_ID, os.R_OK) else ""
    names = (socket.gethostname(), boot, str(folder.resolve()), _folder_id(folder))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _folder_id(folder: Path) -> str:
    """A random id that is kept in the folder; a copy of the folder, such as in an image, has another one."""
    handle = os.open(folder / "id", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        stored = os.read(handle, _ID_LENGTH)
        if len(stored) < _ID_LENGTH:
            stored = secrets.token_hex(_ID_LENGTH // 2).encode()
            os.pwrite(handle, stored, 0)
            if os.fstat(handle).st_nlink == 1:  # it has no other name, in a folder of somebody else's
                give_like(handle, folder)
        status = os.fstat(handle)
        return f"{stored.hex()}-{status.st_dev}-{status.st_ino}"
    finally:
        os.close(handle)


def _lock_path(folder: Path, owner: str) -> Path:
    return folder / f"{owner}.lock"


def _create(path: Path) -> int:
    """A new locked file; it is created again if another process removed it before it was locked."""
    while True:
        lock = _open_lock_file(path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and path.stat().st_ino == os.fstat(lock).st_ino:
                return lock
        except BlockingIOError:  # another process is checking it at this moment
            pass
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)


def _open_lock_file(path: Path) -> int:
    """The file of a lock; one that root makes gets the service as its owner, which removes it if root's command dies.

    A file that exists already may be a link to another's file, which the service has put there: it keeps its owner.
    """
    try:
        lock = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        return os.open(path, os.O_CREAT | os.O_NOFOLLOW | os.O_RDWR, 0o600)
    try:
        give_like(lock, path.parent)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _remove_dead(folder: Path) -> None:
    for path in folder.glob("*.lock"):
        with contextlib.suppress(OSError):
            _remove_if_free(path)


def _remove_if_free(path: Path) -> bool:
    """Whether nobody holds the lock; then we hold it while we remove the file. Raises OSError."""
    try:
        lock = os.open(path, os.O_RDWR)
    except FileNotFoundError:  # its process ended, or another one removed it
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(lock)

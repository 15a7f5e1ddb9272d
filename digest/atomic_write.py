"""Writes files in one step: whole or not at all."""

import errno
import os
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

UNFINISHED = "unfinished-"  # begins the last part of a temporary file's name
_ABANDONED = 24 * 60 * 60  # seconds after the last change of a temporary file


def write_file(
    path: Path,
    content: bytes | Iterable[bytes],
    *,
    private: bool = False,
    adopt: Callable[[int], None] = lambda _handle: None,
) -> None:
    """Write a file, durably: a full disk or a crash leaves the old one; raises OSError with its name.

    `content` may come in parts, of which one is in memory at a time. `private`: only its owner may read it; `adopt`
    gets the open file before it has its name. A pipe or a device such as /dev/stdout is written to directly; a symbolic
    link stays, and its target is written.
    """
    parts = [content] if isinstance(content, bytes) else content
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.writelines(parts)
        else:
            _replace(link_target(path), parts, private=private, adopt=adopt)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def link_target(path: Path) -> Path:
    """The file that symbolic links lead to, or the path itself; raises OSError for links that lead to each other."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def delete_abandoned(folder: Path, names: str) -> None:
    """Delete what a killed process left of files whose names match `names`; one that is still written to is younger."""
    for one in folder.glob(f".{names}.{UNFINISHED}*"):
        with suppress(OSError):  # it has got its name meanwhile, or belongs to another user
            if time.time() - one.stat().st_mtime > _ABANDONED:
                one.unlink()


def _replace(path: Path, parts: Iterable[bytes], *, private: bool, adopt: Callable[[int], None]) -> None:
    temporary = path.with_name(f".{path.name}.{UNFINISHED}{secrets.token_hex(4)}")
    # The system applies the umask: to read it would change it for a moment, for the files of all threads.
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            adopt(handle)
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise

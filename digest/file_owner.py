"""Who owns the files of an installation: root, at work in the folder of a service, makes none that it cannot use."""

import os
from pathlib import Path


def give_like(handle: int, neighbour: Path) -> None:
    """Give an open file or folder that root has just made to the owner of `neighbour`; raises OSError.

    Others keep what they make. The handle is used because the owner of a folder could put another file under the name.
    """
    if os.geteuid() == 0 and os.fstat(handle).st_uid == 0:
        owner = neighbour.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can read, and the missing ones above it, unless it exists; raises OSError."""
    make_folder(path, mode=0o700)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder, and the missing ones above it, unless it exists; raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    try:
        path.mkdir(mode)
    except FileExistsError:
        if path.is_dir():  # another process was quicker
            return
        raise
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        give_like(handle, path.parent)
    finally:
        os.close(handle)

"""Where the files of tests are: in memory, where there is room for them."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 * 1024**3  # octets; a test process and its servers need some hundred million


def folder_in_memory() -> str | None:
    """A folder in memory; None where there is no room, or where programs cannot be run from it.

    Tests make thousands of small databases, which sync a disk with each change: some tests took a tenth longer there,
    and those of the store, with the 570 files of a PostgreSQL database each, twice as long (2026-11, ext4).
    """
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    return None if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC else str(_MEMORY)

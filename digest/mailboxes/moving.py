"""Whether the user that runs Digest may move messages of a mailbox in files out of the way."""

import os
from collections.abc import Iterable
from pathlib import Path

from digest.errors import MailError


def require_writable(paths: Iterable[Path], target: Path) -> None:
    """Raise MailError where one of the files and folders that a move to `target` changes may not be written."""
    for path in paths:
        mode = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
        if not os.access(path, mode, effective_ids=os.access in os.supports_effective_ids):
            raise MailError(f"messages cannot be moved to {target}: permission denied")


def unmoved(target: Path, error: OSError) -> MailError:
    """The error where messages could not be moved to `target`."""
    return MailError(f"messages cannot be moved to {target}: {words_of(error)}")


def words_of(error: OSError) -> str:
    """What the system says about an error."""
    return (error.strerror or "unknown error").lower()

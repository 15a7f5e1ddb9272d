"""Whether a SQLite file is still where it was opened.

SQLite keeps using a file that was removed or replaced, such as by a copy of a backup: what a process writes then is
lost with its last connection, and other processes do not see it (https://sqlite.org/howtocorrupt.html, 2.4).
"""

import os
from pathlib import Path
from typing import NamedTuple


class OpenedFile(NamedTuple):
    """A path, and the file that it led to."""

    path: Path
    status: os.stat_result

    @classmethod
    def at(cls, path: Path) -> "OpenedFile | None":
        """The file at a path; None where it cannot be read."""
        try:
            return cls(path, path.stat())
        except OSError:
            return None

    def is_in_place(self) -> bool:
        """Whether the path leads to that file; true where nobody can tell."""
        try:
            return os.path.samestat(self.status, self.path.stat())
        except FileNotFoundError:
            return False
        except OSError:
            return True

"""The file that a text of the configuration or of the command line names."""

from contextlib import suppress
from pathlib import Path


def configured_path(text: str, root: Path) -> Path:
    """A relative path starts from `root`, and `~` is the home folder of a user, if there is one.

    A container may run as a user without any, and a name may be mistyped: then there is no such file.
    """
    path = Path(text)
    with suppress(RuntimeError):
        path = path.expanduser()
    return root / path

"""A Maildir: messages that are done move to a folder of it (Maildir++), with the flag for seen ones."""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from digest.bounces.mime import MAX_SIZE
from digest.errors import MailError
from digest.file_owner import give_like, make_folder
from digest.mailboxes.compression import require_uncompressed
from digest.mailboxes.moving import require_writable, unmoved, words_of
from digest.protocols import StoredMessage


class Maildir:
    """The messages of a Maildir, new ones and read ones; one that vanishes was moved by another program."""

    def __init__(self, folder: Path, done: str) -> None:
        self._folder = folder
        self._done = folder / f".{done}"
        self._left = 0  # messages that could not be moved

    def messages(self) -> Iterator[StoredMessage]:
        """The messages in the order of their arrival; raises MailError, behind all others for an unreadable one."""
        failure: MailError | None = None
        for file in self._files():
            try:
                with file.open("rb") as content:
                    head = content.read(MAX_SIZE)
                require_uncompressed(head, file)
            except FileNotFoundError:
                continue
            except OSError as error:
                failure = failure or MailError(f"the message {file} cannot be read: {words_of(error)}")
                continue
            except MailError as error:
                failure = failure or error
                continue
            yield StoredMessage(str(file), head)
        if failure is not None:
            raise failure

    def mark_done(self, keys: Collection[str]) -> None:
        """Move messages to the folder for done ones; raises MailError, behind all others for those that stay."""
        try:
            for name in ("cur", "new", "tmp"):
                make_folder(self._done / name)
            _make_empty_file(self._done / "maildirfolder")
        except OSError as error:
            raise unmoved(self._done, error) from None
        failure: OSError | None = None
        for file in map(Path, keys):
            try:
                _move(file, self._done / "cur" / _seen(file.name))
            except OSError as error:
                failure = failure or error
                self._left += 1
        if failure is not None:
            raise MailError(f"{unmoved(self._done, failure)}; left in place: {self._left}")

    def require_movable(self) -> None:
        """Raise MailError where messages could not be moved to the folder for done ones."""
        target = self._done / "cur"
        existing = next(one for one in (target, *target.parents) if one.exists())
        require_writable([self._folder / "new", self._folder / "cur", existing], self._done)

    def close(self) -> None:
        """Nothing is open."""

    def _files(self) -> list[Path]:
        """The files; anything else, such as a folder or a named pipe, is no message."""
        try:
            found = [entry for name in ("new", "cur") for entry in os.scandir(self._folder / name)]
            files = [entry for entry in found if entry.is_file() and not entry.name.startswith(".")]
        except OSError as error:
            raise _failed(self._folder, error) from None
        return [Path(entry.path) for entry in sorted(files, key=lambda entry: entry.name)]


def _make_empty_file(path: Path) -> None:
    with suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        try:
            give_like(handle, path.parent)
        finally:
            os.close(handle)


def _move(file: Path, target: Path) -> None:
    try:
        file.rename(target)
    except FileNotFoundError:
        return  # moved by another program, such as a mail client


def _seen(name: str) -> str:
    base, _, flags = name.partition(":2,")
    return f"{base}:2,{''.join(sorted({*flags, 'S'}))}"


def _failed(folder: Path, error: OSError) -> MailError:
    return MailError(f"the Maildir {folder} cannot be read: {words_of(error)}")

"""An mbox file, or a file with one message: messages that are done move to a file beside it.

Mail servers append to the file at any time. It is read without a lock up to the size that it had, and changed at the
end only, under the locks that mail servers use (a dot lock and fcntl), without replacing the file.
"""

import fcntl
import os
from array import array
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from digest.bounces.mime import MAX_SIZE
from digest.errors import MailError
from digest.file_owner import give_like
from digest.mailboxes.compression import require_uncompressed
from digest.mailboxes.moving import require_writable, unmoved, words_of
from digest.protocols import StoredMessage

_SEPARATOR = b"From "
_LONGEST_MARK = 16  # octets by which a compressed file is known
_LINE = 64 * 1024  # octets that are read of a line at once
_COPIED = 1024 * 1024


class _Span(NamedTuple):
    start: int
    end: int


class Mbox:
    """The messages of an mbox; the keys are their positions."""

    def __init__(self, file: Path, done: str) -> None:
        self._file = file
        self._done_file = file.with_name(f"{file.name}.{done}")
        self._starts = array("q")  # of the messages that were read; each ends where the next one starts
        self._hashes = array("q")  # of their first octets, by which `close` recognises them
        self._read_until = 0
        self._done = array("q")

    def messages(self) -> Iterator[StoredMessage]:
        """The messages in their order; raises MailError."""
        try:
            with self._file.open("rb") as content:
                require_uncompressed(content.read(_LONGEST_MARK), self._file)
                for span in _spans(content, self._file.stat().st_size):
                    self._starts.append(span.start)
                    self._read_until = span.end
                    head = _octets(content, span, MAX_SIZE)
                    self._hashes.append(hash(head))
                    yield StoredMessage(str(span.start), head)
        except OSError as error:
            raise self._failed(error) from None

    def mark_done(self, keys: Collection[str]) -> None:
        """Remember messages that `close` moves."""
        self._done.extend(map(int, keys))

    def require_movable(self) -> None:
        """Raise MailError where messages could not be moved to the file for done ones."""
        target = self._done_file if self._done_file.exists() else self._done_file.parent
        require_writable([self._file, target], self._done_file)

    def close(self) -> None:
        """Move the messages that are done; raises MailError, and then the file is as it was."""
        if not self._done:
            return
        try:
            with _locked(self._file) as content:
                self._move(content)
        except OSError as error:
            raise self._failed(error) from None

    def _move(self, content: BinaryIO) -> None:
        if not self._is_as_read(content):
            raise MailError(f"the mailbox {self._file} changed while it was read; its messages stay in it")
        try:
            self._append_done(content)
        except OSError as error:
            raise unmoved(self._done_file, error) from None
        kept = self._read_spans(done=False)
        _keep(content, chain(kept, [_Span(self._read_until, content.seek(0, os.SEEK_END))]))
        self._done = array("q")

    def _append_done(self, content: BinaryIO) -> None:
        with _opened_privately(self._done_file, self._file) as target:
            for span in self._read_spans(done=True):
                _copy(content, span, target)
            target.flush()
            os.fsync(target.fileno())

    def _is_as_read(self, content: BinaryIO) -> bool:
        """Whether the messages are where they were: another program may have removed some, and new ones came."""
        if content.seek(0, os.SEEK_END) < self._read_until:
            return False
        known = zip(self._spans(), self._hashes, strict=True)
        return all(hash(_octets(content, span, MAX_SIZE)) == found for span, found in known)

    def _spans(self) -> Iterator[_Span]:
        """Where the messages are that were read."""
        return map(_Span, self._starts, chain(self._starts[1:], [self._read_until]))

    def _read_spans(self, *, done: bool) -> Iterator[_Span]:
        """Those that are done, or the others."""
        marked = frozenset(self._done)
        return (span for span in self._spans() if (span.start in marked) is done)

    def _failed(self, error: OSError) -> MailError:
        reason = "it is locked by another program" if isinstance(error, BlockingIOError | FileExistsError) else None
        return MailError(f"the mailbox {self._file} cannot be read: {reason or words_of(error)}")


def _spans(content: BinaryIO, size: int) -> Iterator[_Span]:
    """Where each message starts and ends; a message begins with a line `From ` behind an empty line."""
    start = position = 0
    after_empty = False
    while position < size:
        content.seek(position)
        for line in iter(lambda: content.readline(_LINE), b""):
            if line.startswith(_SEPARATOR) and after_empty and position > start:
                yield _Span(start, position)
                start = position
                position += len(line)
                after_empty = False
                break  # the reader of the message moved the position of the file
            position += len(line)
            after_empty = line in {b"\n", b"\r\n"}
            if position >= size:
                break
        else:
            break
    if position > start:
        yield _Span(start, position)


def _octets(content: BinaryIO, span: _Span, most: int) -> bytes:
    content.seek(span.start)
    return content.read(min(span.end - span.start, most))


def _copy(content: BinaryIO, span: _Span, target: BinaryIO) -> None:
    target.writelines(
        _octets(content, _Span(start, span.end), _COPIED) for start in range(span.start, span.end, _COPIED)
    )


def _keep(content: BinaryIO, spans: Iterable[_Span]) -> None:
    """Move these parts of the file to its start, and cut it behind them."""
    position = 0
    for span in spans:
        for start in range(span.start, span.end, _COPIED):
            piece = _octets(content, _Span(start, span.end), _COPIED)
            content.seek(position)
            position += content.write(piece)
    content.truncate(position)


def _opened_privately(path: Path, neighbour: Path) -> BinaryIO:
    """A file to append to, which only its owner can read; a new one belongs to whoever owns its neighbour."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        return path.open("ab")
    file = os.fdopen(handle, "ab")
    give_like(handle, neighbour)
    return file


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO]:
    """The file, locked for mail servers; raises OSError where another program holds a lock."""
    dot_lock = file.with_name(f"{file.name}.lock")
    has_dot_lock = True
    try:
        os.close(os.open(dot_lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except PermissionError:
        has_dot_lock = False  # the folder of mailboxes belongs to the mail server
    try:
        with file.open("r+b") as content:
            fcntl.lockf(content, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield content
    finally:
        if has_dot_lock:
            with suppress(FileNotFoundError):
                dot_lock.unlink()

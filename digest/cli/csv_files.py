"""Opens the CSV files that commands take."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

from digest.errors import ParseError

_GZIP = b"\x1f\x8b"  # RFC 1952, 2.3.1


@contextmanager
def open_csv(file: Path) -> Iterator[TextIO]:
    """The lines of a CSV file, plain or gzipped (`-`: standard input), for a `CsvTable`; raises ParseError.

    They are decoded as UTF-16 if the file starts so (Excel calls it "Unicode text"), else as UTF-8.
    """
    try:
        with _open_bytes(file) as stream, _decoded(stream) as lines:
            yield lines
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ParseError(f"{file}: cannot be read: {str(error).lower()}") from None


@contextmanager
def reread(lines: TextIO, head: Iterable[str]) -> Iterator[TextIO]:
    """The same lines from their start, in a file that can be read again; `head` are those that were read already."""
    if lines.seekable():
        lines.seek(0)
        yield lines
        return
    with TemporaryFile("w+", encoding="utf-8", errors="surrogateescape", newline="") as copy:
        copy.writelines(chain(head, lines))
        copy.seek(0)
        yield copy


def _open_bytes(file: Path) -> Any:
    if str(file) == "-":
        stream = sys.stdin.buffer
        return stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    with file.open("rb") as start:
        is_gzip = start.read(2) == _GZIP
    return gzip.open(file, "rb") if is_gzip else file.open("rb")


def _decoded(stream: Any) -> TextIO:
    charset = _charset(stream.peek(2)[:2])
    errors = "surrogateescape" if charset == "utf-8" else "replace"
    return io.TextIOWrapper(stream, charset, errors=errors, newline="")


def _charset(start: bytes) -> str:
    """The encoding by the first two bytes: a mark, or an ASCII letter and a zero."""
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    if len(start) == 2 and 0 in start and start != b"\0\0":
        return "utf-16-le" if start[1] == 0 else "utf-16-be"
    return "utf-8"

"""Opens the CSV files that commands take."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

from digest.errors import ParseError
from digest.parsing.tables.csv_bytes import LONGEST_START, decoding

_GZIP = b"\x1f\x8b"  # RFC 1952, 2.3.1


@contextmanager
def open_csv(file: Path) -> Iterator[TextIO]:
    """The lines of a CSV file, plain or gzipped (`-`: standard input), for a `CsvTable`; raises ParseError, and
    ConfigurationError for a workbook and the like.

    They are decoded as UTF-16 or UTF-32 if the file starts so (Excel calls it "Unicode text"), else as UTF-8.
    """
    try:
        with _open_bytes(file) as stream, _decoded(stream, str(file)) as lines:
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


@contextmanager
def _open_bytes(file: Path) -> Iterator[Any]:
    """The bytes of a file, unpacked if they are gzipped."""
    with nullcontext(_standard_input()) if str(file) == "-" else file.open("rb") as stream:
        if stream.peek(2).startswith(_GZIP):
            with gzip.open(stream, "rb") as unpacked:
                yield unpacked
        else:
            yield stream


def _standard_input() -> Any:
    stream = sys.stdin.buffer
    return stream if hasattr(stream, "peek") else io.BufferedReader(stream)


def _decoded(stream: Any, file: str) -> TextIO:
    charset, errors = decoding(stream.peek(LONGEST_START)[:LONGEST_START], file)
    return io.TextIOWrapper(stream, charset, errors=errors, newline="")

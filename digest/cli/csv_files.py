"""Opens the CSV files that commands take."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from digest.errors import ParseError

_GZIP = b"\x1f\x8b"  # RFC 1952, 2.3.1


@contextmanager
def open_csv(file: Path) -> Iterator[TextIO]:
    """The lines of a CSV file, plain or gzipped (`-`: standard input), for a `CsvTable`; raises ParseError."""
    with _opened(file) as lines:
        try:
            yield lines
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ParseError(f"{file}: cannot be read: {str(error).lower()}") from None


def _opened(file: Path) -> TextIO:
    if str(file) == "-":
        return io.TextIOWrapper(sys.stdin.buffer, "utf-8", errors="surrogateescape", newline="")
    with file.open("rb") as start:
        is_gzip = start.read(2) == _GZIP
    if is_gzip:
        return gzip.open(file, "rt", encoding="utf-8", errors="surrogateescape", newline="")
    return file.open(encoding="utf-8", errors="surrogateescape", newline="")

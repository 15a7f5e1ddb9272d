"""Standard output whose errors say which file they are of: Python's name none."""

import io
import os
import sys
from typing import Any


class _StandardOutput(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            # What is left in buffers goes nowhere: Python would fail again when it flushes them at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            raise OSError(error.errno, error.strerror, "standard output") from None


def name_standard_output() -> None:
    """Let errors of standard output name it, such as that of a full disk."""
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper) and stream is sys.__stdout__:
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_StandardOutput(stream.fileno(), "w", closefd=False)),
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.line_buffering,
        )

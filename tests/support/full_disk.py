"""A disk that is full: for files above a size, or for standard output."""

import errno
import io
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def max_file_size(octets: int) -> Iterator[None]:
    """Limit the size of files, as a full disk does; Python, which would cut compiled modules short, writes none."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        with mock.patch.object(sys, "dont_write_bytecode", new=True):
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


class FullDisk(io.StringIO):
    """A file to which nothing can be written."""

    def write(self, _text: str, /) -> int:
        """Fail."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

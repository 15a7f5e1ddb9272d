"""How the process of the tests takes SIGHUP, which `nohup` has it ignore, and the programs that it starts."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hangup_is(handler: signal.Handlers) -> Iterator[None]:
    """Take SIGHUP like this during the block."""
    before = signal.signal(signal.SIGHUP, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)

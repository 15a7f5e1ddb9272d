"""Ports for servers that are told theirs: programs, and `digest serve` as a process."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port on loopback that no other test gets during the block, and at which only its server listens.

    It is bound here and not listened at: a server may bind it too (both with SO_REUSEADDR), while the system gives it
    to nobody who asks for any port.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]

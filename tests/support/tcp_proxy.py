"""A TCP port in front of a Unix socket, for the tests' PostgreSQL server, which listens on a socket only."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from sqlalchemy import make_url


@contextmanager
def over_tcp(url: str) -> Iterator[str]:
    """The address of the same PostgreSQL database over TCP, during the block."""
    parsed = make_url(url)
    target = f"{parsed.query['host']}/.s.PGSQL.5432"
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        accepting = threading.Thread(target=_accept, args=(listener, target, stack))
        accepting.start()
        port = listener.getsockname()[1]
        yield parsed.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket, target: str, stack: ExitStack) -> None:
    """Relay each connection in two threads, until the listener is shut down; the stack ends them."""
    with suppress(OSError):
        while True:
            client, _address = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            stack.enter_context(client)
            stack.enter_context(server)
            server.connect(target)
            for source, sink in ((client, server), (server, client)):
                relay = threading.Thread(target=_relay, args=(source, sink))
                stack.callback(relay.join)
                stack.callback(_shut_down, source)
                relay.start()


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

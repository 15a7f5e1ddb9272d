"""A TCP port in front of a Unix socket, for the tests' PostgreSQL server, which listens on a socket only."""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from sqlalchemy import make_url

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104  # codes of the protocol, after four bytes of length


@contextmanager
def over_tcp(url: str, certificate: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of the same PostgreSQL database over TCP, during the block; with a certificate only over TLS."""
    parsed = make_url(url)
    target = f"{parsed.query['host']}/.s.PGSQL.5432"
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        accepting = threading.Thread(target=_accept, args=(listener, target, stack, certificate))
        accepting.start()
        port = listener.getsockname()[1]
        yield parsed.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket, target: str, stack: ExitStack, certificate: ssl.SSLContext | None) -> None:
    """Relay each connection in threads, until the listener is shut down; the stack ends them."""
    with suppress(OSError):
        while True:
            client, _address = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            stack.enter_context(client)
            stack.enter_context(server)
            server.connect(target)
            if certificate is not None:
                relay = threading.Thread(target=_relay_over_tls, args=(client, server, certificate))
                stack.callback(relay.join)
                stack.callback(_shut_down, server)
                stack.callback(_shut_down, client)
                relay.start()
                continue
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


def _relay_over_tls(client: socket.socket, server: socket.socket, certificate: ssl.SSLContext) -> None:
    """Both ways in one thread: OpenSSL reads and writes a connection in one at a time."""
    with suppress(OSError), _secured(client, certificate) as secured:
        while True:
            ready = [secured] if secured.pending() else select.select([secured, server], [], [])[0]
            for source, sink in ((secured, server), (server, secured)):
                if source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    sink.sendall(data)


def _secured(client: socket.socket, certificate: ssl.SSLContext) -> ssl.SSLSocket:
    """The connection once its client has asked for TLS; raises OSError for one that goes on without it."""
    while (code := int.from_bytes(client.recv(8, socket.MSG_WAITALL)[4:], "big")) == _GSS_REQUEST:
        client.sendall(b"N")
    if code != _SSL_REQUEST:
        client.close()
        raise ConnectionRefusedError
    client.sendall(b"S")
    return certificate.wrap_socket(client, server_side=True)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

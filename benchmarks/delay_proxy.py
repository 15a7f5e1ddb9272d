"""A TCP proxy that is far away: what either side says arrives half a round trip later, in order and at full speed.

A process of its own: `python -m benchmarks.delay_proxy --to PORT --round-trip 0.05` tells its port, and ends when its
input ends. Each piece of data waits by itself, so a delay costs no throughput; windows and losses are not imitated.
Connecting takes its round trip too, in that the server hears of a connection so much later (the client's handshake
with the proxy itself is immediate, so its first round trip is added there).
"""

import argparse
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

HOST = "127.0.0.1"
_PIECE = 1 << 18  # octets
_ECHOES = 15

_Pieces: TypeAlias = "queue.SimpleQueue[tuple[float, bytes]]"  # when each is due, and what; none: the end


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delay_proxy", description=__doc__)
    parser.add_argument("--to", type=int, required=True, help="the server's port on this machine")
    parser.add_argument("--round-trip", type=float, required=True, help="seconds")
    told = parser.parse_args()
    with delaying(told.to, told.round_trip) as port:
        print(port, flush=True)
        sys.stdin.read()


@contextmanager
def delaying(to_port: int, round_trip: float) -> Iterator[int]:
    """A proxy before a port of this machine, for the time of the block: its own port."""
    with socket.create_server((HOST, 0), backlog=200) as server:
        _start(_accept, server, to_port, round_trip)
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts


def measured(round_trip: float) -> float:
    """The round trip in seconds that a proxy really adds: the median of a few echoes of one octet."""
    with socket.create_server((HOST, 0)) as echo, delaying(echo.getsockname()[1], round_trip) as port:
        _start(_echo, echo)
        with socket.create_connection((HOST, port)) as near:
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            times = [_once(near) for _turn in range(_ECHOES + 1)]
    return sorted(times[1:])[_ECHOES // 2]  # the first one waited for the connection


def _once(near: socket.socket) -> float:
    start = time.perf_counter()
    near.sendall(b"?")
    near.recv(1)
    return time.perf_counter() - start


def _echo(server: socket.socket) -> None:
    far, _address = server.accept()
    with far:
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := far.recv(_PIECE):
            far.sendall(data)


def _accept(server: socket.socket, to_port: int, round_trip: float) -> None:
    while True:
        near, _address = server.accept()
        _start(_join, near, to_port, round_trip)


def _join(near: socket.socket, to_port: int, round_trip: float) -> None:
    time.sleep(round_trip * 1.5)  # SYN and its answer, and the ACK with which the server learns of it
    try:
        far = socket.create_connection((HOST, to_port))
    except OSError:
        near.close()
        return
    with near, far:
        ways = [_way(*pair, round_trip / 2) for pair in ((near, far), (far, near))]
        for way in ways:
            way.join()


def _way(source: socket.socket, target: socket.socket, delay: float) -> threading.Thread:
    target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pieces: _Pieces = queue.SimpleQueue()
    _start(_read, source, pieces, delay)
    return _start(_write, target, pieces)


def _read(source: socket.socket, pieces: _Pieces, delay: float) -> None:
    data = b"?"
    while data:
        try:
            data = source.recv(_PIECE)
        except OSError:
            data = b""
        pieces.put((time.monotonic() + delay, data))


def _write(target: socket.socket, pieces: _Pieces) -> None:
    data = b"?"
    while data:
        due, data = pieces.get()
        time.sleep(max(0.0, due - time.monotonic()))
        with suppress(OSError):  # gone: what is left for it is thrown away
            if data:
                target.sendall(data)
            else:
                target.shutdown(socket.SHUT_WR)


def _start(work: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=_quietly, args=(work, *arguments), daemon=True)
    thread.start()
    return thread


def _quietly(work: Callable[..., None], *arguments: object) -> None:
    with suppress(OSError):  # the server or a connection was closed
        work(*arguments)


if __name__ == "__main__":
    main()

"""Sends HTTP requests over many connections at once, and prints how they were answered.

`python -m benchmarks.http_load --port N --connections 200 < requests.jsonl`: each line is a request as JSON, sent once,
as [method, path, headers, body]. Each connection sends its next request when the last one is answered.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import uvloop

from benchmarks.places import HOST, ROOT, environment, module


class Wanted(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: str = ""

    def octets(self) -> bytes:
        """It as HTTP/1.1."""
        headers = {"host": "news.gazette.example", **self.headers, "content-length": str(len(self.body))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body).encode()


class Server(NamedTuple):
    """Where requests go: a port of this machine, and the process that listens there."""

    port: int
    process: int


@dataclass(kw_only=True)
class Load:
    """How all requests were answered: how many with each status, how many not at all, and in how many seconds.

    `cpu`: CPU seconds of the server.
    """

    statuses: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def total(self) -> int:
        """The number of requests."""
        return self.lost + sum(self.statuses.values())

    def rate(self, status: int) -> float:
        """Answers of that status a second."""
        return self.statuses.get(str(status), 0) / self.seconds

    def failures(self, status: int) -> int:
        """Requests that were not answered with that status."""
        return self.lost + sum(number for code, number in self.statuses.items() if code != str(status))


def loaded(server: Server, requests: Iterable[Wanted], connections: int) -> Load:
    """Send the requests from a process of its own."""
    before = cpu_seconds(server.process)
    told = subprocess.run(
        module("benchmarks.http_load", "--port", server.port, "--connections", connections),
        input="".join(json.dumps(one) + "\n" for one in requests),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=True,
    )
    return Load(**{**json.loads(told.stdout), "cpu": cpu_seconds(server.process) - before})


def cpu_seconds(process: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] | None = None) -> None:
    """Send what standard input has, and print a `Load` as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http_load", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=200)
    chosen = parser.parse_args(arguments)
    waiting = deque(Wanted(*json.loads(line)).octets() for line in sys.stdin)
    print(json.dumps(asdict(uvloop.run(_send_all(chosen.port, waiting, chosen.connections)))))


async def _send_all(port: int, waiting: deque[bytes], connections: int) -> Load:
    loop, statuses, number = asyncio.get_running_loop(), Counter[str](), len(waiting)
    talks: list[_Talk] = []
    ended: list[asyncio.Future[None]] = []
    for _ in range(connections):
        ended.append(loop.create_future())
        _, talk = await loop.create_connection(partial(_Talk, waiting, statuses, ended[-1]), HOST, port)
        talks.append(talk)
    start = time.perf_counter()
    for talk in talks:
        talk.send_next()
    await asyncio.gather(*ended)
    seconds = time.perf_counter() - start
    return Load(statuses=dict(statuses), lost=number - statuses.total(), seconds=seconds)


class _Talk(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, waiting: deque[bytes], statuses: Counter[str], done: asyncio.Future[None]) -> None:
        self._waiting, self._statuses, self._done = waiting, statuses, done
        self._buffer = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self._statuses[self._buffer[9:12].decode()] += 1
            self._buffer.clear()
            self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def send_next(self) -> None:
        """Send one more request, or end the connection."""
        if self._waiting:
            self._transport.write(self._waiting.popleft())
        else:
            self._transport.close()


def _length(head: bytearray) -> int:
    """The Content-Length of a head."""
    before, _name, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0]) if before and after else 0


if __name__ == "__main__":
    main()

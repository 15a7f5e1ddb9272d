"""A connected SMTP transport: bytes out, replies in, matched by their order."""

import asyncio
import re
from collections import deque

from digest.mailers.smtp_replies import Reply, make_reply

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")
_LINE_LIMIT = 2048
_REPLY_LIMIT = 65536


class WireError(Exception):
    """The connection is of no more use: lost, silent past a deadline, or not speaking SMTP; `str()` says which."""


class Wire(asyncio.Protocol):
    """Replaces the protocol of a transport whose session is set up; replies resolve the expectations in their order.

    A reply that nobody expects, or bytes that are no reply, close the connection.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._code = 0
        self._expected: deque[asyncio.Future[Reply]] = deque()
        self._loop = asyncio.get_running_loop()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._stirred: asyncio.Future[None] | None = None
        self._paused = False
        self._why: str | None = None
        transport.set_write_buffer_limits(high=1, low=0)  # a TLS transport with high=0 pauses for ever
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether bytes written now could still reach the server."""
        return self._why is None and not self._transport.is_closing()

    def expect(self) -> asyncio.Future[Reply]:
        """The next reply that no earlier expectation waits for; fails with WireError."""
        answer: asyncio.Future[Reply] = self._loop.create_future()
        if self.is_open:
            self._expected.append(answer)
        else:
            _fail(answer, self._why or "connection lost")
        return answer

    def write(self, data: bytes) -> None:
        """Hand bytes to the transport; raises WireError, having written nothing, when it is closed."""
        if not self.is_open:
            raise WireError(self._why or "connection lost")
        self._transport.write(data)

    async def ask(self, command: bytes, seconds: float) -> Reply:
        """Write a command line and wait for its reply; raises WireError."""
        answer = self.expect()
        self.write(command + b"\r\n")
        return await self.reply(answer, seconds)

    async def reply(self, answer: asyncio.Future[Reply], seconds: float) -> Reply:
        """Wait for an expected reply, at most so many seconds in all, else close the connection; raises WireError."""
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            self.abort(f"no answer in {seconds:g} s")
            raise WireError(f"no answer in {seconds:g} s") from None

    async def pour(self, data: bytes, answer: asyncio.Future[Reply], seconds: float) -> None:
        """Write much and wait until the kernel has it, or until `answer` has come early or failed; raises WireError."""
        self.write(data)
        try:
            async with asyncio.timeout(seconds):
                while self._paused and self.is_open and not answer.done():
                    self._stirred = self._loop.create_future()
                    await self._stirred
        except TimeoutError:
            self.abort(f"the message was not taken in {seconds:g} s")

    def abort(self, why: str) -> None:
        """Close at once, throwing away what is not written yet; expectations fail with that reason."""
        self._end(why)
        self._transport.abort()

    async def quit(self, seconds: float) -> None:
        """Say QUIT and close; a server that does not answer in time is left."""
        try:
            await self.ask(b"QUIT", seconds)
        except WireError:
            self._transport.abort()
        self._end("closed by us")
        self._transport.close()
        await self.closed(seconds)

    async def closed(self, seconds: float) -> None:
        """Wait until the transport is gone; one that lingers is cut off."""
        await asyncio.wait([self._closed], timeout=seconds)
        if not self._closed.done():
            self._transport.abort()
            await self._closed

    def data_received(self, data: bytes) -> None:
        """Take bytes from the server."""
        self._buffer += data
        while self._why is None and (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end]).rstrip(b"\r")
            del self._buffer[: end + 1]
            self._take_line(line)
        if len(self._buffer) > _LINE_LIMIT or sum(map(len, self._lines)) > _REPLY_LIMIT:
            self.abort("the server's reply has no end")

    def pause_writing(self) -> None:
        """The transport's buffer holds something."""
        self._paused = True

    def resume_writing(self) -> None:
        """The transport's buffer is empty."""
        self._paused = False
        self._stir()

    def eof_received(self) -> None:
        """The server says no more; the transport closes."""
        self._end("connection lost")

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        self._end("connection lost")
        if not self._closed.done():
            self._closed.set_result(None)

    def _take_line(self, line: bytes) -> None:
        match = _LINE.fullmatch(line)
        if match is None or (self._lines and int(match[1]) != self._code):
            self.abort("the server's reply is not SMTP")
            return
        self._code = int(match[1])
        self._lines.append((match[3] or b"").decode("utf-8", "replace"))
        if match[2] != b"-":
            lines, self._lines = self._lines, []
            self._take_reply(make_reply(self._code, lines))

    def _take_reply(self, reply: Reply) -> None:
        if not self._expected:
            self.abort(f"the server said {reply.code} unasked")
            return
        answer = self._expected.popleft()
        if not answer.done():
            answer.set_result(reply)
        self._stir()

    def _end(self, why: str) -> None:
        if self._why is None:
            self._why = why
        while self._expected:
            _fail(self._expected.popleft(), self._why)
        self._stir()

    def _stir(self) -> None:
        if self._stirred is not None and not self._stirred.done():
            self._stirred.set_result(None)


def _fail(answer: asyncio.Future[Reply], why: str) -> None:
    if not answer.done():
        answer.set_exception(WireError(why))
        answer.exception()  # marks it as seen: nobody may be waiting for it any more

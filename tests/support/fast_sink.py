"""A fast SMTP sink: accepts mail, counts and discards it, and misbehaves on demand.

It announces PIPELINING, CHUNKING and SIZE, and is as strict as RFC 5321 allows: it replies 503 to DATA or BDAT after a
refused recipient, and a transaction stays open until its message or RSET, so another MAIL gets a 503 too. Tests run it
in a thread (`sinking`), benchmarks as a process (`python -m benchmarks.sink`).
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import ClassVar, cast

from tests.support.smtp_server import Accepted, Behaviour, Decide, Do, serving

_END = re.compile(rb"\r\n\.\r\n")
_HEAD = 8192  # octets of a message that are searched for its Message-ID
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_LINE_LIMIT = 4096
_DRIP = 0.05  # seconds between two bytes
_OK = b"250 2.0.0 Ok\r\n"
_NO_MAIL = b"503 5.5.1 Error: need MAIL command\r\n"
_NO_RCPT = b"503 5.5.1 Error: need RCPT command\r\n"


class Keep(Enum):
    """What a sink records of the messages that it accepts; less is faster."""

    NUMBER = "their number"
    IDS = "how often each Message-ID was accepted"
    ALL = "the messages, and the commands of all connections"


@dataclass
class Taken:
    """What a sink received; `breaches` are the client's violations of PIPELINING (RFC 2920, 3.1)."""

    messages: int = 0
    copies: Counter[str] = field(default_factory=Counter)
    accepted: list[Accepted] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    breaches: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    open: int = 0
    most_at_once: int = 0


class FastSink:
    """The settings and the log of a sink; `protocol` makes its connections.

    `decide` is called at CONNECT, at each verb (DATA and BDAT: with the recipient), at BODY, when the first octets of a
    message have arrived, and at MESSAGE, when it is complete. `record` gets a line with each accepted Message-ID before
    the reply is sent.
    """

    def __init__(
        self,
        decide: Decide | None = None,
        *,
        keep: Keep = Keep.NUMBER,
        pipelining: bool = True,
        chunking: bool = True,
        record: Path | None = None,
    ) -> None:
        self.taken = Taken()
        self.connections: set[_SinkConnection] = set()  # asyncio keeps no reference to one that does not read
        self.decide = decide
        self.pipelining = pipelining
        self.ids = keep is not Keep.NUMBER or record is not None
        self.everything = keep is Keep.ALL
        offers = ["mail.example", "SIZE 50000000", "8BITMIME", "ENHANCEDSTATUSCODES"]
        offers += ["PIPELINING"] * pipelining + ["CHUNKING"] * chunking
        self.welcome = "".join(f"250{' ' if offer is offers[-1] else '-'}{offer}\r\n" for offer in offers).encode()
        self._record = None if record is None else os.open(record, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def protocol(self) -> asyncio.Protocol:
        """A factory for create_server."""
        return _SinkConnection(self)

    def take(self, sender: str, recipient: str, content: bytes) -> None:
        """Record an accepted message; `content` may be only its beginning."""
        self.taken.messages += 1
        if not self.ids:
            return
        found = _MESSAGE_ID.search(content[:_HEAD])
        message_id = found[1].decode("latin-1") if found else ""
        self.taken.copies[message_id] += 1
        if self._record is not None:
            os.write(self._record, f"{message_id}\n".encode())
        if self.everything:
            self.taken.accepted.append(Accepted(sender, recipient, content))


class _SinkConnection(asyncio.Protocol):
    """One connection: `_next` reads from a position of the input and returns the next one, or -1 to wait for more."""

    def __init__(self, sink: FastSink) -> None:
        self._sink = sink
        self._taken = sink.taken
        self._data = b""
        self._replies: list[bytes] = []
        self._next: Callable[[int], int] = self._command
        self._held = False
        self._eager = False
        self._left = 0
        self._last = self._fits = False
        self._fresh = True
        self._reset()

    def _reset(self) -> None:
        self._sender: bytes | None = None
        self._recipient: bytes | None = None
        self._content: list[bytes] = []
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the greeting."""
        self._transport = cast("asyncio.Transport", transport)
        self._sink.connections.add(self)
        taken = self._taken
        taken.connections += 1
        taken.open += 1
        taken.most_at_once = max(taken.most_at_once, taken.open)
        self._answer("CONNECT", b"", b"220 mail.example ESMTP\r\n")
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Discard the open transaction."""
        self._sink.connections.discard(self)
        self._taken.open -= 1
        self._held = True

    def data_received(self, data: bytes) -> None:
        """Process bytes from the client."""
        self._data = self._data + data if self._data else data
        self._work()

    def _work(self) -> None:
        at = 0
        self._eager = False
        while not self._held and (behind := self._next(at)) >= 0:
            at = behind
            self._eager = True
        self._data = self._data[at:]
        self._flush()

    def _flush(self) -> None:
        if self._replies and not self._transport.is_closing():
            self._transport.write(b"".join(self._replies))
        self._replies.clear()

    def _command(self, at: int) -> int:
        end = self._data.find(b"\n", at)
        if end < 0:
            if len(self._data) - at > _LINE_LIMIT:
                self._drop()
            return -1
        verb, _, argument = self._data[at:end].rstrip(b"\r").partition(b" ")
        verb = verb.upper()
        if self._sink.everything:
            self._taken.commands.append(verb.decode("latin-1"))
        if self._eager and not self._sink.pipelining:
            self._taken.breaches[f"{verb.decode('latin-1')} ahead of a reply, unannounced"] += 1
        step = self._STEPS.get(verb)
        if step is None:
            self._replies.append(b"502 5.5.2 Error: command not recognized\r\n")
        else:
            step(self, argument, end + 1)
        return end + 1

    def _ehlo(self, argument: bytes, _behind: int) -> None:
        self._reset()
        self._answer("EHLO", argument, self._sink.welcome)

    def _mail(self, argument: bytes, _behind: int) -> None:
        if self._sender is not None:
            self._replies.append(b"503 5.5.1 Error: nested MAIL command\r\n")
        elif self._answer("MAIL", argument, _OK):
            self._sender = argument

    def _rcpt(self, argument: bytes, _behind: int) -> None:
        if self._sender is None:
            self._replies.append(_NO_MAIL)
        elif self._answer("RCPT", argument, _OK):
            self._recipient = argument

    def _rset(self, argument: bytes, _behind: int) -> None:
        if self._answer("RSET", argument, _OK):
            self._reset()

    def _noop(self, argument: bytes, _behind: int) -> None:
        self._answer("NOOP", argument, _OK)

    def _quit(self, argument: bytes, _behind: int) -> None:
        if self._answer("QUIT", argument, b"221 2.0.0 Bye\r\n"):
            self._drop()

    def _data_verb(self, _argument: bytes, behind: int) -> None:
        if len(self._data) > behind and self._recipient is not None:
            self._taken.breaches["octets behind DATA, ahead of its reply"] += 1
        if self._recipient is None:
            self._replies.append(_NO_MAIL if self._sender is None else _NO_RCPT)
        elif self._answer("DATA", self._recipient, b"354 End data with <CR><LF>.<CR><LF>\r\n"):
            self._fresh = True
            self._next = self._until_dot

    def _until_dot(self, at: int) -> int:
        data = self._data
        if self._fresh:
            if len(data) - at < 3:
                return -1
            if not self._may_receive():
                return -1
            self._fresh = False
            if data.startswith(b".\r\n", at):
                return self._dot(at, at, at + 3)
        found = _END.search(data, at)
        if found is not None:
            return self._dot(at, found.start() + 2, found.end())
        keep = max(at, len(data) - 4)  # may be the start of the end
        self._collect(at, keep)
        return keep if keep > at else -1

    def _dot(self, at: int, end: int, behind: int) -> int:
        self._collect(at, end)
        content = b"".join(self._content)
        if self._sink.everything:
            content = content.replace(b"\r\n..", b"\r\n.").removeprefix(b"." if content.startswith(b"..") else b"")
        self._end_message(content)
        return behind

    def _bdat(self, argument: bytes, _behind: int) -> None:
        size, _, last = argument.partition(b" ")
        if not size.isdigit() or last.upper() not in {b"", b"LAST"}:
            self._replies.append(b"501 5.5.4 Syntax: BDAT count [LAST]\r\n")
            return
        self._left, self._last = int(size), bool(last)
        self._fits, self._fresh = True, not self._content
        if self._recipient is None:
            self._fits = False
            self._replies.append(_NO_MAIL if self._sender is None else _NO_RCPT)
        else:
            # The client sends the chunk in any case, and it gets one reply.
            self._fits = self._answer("BDAT", self._recipient, b"")
        self._next = self._chunk

    def _chunk(self, at: int) -> int:
        here = min(self._left, len(self._data) - at)
        if here == 0 and self._left:
            return -1
        if self._fits and self._fresh and not self._may_receive():
            return -1
        self._fresh = False
        if self._fits:
            self._collect(at, at + here)
        self._left -= here
        if self._left == 0:
            self._next = self._command
            if self._fits and self._last:
                self._end_message(b"".join(self._content))
            elif self._fits:
                self._replies.append(_OK)
        return at + here

    def _may_receive(self) -> bool:
        """Whether the message may be received; otherwise the connection has misbehaved as decided."""
        decide = self._sink.decide
        behaviour = None if decide is None else decide("BODY", _address(self._recipient))
        if behaviour is not None:
            self._behave(behaviour, b"")
            if isinstance(behaviour, str):
                self._drop()
        return behaviour is None

    def _collect(self, start: int, end: int) -> None:
        if self._sink.everything or (self._sink.ids and self._size < _HEAD):
            self._content.append(self._data[start:end])
            self._size += end - start

    def _end_message(self, content: bytes) -> None:
        decide = self._sink.decide
        behaviour = None if decide is None else decide("MESSAGE", _address(self._recipient))
        if behaviour in {None, Do.TAKE_AND_DROP, Do.DRIP} or str(behaviour).startswith("2"):
            self._sink.take(_address(self._sender), _address(self._recipient), content)
        normal = b"250 2.0.0 Ok: queued as Q%d\r\n" % self._taken.messages
        self._next = self._command
        self._reset()
        self._behave(behaviour, normal)

    def _answer(self, step: str, argument: bytes, normal: bytes) -> bool:
        """Reply to a step; returns whether normally."""
        decide = self._sink.decide
        if decide is None:
            self._replies.append(normal)
            return True
        value = _address(argument) if step in {"DATA", "BDAT"} else argument.decode("latin-1")
        behaviour = decide(step, value)
        self._behave(behaviour, normal)
        return behaviour in {None, Do.DRIP}

    def _behave(self, behaviour: Behaviour, normal: bytes) -> None:
        if behaviour is Do.HANG:
            self._held = True
            self._transport.pause_reading()
        elif behaviour in {Do.DROP, Do.TAKE_AND_DROP}:
            self._drop()
        elif behaviour is Do.DRIP:
            self._drip(normal)
        elif behaviour is Do.BABBLE:
            self._replies.append(b"hello?\r\n")
        elif isinstance(behaviour, str):
            self._replies.append(behaviour.encode() + b"\r\n")
            if behaviour.startswith("421"):
                self._drop()
        else:
            self._replies.append(normal)

    def _drop(self) -> None:
        """Close after the replies so far, and read no more."""
        self._held = True
        self._flush()
        self._transport.close()

    def _drip(self, reply: bytes) -> None:
        self._held = True
        self._flush()
        self._dripping = asyncio.get_running_loop().create_task(self._write_slowly(reply))

    async def _write_slowly(self, reply: bytes) -> None:
        for position in range(len(reply)):
            self._transport.write(reply[position : position + 1])
            await asyncio.sleep(_DRIP)
        self._held = self._transport.is_closing()
        self._work()

    _STEPS: ClassVar[dict[bytes, Callable[["_SinkConnection", bytes, int], None]]] = {
        b"EHLO": _ehlo,
        b"HELO": _ehlo,
        b"MAIL": _mail,
        b"RCPT": _rcpt,
        b"DATA": _data_verb,
        b"BDAT": _bdat,
        b"RSET": _rset,
        b"NOOP": _noop,
        b"QUIT": _quit,
    }


@contextmanager
def sinking(
    decide: Decide | None = None,
    *,
    keep: Keep = Keep.ALL,
    pipelining: bool = True,
    chunking: bool = True,
    record: Path | None = None,
) -> Iterator[tuple[int, Taken]]:
    """Run a sink on a free port, in a thread, during the block."""
    sink = FastSink(decide, keep=keep, pipelining=pipelining, chunking=chunking, record=record)
    with serving(sink.protocol) as port:
        yield port, sink.taken


def _address(argument: bytes | None) -> str:
    return (argument or b"").partition(b"<")[2].partition(b">")[0].decode("latin-1")

"""An SMTP server as a process of its own, which writes down what it accepts before it says so, and misbehaves by plan.

SIGUSR1 makes it normal from then on. Its record gets a line of JSON for each message that arrived whole.
"""

import asyncio
import hashlib
import itertools
import json
import os
import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"

DROP_IN_MESSAGE = "drop in the message"
TAKE_AND_DROP = "take the message and drop"
LOSE_AND_DROP = "lose the message and drop"
TAKE_AND_HANG = "take the message and say nothing"
TAKE_AND_DRIP = "take the message and answer a byte at a time"
SLOW = "slow"
DRIP = "drip"

_SILENT = {TAKE_AND_DROP, LOSE_AND_DROP, TAKE_AND_HANG, TAKE_AND_DRIP}
NEVER_ANSWERED = {TAKE_AND_HANG, TAKE_AND_DRIP}
_TAKEN = {None, TAKE_AND_DROP, TAKE_AND_HANG, TAKE_AND_DRIP, SLOW, DRIP}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the server announces, and what it does (`do`: a reply or a fault) at each `every`-th `verb`.

    Verbs are CONNECT, EHLO, MAIL, RCPT, DATA and MESSAGE (the answer to a whole message); of a BDAT, DATA and MESSAGE.
    """

    do: str | None = None
    verb: str = ""
    every: int = 3
    offers: tuple[str, ...] = ()
    pause: float = 0.02  # seconds before each reply of a slow server
    host: str = HOST
    certificate: str = ""  # the file of a key and a certificate: TLS from the start

    def written(self) -> str:
        """The plan as an argument."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message that arrived whole: `accepted` by the server or not, `silent` if no reply was sent.

    A connection that the server closed has an entry too, silent and without a message: what was in flight on it got
    no reply. `began` and `at` are the moments of its MAIL and of its end, by the machine's monotonic clock; `peer` is
    the address of the client.
    """

    connection: int
    message_id: str = ""
    recipient: str = ""
    content: str = ""  # SHA-256
    accepted: bool = False
    silent: bool = True
    began: float = 0.0
    at: float = 0.0
    peer: str = ""


class _Server:
    def __init__(self, plan: Plan, record: Path) -> None:
        self.plan = plan
        self.normal = plan.do is None
        self.numbers = itertools.count(1)
        self._turns: dict[str, Iterator[int]] = {}
        self._record = os.open(record, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def decide(self, verb: str) -> str | None:
        """What to do at this verb now."""
        turn = next(self._turns.setdefault(verb, itertools.count(1)))
        always = self.plan.do in {SLOW, DRIP}
        due = always or (verb == self.plan.verb and turn % self.plan.every == 0)
        return self.plan.do if due and not self.normal else None

    def write(self, entry: Entry) -> None:
        """Keep an entry where our own death cannot reach it."""
        os.write(self._record, json.dumps(asdict(entry)).encode() + b"\n")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its greeting to its end."""
        with suppress(OSError, asyncio.IncompleteReadError, ValueError):
            number = next(self.numbers)
            if await _Visit(self, reader, writer, number).run():
                self.write(Entry(connection=number))
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


class _Visit:
    """One connection; a step answers whether it goes on."""

    def __init__(
        self, server: _Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._number = number
        self._forget()

    def _forget(self) -> None:
        self._sender = self._recipient = ""
        self._began = 0.0
        self._chunks: list[bytes] = []

    async def run(self) -> bool:
        """Serve to the end; whether it was our end, and no polite one."""
        alive, line = await self._answer("CONNECT", "220 mail.example ESMTP"), b""
        while alive and (line := await self._reader.readline()):
            alive = await self._step(line.decode("latin-1").rstrip("\r\n"))
        return not alive and line.upper() != b"QUIT\r\n"

    async def _step(self, line: str) -> bool:
        verb, _, argument = line.partition(" ")
        match verb.upper():
            case "MAIL" | "RCPT" as step:
                alive = await self._envelope(step, argument)
            case "DATA":
                alive = await self._data()
            case "BDAT":
                alive = await self._chunk(argument)
            case other:
                alive = await self._other(other)
        return alive

    async def _other(self, verb: str) -> bool:
        if verb == "EHLO":
            offers = ["mail.example", "SIZE 1000000", *self._server.plan.offers]
            lines = (f"250{' ' if offer == offers[-1] else '-'}{offer}" for offer in offers)
            return await self._answer("EHLO", "\r\n".join(lines))
        if verb == "RSET":
            self._forget()
        known = {"RSET": "250 Ok", "QUIT": "221 bye"}
        return await self._say(known.get(verb, "502 what?")) and verb != "QUIT"

    async def _envelope(self, verb: str, argument: str) -> bool:
        do, now = self._server.decide(verb), time.monotonic()
        if verb == "RCPT" and not self._sender:
            return await self._say("503 MAIL first")
        if _reply(do):
            return await self._say(str(do))
        address = argument.partition("<")[2].partition(">")[0]
        if verb == "MAIL":
            self._forget()
            self._sender, self._began = address, now
        else:
            self._recipient = address
        return await self._say("250 Ok", do)

    async def _data(self) -> bool:
        do = self._server.decide("DATA")
        if not self._recipient:
            return await self._say("503 RCPT first")
        if _reply(do):
            self._forget()
            return await self._say(str(do))
        await self._say("354 go on", do)
        if do == DROP_IN_MESSAGE:
            await self._reader.read(100)
            return False
        lines: list[bytes] = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        return await self._message(b"".join(lines))

    async def _chunk(self, argument: str) -> bool:
        size, _, last = argument.partition(" ")
        do = self._server.decide("DATA")
        if do == DROP_IN_MESSAGE:
            await self._reader.read(100)
            return False
        self._chunks.append(await self._reader.readexactly(int(size)))
        if not self._recipient:
            return await self._say("503 RCPT first")
        if _reply(do):
            self._forget()
            return await self._say(str(do))
        return await (self._message(b"".join(self._chunks)) if last.upper() == "LAST" else self._say("250 Ok"))

    async def _message(self, content: bytes) -> bool:
        do = self._server.decide("MESSAGE")
        entry = Entry(
            message_id=_message_id(content),
            recipient=self._recipient,
            content=hashlib.sha256(content).hexdigest(),
            accepted=do in _TAKEN,
            silent=do in _SILENT,
            connection=self._number,
            began=self._began,
            at=time.monotonic(),
            peer=self._writer.get_extra_info("peername")[0],
        )
        self._server.write(entry)
        self._forget()
        if do in {TAKE_AND_DROP, LOSE_AND_DROP}:
            return False
        if do == TAKE_AND_HANG:
            await self._reader.read()
            return False
        return await self._say(str(do) if _reply(do) else "250 2.0.0 Ok: queued as Q1", do)

    async def _answer(self, verb: str, normal: str) -> bool:
        do = self._server.decide(verb)
        return await self._say(str(do) if _reply(do) else normal, do)

    async def _say(self, reply: str, do: str | None = None) -> bool:
        pace = {DRIP: 0.002, TAKE_AND_DRIP: 0.2}.get(str(do))
        if do == SLOW:
            await asyncio.sleep(self._server.plan.pause)
        data = reply.encode() + b"\r\n"
        for part in (data[at : at + 1] for at in range(len(data))) if pace else (data,):
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(pace or 0)
        return not reply.startswith("421")


def _reply(do: str | None) -> bool:
    return do is not None and do[:3].isdigit()


def _message_id(content: bytes) -> str:
    for line in content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"message-id":
            return value.strip().decode()
    return ""


async def _serve(plan: Plan, record: Path, port: Path) -> None:
    server = _Server(plan, record)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, setattr, server, "normal", True)
    tls = None
    if plan.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(plan.certificate)
    listening = await asyncio.start_server(server.serve, plan.host, 0, limit=1 << 20, ssl=tls)
    draft = port.with_suffix(".new")
    draft.write_text(str(listening.sockets[0].getsockname()[1]))
    draft.rename(port)
    await listening.serve_forever()


def main(plan: str, record: str, port: str) -> None:
    """Serve for ever; the port's number goes into the file `port` once somebody may connect."""
    known = json.loads(plan)
    asyncio.run(_serve(Plan(**{**known, "offers": tuple(known["offers"])}), Path(record), Path(port)))

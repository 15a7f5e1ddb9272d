"""SMTP servers for tests: aiosmtpd, and a server of our own that misbehaves on demand."""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HOST = "127.0.0.1"
USER, PASSWORD = "digest", "a test password"


@dataclass(frozen=True)
class Accepted:
    """A message that a server accepted: its envelope, and its content without dot-stuffing."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message_id(self) -> str:
        """The Message-ID header, or an empty text."""
        for line in self.content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"message-id":
                return value.strip().decode()
        return ""


@dataclass
class Log:
    """What a server received; `commands` are the verbs of all connections in order."""

    accepted: list[Accepted] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    secure_logins: int = 0
    open: int = 0

    @property
    def copies(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(message.message_id for message in self.accepted)


class Do(Enum):
    """What a misbehaving server does instead of replying."""

    HANG = "is silent and keeps the connection open"
    DROP = "closes the connection"
    TAKE_AND_DROP = "accepts the message and closes the connection without a reply"
    DRIP = "sends the normal reply, one byte at a time"
    BABBLE = "sends something that is not SMTP"


Behaviour = str | Do | None  # a reply, a fault, or None: the normal reply
Decide = Callable[[str, str], Behaviour]  # called with the step (CONNECT, EHLO, …, BODY, MESSAGE) and its argument


def transports_of(loop: asyncio.AbstractEventLoop) -> list[asyncio.Transport]:
    """The connections of an event loop of asyncio."""
    transports: Iterable[asyncio.Transport] = loop._transports.values()  # type: ignore[attr-defined] # no public one
    return list(transports)


@contextmanager
def serving(factory: Callable[[], Any], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a server with this protocol factory on a free port, in a thread, during the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def call(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    async def start() -> asyncio.Server:
        return await loop.create_server(factory, HOST, 0, ssl=tls)

    async def end(server: asyncio.Server) -> None:
        for listening in server.sockets:
            loop.remove_reader(listening)
        await asyncio.sleep(
            0
        )  # a connection that was accepted just now gets its transport, which a closed server refuses
        server.close()
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)  # such a connection begins a task of its own
        for transport in transports_of(loop):
            transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    server = call(start())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        call(end(server))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Recorder:
    """An aiosmtpd handler that accepts every message."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._log.connections += 1
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        content = envelope.original_content
        assert isinstance(content, bytes)
        self._log.accepted.append(Accepted(str(envelope.mail_from), ",".join(envelope.rcpt_tos), content))
        self._log.secure_logins += bool(session.ssl and session.authenticated)
        return f"250 2.0.0 Ok: queued as Q{len(self._log.accepted)}"


@contextmanager
def honest_server(tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, Log]]:
    """An aiosmtpd server; with `tls` it requires STARTTLS and a login."""
    log = Log()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)

    def receiver() -> Any:
        return SMTP(
            _Recorder(log),
            hostname="mail.example",
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=tls is not None,
            authenticator=authenticate,
        )

    with serving(receiver) as port:
        yield port, log


class Rogue:
    """A small SMTP server that calls `decide` at every step to choose its behaviour.

    With `tls` it announces STARTTLS, with `logins` AUTH; `injected` is what an attacker adds to the reply to STARTTLS.
    """

    def __init__(self, decide: Decide, *, tls: ssl.SSLContext | None, logins: bool, injected: str) -> None:
        self.log = Log()
        self.decide = decide
        self.tls = tls
        self.logins = logins
        self.injected = injected

    def protocol(self) -> asyncio.StreamReaderProtocol:
        """A factory for create_server."""
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.log.connections += 1
        self.log.open += 1
        self.log.most_at_once = max(self.log.open, self.log.most_at_once)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _Connection(self, reader, writer).run()
        self.log.open -= 1
        writer.transport.abort() if writer.transport.is_closing() else writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()


class _Connection:
    """One connection to a Rogue; every step returns whether the connection stays open."""

    def __init__(self, rogue: Rogue, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._rogue = rogue
        self._reader = reader
        self._writer = writer
        self._secure = False
        self._sender = self._recipient = ""

    async def run(self) -> None:
        alive = await self._behave(self._rogue.decide("CONNECT", ""), "220 mail.example ESMTP")
        while alive and (line := await self._reader.readline()):
            verb, _, argument = line.decode("latin-1").rstrip("\r\n").partition(" ")
            self._rogue.log.commands.append(verb.upper())
            alive = await self._step(verb.upper(), argument)

    async def _step(self, verb: str, argument: str) -> bool:
        behaviour = self._rogue.decide(verb, self._recipient if verb == "DATA" else argument)
        alive = await self._behave(behaviour, self._normal_reply(verb))
        if not alive or behaviour not in {None, Do.DRIP}:
            return alive
        if verb == "MAIL":
            self._sender = _address(argument)
        elif verb == "RCPT":
            self._recipient = _address(argument)
        elif verb == "STARTTLS":
            await self._start_tls()
        return await self._read_message() if verb == "DATA" else verb != "QUIT"

    def _normal_reply(self, verb: str) -> str:
        if verb == "EHLO":
            offers = ["mail.example", "SIZE 10000000"]
            offers += ["STARTTLS"] if self._rogue.tls is not None and not self._secure else []
            offers += ["AUTH PLAIN LOGIN"] if self._rogue.logins else []
            return "\r\n".join(f"250{' ' if offer == offers[-1] else '-'}{offer}" for offer in offers)
        replies = {
            "STARTTLS": f"220 go on{self._rogue.injected}",
            "AUTH": "235 2.7.0 welcome",
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }
        return replies.get(verb, "250 2.0.0 Ok")

    async def _start_tls(self) -> None:
        assert self._rogue.tls is not None
        await self._writer.start_tls(self._rogue.tls)
        self._secure = True

    async def _read_message(self) -> bool:
        behaviour = self._rogue.decide("BODY", self._recipient)
        if behaviour is not None:
            await self._reader.readline()
            await self._behave(behaviour, "")
            return False
        lines: list[bytes] = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        return await self._end_message(b"".join(lines))

    async def _end_message(self, content: bytes) -> bool:
        log = self._rogue.log
        behaviour = self._rogue.decide("MESSAGE", self._recipient)
        if behaviour in {None, Do.TAKE_AND_DROP, Do.DRIP} or str(behaviour).startswith("2"):
            log.accepted.append(Accepted(self._sender, self._recipient, content))
        return await self._behave(behaviour, f"250 2.0.0 Ok: queued as Q{len(log.accepted)}")

    async def _behave(self, behaviour: Behaviour, normal: str) -> bool:
        if behaviour in {Do.DROP, Do.TAKE_AND_DROP}:
            return False
        if behaviour is Do.HANG:
            await asyncio.sleep(3600)  # until the server ends
        reply = "hello?" if behaviour is Do.BABBLE else behaviour if isinstance(behaviour, str) else normal
        await self._write(reply.encode() + b"\r\n", drip=behaviour is Do.DRIP)
        return not reply.startswith("421")

    async def _write(self, data: bytes, *, drip: bool) -> None:
        for part in (data[at : at + 1] for at in range(len(data))) if drip else (data,):
            self._writer.write(part)
            await self._writer.drain()
            if drip:
                await asyncio.sleep(0.05)


@contextmanager
def rogue_server(
    decide: Decide,
    *,
    tls: ssl.SSLContext | None = None,
    immediate: ssl.SSLContext | None = None,
    logins: bool = False,
    injected: str = "",
) -> Iterator[tuple[int, Log]]:
    """Run a Rogue on a free port; with `immediate` it uses TLS from the first byte."""
    rogue = Rogue(decide, tls=tls, logins=logins, injected=injected)
    with serving(rogue.protocol, immediate) as port:
        yield port, rogue.log


def at(step: str, behaviour: Behaviour) -> Decide:
    """This behaviour at every such step, and the normal one elsewhere."""
    return lambda here, _argument: behaviour if here == step else None


def _address(argument: str) -> str:
    return argument.partition("<")[2].partition(">")[0]

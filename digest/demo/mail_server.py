"""The mail server of the demo: it accepts every message, and keeps all of them in memory."""

import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_MOST = 500  # messages, of which the oldest are forgotten
_TIME_TO_START = 30.0  # seconds, on a machine that is busy
_LINKS = re.compile(r"<([^<>\s]+)>")


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message as it arrived."""

    number: int
    at: datetime
    recipient: str
    content: bytes = field(repr=False)

    @cached_property
    def message(self) -> EmailMessage:
        """The parsed message."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values in their order."""
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def sender(self) -> str:
        """The display name of its From, or the address."""
        addresses = self.message["from"].addresses if self.message["from"] else ()
        return next((one.display_name or one.addr_spec for one in addresses), "")

    @property
    def subject(self) -> str:
        """The decoded Subject."""
        return str(self.message["subject"] or "")

    def text(self, kind: str) -> str:
        """The part of that kind, `html` or `plain`; empty where there is none."""
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())

    @property
    def unsubscribe_url(self) -> str:
        """The web address of List-Unsubscribe; empty where there is none."""
        links = _LINKS.findall(str(self.message["list-unsubscribe"] or ""))
        return next((link for link in links if link.startswith("http")), "")


class Inbox:
    """The messages of all readers."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._messages: dict[int, Received] = {}
        self._received = 0
        self._opened: set[int] = set()

    def add(self, recipient: str, content: bytes) -> None:
        """Keep a message."""
        with self._lock:
            self._received += 1
            one = Received(number=self._received, at=self._now(), recipient=recipient, content=content)
            self._messages[one.number] = one
            self._messages.pop(one.number - _MOST, None)

    def latest(self) -> list[Received]:
        """All messages that are kept, the latest first."""
        with self._lock:
            return list(reversed(self._messages.values()))

    def open(self, number: int) -> Received | None:
        """The message of that number, which counts as read from now on."""
        with self._lock:
            found = self._messages.get(number)
            if found is not None:
                self._opened.add(number)
            return found

    @property
    def opened(self) -> frozenset[int]:
        """The numbers of the messages that were read."""
        with self._lock:
            return frozenset(self._opened)

    @property
    def received(self) -> int:
        """How many messages have arrived."""
        return self._received


@contextmanager
def receiving(inbox: Inbox) -> Iterator[int]:
    """Accept mail on a free port of this machine during the block, whose value is the port."""
    with socket.create_server((HOST, 0)) as listener:
        server = _Server(_Handler(inbox), listener)
        server.start()
        try:
            yield server.port
        finally:
            server.stop()


@dataclass(frozen=True)
class _Handler:
    inbox: Inbox

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self.inbox.add(recipient, content)
        return "250 2.0.0 Accepted"


class _Server(Controller):
    """aiosmtpd on a socket that is bound already, so that its port is surely free."""

    def __init__(self, handler: _Handler, listener: socket.socket) -> None:
        super().__init__(handler, hostname=HOST, port=listener.getsockname()[1], ready_timeout=_TIME_TO_START)
        self._listener = listener

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)

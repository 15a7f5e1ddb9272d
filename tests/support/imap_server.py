"""An IMAP server on loopback with the odd behaviour of others: few abilities, and messages that it cannot show."""

import re
import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.support.smtp_server import HOST

_DATA = {
    "SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY %d] UIDs valid\r\n",
    "NAMESPACE": b'* NAMESPACE (({6}\r\nINBOX. ".")) NIL NIL\r\n',
}


@dataclass
class ImapServer:
    """What the server answers, and the commands that it got; a message without content cannot be shown."""

    messages: Mapping[int, bytes | None]
    refusals: Mapping[str, str]
    able: str
    tls: ssl.SSLContext | None = None
    greeting: bytes = b"* OK ready"
    commands: list[str] = field(default_factory=list)
    port: int = 0
    validity: int = 1

    @property
    def url(self) -> str:
        """The address of its inbox."""
        return f"{'imaps' if self.tls else 'imap'}://anna@{HOST}:{self.port}/INBOX"

    def answer(self, command: str) -> tuple[bytes, str]:
        """The untagged data of a command, and its result."""
        refused = next((text for start, text in self.refusals.items() if command.upper().startswith(start)), None)
        if refused is not None:
            return b"", refused
        if command.upper() == "CAPABILITY":
            logged_in = any(one.startswith(("LOGIN", "AUTHENTICATE")) for one in self.commands)
            return f"* CAPABILITY IMAP4rev1 {self.able if logged_in else ''}\r\n".encode(), "OK"
        if command.upper().startswith("UID SEARCH"):
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in self.messages) + b"\r\n", "OK"
        if match := re.match(r"(?i)uid fetch (\d+)", command):
            content = self.messages[int(match[1])]
            if content is None:
                return b"", "NO The message could not be converted to an RFC-822 compatible format."
            return b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % (match[1].encode(), len(content), content), "OK"
        data = _DATA.get(command.upper().partition(" ")[0], b"")
        return data.replace(b"%d", b"%d" % self.validity), "OK"

    def serve(self, peer: socket.socket) -> None:
        """Serve one connection."""
        with suppress(OSError), peer, self._secured(peer) as secured, secured.makefile("rwb") as stream:
            stream.write(self.greeting + b"\r\n")
            stream.flush()
            for line in stream:
                tag, _, command = line.decode("latin-1").strip().partition(" ")
                if command.upper() == "AUTHENTICATE PLAIN":
                    stream.write(b"+ \r\n")
                    stream.flush()
                    command += f" {b64decode(stream.readline()).decode()}"
                self.commands.append(command)
                data, result = self.answer(command)
                if result == "BYE":
                    return
                stream.write(data + f"{tag} {result} done\r\n".encode())
                stream.flush()
                if command.upper() == "LOGOUT":
                    return

    def _secured(self, peer: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(peer, server_side=True) if self.tls else peer


@contextmanager
def imap_server(
    messages: Mapping[int, bytes | None],
    refusals: Mapping[str, str] | None = None,
    able: str = "MOVE",
    *,
    tls: ssl.SSLContext | None = None,
    greeting: bytes = b"* OK ready",
) -> Iterator[ImapServer]:
    """A server with these messages, by UID; `refusals` are results by the start of the command.

    With `BYE` it ends the connection. What it is `able` to do it tells after the login.
    """
    server = ImapServer(messages, refusals or {}, able, tls, greeting)

    def accept(door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=server.serve, args=(door.accept()[0],), daemon=True).start()

    with socket.create_server((HOST, 0)) as door:
        server.port = door.getsockname()[1]
        thread = threading.Thread(target=accept, args=(door,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join(10)

"""An SMTP server without sockets: it reads bytes, remembers what it took, and answers as its script says."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.mailers.smtp.replies import Step


@dataclass
class ScriptedServer:
    """Strict about the order of commands (RFC 5321, RFC 3030), and never wrong about what it has taken.

    `script` holds replies by (number of the message, step); `lax` servers say 354 where nobody is to get a message.
    `replies` wait to be sent; each message in `accepted` is the server's own, whether or not its 250 gets through.
    """

    script: Mapping[tuple[int, Step], int] = field(default_factory=dict)
    lax: bool = False
    accepted: list[int] = field(default_factory=list)
    seen_whole: set[int] = field(default_factory=set)
    replies: deque[int] = field(default_factory=deque)
    closed: bool = False
    _data: bytes = b""
    _sender: int | None = None
    _recipient: int | None = None
    _in_data: bool = False

    def feed(self, data: bytes) -> None:
        """Read, and answer what is whole."""
        self._data += data
        while not self.closed and (self._content() if self._in_data else self._command()):
            pass

    def _command(self) -> bool:
        line, end, rest = self._data.partition(b"\r\n")
        if not end:
            return False
        verb, _, argument = line.partition(b" ")
        if verb == b"BDAT":
            return self._chunk(int(argument.removesuffix(b" LAST")), rest)
        self._data = rest
        number = _number(argument)
        if verb == b"MAIL":
            if self._sender is not None:
                self._say(503)
            elif self._yes(number, Step.MAIL):
                self._sender = number
        elif verb == b"RCPT":
            if self._sender is None:
                self._say(503)
            elif self._yes(number, Step.RCPT):
                self._recipient = number
        elif verb == b"RSET":
            self._sender = self._recipient = None
            self._say(250)
        else:
            assert line == b"DATA", line
            self._begin_data()
        return True

    def _begin_data(self) -> None:
        if self._recipient is not None:
            code = self.script.get((self._recipient, Step.DATA), 354)
            self._in_data = code == 354
            self._say(code)
        else:
            self._in_data = self.lax and self._sender is not None
            self._say(354 if self._in_data else 503)

    def _content(self) -> bool:
        if self._data.startswith(b".\r\n"):
            self._data = self._data[3:]
        else:
            content, end, rest = self._data.partition(b"\r\n.\r\n")
            if not end:
                return False
            self._data = rest
            self._whole(content + b"\r\n")
            return True
        self._in_data = False
        assert self._recipient is None, "an empty message for somebody"
        self._sender = None
        self._say(554)
        return True

    def _chunk(self, size: int, rest: bytes) -> bool:
        if len(rest) < size:
            return False
        content, self._data = rest[:size], rest[size:]
        if self._recipient is None:
            self.seen_whole.add(_told(content))
            self._say(503)
        else:
            self._whole(content)
        return True

    def _whole(self, content: bytes) -> None:
        self._in_data = False
        number = _told(content)
        self.seen_whole.add(number)
        assert (self._sender, self._recipient) == (number, number), "a message in another one's envelope"
        self._sender = self._recipient = None
        refused = self.script.get((number, Step.MESSAGE))
        if refused is None or refused < 400:
            self.accepted.append(number)
        self._say(refused or 250)

    def _yes(self, number: int, step: Step) -> bool:
        code = self.script.get((number, step), 250)
        self._say(code)
        return code < 300

    def _say(self, code: int) -> None:
        self.replies.append(code)
        self.closed = code == 421


def _number(argument: bytes) -> int:
    name = argument.partition(b"<")[2].partition(b"@")[0]
    return int(name.strip(b"abcdefghijklmnopqrstuvwxyz+") or 0)


def _told(content: bytes) -> int:
    return int(content.partition(b"Message-ID: <")[2].partition(b"@")[0])

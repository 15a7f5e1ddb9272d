"""An SMTP server without sockets: it reads bytes, records what it accepts, and replies according to a script."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.mailers.smtp.replies import Step


@dataclass
class ScriptedServer:
    """A server that is strict about the order of commands (RFC 5321, RFC 3030).

    `script` holds replies by (number of the message, step); a `lax` server replies 354 to DATA without a recipient.
    `replies` wait to be sent; a message in `accepted` was accepted, whether or not its 250 arrives.
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
    _first_chunk: bytes = b""

    def feed(self, data: bytes) -> None:
        """Read bytes, and process the complete commands."""
        self._data += data
        while not self.closed and (self._read_content() if self._in_data else self._read_command()):
            pass

    def _read_command(self) -> bool:
        line, end, rest = self._data.partition(b"\r\n")
        if not end:
            return False
        verb, _, argument = line.partition(b" ")
        if verb == b"BDAT":
            return self._read_chunk(int(argument.removesuffix(b" LAST")), rest, is_last=argument.endswith(b" LAST"))
        self._data = rest
        number = _envelope_number(argument)
        if verb == b"MAIL":
            if self._sender is not None:
                self._reply(503)
            elif self._accepts(number, Step.MAIL):
                self._sender = number
        elif verb == b"RCPT":
            if self._sender is None:
                self._reply(503)
            elif self._accepts(number, Step.RCPT):
                self._recipient = number
        elif verb == b"RSET":
            self._sender = self._recipient = None
            self._first_chunk = b""
            self._reply(250)
        else:
            assert line == b"DATA", line
            self._begin_data()
        return True

    def _begin_data(self) -> None:
        if self._recipient is not None:
            code = self.script.get((self._recipient, Step.DATA), 354)
            self._in_data = code == 354
            self._reply(code)
        else:
            self._in_data = self.lax and self._sender is not None
            self._reply(354 if self._in_data else 503)

    def _read_content(self) -> bool:
        if self._data.startswith(b".\r\n"):
            self._data = self._data[3:]
        else:
            content, end, rest = self._data.partition(b"\r\n.\r\n")
            if not end:
                return False
            self._data = rest
            self._end_message(content + b"\r\n")
            return True
        self._in_data = False
        assert self._recipient is None, "an empty message with a recipient"
        self._sender = None
        self._reply(554)
        return True

    def _read_chunk(self, size: int, rest: bytes, *, is_last: bool) -> bool:
        if len(rest) < size:
            return False
        chunk, self._data = rest[:size], rest[size:]
        if not is_last:
            self._begin_chunks(chunk)
            return True
        content, self._first_chunk = self._first_chunk + chunk, b""
        if self._recipient is None:
            self.seen_whole.add(_message_number(content))
            self._reply(503)
        else:
            self._end_message(content)
        return True

    def _begin_chunks(self, chunk: bytes) -> None:
        code = 503 if self._recipient is None else self.script.get((self._recipient, Step.DATA), 250)
        self._first_chunk = chunk if code < 300 else b""
        self._reply(code)

    def _end_message(self, content: bytes) -> None:
        self._in_data = False
        number = _message_number(content)
        self.seen_whole.add(number)
        assert (self._sender, self._recipient) == (number, number), "a message in the envelope of another one"
        self._sender = self._recipient = None
        refused = self.script.get((number, Step.MESSAGE))
        if refused is None or refused < 400:
            self.accepted.append(number)
        self._reply(refused or 250)

    def _accepts(self, number: int, step: Step) -> bool:
        code = self.script.get((number, step), 250)
        self._reply(code)
        return code < 300

    def _reply(self, code: int) -> None:
        self.replies.append(code)
        self.closed = code == 421


def _envelope_number(argument: bytes) -> int:
    name = argument.partition(b"<")[2].partition(b"@")[0]
    return int(name.strip(b"abcdefghijklmnopqrstuvwxyz+") or 0)


def _message_number(content: bytes) -> int:
    return int(content.partition(b"Message-ID: <")[2].partition(b"@")[0])

"""Connections to an IMAP server that bound how long they wait for a reply, and how large it may be."""

import imaplib
from time import monotonic

from imap_tools import MailBox, MailBoxUnencrypted

_LONGEST = 300.0  # seconds until a reply has ended
_LARGEST = 64 * 2**20  # octets of a reply; a server may show a whole message where a part of it was asked for
_PIECE = 64 * 1024


class EndlessReplyError(OverflowError):
    """The pieces of a reply come in time, and its end does not."""


class _Bounded(imaplib.IMAP4):
    """Bounds each reply; the timeout of a socket is for one piece of it, and imaplib's own bound for one line.

    Raises EndlessReplyError, and OverflowError for a reply that is too large.
    """

    def open(self, *arguments: object, **named: object) -> None:
        self._received = bytearray()
        self._expect_reply()
        super().open(*arguments, **named)  # type: ignore[arg-type]

    def send(self, data: bytes) -> None:  # type: ignore[override]  # imaplib sends bytes
        self._expect_reply()
        super().send(data)

    def read(self, size: int) -> bytes:
        if size > self._left + len(self._received):
            raise OverflowError
        while len(self._received) < size and self._receive():
            pass
        return self._taken(size)

    def readline(self) -> bytes:
        looked = 0
        while (end := self._received.find(b"\n", looked)) < 0:
            looked = len(self._received)
            if not self._receive():
                return self._taken(looked)
        return self._taken(end + 1)

    def _expect_reply(self) -> None:
        self._left = _LARGEST
        self._until = monotonic() + _LONGEST

    def _receive(self) -> bool:
        """Receive a piece of the reply; False at the end of the connection."""
        if monotonic() > self._until:
            raise EndlessReplyError
        piece = self.sock.recv(_PIECE)
        self._left -= len(piece)
        if self._left < 0:
            raise OverflowError
        self._received += piece
        return bool(piece)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken


class _Encrypted(_Bounded, imaplib.IMAP4_SSL):
    pass


class PlainMailBox(MailBoxUnencrypted):
    """A mailbox of a server on this machine."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return _Bounded(self._host, self._port, timeout=self._timeout)


class EncryptedMailBox(MailBox):
    """A mailbox of any server."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return _Encrypted(self._host, self._port, ssl_context=self._ssl_context, timeout=self._timeout)

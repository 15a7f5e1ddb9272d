"""A folder of an IMAP server: messages that are done move to another folder, the others stay unread."""

import imaplib
import logging
import re
import ssl
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox
from imap_tools.errors import (
    ImapToolsError,
    MailboxFetchError,
    MailboxFolderCreateError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)
from imap_tools.imap_utf7 import utf7_decode
from imap_tools.utils import check_command_status, encode_folder

from digest.bounces.mime import MAX_SIZE
from digest.errors import ConfigurationError, MailError
from digest.mailboxes.imap_client import EncryptedMailBox, EndlessReplyError, PlainMailBox
from digest.parsing.certificates import certificate_advice
from digest.parsing.urls import is_loopback
from digest.protocols import StoredMessage

_log = logging.getLogger(__name__)


class _OtherProtocolError(imaplib.IMAP4.error):
    """The server greets in another protocol than IMAP."""


class _MoveRefusedError(UnexpectedCommandStatusError):
    """The server answers no to a command that moves messages."""


_MOST_REFUSED = 20  # messages in a row; more mean that the server shows none for now
_LOGIN_REFUSED = "it refuses the user or the password (BOUNCES_PASSWORD in .env; after a change restart `digest run`)"
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"})  # OpenSSL's reasons
_REFUSALS: tuple[tuple[type[Exception], str, str], ...] = (  # the first one decides: a kind, and words of the server
    (_OtherProtocolError, "", "it does not speak IMAP; the port of imaps:// is usually 993"),
    (imaplib.IMAP4.abort, r"\Aunexpected ", "its reply is not valid IMAP"),
    (
        MailboxFolderCreateError,
        "",
        "the folder for messages that were read cannot be made; name another one in [bounces] done",
    ),
    (Exception, r"\[(?:unavailable|inuse|limit)\]", "the server is busy"),  # RFC 5530
    (Exception, r"overquota|\bquota\b", "it is full; delete messages from the folder for those that were read"),
    (MailboxLoginError, "", _LOGIN_REFUSED),
    (Exception, "authenti|login|credential|password", _LOGIN_REFUSED),
    (Exception, "nonexistent|doesn't exist|does not exist|unknown mailbox", "there is no such folder"),
    (imaplib.IMAP4.readonly, "", "the folder can only be read, so that no message could be moved"),
    (MailboxFolderSelectError, "", "the folder cannot be opened"),
    (_MoveRefusedError, "", "the server refuses it"),
    (MemoryError, "", "its reply is too large"),
    (EndlessReplyError, "", "its reply does not end"),
    (OverflowError, "", "its reply is too large"),
)
# A server of POP3 greets with `+OK`, of which imaplib says nothing or (since Python 3.14) quotes it, one of SMTP with
# `220`. One of IMAP begins with `*`, also where it refuses (RFC 3501, 7.1.5).
_OTHER_GREETING = re.compile(r"None\Z|invalid greeting: (?!\*)|unexpected response")
_COMMAND = re.compile(r"\Acommand: \w+ => ")  # before what imaplib says of a connection that broke off
_PERSONAL = re.compile(rb'\(\("([^"\\]*)" ')  # in the reply to NAMESPACE
_TIMEOUT = 30.0  # seconds that one reply of the server may take
# The last two: a server states that its reply has more octets than there is room for.
_FAILURES = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError, LookupError, MemoryError, OverflowError)
_NOT_VALID = "the mailbox's address is not valid; expected imaps://user@host/INBOX"


class ImapAddress(NamedTuple):
    """Where an IMAP folder is."""

    host: str
    port: int
    user: str
    folder: str
    encrypted: bool


def parse_imap_url(url: str) -> ImapAddress:
    """The parts of `imaps://user@host/INBOX`; raises ConfigurationError, without the password that a URL may have."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigurationError(_NOT_VALID) from None
    if parts.password is not None:
        raise ConfigurationError("the mailbox's address has a password; put BOUNCES_PASSWORD in .env")
    if not host or not parts.username or parts.scheme not in {"imaps", "imap"}:
        raise ConfigurationError(_NOT_VALID)
    encrypted = parts.scheme == "imaps"
    if not encrypted and not is_loopback(host):
        raise ConfigurationError("imap:// is for a server on this machine only; expected imaps://")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return ImapAddress(host, port or (993 if encrypted else 143), unquote(parts.username), folder, encrypted)


class ImapFolder:
    """The messages of an IMAP folder; the keys are their UIDs."""

    def __init__(self, address: ImapAddress, password: str, done: str) -> None:
        self._address = address
        self._password = password
        self._done = done
        self._connection: BaseMailBox | None = None
        self._validity: Any = None  # what the server says of its UIDs

    def messages(self) -> Iterator[StoredMessage]:
        """The messages in the order of their arrival, of each the first octets; raises MailError."""
        try:
            mailbox = self._open()
            refused = in_a_row = 0
            for uid in mailbox.uids("ALL", charset=None):  # Exchange 2003 knows no name of a character set
                try:
                    content = _fetch(mailbox, uid)
                except MailboxFetchError:
                    refused, in_a_row = refused + 1, in_a_row + 1
                    if in_a_row > _MOST_REFUSED:
                        raise
                    continue
                in_a_row = 0
                if content is not None:
                    yield StoredMessage(uid, content)
            if refused:
                _log.warning("messages that the mail server cannot show stay in the mailbox: %d", refused)
        except _FAILURES as error:
            self.close()  # what was read before is moved over another connection
            raise MailError(f"the mailbox at {self._address.host} cannot be read: {_reason(error)}") from None

    def mark_done(self, keys: Collection[str]) -> None:
        """Move messages to the folder for done ones, which is made if it is missing; raises MailError."""
        try:
            mailbox = self._open()
            _move_messages(mailbox.client, ",".join(keys), encode_folder(_folder(mailbox, self._done)))
        except _FAILURES as error:
            raise MailError(f"messages cannot be moved to {self._done}: {_reason(error)}") from None

    def require_movable(self) -> None:
        """Do nothing: only a move shows whether the server permits it."""

    def close(self) -> None:
        """End the connection; whatever fails now has no effect."""
        if self._connection is not None:
            with suppress(*_FAILURES):
                self._connection.logout()
            with suppress(*_FAILURES):
                self._connection.client.shutdown()  # where the server's last reply could not be read
            self._connection = None

    def _open(self) -> BaseMailBox:
        if self._connection is None:
            one = self._address
            self._connection = _connected(one)
            is_ascii = f"{one.user}{self._password}".isascii()
            login = self._connection.login if is_ascii else self._connection.login_utf8
            login(one.user, self._password, initial_folder=None)
            _select(self._connection, one.folder)
            validity = self._connection.client.response("UIDVALIDITY")
            if self._validity not in (None, validity):
                self.close()
                raise imaplib.IMAP4.error  # the keys are those of other messages now (RFC 3501, 2.3.1.1)
            self._validity = validity
        return self._connection


def _connected(address: ImapAddress) -> BaseMailBox:
    try:
        if not address.encrypted:
            return PlainMailBox(address.host, address.port, timeout=_TIMEOUT)
        context = ssl.create_default_context()
        return EncryptedMailBox(address.host, address.port, timeout=_TIMEOUT, ssl_context=context)
    except imaplib.IMAP4.error as error:
        if _OTHER_GREETING.match(str(error)):
            raise _OtherProtocolError from None
        raise


def _select(mailbox: BaseMailBox, name: str) -> None:
    """Open a folder by its name, or by the one that mail programs show where all names have a prefix."""
    try:
        mailbox.folder.set(name)
    except MailboxFolderSelectError:
        full_name = _full_name(mailbox.client, name)
        if full_name == name:
            raise
        mailbox.folder.set(full_name)


def _folder(mailbox: BaseMailBox, name: str) -> str:
    """The full name of a folder, which is made if it is missing.

    Courier, Cyrus and some installations of Dovecot take a new folder only below a prefix such as `INBOX.`.
    """
    if mailbox.folder.exists(name):
        return name
    full_name = _full_name(mailbox.client, name)
    if not mailbox.folder.exists(full_name):
        mailbox.folder.create(full_name)
    return full_name


def _full_name(client: imaplib.IMAP4, name: str) -> str:
    prefix = _prefix(client)
    return name if name.startswith(prefix) else f"{prefix}{name}"


def _prefix(client: imaplib.IMAP4) -> str:
    """What the names of the user's own folders begin with (RFC 2342)."""
    if "NAMESPACE" not in _capabilities(client):
        return ""
    stated = client.namespace()[1][0]
    match = _PERSONAL.match(stated) if isinstance(stated, bytes) else None  # not one that is sent as a literal
    return utf7_decode(match[1]) if match else ""


def _move_messages(client: imaplib.IMAP4, uids: str, folder: bytes) -> None:
    """Move messages, also on a server without MOVE; where it has UIDPLUS, no other message is deleted."""
    able = _capabilities(client)
    _check(client.uid("STORE", uids, "+FLAGS.SILENT", r"(\Seen)"))
    if "MOVE" in able:
        _check(client.uid("MOVE", uids, folder))  # type: ignore[arg-type]  # imaplib takes bytes as well
        return
    _check(client.uid("COPY", uids, folder))  # type: ignore[arg-type]
    _check(client.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)"))
    _check(client.uid("EXPUNGE", uids) if "UIDPLUS" in able else client.expunge())


def _capabilities(client: imaplib.IMAP4) -> frozenset[str]:
    """What the server can do; many state only a part of it before the login, which is what imaplib knows."""
    _status, data = client.capability()
    return frozenset((data[-1] or b"").decode("ascii", "replace").upper().split())


def _check(result: tuple[str, Any]) -> None:
    check_command_status(result, _MoveRefusedError)


def _fetch(mailbox: BaseMailBox, uid: str) -> bytes | None:
    """The first octets of a message, which stays unread; None where it vanished.

    Raises MailboxFetchError where the server refuses this one: Exchange and Yahoo cannot show some of theirs.
    """
    result = mailbox.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{MAX_SIZE}>)")
    check_command_status(result, MailboxFetchError)
    return next((item[1] for item in result[1] if isinstance(item, tuple)), None)


def _reason(error: Exception) -> str:
    """Why the server cannot be used, without what it wrote: it may repeat the name of the user."""
    if isinstance(error, TimeoutError):
        return f"no reply within {_TIMEOUT:.0f} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return f"its certificate is not valid ({reason}){certificate_advice(error.verify_code)}"
    if isinstance(error, ssl.SSLError) and error.reason in _NOT_TLS:
        return "it does not speak TLS at this port; the port of imaps:// is usually 993"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    text = _COMMAND.sub("", str(error)).lower()
    return next(
        (reason for kind, words, reason in _REFUSALS if isinstance(error, kind) and re.search(words, text)),
        "the server ended the connection or does not understand a command",
    )

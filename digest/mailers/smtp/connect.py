"""Sets up SMTP sessions with aiosmtplib: connect, EHLO, verified STARTTLS, login."""

import asyncio
import base64
import ipaddress
import math
import os
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TypeVar, cast

import aiohappyeyeballs
import aiosmtplib
from aiohappyeyeballs import AddrInfoType

from digest.errors import ConfigurationError, MailError, SenderRefusedError
from digest.mailers.smtp.allowance import Allowance, announced_messages
from digest.mailers.smtp.dialogue_modes import SMALLEST_WINDOW, BdatTrial, make_dialogue
from digest.mailers.smtp.login import log_in
from digest.mailers.smtp.replies import parse_reply
from digest.mailers.smtp.reply_timer import Deadlines
from digest.mailers.smtp.session import Session
from digest.mailers.smtp.survey import ServerSurvey, survey_of
from digest.mailers.smtp.transport import CONNECTION_LOST
from digest.parsing.certificates import date_advice
from digest.parsing.text import clean_line
from digest.parsing.urls import is_loopback
from digest.settings.configured_path import configured_path
from digest.settings.mail import RelaySettings, ServerSettings, SmtpSettings

T = TypeVar("T")

_NEXT_ADDRESS = 0.25  # seconds until the next address of a host is tried beside the last one (RFC 8305, 5)
_LONGEST_LIST = 80  # characters
_NO_EHLO = frozenset({500, 502})
_UNKNOWN_COMMAND = _NO_EHLO | {501, 504}  # these may be about the name too
_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
# Nobody else can look up a name that ends like this (RFC 6761, RFC 6762, RFC 8375, and what routers and clouds invent).
_LOCAL_NAME = re.compile(
    r"(?i).*\.(?:arpa|corp|home|internal|intranet|invalid|lan|local|localdomain|localhost|private)"
)


class TemporaryConnectError(Exception):
    """No session could be set up, but another attempt may succeed; the message says why."""


class _LiteralRefusedError(Exception):
    """The server refused an address as the name in EHLO; on a new connection it gets the sender's domain."""


def tls_context(settings: SmtpSettings, root: Path, server: ServerSettings) -> ssl.SSLContext | None:
    """TLS 1.2 or later, certificates and names verified; `None` for security "none". Raises ConfigurationError."""
    if server.security == "none":
        return None
    file = configured_path(settings.ca_file, root) if settings.ca_file else None
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f'smtp.ca_file = "{settings.ca_file}": cannot read certificates from this file'
            f" ({error.strerror or type(error).__name__}); expected PEM format"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def local_host_name() -> str | None:
    """This machine's full domain name for EHLO, or `None` when it has none that other machines know."""
    try:
        name = await asyncio.to_thread(socket.getfqdn)
    except UnicodeError:  # Linux takes names that DNS does not, such as one of 64 letters
        return None
    return name if _is_public(name) else None


def _is_public(name: str) -> bool:
    return _HOST_NAME.fullmatch(name) is not None and _LOCAL_NAME.fullmatch(name) is None


class _Client(aiosmtplib.SMTP):
    def close(self) -> None:
        """Close the connection at once; with TLS, one that is only closed stays open until the server agrees."""
        transport = self.transport
        super().close()
        if transport is not None:
            cast("asyncio.Transport", transport).abort()  # uvloop's are of no class of asyncio


class Connector:
    """Opens sessions to one server, a relay or that of `settings`; `key` is its table in the configuration."""

    def __init__(
        self,
        settings: SmtpSettings,
        tls: ssl.SSLContext | None,
        name: str | None,
        deadlines: Deadlines,
        server: ServerSettings,
        smallest_window: int = SMALLEST_WINDOW,
    ) -> None:
        self._settings = settings
        self._account = server
        self._password_name = server.password_env if isinstance(server, RelaySettings) else "SMTP_PASSWORD"
        self.key = "smtp.relays" if isinstance(server, RelaySettings) else "smtp"
        self._tls = tls
        self._name = name
        self._deadlines = deadlines
        self._smallest_window = smallest_window
        self._server = f"the mail server {self._account.place}"
        self._refuses_literals = False
        self._bdat = BdatTrial()
        self._allowance = Allowance(settings.connection_messages)
        self._round_trips: dict[str, float] = {}  # the shortest one to each address, in seconds

    async def open(self) -> Session:
        """Return a session ready for MAIL; raises TemporaryConnectError, or MailError when another try cannot help."""
        try:
            return await self._open()
        except _LiteralRefusedError:
            return await self._open()

    async def survey(self) -> ServerSurvey:
        """Connect and log in as for sending, and report what the server offers; raises as `open` does."""
        try:
            return await self._survey()
        except _LiteralRefusedError:
            return await self._survey()

    async def _open(self) -> Session:
        smtp = self._client()
        try:
            return await self._set_up(smtp)
        except BaseException:
            await _close(smtp)
            raise

    async def _survey(self) -> ServerSurvey:
        smtp = self._client()
        try:
            await self._log_in_securely(smtp)
            found = survey_of(smtp, self._account.place, bool(self._account.username))
            await self._within(self._deadlines.quit, "QUIT", smtp.quit())
        finally:
            await _close(smtp)
        return found

    def _client(self) -> aiosmtplib.SMTP:
        return _Client(
            hostname=self._account.host,
            local_hostname="localhost",  # not sent: every EHLO below passes the name
            timeout=None,  # `_within` sets the deadlines
            use_tls=self._account.security == "tls",
            start_tls=False,
            tls_context=self._tls,
        )

    async def _set_up(self, smtp: aiosmtplib.SMTP) -> Session:
        await self._log_in_securely(smtp)
        transport = smtp.transport
        if transport is None or transport.is_closing():
            raise TemporaryConnectError(CONNECTION_LOST)
        if messages := announced_messages(smtp.esmtp_extensions.get("limits", "")):
            self._allowance.limit(messages)
        dialogue = make_dialogue(
            pipelining=smtp.supports_extension("pipelining"),
            chunking=smtp.supports_extension("chunking"),
            takes_size=smtp.supports_extension("size"),
            window=self._settings.window,
            round_trip=self._round_trips[_peer(smtp)],
            allowance=self._allowance,
            trial=self._bdat,
            smallest_window=self._smallest_window,
        )
        max_age = self._settings.connection_seconds
        return Session(cast("asyncio.Transport", transport), dialogue, self._deadlines, max_age)

    async def _log_in_securely(self, smtp: aiosmtplib.SMTP) -> None:
        found = _connected_socket(self._account.host, self._account.port)
        connected = await self._within(self._deadlines.connect, "the connection", found)
        # A server that looks up the name of this machine, or makes new senders wait, greets late.
        await self._within(self._deadlines.greeting, "the connection", smtp.connect(sock=connected))
        await self._send_ehlo(smtp)
        if self._account.security == "starttls":
            await self._start_tls(smtp)
        if self._account.username:
            await self._log_in(smtp)

    async def _send_ehlo(self, smtp: aiosmtplib.SMTP) -> None:
        peer, began = _peer(smtp), time.monotonic()
        await self._within(self._deadlines.command, "EHLO", self._greet(smtp))
        # The shortest of all connections: a reply that waited for our busy event loop says nothing about the network.
        self._round_trips[peer] = min(time.monotonic() - began, self._round_trips.get(peer, math.inf))

    async def _greet(self, smtp: aiosmtplib.SMTP) -> None:
        """Send EHLO, or HELO where the server does not know EHLO (RFC 5321, 3.2) and so offers neither TLS nor login.

        Some relays, such as Google's, take no address for a name: https://support.google.com/a/answer/2956491
        """
        domain = self._settings.mailbox.domain
        by_address = self._name is None and not self._refuses_literals
        name = _address_literal(_address(smtp, "sockname")) if by_address else self._name or domain
        try:
            await smtp.ehlo(hostname=name)
        except aiosmtplib.SMTPHeloError as error:
            if by_address and error.code not in _NO_EHLO and _is_public(domain):
                self._refuses_literals = True
                raise _LiteralRefusedError from None
            if error.code not in _UNKNOWN_COMMAND:
                raise
            await smtp.helo(hostname=name)

    async def _start_tls(self, smtp: aiosmtplib.SMTP) -> None:
        if not smtp.supports_extension("starttls"):
            raise MailError(
                f"{self._server} does not offer STARTTLS, so nothing is sent through it;"
                f' use its TLS port with {self.key}.security = "tls", or ask its administrator'
            )
        await self._within(self._deadlines.command, "STARTTLS", smtp.starttls())
        await self._send_ehlo(smtp)

    async def _log_in(self, smtp: aiosmtplib.SMTP) -> None:
        if self._tls is None and not is_loopback(_peer(smtp)):
            raise MailError(
                f'{self.key}.security = "none" would send the password unencrypted to {self._server}, which is not on'
                f' this machine; set {self.key}.security = "starttls" or "tls"'
            )
        if not smtp.supports_extension("auth"):
            raise MailError(
                f"{self._server} offers no login; leave {self.key}.username empty, or ask its administrator"
            )
        password = self._account.password.get_secret_value()
        await self._within(self._deadlines.command, "the login", log_in(smtp, self._account.username, password))

    async def _within(self, seconds: float, step: str, work: Awaitable[T]) -> T:
        """Await a step of the set-up, and translate its errors."""
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            raise TemporaryConnectError(f"{step} took longer than {seconds:g} s") from None
        except aiosmtplib.SMTPResponseException as error:
            raise self._reply_error(step, error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._connection_error(step, error) from None

    def _reply_error(self, step: str, error: aiosmtplib.SMTPResponseException) -> Exception:
        if error.code == aiosmtplib.SMTPStatus.invalid_response:
            return TemporaryConnectError(f"{step} failed: the server sent a reply that is not valid SMTP")
        text = self._without_password(parse_reply(error.code, error.message.split("\n")).safe_text)
        reply = f"{error.code}{f' ({text})' if text else ''}"
        if not 500 <= error.code <= 599:
            return TemporaryConnectError(f"{step} failed with {reply}")
        advice = (
            f"check {self.key}.username and {self._password_name or 'its password'} in .env;"
            " after a change restart `digest run`"
            if isinstance(error, aiosmtplib.SMTPAuthenticationError)
            else "check [smtp] in the configuration, or ask its administrator"
        )
        return SenderRefusedError(f"{self._server} refused {step} with {reply}; {advice}")

    def _without_password(self, text: str) -> str:
        """The text, or nothing where the server repeats the password, plain or as AUTH encodes it."""
        user, password = self._account.username, self._account.password.get_secret_value()
        forms = [password, *(_base64(form) for form in (password, f"\0{user}\0{password}"))]
        return "" if password and any(form in text for form in forms) else text

    def _connection_error(self, step: str, error: Exception) -> Exception:
        cause = error if isinstance(error, ssl.SSLError) else error.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            authority = f"check {self.key}.host, or set smtp.ca_file to the certificate of its authority"
            return MailError(
                f"the certificate of {self._server} is not trusted: {cause.verify_message.rstrip('.')};"
                f" nothing is sent through it; {date_advice(cause.verify_code) or authority}"
            )
        if isinstance(cause, ssl.SSLError):
            return MailError(
                f"the TLS handshake with {self._server} failed ({cause.reason or 'no reason given'});"
                f" nothing is sent through it; check {self.key}.port and {self.key}.security"
            )
        if isinstance(error, OSError):
            return TemporaryConnectError(f"{step} failed: {_os_reason(error)}")
        if isinstance(error, aiosmtplib.SMTPNotSupported) and (offered := clean_line(error.message, _LONGEST_LIST)):
            return MailError(
                f"{self._server} offers no login with a password, only {offered};"
                " ask its administrator, or use another server"
            )
        return MailError(f"{self._server} offers no supported method for {step}; check [smtp] in the configuration")


def _peer(smtp: aiosmtplib.SMTP) -> str:
    return _address(smtp, "peername")


def _address(smtp: aiosmtplib.SMTP, end: str) -> str:
    """The address of one end of the connection; raises TemporaryConnectError once the connection is lost."""
    found = smtp.transport.get_extra_info(end) if smtp.transport is not None else None
    if not found:  # the kernel forgets the peer of a connection that was reset
        raise TemporaryConnectError(CONNECTION_LOST)
    return str(found[0])


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii").rstrip("=")


def _address_literal(address: str) -> str:
    ip = ipaddress.ip_address(address.partition("%")[0])
    return f"[IPv6:{ip}]" if ip.version == 6 else f"[{ip}]"


def _os_reason(error: OSError) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, socket.gaierror):
        return "temporary failure in name resolution" if cause.errno == socket.EAI_AGAIN else "no such host"
    # asyncio puts the address into strerror: "Connect call failed ('192.0.2.1', 25)".
    return os.strerror(cause.errno).lower() if cause.errno else cause.strerror or CONNECTION_LOST


async def _connected_socket(host: str, port: int) -> socket.socket:
    """A connection to one of the host's addresses; one that does not answer delays the others by a moment only."""
    addresses = await _resolve(host, port)
    try:
        return await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS)
    except RuntimeError:  # uvloop may raise it in place of OSError
        raise ConnectionError from None


async def _resolve(host: str, port: int) -> Sequence[AddrInfoType]:
    try:
        return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # an empty or overlong label
        raise socket.gaierror(socket.EAI_NONAME) from None


async def _close(smtp: aiosmtplib.SMTP) -> None:
    smtp.close()
    await asyncio.sleep(0)

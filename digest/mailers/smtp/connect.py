"""Sets a session up with aiosmtplib: connect, EHLO, verified STARTTLS, login; a Session goes on with it."""

import asyncio
import base64
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar, cast

import aiosmtplib

from digest.errors import ConfigurationError, MailError
from digest.mailers.smtp.dialogue_modes import make_talk
from digest.mailers.smtp.replies import make_reply
from digest.mailers.smtp.session import Deadlines, Session
from digest.parsing.urls import is_loopback
from digest.settings.schema import SmtpSettings

T = TypeVar("T")

_UNKNOWN_COMMAND = frozenset({500, 501, 502, 504})
_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


class TemporaryConnectError(Exception):
    """No session this time, but another attempt may succeed; `str()` says why."""


def tls_context(settings: SmtpSettings, root: Path) -> ssl.SSLContext | None:
    """TLS 1.2 or later, certificates and names verified; `None` for security "none". Raises ConfigurationError."""
    if settings.security == "none":
        return None
    file = root / Path(settings.ca_file).expanduser() if settings.ca_file else None
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f'smtp.ca_file = "{settings.ca_file}": no certificates can be read from it'
            f" ({error.strerror or type(error).__name__}); expected a file in PEM form"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def own_name() -> str | None:
    """This machine's full domain name for EHLO, or `None` when it has none."""
    name = await asyncio.to_thread(socket.getfqdn)
    return name if _HOST_NAME.fullmatch(name) else None


class Connector:
    """Opens sessions to one server with the same settings."""

    def __init__(
        self, settings: SmtpSettings, tls: ssl.SSLContext | None, name: str | None, deadlines: Deadlines
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._name = name
        self._deadlines = deadlines
        self._server = f"the mail server {settings.host}:{settings.port}"

    async def open(self) -> Session:
        """A session ready for MAIL. Raises TemporaryConnectError, or MailError when trying again cannot help."""
        smtp = aiosmtplib.SMTP(
            hostname=self._settings.host,
            port=self._settings.port,
            local_hostname="localhost",  # never said: every EHLO below names us
            timeout=None,  # the deadlines are ours
            use_tls=self._settings.security == "tls",
            start_tls=False,
            tls_context=self._tls,
        )
        try:
            return await self._set_up(smtp)
        except BaseException:
            await _hang_up(smtp)
            raise

    async def _set_up(self, smtp: aiosmtplib.SMTP) -> Session:
        await self._within(self._deadlines.connect, "the connection", smtp.connect())
        await self._greet(smtp)
        if self._settings.security == "starttls":
            await self._secure(smtp)
        if self._settings.username:
            await self._log_in(smtp)
        transport = smtp.transport
        if transport is None or transport.is_closing():
            raise TemporaryConnectError("connection lost")
        dialogue = make_talk(
            pipelining=smtp.supports_extension("pipelining"),
            chunking=smtp.supports_extension("chunking"),
            takes_size=smtp.supports_extension("size"),
            window=self._settings.window,
            allowance=self._settings.connection_messages,
        )
        longest = self._settings.connection_seconds
        return Session(cast("asyncio.Transport", transport), dialogue, self._deadlines, longest)

    async def _greet(self, smtp: aiosmtplib.SMTP) -> None:
        name = self._name or _literal(smtp.get_transport_info("sockname")[0])
        await self._within(self._deadlines.command, "EHLO", _hello(smtp, name))

    async def _secure(self, smtp: aiosmtplib.SMTP) -> None:
        if not smtp.supports_extension("starttls"):
            raise MailError(
                f"{self._server} does not offer STARTTLS, so nothing was sent;"
                ' use its TLS port with smtp.security = "tls", or ask who runs it'
            )
        await self._within(self._deadlines.command, "STARTTLS", smtp.starttls())
        await self._greet(smtp)

    async def _log_in(self, smtp: aiosmtplib.SMTP) -> None:
        if self._tls is None and not is_loopback(smtp.get_transport_info("peername")[0]):
            raise MailError(
                f'{self._server} is not on this machine, and smtp.security = "none" would show it'
                ' the password in the clear; set smtp.security = "starttls" or "tls"'
            )
        if not smtp.supports_extension("auth"):
            raise MailError(f"{self._server} offers no login; leave smtp.username empty, or ask who runs it")
        password = self._settings.password.get_secret_value()
        await self._within(self._deadlines.command, "the login", smtp.login(self._settings.username, password))

    async def _within(self, seconds: float, step: str, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            raise TemporaryConnectError(f"{step} took longer than {seconds:g} s") from None
        except aiosmtplib.SMTPResponseException as error:
            raise self._refused(step, error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._failed(step, error) from None

    def _refused(self, step: str, error: aiosmtplib.SMTPResponseException) -> Exception:
        reply = make_reply(error.code, error.message.split("\n"))
        words = self._without_login(reply.words)
        said = f"{error.code}{f' ({words})' if words else ''}"
        if not 500 <= error.code <= 599:
            return TemporaryConnectError(f"{step} was answered with {said}")
        mend = (
            "check smtp.username and SMTP_PASSWORD in .env"
            if isinstance(error, aiosmtplib.SMTPAuthenticationError)
            else "check [smtp] in the configuration, or ask who runs it"
        )
        return MailError(f"{self._server} refused {step} with {said}; {mend}")

    def _without_login(self, words: str) -> str:
        """The words, or none of them where the server repeats the password, plain or as AUTH carries it."""
        user, password = self._settings.username, self._settings.password.get_secret_value()
        forms = [password, *(_base64(form) for form in (password, f"\0{user}\0{password}"))]
        return "" if password and any(form in words for form in forms) else words

    def _failed(self, step: str, error: Exception) -> Exception:
        cause = error if isinstance(error, ssl.SSLError) else error.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return MailError(
                f"the certificate of {self._server} is not to be trusted: {cause.verify_message.rstrip('.')};"
                " nothing was sent; check smtp.host, or name its authority in smtp.ca_file"
            )
        if isinstance(cause, ssl.SSLError):
            return MailError(
                f"{self._server} and we agree on no TLS ({cause.reason or 'no reason given'});"
                " nothing was sent; check smtp.port and smtp.security"
            )
        if isinstance(error, OSError):
            return TemporaryConnectError(f"{step} failed: {_reason(error)}")
        return MailError(f"{self._server} and we agree on no way for {step}; check [smtp] in the configuration")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii").rstrip("=")


def _literal(address: str) -> str:
    ip = ipaddress.ip_address(address.partition("%")[0])
    return f"[IPv6:{ip}]" if ip.version == 6 else f"[{ip}]"


def _reason(error: OSError) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, socket.gaierror):
        return "no such host"
    return cause.strerror or "connection lost"


async def _hello(smtp: aiosmtplib.SMTP, name: str) -> None:
    """EHLO; HELO where the server does not know it (RFC 5321, 3.2): it then offers neither TLS nor login."""
    try:
        await smtp.ehlo(hostname=name)
    except aiosmtplib.SMTPHeloError as error:
        if error.code not in _UNKNOWN_COMMAND:
            raise
        await smtp.helo(hostname=name)


async def _hang_up(smtp: aiosmtplib.SMTP) -> None:
    transport = smtp.transport
    smtp.close()
    if isinstance(transport, asyncio.Transport):
        transport.abort()
    await asyncio.sleep(0)

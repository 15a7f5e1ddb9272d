"""Logs in to a mail server: AUTH with the methods that take a user name and a password (RFC 4954)."""

import base64
import hmac
import re
from collections.abc import Callable, Mapping, Sequence

import aiosmtplib

_CONTINUE = 334
_CANCEL = b"*"
_KNOWN_ALREADY = re.compile(r"(?i)\balready (?:authenticated|logged in)\b")

# The text behind AUTH and its method, and then an answer to each challenge.
_Responses = tuple[bytes | None, Sequence[Callable[[str], bytes]]]


async def log_in(smtp: aiosmtplib.SMTP, username: str, password: str) -> None:
    """Log in with the first method that the server accepts; where it hangs up after a refusal, the refusal counts.

    Raises SMTPAuthenticationError with the last refusal, or SMTPNotSupported with the server's methods where there is
    no common one.
    """
    refusal: aiosmtplib.SMTPAuthenticationError | None = None
    for method in (one for one in _METHODS if one in smtp.server_auth_methods):
        try:
            await _try_method(smtp, method, *_METHODS[method](username.encode(), password.encode()))
        except aiosmtplib.SMTPAuthenticationError as error:
            refusal = error
        except aiosmtplib.SMTPServerDisconnected:
            if refusal is None:
                raise
            break
        else:
            return
    raise refusal or aiosmtplib.SMTPNotSupported(", ".join(smtp.server_auth_methods).upper())


async def _try_method(
    smtp: aiosmtplib.SMTP, method: str, initial: bytes | None, answers: Sequence[Callable[[str], bytes]]
) -> None:
    first = () if initial is None else (base64.b64encode(initial),)
    reply = await smtp.execute_command(b"AUTH", method.upper().encode(), *first)
    if reply.code == aiosmtplib.SMTPStatus.bad_command_sequence and _KNOWN_ALREADY.search(reply.message):
        return  # by the address or the certificate of this machine
    for answer in answers:
        if reply.code != _CONTINUE:
            break
        try:
            response = answer(reply.message)
        except ValueError:  # the challenge is not base64, or this Python has no MD5
            break
        reply = await smtp.execute_command(base64.b64encode(response))
    if reply.code == _CONTINUE:  # else the server would take the next command for an answer
        reply = await smtp.execute_command(_CANCEL)
    elif 200 <= reply.code <= 299:
        return
    raise aiosmtplib.SMTPAuthenticationError(reply.code, reply.message)


def _plain(username: bytes, password: bytes) -> _Responses:
    """RFC 4616; some servers ask again for what they already have."""
    both = b"\0" + username + b"\0" + password
    return both, (lambda _challenge: both,)


def _login(username: bytes, password: bytes) -> _Responses:
    """Without a standard: some servers refuse a user name behind the method or ignore it, and prompts differ."""
    return None, (lambda _challenge: username, lambda _challenge: password)


def _cram_md5(username: bytes, password: bytes) -> _Responses:
    """RFC 2195."""
    return None, (lambda challenge: username + b" " + _md5(password, challenge),)


def _md5(password: bytes, challenge: str) -> bytes:
    return hmac.new(password, base64.b64decode(challenge), "md5").hexdigest().encode()


# A server may offer CRAM-MD5 although it stores passwords in a form that cannot check it: as the first method it would
# fail on each connection, and servers lock out those who fail often.
_METHODS: Mapping[str, Callable[[bytes, bytes], _Responses]] = {
    "plain": _plain,
    "login": _login,
    "cram-md5": _cram_md5,
}

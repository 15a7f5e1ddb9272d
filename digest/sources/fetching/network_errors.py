"""Explains why a fetch failed."""

import os
import socket
import ssl

import aiohttp

from digest.parsing.certificates import certificate_advice
from digest.sources.fetching.address_guard import PrivateAddressError
from digest.sources.fetching.decompress import DecompressError
from digest.sources.fetching.lenient_http import BodyError

# Preload lists and Content-Security-Policy headers of 9 to 35 KB are common; browsers take 256 KB of headers.
LONGEST_HEADER = 131_072
"""Bytes of one header of a response."""
MOST_HEADERS = 1_000
"""Headers of a response."""

_TOO_LARGE_HEADERS = ("Got more than", "Too many headers")  # what aiohttp raises
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})
_OLD_TLS = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"})
_NOT_HTTP = (aiohttp.ClientResponseError, ValueError)


def network_error_message(error: Exception) -> str:
    """What went wrong in a fetch, in words that follow the URL."""
    if isinstance(error, PrivateAddressError):
        return "leads to an address in a private network, which only hosts in the configuration may have"
    if isinstance(error, DecompressError):
        return f"the response cannot be decompressed: {error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return _connect_explanation(error)
    if isinstance(error, aiohttp.InvalidURL | UnicodeError):
        return "is not a valid URL"
    if any(sign in str(error.__cause__ or error) for sign in _TOO_LARGE_HEADERS):
        return f"the headers exceed the limit: {LONGEST_HEADER:,} bytes each and {MOST_HEADERS:,} of them"
    is_malformed = error.is_malformed if isinstance(error, BodyError) else isinstance(error, _NOT_HTTP)
    return "the answer is not valid HTTP" if is_malformed else "the connection broke off"


def _connect_explanation(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error.os_error, PrivateAddressError):
        return network_error_message(error.os_error)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if error.os_error.errno == socket.EAI_AGAIN:  # no name server answered, or all of them failed
            return "could not be reached: temporary failure in name resolution"
        return "could not be reached: name not known"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"could not be reached safely: {_tls_failure(error)}"
    code = error.os_error.errno
    return f"could not be reached: {os.strerror(code).lower() if code else 'no connection'}"


def _tls_failure(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message.rstrip(".") + certificate_advice(inner.verify_code)
    reason = str(getattr(inner, "reason", "") or "")
    if reason in _OLD_TLS:
        return "the server has no TLS 1.2 or later; whoever runs it must allow that"
    return "the server does not speak TLS" if reason in _NOT_TLS else reason.replace("_", " ").lower() or "TLS failed"

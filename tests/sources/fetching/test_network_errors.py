"""The explanation of a fetch that failed, where a real server would be slow to make it fail."""

import ssl
from unittest.mock import Mock

import aiohttp
import pytest

from digest.sources.fetching.network_errors import network_error_message

_TRUST = "; add its authority to those that this machine trusts"
_CHAIN = "; whoever runs the server must send the whole chain, or this machine must trust its authority"
_HOST = "; correct the host of the address"


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        (9, "certificate is not yet valid", "; check the clock of this machine"),
        (10, "certificate has expired", "; whoever runs the server must renew it"),
        (18, "self-signed certificate", _TRUST),
        (19, "self-signed certificate in certificate chain", _TRUST),
        (20, "unable to get local issuer certificate", _CHAIN),
        (21, "unable to verify the first certificate", _CHAIN),
        (62, "Hostname mismatch, certificate is not valid for 'a.example'", _HOST),
        (64, "IP address mismatch, certificate is not valid for '192.0.2.1'", _HOST),
        (66, "EE certificate key too weak", ""),
    ],
)
def test_network_error_message_certificate_says_what_helps(code: int, message: str, advice: str) -> None:
    """What OpenSSL says, without its full stop, and what to do; nothing of what is rare."""
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, f"{message}."
    failed = aiohttp.ClientConnectorCertificateError(Mock(), error)
    assert network_error_message(failed) == f"could not be reached safely: {message}{advice}"


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", "the server has no TLS 1.2 or later; whoever runs it must allow that"),
        ("UNSUPPORTED_PROTOCOL", "the server has no TLS 1.2 or later; whoever runs it must allow that"),
        ("WRONG_VERSION_NUMBER", "the server does not speak TLS"),
        ("DH_KEY_TOO_SMALL", "dh key too small"),
    ],
)
def test_network_error_message_old_tls_is_named(reason: str, message: str) -> None:
    """Other reasons are those of OpenSSL."""
    error = ssl.SSLError()
    error.reason = reason
    failed = aiohttp.ClientConnectorSSLError(Mock(), error)
    assert network_error_message(failed) == f"could not be reached safely: {message}"

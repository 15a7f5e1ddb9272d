"""The private keys of DKIM: made, read from files, and published as DNS records.

The keys are beside each other, each in a file with the name of its selector: messages that were signed with an earlier
key, and are tried again, need that key again.
"""

import base64
import logging
import re
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from digest.atomic_write import write_file
from digest.errors import ConfigurationError
from digest.file_owner import give_like, make_private_folder
from digest.message.dkim import Signer

_log = logging.getLogger(__name__)

KEY_IS_CLOSED = "let the user that runs Digest read it"

_BITS = 2048  # RFC 8301, 3.2: at least 1024, better 2048; longer keys do not fit into one DNS reply over UDP
_STRING = 255  # octets in one string of a TXT record (RFC 1035, 3.3.14)


def signers(key: Path, selector: str, domain: str) -> Callable[[str | None], Signer | None]:
    """A function from a variant's selector to its signer, reading each key once; None: the messages are not signed.

    It raises ConfigurationError for a key that cannot be used. If the key of an earlier selector is gone, the current
    one signs.
    """

    @cache
    def signer_of(wanted: str | None) -> Signer | None:
        if wanted is None:
            return None
        file = key if wanted == selector else key.with_name(f"{wanted}{key.suffix}")
        if wanted != selector and not file.is_file():
            _log.warning("the DKIM key of selector %s is gone: its messages are signed with %s", wanted, selector)
            return signer_of(selector)
        return Signer(domain=domain, selector=wanted, sign=_sign_with(read_key(file)))

    return signer_of


def read_key(file: Path) -> rsa.RSAPrivateKey:
    """The key in a PEM file; raises ConfigurationError, without anything of its content."""
    remedy = "`digest init --dkim` makes one"
    try:
        content = file.read_bytes()
    except PermissionError as error:
        raise ConfigurationError(f"dkim.key: {file} cannot be read: {error.strerror}; {KEY_IS_CLOSED}") from None
    except OSError as error:
        raise ConfigurationError(f"dkim.key: {file} cannot be read: {error.strerror}; {remedy}") from None
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        problem = "is not a private key in PEM format without a password"
        raise ConfigurationError(f"dkim.key: {file} {problem}; {remedy}") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError(f"dkim.key: {file} is not an RSA key, which some receivers require; {remedy}")
    if key.key_size < _BITS:
        raise ConfigurationError(f"dkim.key: {file} has {key.key_size} bits; expected at least {_BITS}; {remedy}")
    if file.stat().st_mode & stat.S_IROTH:
        _log.warning("every user of this machine can read %s; `chmod 600 %s` prevents it", file, file)
    return key


def make_key(file: Path) -> bool:
    """Write a new key that only its owner may read, unless the file exists; whether it was written.

    What root makes in the folder of a service belongs to that service, which signs with it.
    """
    if file.exists():
        return False
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    make_private_folder(file.parent)
    _write(file, key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password))
    return True


def _write(file: Path, content: bytes) -> None:
    write_file(file, content, private=True, adopt=lambda handle: give_like(handle, file.parent))


def keep_under_selector(file: Path, selector: str) -> Path:
    """The file where signers look for the key once it is not the current one, which is made if it does not exist.

    Raises ConfigurationError for a key that cannot be used, or if another key is there; OSError.
    """
    kept = file.with_name(f"{selector}{file.suffix}")
    value = dns_value(read_key(file))
    if not kept.exists():
        _write(kept, file.read_bytes())
    elif dns_value(read_key(kept)) != value:
        raise ConfigurationError(
            f"{kept} is not the key of selector {selector}, but would be taken for it once {file} is replaced; "
            "rename it"
        )
    return kept


def dns_name(selector: str, domain: str) -> str:
    """The name of the TXT record of a key (RFC 6376, 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}."


def dns_value(key: rsa.RSAPrivateKey) -> str:
    """The value of the TXT record of a key (RFC 6376, 3.6.1)."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def quoted_strings(value: str) -> str:
    """The value as strings of a zone file: one is not long enough."""
    return " ".join(f'"{value[start : start + _STRING]}"' for start in range(0, len(value), _STRING))


def next_selector(selector: str) -> str:
    """The selector after this one: its number is one more."""
    name, number = re.fullmatch(r"(.*?)(\d*)", selector, re.DOTALL).groups()  # type: ignore[union-attr]  # always matches
    return f"{name}{int(number or 1) + 1}"


def _sign_with(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    scheme, algorithm = padding.PKCS1v15(), hashes.SHA256()
    return lambda data: key.sign(data, scheme, algorithm)

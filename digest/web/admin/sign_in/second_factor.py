"""The second factor: codes of an app (TOTP, RFC 6238), whose key is made of the secret and a stored nonce."""

import base64
import secrets
from datetime import datetime
from unicodedata import category

import pyotp
import segno

from digest.tokens import keyed_hash

_KEY_BYTES = 20  # RFC 4226, 4
_NONCE_BYTES = 16
_STEP = 30  # seconds
_STEPS_APART = 1  # a phone's clock may differ by a step
_CODES = 10
_RECOVERY_BYTES = 10
_RECOVERY_LETTERS = 16  # in base32
_HYPHENS = {"Pd", "Cf"}  # also those that word processors write, and soft ones, of Unicode's categories


def new_nonce() -> bytes:
    """What a new key is made of; the database alone does not give the key away where `.env` has the secret."""
    return secrets.token_bytes(_NONCE_BYTES)


def key_of(secret: bytes, nonce: bytes) -> str:
    """The key that the user's app needs, in base32."""
    return base64.b32encode(keyed_hash(secret, "second factor", nonce)[:_KEY_BYTES]).decode()


def app_link(key: str, email: str, portal: str) -> str:
    """The address by which an app on the same phone takes the key."""
    return pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=portal)


def qr_code(link: str) -> str:
    """The QR code of an address as a data URI (SVG), dark on light in dark mode too: many apps read no other."""
    return segno.make(link, error="m", micro=False).svg_data_uri(light="white", omitsize=True)


def step_of(key: str, code: str, now: datetime) -> int | None:
    """The step of time whose code this is, around now; None for a wrong code."""
    totp, here = pyotp.TOTP(key), int(now.timestamp()) // _STEP
    steps = range(here - _STEPS_APART, here + _STEPS_APART + 1)
    right = [step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), code)]
    return max(right, default=None)


def new_recovery_codes() -> list[str]:
    """Codes of 80 bits in groups of four letters, for the day on which the app is not at hand."""
    return [_in_groups(base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()) for _ in range(_CODES)]


def plain_code(text: str) -> str:
    """A code in the form that is stored, whatever spaces and hyphens it was typed with."""
    code = "".join(letter for letter in text.lower() if not letter.isspace() and category(letter) not in _HYPHENS)
    return _in_groups(code) if len(code) == _RECOVERY_LETTERS else code


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))

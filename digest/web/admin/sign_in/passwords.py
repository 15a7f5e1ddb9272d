"""Passwords: what is accepted as one, and hashing with argon2id (RFC 9106)."""

import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12  # characters
LONGEST = 1024  # bytes
# The hash of random bytes that nobody kept: the password of an unknown user is compared with it.
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$LlnlbwvuBhaJJjxrZ1ss1w$9otcuMBUZGQAJfa0CBzkCAwuQ3ZNRfai9XXeT+leduw"
_AT_ONCE = 2  # hashes, each of which takes 19 MiB


def password_fault(password: str, email: str) -> str | None:
    """Why a password is not accepted: `short`, `long` or `common`; None if it is."""
    if len(password) < SHORTEST:
        return "short"
    if len(_normal(password)) > LONGEST:
        return "long"
    lower = password.lower()
    guessed = lower in _worst() or len(set(lower)) < 4 or lower in {email.lower(), email.lower().partition("@")[0]}
    return "common" if guessed else None


@cache
def _worst() -> frozenset[str]:
    """Passwords of at least 12 characters that are tried first."""
    return frozenset(Path(__file__).with_name("worst_passwords.txt").read_text("utf-8").splitlines())


@dataclass(frozen=True)
class Passwords:
    """Hashes and verifies, two at once so that many attempts do not fill the memory."""

    _hasher: PasswordHasher = field(default_factory=lambda: PasswordHasher(2, 19 * 1024, 1))
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_AT_ONCE))

    def hash(self, password: str) -> str:
        """The hash of a password, with its salt and cost."""
        with self._turns:
            return self._hasher.hash(_normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is that of the hash; without a hash it costs the same work and is wrong."""
        is_possible = stored is not None and len(_normal(password)) <= LONGEST
        compared = stored if stored is not None and is_possible else _NOBODYS
        with self._turns:
            try:
                return self._hasher.verify(compared, _normal(password)[:LONGEST]) and is_possible
            except (Argon2Error, InvalidHashError):
                return False

    def needs_rehash(self, stored: str) -> bool:
        """Whether a hash was made with another cost than now."""
        return self._hasher.check_needs_rehash(stored)


def _normal(password: str) -> bytes:
    """The same bytes for the same text from every keyboard (RFC 8265, 4.2)."""
    return normalize("NFC", password).encode(errors="replace")

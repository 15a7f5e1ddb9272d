"""Random tokens of links and sessions, which are stored as hashes."""

import secrets
from hashlib import sha256

_RANDOM_BYTES = 32


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def hashed_token(token: str) -> bytes:
    """The hash of a token: random bits need neither salt nor a slow hash."""
    return sha256(token.encode(errors="replace")).digest()

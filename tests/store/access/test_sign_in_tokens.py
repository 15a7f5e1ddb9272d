"""Tokens of links and sessions: nobody can guess one, and the database has their hashes only."""

from digest.model.api import Scope
from digest.store.access.api_tokens import ApiTokens
from digest.store.access.sign_in_tokens import hashed_token, new_token
from digest.store.engine.database import Database
from tests.support.store import NOW

_LENGTH = 43  # characters of 256 random bits in base64


def test_new_token_has_256_bits() -> None:
    """Each is another one."""
    tokens = [new_token() for _ in range(20)]
    assert {len(one) for one in tokens} == {_LENGTH}
    assert len(set(tokens)) == 20


def test_api_token_has_256_bits_behind_the_prefix(database: Database) -> None:
    """Programs that look for leaked secrets find it by the prefix."""
    token = ApiTokens(database).add("portal", [Scope.READ], NOW)
    assert token is not None
    assert token.startswith("digest_")
    assert len(token) == len("digest_") + _LENGTH


def test_hashed_token_does_not_contain_the_token() -> None:
    """Any text has a hash, also one that is no token."""
    token = new_token()
    assert len(hashed_token(token)) == len(hashed_token("\ud800")) == 32
    assert token.encode() not in hashed_token(token)
    assert hashed_token(token) == hashed_token(token) != hashed_token(token[:-1])

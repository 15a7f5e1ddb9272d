"""Tokens of the API: names, validity, and the limit of wrong ones."""

from datetime import timedelta
from unittest import mock

from digest.model.api import Scope
from digest.store.access import api_tokens
from digest.store.access.api_tokens import ApiTokens
from tests.support.installation import SLOT
from tests.support.store import opened


def test_token_is_valid_until_it_is_revoked(store_url: str) -> None:
    """Names of valid tokens are unique; nothing but the token itself finds it."""
    with opened(store_url) as database:
        tokens = ApiTokens(database)
        token = tokens.add("portal", [Scope.READ], SLOT)
        assert token is not None
        assert tokens.add("portal", [Scope.MANAGE], SLOT) is None
        found = tokens.find(token)
        assert found is not None
        assert (found.name, found.may(Scope.READ), found.may(Scope.SUBSCRIBE)) == ("portal", True, False)
        assert tokens.find(token[:-1]) is tokens.find(token.upper()) is tokens.find("\ud800") is tokens.find("") is None
        assert tokens.revoke("portal", SLOT)
        assert not tokens.revoke("portal", SLOT)
        assert tokens.find(token) is None
        assert tokens.add("portal", [Scope.MANAGE], SLOT) is not None
        assert [one.revoked_at for one in tokens.list()] == [SLOT, None]


def test_wrong_tokens_are_counted_by_network_for_an_hour(store_url: str) -> None:
    """Above the limit nothing is written any more."""
    with opened(store_url) as database, mock.patch.object(api_tokens, "MOST_WRONG", 2):
        tokens = ApiTokens(database)
        assert [tokens.count_wrong("a", SLOT) for _ in range(3)] == [True, True, False]
        assert tokens.count_wrong("b", SLOT)
        assert tokens.count_wrong("a", SLOT + timedelta(hours=1))


def test_wrong_tokens_of_requests_at_once_do_not_pass_the_limit_by(store_url: str) -> None:
    """Several may be counted before one of them is refused; the next is refused nevertheless."""
    with opened(store_url) as database:
        tokens = ApiTokens(database)
        assert [tokens.count_wrong("a", SLOT) for _ in range(3)] == [True] * 3
        with mock.patch.object(api_tokens, "MOST_WRONG", 2):
            assert not tokens.count_wrong("a", SLOT)

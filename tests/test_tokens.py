"""Personal links: what is written can be read, and nothing else can."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import tokens

SECRET = b"a secret of the tests"
IDS = st.integers(min_value=0, max_value=2**63 - 1)
ALPHABET = string.ascii_letters + string.digits + "-_"


@given(IDS)
def test_read_of_a_delivery_is_its_id(delivery_id: int) -> None:
    """A token has one fixed form that is safe in an address and on a command line."""
    token = tokens.mint(SECRET, delivery_id)
    assert tokens.read(SECRET, token) == delivery_id
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{35}", token)
    assert 22 <= len(token) == tokens.LENGTH <= 43


@pytest.mark.parametrize("delivery_id", [0, 1, 4711, 2**40, 2**63 - 1])
def test_read_changed_character_is_refused(delivery_id: int) -> None:
    """Within the alphabet, to the other base64 alphabet, or to a space."""
    token = tokens.mint(SECRET, delivery_id)
    for place in range(len(token)):
        for char in ALPHABET + "+/= \n\u0430":
            if char != token[place]:
                assert tokens.read(SECRET, token[:place] + char + token[place + 1 :]) is None


@given(IDS, st.text(alphabet=ALPHABET + "=+/\n\r \u0661", max_size=50))
def test_read_other_text_is_refused(delivery_id: int, text: str) -> None:
    """Cut, lengthened, padded, arbitrary and foreign texts name no delivery, and never raise."""
    token = tokens.mint(SECRET, delivery_id)
    for other in (text, token + text, text + token, token[: len(text)] + text):
        assert tokens.read(SECRET, other) in ({delivery_id} if other == token else {None})


def test_read_of_other_secret_purpose_or_delivery_is_refused() -> None:
    """Also one delivery's signature with another's id."""
    token, other = tokens.mint(SECRET, 7), tokens.mint(SECRET, 8)
    assert tokens.read(b"another secret", token) is None
    assert tokens.read(SECRET, token, tokens.BOUNCE) is None
    assert tokens.read(SECRET, tokens.mint(SECRET, 7, tokens.BOUNCE)) is None
    assert tokens.read(SECRET, tokens.mint(SECRET, 7, tokens.BOUNCE), tokens.BOUNCE) == 7
    for cut in range(1, tokens.LENGTH - 1):
        mixed = other[:cut] + token[cut:]
        assert tokens.read(SECRET, mixed) == (7 if mixed == token else 8 if mixed == other else None)


@pytest.mark.parametrize("delivery_id", [-1, 2**63, 2**64])
def test_mint_impossible_id_raises_value_error(delivery_id: int) -> None:
    """An id that the database cannot hold gets no token."""
    with pytest.raises(ValueError, match="between 0 and"):
        tokens.mint(SECRET, delivery_id)


def test_mint_empty_secret_raises_value_error() -> None:
    """With a secret that was lost, anybody could sign."""
    with pytest.raises(ValueError, match="secret is empty"):
        tokens.mint(b"", 1)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_placeholder_has_the_form_of_a_token_and_is_not_valid(issue: str) -> None:
    """A placeholder has a token's length and alphabet, is the same each time, needs the secret, and opens nothing."""
    placeholder = tokens.placeholder(SECRET, issue)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{35}", placeholder)
    assert placeholder == tokens.placeholder(SECRET, issue)
    assert placeholder != tokens.placeholder(b"another secret", issue)
    assert placeholder != tokens.placeholder(SECRET, issue + "x")
    assert tokens.read(SECRET, placeholder) is None


def test_personal_links_with_base_url_are_three_urls() -> None:
    """With or without a slash at the end of the base URL."""
    made = tokens.personal_links("https://news.gazette.example/", "news@gazette.example", "TOKEN")
    assert made.unsubscribe == "https://news.gazette.example/u/TOKEN"
    assert made.preferences == "https://news.gazette.example/p/TOKEN"
    assert made.view == "https://news.gazette.example/v/TOKEN"


def test_personal_links_without_base_url_unsubscribe_by_mail() -> None:
    """The mailbox is quoted for a link."""
    made = tokens.personal_links("", "news&more+x@gazette.example", "TOKEN")
    assert made.unsubscribe == "mailto:news%26more+x@gazette.example?subject=unsubscribe%20TOKEN"
    assert made.view is None
    assert made.preferences is None

"""Personal links: what is written can be read, and nothing else can."""

import re
import string
from unittest import mock

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
    token = tokens.mint(SECRET, delivery_id, tokens.LEAVE)
    assert tokens.read(SECRET, token, tokens.LEAVE) == delivery_id
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{35}", token)
    assert 22 <= len(token) == tokens.LENGTH <= 43


@pytest.mark.parametrize("delivery_id", [0, 1, 4711, 2**40, 2**63 - 1])
def test_read_changed_character_is_refused(delivery_id: int) -> None:
    """Within the alphabet, to the other base64 alphabet, or to a space."""
    token = tokens.mint(SECRET, delivery_id, tokens.LEAVE)
    for place in range(len(token)):
        for char in ALPHABET + "+/= \n\u0430":
            if char != token[place]:
                assert tokens.read(SECRET, token[:place] + char + token[place + 1 :], tokens.LEAVE) is None


@given(IDS, st.text(alphabet=ALPHABET + "=+/\n\r \u0661", max_size=50))
def test_read_other_text_is_refused(delivery_id: int, text: str) -> None:
    """Cut, lengthened, padded, arbitrary and foreign texts name no delivery, and never raise."""
    token = tokens.mint(SECRET, delivery_id, tokens.LEAVE)
    for other in (text, token + text, text + token, token[: len(text)] + text):
        assert tokens.read(SECRET, other, tokens.LEAVE) in ({delivery_id} if other == token else {None})


def test_read_of_other_secret_purpose_or_delivery_is_refused() -> None:
    """Also one delivery's signature with another's id."""
    token, other = tokens.mint(SECRET, 7, tokens.LEAVE), tokens.mint(SECRET, 8, tokens.LEAVE)
    assert tokens.read(b"another secret", token, tokens.LEAVE) is None
    assert tokens.read(SECRET, token, tokens.BOUNCE) is None
    assert tokens.read(SECRET, tokens.mint(SECRET, 7, tokens.BOUNCE), tokens.LEAVE) is None
    assert tokens.read(SECRET, tokens.mint(SECRET, 7, tokens.BOUNCE), tokens.BOUNCE) == 7
    for cut in range(1, tokens.LENGTH - 1):
        mixed = other[:cut] + token[cut:]
        assert tokens.read(SECRET, mixed, tokens.LEAVE) == (7 if mixed == token else 8 if mixed == other else None)


@pytest.mark.parametrize("delivery_id", [0, 1, 2**62, 2**63 - 2, 2**63 - 1])
def test_read_of_the_smallest_and_largest_ids(delivery_id: int) -> None:
    """All that a database can hold."""
    assert tokens.read(SECRET, tokens.mint(SECRET, delivery_id, tokens.LEAVE), tokens.LEAVE) == delivery_id


@given(IDS)
def test_read_in_one_case_of_a_token_in_small_or_capital_letters_is_its_delivery(delivery_id: int) -> None:
    """Some mail servers write addresses in one case; letters of both cases were changed by somebody else."""
    token = tokens.mint(SECRET, delivery_id, tokens.BOUNCE)
    for changed in (token.lower(), token.upper()):
        assert tokens.read_in_one_case(SECRET, changed, tokens.BOUNCE) == delivery_id
        assert tokens.read_in_one_case(SECRET, changed, tokens.LEAVE) is None
        assert tokens.read_in_one_case(b"another secret", changed, tokens.BOUNCE) is None
    assert tokens.read_in_one_case(SECRET, token.swapcase(), tokens.BOUNCE) is None


@given(st.sampled_from([1, 4711, 2**62]), st.integers(0, 35), st.sampled_from(string.ascii_lowercase + string.digits))
def test_read_in_one_case_of_a_changed_token_is_none(delivery_id: int, place: int, letter: str) -> None:
    """Another letter is a forgery in any case."""
    token = tokens.mint(SECRET, delivery_id, tokens.BOUNCE).lower()
    changed = token[:place] + letter + token[place + 1 :]
    expected = delivery_id if changed == token else None
    assert tokens.read_in_one_case(SECRET, changed, tokens.BOUNCE) == expected


@given(st.text(alphabet=ALPHABET + "=+/\n \u0661", max_size=50))
def test_read_in_one_case_of_other_text_is_none(text: str) -> None:
    """And never an error."""
    assert tokens.read_in_one_case(SECRET, text, tokens.BOUNCE) is None


@pytest.mark.parametrize("delivery_id", [-1, 2**63, 2**64])
def test_mint_impossible_id_raises_value_error(delivery_id: int) -> None:
    """An id that the database cannot hold gets no token."""
    with pytest.raises(ValueError, match="between 0 and"):
        tokens.mint(SECRET, delivery_id, tokens.LEAVE)


def test_mint_empty_secret_raises_value_error() -> None:
    """With a secret that was lost, anybody could sign."""
    with pytest.raises(ValueError, match="secret is empty"):
        tokens.mint(b"", 1, tokens.LEAVE)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_placeholder_has_the_form_of_a_token_and_is_not_valid(issue: str) -> None:
    """A placeholder has a token's length and alphabet, is the same each time, needs the secret, and opens nothing."""
    placeholder = tokens.placeholder(SECRET, issue, tokens.LEAVE)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{35}", placeholder)
    assert placeholder == tokens.placeholder(SECRET, issue, tokens.LEAVE)
    assert placeholder != tokens.placeholder(b"another secret", issue, tokens.LEAVE)
    assert placeholder != tokens.placeholder(SECRET, issue + "x", tokens.LEAVE)
    assert tokens.read(SECRET, placeholder, tokens.LEAVE) is None


def test_placeholders_of_each_purpose_differ() -> None:
    """No placeholder occurs in place of another one."""
    purposes = (tokens.LEAVE, tokens.PREFERENCES, tokens.CONFIRM, tokens.READER)
    assert len({tokens.placeholder(SECRET, "daily/2026-10-01", purpose) for purpose in purposes}) == len(purposes)


@pytest.mark.parametrize(
    ("purpose", "placeholder", "token"),
    [
        (tokens.READER, "KSEznEzqAdko38FP3q6XZQPHCZr8FEwV11rS", "AAAAAAAAAAeoHQ0WYrFgjtLn3DJ4KVPl5Ggr"),
        (tokens.LEAVE, "EE-vG4zKPJgT8i2K5PNuvp3O8gGpwC-bKntD", "AAAAAAAAAAc0KoRK7tqH6zRXv6C9QyAjyN-M"),
        (tokens.PREFERENCES, "TVHq4r6KGJVHOKMsOE2LZnKCssqS1sDFQ17m", "AAAAAAAAAAcFKfol-yuIEEN3mQEHypDCqR0Z"),
        (tokens.CONFIRM, "BtsccO7QzSjDBeDCx_o_Yi7mYV8_ctzAd7oE", "AAAAAAAAAAcQiBk9WmVM8n4TBTpidU1Rp01j"),
        (tokens.REQUEST, "FENk2GjD-Ep22C7YupSMRzhLXqveMQabTtdE", "AAAAAAAAAAffzvs9raMnIdDxpJ5c-ACrXLnv"),
        (tokens.BOUNCE, "T5UW0kKiJZDT-iVZ6J9RN_XPqGiglbL4L4D9", "AAAAAAAAAAcfArWoePWPQYhPmZ4jtSHOd9Rn"),
    ],
)
def test_tokens_of_mail_that_was_frozen_or_sent_stay(purpose: str, placeholder: str, token: str) -> None:
    """Frozen variants contain placeholders, and mail that was sent has tokens: neither may change with a version."""
    secret = b"a secret of the tests"
    assert tokens.placeholder(secret, "daily/2026-10-01", purpose) == placeholder
    assert tokens.mint(secret, 7, purpose) == token


@pytest.mark.parametrize(
    ("length", "token"),
    [
        (1, "AAAAAAAAAAetbBITdZkq1WmCjg6l61838BHK"),
        (64, "AAAAAAAAAAdBASDlUsoMSk7WaeFX-ZCD0KQQ"),
        (65, "AAAAAAAAAAc_Gq10h_kEtfq6qtXxxAFgR8kl"),
        (200, "AAAAAAAAAAe-mV0gEW5d8UeQ7eLA4GmCzSCe"),
    ],
)
def test_tokens_of_a_secret_of_any_length_stay(length: int, token: str) -> None:
    """BLAKE2b takes keys of up to 64 bytes: of a longer secret all bytes count."""
    secret = bytes(range(1, length + 1))
    assert tokens.mint(secret, 7, tokens.LEAVE) == token
    assert tokens.mint(secret[:-1] + b"\xff", 7, tokens.LEAVE) != token


def test_keyed_hash_stays_and_has_32_bytes() -> None:
    """A Message-ID has half of it, which must be the same in a retry after an upgrade."""
    hashed = tokens.keyed_hash(bytes(range(1, 65)), "p", b"d")
    assert hashed.hex() == "2bced61217b2604788e23eabbb33e1394c3225107eb05588a6563fe59cfe13c1"
    assert tokens.message_id_hash(SECRET, "7") == "befb3969eca738be824d07245b2b3041"


def test_unsubscribe_links_of_old_and_new_mail() -> None:
    """A token that also opened the preferences has another path; mail to a mailbox names it in the address."""
    base, mailbox = "https://news.gazette.example/", "news@gazette.example"
    made = [tokens.unsubscribe_url(base, mailbox, "TOKEN", one) for one in (tokens.READER, tokens.LEAVE)]
    assert made == ["https://news.gazette.example/u/TOKEN", "https://news.gazette.example/leave/TOKEN"]
    assert tokens.unsubscribe_mailto("b.gazette.example", "TOKEN") == (
        "mailto:unsubscribe+TOKEN@b.gazette.example?subject=unsubscribe"
    )


def test_read_leave_knows_the_tokens_of_old_mail() -> None:
    """Mail that was frozen before each link had a purpose still unsubscribes; no other purpose does."""
    assert tokens.read_leave(SECRET, tokens.mint(SECRET, 7, tokens.LEAVE)) == 7
    assert tokens.read_leave(SECRET, tokens.mint(SECRET, 7, tokens.READER)) == 7
    for purpose in (tokens.PREFERENCES, tokens.CONFIRM, tokens.BOUNCE):
        assert tokens.read_leave(SECRET, tokens.mint(SECRET, 7, purpose)) is None


@pytest.mark.parametrize("text", ["", "x", "-" * 36, "_" * 36, "A" * 36, "é" * 36, "A" * 5000])
def test_read_any_text_takes_the_same_work(text: str) -> None:
    """A guess is always compared with a token that was minted: the answer's time tells nothing."""
    with mock.patch.object(tokens, "mint", wraps=tokens.mint) as minted:
        assert tokens.read(SECRET, text, tokens.LEAVE) is None
        assert minted.call_count == 1


def test_personal_links_with_base_url_are_three_urls() -> None:
    """With or without a slash at the end of the base URL; the issue's page is public."""
    made = tokens.personal_links(
        "https://news.gazette.example/", "news@gazette.example", "LEAVE", "CHOOSE", "daily/2026-10-01"
    )
    assert made.unsubscribe == "https://news.gazette.example/leave/LEAVE"
    assert made.preferences == "https://news.gazette.example/preferences/CHOOSE"
    assert made.view == "https://news.gazette.example/archive/daily/2026-10-01"


def test_personal_links_without_base_url_unsubscribe_by_mail() -> None:
    """The mailbox is quoted for a link."""
    made = tokens.personal_links("", "news&more+x@gazette.example", "LEAVE", "CHOOSE", "daily/2026-10-01")
    assert made.unsubscribe == "mailto:news%26more+x@gazette.example?subject=unsubscribe%20LEAVE"
    assert made.view is None
    assert made.preferences is None

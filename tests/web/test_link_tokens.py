"""Personal links as they arrive: with what mail programs and people add to them, leave out, or break."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import tokens
from digest.model.subscribers import SubscriberStatus
from digest.web.link_tokens import delivery_of_link
from tests.support.smtp_server import Log
from tests.support.web import Web
from tests.web.public.test_leaving import ANNA, leave_path, status
from tests.web.public.test_subscribing import sign_up

SECRET = b"a secret of the tests"
IDS = st.integers(min_value=1, max_value=2**63 - 1)
BEHIND = (".", ",", ")", ">", "]", ";", "'", '"', "=", "…", "&utm_source=news", "\u200b", " ", "\r\n", '">here</a>')


@given(IDS, st.sampled_from(BEHIND))
def test_delivery_of_link_with_something_behind_the_token_is_that_of_the_token(delivery_id: int, behind: str) -> None:
    """As where a sentence ends, or a program adds a parameter."""
    token = tokens.mint(SECRET, delivery_id, tokens.LEAVE)
    assert delivery_of_link(SECRET, token + behind, tokens.PREFERENCES, tokens.LEAVE) == delivery_id
    assert delivery_of_link(SECRET, quote(token + behind), tokens.LEAVE) == delivery_id


@given(IDS, st.integers(1, tokens.LENGTH - 1), st.sampled_from(["\n", " ", "\r\n ", "=\r\n", "\u200b"]))
def test_delivery_of_link_broken_between_lines_is_that_of_the_token(delivery_id: int, place: int, gap: str) -> None:
    """As a program breaks long lines."""
    token = tokens.mint(SECRET, delivery_id, tokens.LEAVE)
    assert delivery_of_link(SECRET, token[:place] + gap + token[place:], tokens.LEAVE) == delivery_id


@pytest.mark.parametrize("last", "-_")
def test_delivery_of_link_without_its_last_hyphen_is_that_of_the_token(last: str) -> None:
    """Programs that find addresses in a text take a hyphen at the end for punctuation."""
    minted = ((one, tokens.mint(SECRET, one, tokens.LEAVE)) for one in range(1, 2_000))
    delivery_id, token = next((one, token) for one, token in minted if token.endswith(last))
    assert delivery_of_link(SECRET, token[:-1], tokens.LEAVE) == delivery_id
    assert delivery_of_link(SECRET, f"{token[:-1]}.", tokens.LEAVE) == delivery_id
    assert delivery_of_link(SECRET, token[:-2], tokens.LEAVE) is None


@given(IDS, st.text(alphabet=string.ascii_letters + "-_=. \n\0é", max_size=50))
def test_delivery_of_link_of_any_other_text_is_none(delivery_id: int, text: str) -> None:
    """Altered, cut and lengthened tokens open nothing."""
    token = tokens.mint(SECRET, delivery_id, tokens.LEAVE)
    for other in (text, token[1:] + text, "A" + token + text, token + "A" + text, token[:20] + "*" + token[21:]):
        assert delivery_of_link(SECRET, other, tokens.LEAVE) is None
    assert delivery_of_link(SECRET, token, tokens.PREFERENCES) is None


@pytest.mark.parametrize("behind", [".", ")", "%3E", "&utm_source=news", "=", "%20", "%0D%0A", "/", "./", "%252E"])
def test_leave_link_with_something_behind_it_unsubscribes(web: Web, mail: tuple[int, Log], behind: str) -> None:
    """The page asks, its form works, and nobody is told that they left while they did not."""
    path = leave_path(mail[1], ANNA) + behind
    page = web.get(path)
    assert (page.status, page.heading) == (200, "Unsubscribe?")
    assert web.post(page.text.partition('action="')[2].partition('"')[0]).heading == "You are not subscribed"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


def test_links_with_a_full_stop_behind_them_open_their_pages(web: Web) -> None:
    """Those that confirm, and those of the preferences, also of old mail."""
    sign_up(web, "carol@readers.example")
    newest = max(row[2] for row in web.dump()["signup"])
    assert web.get(f"/confirm/{web.token(newest, tokens.CONFIRM)}.").heading == "Confirm your subscription"
    assert web.post(f"/confirm/{web.token(newest, tokens.CONFIRM)}.").heading == "You are subscribed"
    assert web.get(f"/preferences/{web.token(1, tokens.PREFERENCES)}.").heading == "Your subscription"
    assert web.get(f"/p/{web.token(1, tokens.READER)}.").heading == "Your subscription"
    assert web.get(f"/v/{web.token(1, tokens.READER)}.").headers["location"] == "/archive/daily/2025-06-02"

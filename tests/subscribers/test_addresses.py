"""The quick way for plain addresses: it takes only what the library takes, and writes it as the library does."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.subscribers.csv_io import _any_address, _plain, check_address

ODD = [
    "anna@mail.example",
    "Anna.Smith+news@MAIL.Example",
    "a_b-c+d@a-b.c-d.example",
    "_@a.example",
    "-@a.example",
    "+.-._@0.example",
    "INFO@mail.example",
    "Postmaster@mail.example",
    "information@mail.example",
    "anna@gazette.test",
    "anna@mail.LOCAL",
    "anna@localhost",
    "anna@mail.invalid",
    "anna@1.in-addr.arpa",
    "anna@hidden.onion",
    "anna@local.example",
    "anna@test.example",
    "anna@x.y",
    "anna@mail.e",
    "anna@mail.e1",
    "anna@mail.1e",
    "anna@mail.123",
    "anna@127.0.0.1",
    "anna@mail.example.",
    "anna@mail",
    "anna@a--b.example",
    "anna@ab--cd.example",
    "anna@xn--e1afmkfd.xn--p1ai",
    "anna@xn--mail.example",
    "anna@XN--E1AFMKFD.example",
    "anna@-mail.example",
    "anna@mail-.example",
    "anna@mail.-example",
    "anna@ma_il.example",
    "anna@mail.example\n",
    "anna@mail.example\r\n",
    "\nanna@mail.example",
    "anna\x0b@mail.example",
    "anna@@mail.example",
    "anna@mail@mail.example",
    "anna..b@mail.example",
    ".anna@mail.example",
    "anna.@mail.example",
    "o'hara@mail.example",
    "a=b@mail.example",
    "an\u0661@mail.example",
    "anna@ma\u0661l.example",
    "anna@\u212aelvin.example",
    "anna@mail.examp\u017fe",
    "ann\u0430@mail.example",
    "a" * 64 + "@mail.example",
    "a" * 65 + "@mail.example",
    "a@" + "b" * 55 + ".example",
    "a@" + "b" * 56 + ".example",
    "a@" + "b" * 63 + ".example",
    "a@" + "b" * 64 + ".example",
    "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example",
]


def require_the_same(address: str) -> None:
    """What the quick way takes, the library takes too, in the same spelling."""
    quick = _plain(address)
    assert quick is None or quick == _any_address(address)


@pytest.mark.parametrize("address", ODD)
def test_the_quick_way_for_odd_addresses(address: str) -> None:
    """No odd form slips through the quick way that the library refuses or writes otherwise."""
    require_the_same(address)


@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,12}@([A-Za-z0-9-]{1,6}\.){1,3}[A-Za-z0-9]{1,5}", fullmatch=True))
@example("info@mail.example")
def test_the_quick_way_for_addresses(address: str) -> None:
    """Whatever looks like an address: the quick way says what the library says, or nothing."""
    require_the_same(address)


@given(st.text(st.sampled_from("aZ09_.+-@ \n'\"xn\u0430\u0661\u212a"), max_size=24) | st.text(max_size=30))
def test_the_quick_way_for_any_text(text: str) -> None:
    """Nothing that the library refuses is taken."""
    require_the_same(text)


@pytest.mark.parametrize("role", ["info", "Abuse", "news", "ftp"])
@pytest.mark.parametrize("domain", ["mail.example", "gazette.test"])
def test_the_quick_way_leaves_doubt_to_the_library(role: str, domain: str) -> None:
    """Role names, which the library writes in lower case, and reserved domains are not decided quickly."""
    assert _plain(f"{role}@{domain}") is None
    assert check_address(f"{role}@{domain}") == f"{role.lower()}@{domain}"


def test_most_addresses_go_the_quick_way() -> None:
    """The forms that lists are made of need no library."""
    for address in ("anna@mail.example", "Anna.Smith+news@Mail.Example", "a_b-1@news.gazette.example"):
        assert _plain(address) is not None

"""Email addresses: the quick check accepts only what the library accepts, in the same spelling."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.addresses import (
    _any_address,
    _plain_address,
    check_address,
    is_address,
    typed_address,
    with_ascii_domain,
)

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


def assert_same_result(address: str) -> None:
    """Assert that an address accepted by the quick check is accepted by the library, in the same spelling."""
    quick = _plain_address(address)
    assert quick is None or quick == _any_address(address)


@pytest.mark.parametrize("address", ODD)
def test_plain_address_odd_address_equals_the_library(address: str) -> None:
    """The quick check accepts no odd form that the library refuses or spells differently."""
    assert_same_result(address)


@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,12}@([A-Za-z0-9-]{1,6}\.){1,3}[A-Za-z0-9]{1,5}", fullmatch=True))
@example("info@mail.example")
def test_plain_address_any_address_equals_the_library(address: str) -> None:
    """For anything that looks like an address, the quick check agrees with the library or returns None."""
    assert_same_result(address)


@given(st.text(st.sampled_from("aZ09_.+-@ \n'\"xn\u0430\u0661\u212a"), max_size=24) | st.text(max_size=30))
def test_plain_address_any_text_equals_the_library(text: str) -> None:
    """Nothing that the library refuses is accepted."""
    assert_same_result(text)


@pytest.mark.parametrize("role", ["info", "Abuse", "news", "ftp"])
@pytest.mark.parametrize("domain", ["mail.example", "gazette.test"])
def test_plain_address_role_name_or_reserved_domain_is_left_to_the_library(role: str, domain: str) -> None:
    """Role names are written in lower case by the library, and it decides on reserved domains."""
    assert _plain_address(f"{role}@{domain}") is None
    assert check_address(f"{role}@{domain}") == f"{role.lower()}@{domain}"


def test_plain_address_common_address_needs_no_library() -> None:
    """The common forms of addresses in lists."""
    for address in ("anna@mail.example", "Anna.Smith+news@Mail.Example", "a_b-1@news.gazette.example"):
        assert _plain_address(address) is not None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@mail.example", "anna@mail.example"),
        ("  anna@mail.example ", "anna@mail.example"),
        ("\u200banna@mail.example\u00a0", "anna@mail.example"),
        ("\ufeff\u2068anna@mail.example\u2069\u00ad", "anna@mail.example"),
        ("Anna.Smith+news@MAIL.Example", "Anna.Smith+news@mail.example"),
        ("o'hara@mail.example", "o'hara@mail.example"),
        ("=cmd@example.com", "=cmd@example.com"),
        ("anna@localhost", "anna@localhost"),
        ("anna@LOCALHOST", "anna@localhost"),
        ("anna@gazette.test", "anna@gazette.test"),
        ("anna@mail.corp.local", "anna@mail.corp.local"),
        ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
        ("anna@exаmple.com", "anna@xn--exmple-4nf.com"),
        ("a" * 64 + "@mail.example", "a" * 64 + "@mail.example"),
    ],
)
def test_check_address_valid_address_is_normalised(text: str, address: str) -> None:
    """Real, internal, test and international domains are taken, in one spelling that checks as itself."""
    assert check_address(text) == address
    assert check_address(address) == address
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "anna",
        "@mail.example",
        "anna@",
        "b@x>\r\nRCPT TO:<evil@y",
        "anna@mail.example\r\nBcc: x@y.example",
        "anna@mail.example\n",
        "anna@mail.example\r",
        "anna\x00@mail.example",
        "anna@mail\x00.example",
        "an na@mail.example",
        "an\u200bna@mail.example",
        "\u200banna@mail.example\n",
        "a\u202enna@mail.example",
        "anna@mail\u202e.example",
        "\u0430nna@mail.example",
        "анна@mail.example",
        "anna..smith@mail.example",
        ".anna@mail.example",
        "anna.@mail.example",
        "anna@mail..example",
        "anna@-mail.example",
        "anna@127.0.0.1",
        "anna@[127.0.0.1]",
        "anna@example",
        "anna@boris@mail.example",
        "anna@mail.example, boris@mail.example",
        "Anna <anna@mail.example>",
        '"anna smith"@mail.example',
        "a" * 65 + "@mail.example",
        "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example",
        "anna@local host",
        "anna@.localhost",
        "anna@mail..test",
        "anna@\ud800.example",
    ],
)
def test_check_address_invalid_address_raises_without_repeating_it(text: str) -> None:
    """Commands, controls, foreign letters before @, quoting, literals and overlong parts are refused, not echoed."""
    with pytest.raises(ValueError, match="address") as caught:
        check_address(text)
    assert not text.strip() or text not in str(caught.value)


@pytest.mark.parametrize("text", ["", "anna", "@mail.example", "anna@", "@"])
def test_check_address_without_a_name_or_domain_says_what_is_expected(text: str) -> None:
    """Whatever part is missing."""
    with pytest.raises(ValueError, match="expected name@domain"):
        check_address(text)


@given(st.text(max_size=80) | st.builds("{}@{}".format, st.text(max_size=70), st.text(max_size=30)))
def test_check_address_any_text_is_an_address_or_refused(text: str) -> None:
    """The result is a ValueError, or an address that is valid in an envelope and checks as itself."""
    try:
        address = check_address(text)
    except ValueError:
        return
    assert is_address(address)
    assert check_address(address) == address


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("anna@ПОЧТА.РФ", "anna@xn--80a1acny.xn--p1ai"),
        ("анна@MX_1.example", "анна@MX_1.example"),
        ("anna@почта..рф", "anna@почта..рф"),
        ("anna@-почта.рф", "anna@-почта.рф"),
    ],
)
def test_with_ascii_domain_that_has_no_such_form_is_as_before(address: str, written: str) -> None:
    """A notification may name any domain, and none of them may hold up the mailbox."""
    assert with_ascii_domain(address) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Anna@Mail.example", "Anna@mail.example"),
        ("Anna Orlova <anna@mail.example>", "anna@mail.example"),
        ("mailto:anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("Anna <MAILTO:anna@mail.example>\u200b", "anna@mail.example"),
        ("'Anna@Mail.example' <anna@mail.example>", "anna@mail.example"),
        ("anna@почта.рф<mailto:anna@почта.рф>", "anna@xn--80a1acny.xn--p1ai"),
        ("boris@mail.example <anna@mail.example>", "boris@mail.example <anna@mail.example>"),
        ("Boris <boris@mail.example> Anna <anna@mail.example>", "Boris <boris@mail.example> Anna <anna@mail.example>"),
        ("\u200banna@mail.example\u00a0", "anna@mail.example"),
        ("anna@mail.example, boris@mail.example", "anna@mail.example, boris@mail.example"),
        ("<anna@mail.example> and more", "<anna@mail.example> and more"),
        ("<>", "<>"),
        ("mailto:", "mailto:"),
        ("anna@mail", "anna@mail"),
        ("", ""),
    ],
)
def test_typed_address_is_the_one_that_was_copied_and_other_text_stays(text: str, written: str) -> None:
    """Nothing is guessed of a text with more than an address and a name."""
    assert typed_address(text) == written

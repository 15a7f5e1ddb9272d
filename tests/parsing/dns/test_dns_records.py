"""The records of SPF, DKIM and DMARC, read by their RFCs."""

import base64
import ipaddress
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.dns.dkim_record import parse_dkim
from digest.parsing.dns.dmarc_record import organizational_domain, parse_dmarc, tree_walk
from digest.parsing.dns.spf_record import expand, macro_values, parse_spf
from digest.parsing.dns.tag_list import parse_tags

_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
_VALUES = st.text(st.characters(exclude_characters=";", exclude_categories=("Cs", "Cc", "Z")), max_size=20)
_SPACES = st.sampled_from(["", " ", "  ", "\t"])
_LABELS = st.lists(st.from_regex(r"[a-z]{1,3}", fullmatch=True), min_size=1, max_size=12)


@given(st.dictionaries(_NAMES, _VALUES), _SPACES)
def test_parse_tags_any_space_around_names_and_values_is_ignored(tags: dict[str, str], space: str) -> None:
    """A list that was written is read as it was."""
    written = f"{space};".join(f"{space}{name}{space}={space}{value}" for name, value in tags.items())
    assert parse_tags(written) == tags


@pytest.mark.parametrize("text", ["v=DKIM1; p", "=x", "a=1; A=2", "v=DKIM1 p=x; 1=2"])
def test_parse_tags_invalid_list_is_refused(text: str) -> None:
    """A part without a name or "=", and a name that occurs twice."""
    with pytest.raises(ValueError, match=r"name=value|twice"):
        parse_tags(text)


@pytest.mark.parametrize("parse", [parse_spf, parse_dkim, parse_dmarc])
@given(text=st.one_of(st.text(), st.text("vspf1=DKIMARC; :/-~?+ainclude.0123456789%{}").map("v=spf1 {}".format)))
def test_parsers_any_text_is_a_record_or_a_value_error(parse: Callable[[str], object], text: str) -> None:
    """What anybody can publish raises nothing else."""
    for prefix in ("", "v=spf1 ", "v=DKIM1; p=", "v=DMARC1; "):
        with suppress(ValueError):
            parse(prefix + text)


@given(st.binary(min_size=1, max_size=300), st.integers(1, 76))
def test_parse_dkim_key_is_read_with_spaces_anywhere(key: bytes, width: int) -> None:
    """Long keys are broken where it suits the writer."""
    text = base64.b64encode(key).decode()
    broken = " ".join(text[start : start + width] for start in range(0, len(text), width))
    assert parse_dkim(f"v=DKIM1; k=rsa; p={broken}").key == key


def test_parse_dkim_flags_and_limits_are_read() -> None:
    """Test mode, services and hashes; a record needs no v=, and an empty key is a revoked one."""
    record = parse_dkim("k=RSA; t=y:s; s=email; h=sha1:sha256; n=a note; p=")
    assert (record.kind, record.key, record.is_test, record.is_for_mail, record.takes_sha256) == (
        *("rsa", b""),
        *(True, True, True),
    )
    assert not parse_dkim("s=tlsrpt; h=sha1; p=").is_for_mail
    assert not parse_dkim("h=sha1; p=").takes_sha256


@pytest.mark.parametrize(
    "text", ["v=DKIM2; p=", "p=; v=DKIM1", "x=1; v=DKIM1; p=", "v=DKIM1; k=rsa", "v=DKIM1; p=*", "v=DKIM1; p=A"]
)
def test_parse_dkim_invalid_record_is_refused(text: str) -> None:
    """Another version, one that is not first, and a key that is missing or broken."""
    with pytest.raises(ValueError, match=r"v=DKIM1|p="):
        parse_dkim(text)


def test_parse_dmarc_tags_are_read() -> None:
    """Alignment, addresses for reports, and tags that RFC 9989 removed."""
    record = parse_dmarc(
        "v=DMARC1; p=Reject; sp=none; adkim=s; pct=50; ri=3600; t=y; rua=mailto:a@x.example!10m, https://no,mailto:b@y.example"
    )
    assert (record.policy, record.subdomain_policy, record.strict_dkim, record.strict_spf) == (
        *("reject", "none"),
        *(True, False),
    )
    assert record.reports == ("a@x.example", "b@y.example")
    assert record.removed == ("pct", "ri")
    assert record.is_test
    assert parse_dmarc("v=DMARC1; p=whatever").policy is None


def test_parse_dmarc_without_tags_has_the_defaults_of_the_rfc() -> None:
    """Relaxed alignment, no reports, no test."""
    record = parse_dmarc("v=DMARC1; p=none")
    assert (record.policy, record.subdomain_policy, record.psd, record.removed) == ("none", None, "u", ())
    assert (record.strict_dkim, record.strict_spf, record.is_test) == (False, False, False)
    assert record.reports == record.failure_reports == ()
    strict = parse_dmarc(" v = DMARC1 ;p=none; ASPF=S; adkim=r; psd=Y; t=n; ruf=MAILTO:c@x.example; pct=1; rf=a; ri=1")
    assert (strict.strict_dkim, strict.strict_spf, strict.psd, strict.is_test) == (False, True, "y", False)
    assert (strict.failure_reports, strict.removed) == (("c@x.example",), ("pct", "rf", "ri"))


@pytest.mark.parametrize("text", ["v=DMARC2; p=none", "p=none; v=DMARC1", "v=DMARC1x; p=none", ""])
def test_parse_dmarc_other_text_is_refused(text: str) -> None:
    """The version comes first."""
    with pytest.raises(ValueError, match="v=DMARC1"):
        parse_dmarc(text)


@pytest.mark.parametrize(("labels", "questions"), [(7, 7), (8, 8), (9, 8), (10, 8)])
def test_tree_walk_of_more_than_eight_labels_goes_on_with_seven(labels: int, questions: int) -> None:
    """RFC 9989, 4.10: a name of eight is walked label by label."""
    walked = list(tree_walk(".".join("abcdefghij"[:labels])))
    assert len(walked) == questions
    assert walked[1].count(".") + 1 == min(labels - 1, 7)


def test_tree_walk_long_name_is_shortened_to_seven_labels() -> None:
    """The example of RFC 9989: nine labels take eight questions."""
    assert list(tree_walk("mail.gazette.example")) == ["mail.gazette.example", "gazette.example", "example"]
    assert list(tree_walk("a.b.c.d.e.f.g.h.i.j.mail.example.com")) == [
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        *("g.h.i.j.mail.example.com", "h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com"),
        *("mail.example.com", "example.com", "com"),
    ]


@given(_LABELS)
def test_tree_walk_any_domain_takes_at_most_eight_questions_each_about_a_parent(labels: list[str]) -> None:
    """From the domain up to the top."""
    domain = ".".join(labels)
    walked = list(tree_walk(domain))
    assert len(walked) <= 8
    assert all(f".{domain}".endswith(f".{name}") for name in walked)
    assert walked[0] == domain
    assert walked[-1] == labels[-1]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({}, "a.mail.gazette.example"),
        ({"gazette.example": "p=none"}, "gazette.example"),
        ({"gazette.example": "p=none", "a.mail.gazette.example": "p=none"}, "gazette.example"),
        ({"gazette.example": "p=none", "mail.gazette.example": "p=none; psd=n"}, "mail.gazette.example"),
        ({"example": "p=none; psd=y", "mail.gazette.example": "p=none"}, "gazette.example"),
        ({"a.mail.gazette.example": "p=none; psd=y", "gazette.example": "p=none"}, "gazette.example"),
    ],
)
def test_organizational_domain_of_found_records(records: dict[str, str], expected: str) -> None:
    """The one with the fewest labels, unless psd= says more (RFC 9989, 4.10.2)."""
    parsed = {name: parse_dmarc(f"v=DMARC1; {text}") for name, text in records.items()}
    assert organizational_domain("a.mail.gazette.example", parsed) == expected


def test_parse_spf_names_in_capitals_are_read() -> None:
    """Names of mechanisms have no case; the letters of macros do (RFC 7208, 7.3)."""
    record = parse_spf("V=SPF1 A:Mail.Example EXISTS:%{I}.List.example -ALL")
    assert [(one.mechanism, one.domain) for one in record.directives] == [
        *(("a", "mail.example"), ("exists", "%{I}.List.example"), ("all", "")),
    ]


@pytest.mark.parametrize(
    ("text", "final"),
    [
        ("v=spf1", None),
        ("v=spf1 -all", "fail"),
        ("v=spf1 all", "pass"),
        ("v=spf1 ~all -all", "softfail"),
        ("v=spf1 redirect=x.example", None),
    ],
)
def test_parse_spf_final_is_the_result_of_all(text: str, final: str | None) -> None:
    """The first one; without it another record or nothing decides."""
    assert parse_spf(text).final == final


@pytest.mark.parametrize(
    "text",
    ["v=spf10 -all", "v=spf1-all", " v=spf1", "v=spf1 redirect=a.example redirect=b.example", "v=spf1 exp= -all"],
)
def test_parse_spf_other_text_is_refused(text: str) -> None:
    """A longer version, a term without a space, a modifier twice or without a domain."""
    with pytest.raises(ValueError, match=r"v=spf1|twice"):
        parse_spf(text)


def test_parse_spf_qualifiers_of_networks_are_read() -> None:
    """Of both versions of IP, and of every mechanism."""
    record = parse_spf("v=spf1 -ip6:2001:db8::/32 ~IP4:192.0.2.1 ?ip6:::1 +exists:a.example -ptr")
    assert [one.result for one in record.directives] == ["fail", "softfail", "neutral", "pass", "fail"]
    assert [str(one.network) for one in record.directives[:3]] == ["2001:db8::/32", "192.0.2.1/32", "::1/128"]


def test_expand_ip_version_6_is_in_nibbles() -> None:
    """RFC 7208, 7.4; an unknown letter of the values is unknown, and a number of parts of 0 is all."""
    values = macro_values("anna@a.example", "b.example", ipaddress.ip_address("2001:db8::cb01"))
    nibbles = "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1"
    assert expand("%{ir}.%{v}._spf.%{d2}", values) == f"{nibbles[::-1]}.ip6._spf.b.example"
    assert expand("%{d0}%_%-%{p}%{L}", values) == "b.example %20unknownanna"


def test_parse_spf_terms_are_read() -> None:
    """Qualifiers, networks, prefix lengths and modifiers; unknown modifiers are ignored."""
    record = parse_spf("v=spf1 a mx/24//64 -ip4:192.0.2.0/24 ip6:2001:db8::/32 ~include:x.example  unknown=1 ?all")
    assert [(one.result, one.mechanism) for one in record.directives] == [
        *(("pass", "a"), ("pass", "mx"), ("fail", "ip4")),
        *(("pass", "ip6"), ("softfail", "include"), ("neutral", "all")),
    ]
    assert record.directives[1].lengths == (24, 64)
    assert record.directives[2].network == ipaddress.ip_network("192.0.2.0/24")
    assert record.final == "neutral"
    assert parse_spf("V=SPF1 redirect=_spf.x.example").redirect == "_spf.x.example"


@pytest.mark.parametrize(
    "terms",
    ["ip4:192.0.2.300", "ip4:2001:db8::1", "include", "exists", "all:x", "foo", "a/33", "ip4", "redirect="],
)
def test_parse_spf_wrong_term_is_named(terms: str) -> None:
    """One wrong term makes the whole record useless, so it is named."""
    with pytest.raises(ValueError, match=terms.partition("=")[0]):
        parse_spf(f"v=spf1 mx {terms} -all")


@pytest.mark.parametrize(
    "term", ["x" * 80, f"all:{'x' * 80}", f"include/{'1' * 80}", f"exists:a.example/{'1' * 80}", f"ip4:{'1' * 80}"]
)
def test_parse_spf_long_wrong_term_is_shown_in_part(term: str) -> None:
    """60 characters tell which one it is."""
    with pytest.raises(ValueError, match=f"^“{term[:60]}” "):
        parse_spf(f"v=spf1 {term} -all")


@pytest.mark.parametrize(
    ("term", "lengths"),
    [("a", (32, 128)), ("a/32//128", (32, 128)), ("mx/0//0", (0, 0)), ("mx//64", (32, 64)), ("mx/24", (24, 128))],
)
def test_parse_spf_prefix_lengths_are_those_of_an_address(term: str, lengths: tuple[int, int]) -> None:
    """Up to 32 bits of IPv4 and 128 of IPv6; what is not named is the whole address."""
    assert parse_spf(f"v=spf1 {term} -all").directives[0].lengths == lengths


@pytest.mark.parametrize("term", ["a/33", "a//129", "a/32//129", "a/", "a/24/64"])
def test_parse_spf_longer_prefix_is_refused(term: str) -> None:
    """As for the terms of other mechanisms, which have none."""
    with pytest.raises(ValueError, match=f"^“{term}” has no valid prefix length$|^“{term}” is not a term"):
        parse_spf(f"v=spf1 {term} -all")


@given(st.lists(st.ip_addresses(), max_size=8))
def test_parse_spf_any_addresses_are_read_back(addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> None:
    """Each is a network of one address."""
    written = " ".join(f"ip{one.version}:{one}" for one in addresses)
    networks = [one.network for one in parse_spf(f"v=spf1 {written}").directives]
    assert networks == [ipaddress.ip_network(one) for one in addresses]


@pytest.mark.parametrize(
    ("macro", "expanded"),
    [  # RFC 7208, 7.4
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l-}", "strong.bad"),
        ("%{lr-}", "bad.strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("100%%", "100%"),
    ],
)
def test_expand_macros_of_the_rfc_give_its_results(macro: str, expanded: str) -> None:
    """The examples of RFC 7208."""
    values = macro_values("strong-bad@email.example.com", "email.example.com", ipaddress.ip_address("192.0.2.3"))
    assert expand(macro, values) == expanded

"""What SPF records say about an address, and what they cost, with a real name server: cases of RFC 7208, 4 and 5."""

import ipaddress
from collections.abc import Iterator

import pytest

from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.mail.spf_evaluation import Cost, SpfEvaluator
from tests.support.dns_server import Answer, dns_server

V4, V6 = "192.0.2.7", "2001:db8:1:2::7"
RECORDS = {
    "a24": "v=spf1 a:host.example/24 -all",
    "a64": "v=spf1 a:host.example//64 -all",
    "plain": "v=spf1 a:host.example -all",
    "ip4": "v=spf1 ip4:192.0.2.0/24 -all",
    "ip6": "v=spf1 ip6:2001:db8:1:2::/64 -all",
    "mx": "v=spf1 mx:mail.example/24 ~all",
    "exists": "v=spf1 exists:four.example -all",
    "exists6": "v=spf1 exists:six.example -all",
    "ptr": "v=spf1 ptr:names.example -all",
    "ptr2": "v=spf1 ptr:host.example -all",
    "soft": "v=spf1 ~ip4:192.0.2.0/24",
    "include": "v=spf1 include:soft.example include:ip6.example -all",
    "redirect": "v=spf1 redirect=ip4.example",
    "both": "v=spf1 ~all redirect=ip4.example",
    "macro": "v=spf1 exists:%{i}.list.example -all",
    "open": "v=spf1 ip4:198.51.100.1",
    "empty": "v=spf1 a:no.example mx:no.example exists:no.example a:%{d}.example ptr -all",
}
ZONE: dict[str, Answer] = {
    **{f"TXT {name}.example": [f'"{record}"'] for name, record in RECORDS.items()},
    "A host.example": ["192.0.2.99"],
    "AAAA host.example": ["2001:db8:1:2::99"],
    "MX mail.example": ["10 host.example."],
    "A four.example": ["127.0.0.2"],
    "AAAA six.example": ["2001:db8::1"],
    f"PTR {ipaddress.ip_address(V4).reverse_pointer}": ["one.names.example.", "evilnames.example."],
    "A one.names.example": [V4],
    "A evilnames.example": [V4],
    f"A {V4}.list.example": ["127.0.0.2"],
}


@pytest.fixture(scope="module")
def evaluator() -> Iterator[SpfEvaluator]:
    """Evaluates the records of these domains."""
    with dns_server(ZONE) as log:
        yield SpfEvaluator(Dns(log.resolver), "news@gazette.example")


@pytest.mark.parametrize(
    ("name", "v4", "v6"),
    [
        ("a24", "pass", "fail"),  # of IPv6 the address itself
        ("a64", "fail", "pass"),
        ("plain", "fail", "fail"),
        ("ip4", "pass", "fail"),
        ("ip6", "fail", "pass"),
        ("mx", "pass", "softfail"),
        ("exists", "pass", "pass"),  # an A record, whatever the connection is
        ("exists6", "fail", "fail"),
        ("ptr", "pass", "fail"),
        ("ptr2", "fail", "fail"),
        ("soft", "softfail", "neutral"),
        ("include", "fail", "pass"),  # softfail is no match
        ("redirect", "pass", "fail"),
        ("both", "softfail", "softfail"),  # `all` before redirect
        ("macro", "pass", "fail"),
        ("open", "neutral", "neutral"),
        ("missing", "none", "none"),
    ],
)
def test_spf_result_of_an_address(evaluator: SpfEvaluator, name: str, v4: str, v6: str) -> None:
    """By the first mechanism that matches; each version of addresses alone."""
    found = [evaluator.result(f"{name}.example", ipaddress.ip_address(address)) for address in (V4, V6)]
    assert found == [v4, v6]


@pytest.mark.parametrize(
    ("name", "cost", "final"),
    [
        ("ip4", Cost(), "fail"),
        ("a24", Cost(1), "fail"),
        ("include", Cost(2), "fail"),
        ("redirect", Cost(1), "fail"),
        ("both", Cost(), "softfail"),
        ("open", Cost(), "neutral"),
        ("empty", Cost(5, 3), "fail"),
    ],
)
def test_spf_cost_counts_lookups_and_hosts_that_are_missing(
    evaluator: SpfEvaluator, name: str, cost: Cost, final: str
) -> None:
    """What differs between messages counts as a look-up, and never as missing."""
    assert (evaluator.cost(f"{name}.example"), evaluator.final(f"{name}.example")) == (cost, final)

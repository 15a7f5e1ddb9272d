"""The receiver group of a domain: large providers by table, others by their MX hosts, else the domain itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.receivers.groups import Hosts, domain_of, receiver_group


def never(domain: str) -> Hosts:
    """A look-up that must not be made."""
    raise AssertionError(domain)


@pytest.mark.parametrize(
    ("domains", "group"),
    [
        (["gmail.com", "googlemail.com"], "google"),
        (["outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "outlook.com.br"], "microsoft"),
        (["yahoo.com", "aol.com", "yahoo.fr", "yahoo.co.uk", "yahoo.com.br"], "yahoo"),
        (["yandex.ru", "ya.ru", "yandex.com", "yandex.by"], "yandex"),
        (["mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"], "mail.ru"),
        (["icloud.com", "me.com", "mac.com"], "apple"),
        (["privaterelay.appleid.com"], "apple-relay"),
        (["yahoo.co.jp"], "yahoo-japan"),
    ],
)
def test_receiver_group_large_provider_is_known_without_dns(domains: list[str], group: str) -> None:
    """All domains of a provider are one group, and their records are not looked up."""
    for domain in domains:
        assert receiver_group(domain, never) == group


@pytest.mark.parametrize(
    ("hosts", "group"),
    [
        ([(1, "ASPMX.L.GOOGLE.COM."), (5, "alt1.aspmx.l.google.com.")], "google"),
        ([(0, "firm-example.mail.protection.outlook.com")], "microsoft"),
        ([(10, "mx.yandex.net")], "yandex"),
        ([(10, "emx.mail.ru")], "mail.ru"),
        ([(10, "mx01.mail.icloud.com")], "apple"),
        ([(10, "mx0a-00112233.pphosted.com")], "proofpoint"),
        ([(20, "mx.hoster.example"), (10, "mail.firm.example")], "mail.firm.example"),
        ([(10, "mx2.hoster.example"), (20, "mx1.hoster.example")], "mx.hoster.example"),
        ([(10, "10.hoster.example")], "10.hoster.example"),
        ([(10, "notgoogle.com")], "notgoogle.com"),
        ([(0, ".")], "firm.de"),
        ([], "firm.de"),
    ],
)
def test_receiver_group_of_other_domain_is_its_best_mx_host(hosts: list[tuple[int, str]], group: str) -> None:
    """Without records (also with a null MX, RFC 7505) the domain is its own group."""
    assert receiver_group("firm.de", lambda _domain: hosts) == group


@given(st.permutations([(10, "mx1.hoster.example"), (10, "mx2.hoster.example"), (30, "backup.other.example")]))
def test_receiver_group_does_not_depend_on_the_order_of_the_records(hosts: list[tuple[int, str]]) -> None:
    """Name servers rotate the records of an answer."""
    assert receiver_group("firm.de", lambda _domain: hosts) == "mx.hoster.example"


@pytest.mark.parametrize(
    "domain", ["readers.example", "a.b.example", "x.invalid", "x.test", "localhost", "x.localhost", "mail.example.com"]
)
def test_receiver_group_reserved_name_is_never_looked_up(domain: str) -> None:
    """No public name server knows these names (RFC 2606)."""
    assert receiver_group(domain, never) == domain


def test_receiver_group_domain_outside_the_table_is_looked_up() -> None:
    """Only its records show whether a large provider serves it."""
    found: list[str] = []

    def none(domain: str) -> Hosts:
        found.append(domain)
        return ()

    assert [receiver_group(one, none) for one in ("firm.de", "test.firm.de")] == found == ["firm.de", "test.firm.de"]


def test_domain_of_address_is_in_lower_case() -> None:
    """What follows the last @."""
    assert domain_of("Anna@Firm.Example") == "firm.example"

"""DNS for the checks, against a real server: a missing record is distinguished from no answer."""

import dns.rcode
import pytest

from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.results import CannotTellError
from tests.support.dns_server import Answer, Late, Referral, Truncated, dns_server

_RECORD = ['"v=spf1 -all"']


def _txt(answers: dict[str, Answer], name: str = "gazette.example") -> tuple[str, ...]:
    with dns_server(answers) as log:
        log.resolver.timeout = 0.3
        return Dns(log.resolver).txt(name)


def test_dns_txt_strings_of_a_record_are_joined_and_records_are_kept_apart() -> None:
    """A long value has several strings; several values are several records."""
    found = _txt({"TXT gazette.example": ['"v=DKIM1; p=AA" "BB"', '"other"']})
    assert set(found) == {"v=DKIM1; p=AABB", "other"}


@pytest.mark.parametrize("answers", [{}, {"A gazette.example": ["192.0.2.1"]}, {"TXT gazette.example": []}])
def test_dns_missing_record_is_no_record(answers: dict[str, Answer]) -> None:
    """The name does not exist, or has records of other types."""
    assert _txt(answers) == ()


def test_dns_alias_is_followed() -> None:
    """A CNAME leads to the record, or to a name without one."""
    alias: dict[str, Answer] = {"CNAME s1._domainkey.gazette.example": ["key.provider.example."]}
    name = "s1._domainkey.gazette.example"
    assert _txt({**alias, "TXT key.provider.example": ['"v=DKIM1; p="']}, name) == ("v=DKIM1; p=",)
    assert _txt({**alias, "A key.provider.example": ["192.0.2.1"]}, name) == ()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        int(dns.rcode.SERVFAIL),
        int(dns.rcode.REFUSED),
        int(dns.rcode.FORMERR),
        Truncated(None),
        Referral("ns.other.example."),
    ],
)
def test_dns_without_answer_cannot_tell(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence, an error, a truncated answer without the whole one, and a lame delegation say nothing."""
    monkeypatch.setattr("digest.diagnostics.mail.dns_lookup._LIFETIME", 1.0)
    with pytest.raises(CannotTellError, match=r"gazette\.example"):
        _txt({"TXT gazette.example": answer})


def test_dns_truncated_answer_is_fetched_over_tcp() -> None:
    """The whole answer counts."""
    assert _txt({"TXT gazette.example": Truncated(_RECORD)}) == ("v=spf1 -all",)


def test_dns_late_answer_counts_within_the_limit() -> None:
    """A server that answers only the repeated question is not silent."""
    assert _txt({"TXT gazette.example": Late(_RECORD)}) == ("v=spf1 -all",)


def test_dns_name_that_cannot_exist_has_no_records() -> None:
    """Nonsense in somebody's record is no failure of DNS."""
    assert _txt({}, "a..b") == _txt({}, f"{'x' * 64}.example") == ()


def test_dns_of_the_machine_is_not_asked_for_reserved_names() -> None:
    """Without a resolver of its own, names for examples raise at once."""
    with pytest.raises(CannotTellError, match="reserved"):
        Dns().txt("gazette.example")

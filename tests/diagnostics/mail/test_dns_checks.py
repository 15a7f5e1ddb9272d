"""The checks of DNS records, each against a real name server."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest import mock

import dns.rcode
import pytest

from digest.diagnostics.context import CheckContext, ServerProbe
from digest.diagnostics.mail.dmarc import check_dmarc
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.mail.mail_exchangers import check_mx
from digest.diagnostics.mail.reverse_dns import check_ptr
from digest.diagnostics.mail.sender_address import check_sender
from digest.diagnostics.mail.spf import check_spf
from digest.diagnostics.results import CheckResult, Level
from digest.errors import MailError
from digest.mailers.smtp.survey import ServerSurvey
from tests.support.checking import context, levels, only, settings
from tests.support.dns_server import Answer, dns_server

DOMAIN, RELAY = "gazette.example", "mail.gazette.example"
ADDRESS = "1.2.3.4"
_SERVFAIL = int(dns.rcode.SERVFAIL)
Check = Callable[[CheckContext], Iterable[CheckResult]]


def _relay(host: str = RELAY, name: str = RELAY) -> ServerProbe:
    survey = ServerSurvey(
        server=f"{host}:25",
        host_name=name,
        extensions=frozenset(),
        largest=None,
        certificate_ends=None,
        is_logged_in=False,
    )
    return ServerProbe(host=host, survey=lambda: survey)


def _run(
    check: Check, answers: dict[str, Answer], relay: ServerProbe | None = None, **tables: Any
) -> list[CheckResult]:
    relay = relay or _relay()
    # Silence and errors of the name server are its answer after a second; records may take longer on a busy machine.
    lifetime = 5.0 if all(isinstance(answer, list) for answer in answers.values()) else 1.0
    shortened = mock.patch("digest.diagnostics.mail.dns_lookup._LIFETIME", lifetime)
    with shortened, dns_server({f"A {RELAY}": [ADDRESS], **answers}) as log:
        log.resolver.timeout = 0.3
        return list(check(context(settings(**tables), dns=Dns(log.resolver), servers=[relay])))


def _messages(found: Iterable[CheckResult], level: Level) -> Iterator[str]:
    return (one.message for one in found if one.level is level)


_CHECKS: list[tuple[Check, str]] = [
    (check_spf, f"TXT {DOMAIN}"),
    (check_dmarc, f"TXT _dmarc.{DOMAIN}"),
    (check_mx, f"MX {DOMAIN}"),
    (check_ptr, "PTR 4.3.2.1.in-addr.arpa"),
]


@pytest.mark.parametrize("answer", [None, _SERVFAIL])
@pytest.mark.parametrize(("check", "question"), _CHECKS)
def test_dns_checks_without_answer_cannot_tell(check: Check, question: str, answer: Answer) -> None:
    """No failure, no warning, whichever record is asked for."""
    assert set(levels(_run(check, {question: answer}))) == {Level.CANNOT_TELL}


@pytest.mark.parametrize(("check", "question"), _CHECKS)
def test_dns_checks_missing_record_fails(check: Check, question: str) -> None:
    """The name exists, and the record does not."""
    found = only(_run(check, {question: []}))
    assert found.level is Level.FAIL
    assert found.fix


def test_check_spf_record_that_permits_the_relay_is_right() -> None:
    """Two lines: the record, and the relay."""
    found = _run(check_spf, {f"TXT {DOMAIN}": ['"other"', f'"v=spf1 a:{RELAY} " "-all"']})
    assert levels(found) == [Level.OK, Level.OK]
    assert "1 of 10 look-ups, ends in -all" in found[0].message
    assert f"permits {RELAY} ({ADDRESS})" in found[1].message


@pytest.mark.parametrize(
    ("record", "level", "message"),
    [
        ("v=spf1 mx -all", Level.FAIL, "does not permit mail.gazette.example (1.2.3.4): fail"),
        ("v=spf1 mx ~all", Level.WARN, "does not permit mail.gazette.example (1.2.3.4): softfail"),
        ("v=spf1 ip4:1.2.3.0/24 +all", Level.FAIL, "permits every address"),
        ("v=spf1 ip4:1.2.3.0/24", Level.WARN, "says nothing about other addresses"),
        ("v=spf1 ptr ip4:1.2.3.0/24 -all", Level.WARN, "uses ptr"),
        ("v=spf1 ip5:1.2.3.4 -all", Level.FAIL, "“ip5:1.2.3.4” is not a term"),
        ("v=spf1 include:nothing.example -all", Level.FAIL, "includes nothing.example, which has no SPF record"),
        ("v=spf1 include:loop.example -all", Level.FAIL, "look-ups; receivers stop after 10"),
        ("v=spf1 a:x.example a:y.example a:z.example ip4:1.2.3.4 -all", Level.FAIL, "names 3 hosts that do not exist"),
        ("v=spf1 redirect=spf.example", Level.OK, "permits mail.gazette.example (1.2.3.4)"),
        (
            "v=spf1 ip4:1.2.3.4 redirect=%{i}.x.example",
            Level.CANNOT_TELL,
            "about other addresses: redirect= has a macro",
        ),
        ("v=spf1 ip4:1.2.3.4 redirect=%{i}.x.example", Level.OK, "permits mail.gazette.example (1.2.3.4)"),
        ("v=spf1 exists:%{ir}.%{v}.list.example -all", Level.OK, "permits mail.gazette.example (1.2.3.4)"),
        ("v=spf1 ?include:spf.example -all", Level.WARN, "(1.2.3.4): neutral"),
    ],
)
def test_check_spf_record_is_judged(record: str, level: Level, message: str) -> None:
    """Each fault is one line of its level."""
    others: dict[str, Answer] = {
        f"MX {DOMAIN}": ["10 mx.gazette.example."],
        "A mx.gazette.example": ["1.2.3.5"],
        "TXT loop.example": ['"v=spf1 include:loop.example -all"'],
        "TXT spf.example": ['"v=spf1 ip4:1.2.3.4 -all"'],
        "A 4.3.2.1.in-addr.list.example": ["127.0.0.2"],
        "PTR 4.3.2.1.in-addr.arpa": [],
    }
    found = _run(check_spf, {**others, f"TXT {DOMAIN}": [f'"{record}"']})
    assert [text for text in _messages(found, level) if message in text], found


def test_check_spf_two_records_fail() -> None:
    """Receivers use neither."""
    found = only(_run(check_spf, {f"TXT {DOMAIN}": ['"v=spf1 -all"', '"v=spf1 ~all"']}))
    assert found.level is Level.FAIL
    assert "2 SPF records" in found.message


def test_check_spf_relay_of_a_provider_only_warns() -> None:
    """A provider may send from other addresses than those of the server that takes our messages."""
    answers: dict[str, Answer] = {f"TXT {DOMAIN}": ['"v=spf1 -all"'], "A smtp.provider.example": [ADDRESS]}
    found = _run(check_spf, answers, _relay("smtp.provider.example"))
    assert levels(found) == [Level.OK, Level.WARN]


def test_check_spf_relay_with_a_private_address_cannot_tell() -> None:
    """Receivers see another address than 10.0.0.1."""
    answers: dict[str, Answer] = {f"TXT {DOMAIN}": ['"v=spf1 -all"'], "A mail.example": ["10.0.0.1"]}
    assert levels(_run(check_spf, answers, _relay("mail.example"))) == [Level.OK, Level.CANNOT_TELL]


def test_check_spf_bounce_domain_is_the_one_that_counts() -> None:
    """SPF is about MAIL FROM, not about From."""
    smtp = {"from": f"news@{DOMAIN}", "bounce_domain": f"bounce.{DOMAIN}"}
    found = _run(check_spf, {f"TXT bounce.{DOMAIN}": [f'"v=spf1 a:{RELAY} ~all"']}, smtp=smtp)
    assert levels(found) == [Level.OK, Level.OK]


def test_check_spf_domain_without_answer_does_not_hide_the_others() -> None:
    """An edition's own sender is checked too."""
    editions = [{"name": "daily"}, {"name": "weekly", "from": "w@weekly.example"}]
    found = _run(check_spf, {f"TXT {DOMAIN}": _SERVFAIL, "TXT weekly.example": []}, editions=editions)
    assert levels(found) == [Level.CANNOT_TELL, Level.FAIL]


@pytest.mark.parametrize("check", [check_spf, check_ptr])
def test_relay_checks_relay_without_answer_does_not_hide_the_others(check: Check) -> None:
    """The address of the first relay is not known; the second one is judged."""
    answers: dict[str, Answer] = {
        f"TXT {DOMAIN}": [f'"v=spf1 ip4:{ADDRESS} -all"'],
        "A mx1.example": _SERVFAIL,
        f"A {RELAY}": [ADDRESS],
        "PTR 4.3.2.1.in-addr.arpa": [f"{RELAY}."],
    }
    with dns_server(answers) as log:
        found = list(check(context(dns=Dns(log.resolver), servers=[_relay("mx1.example"), _relay()])))
    assert levels(found)[-2:] == [Level.CANNOT_TELL, Level.OK]
    assert ADDRESS in found[-1].message


_DKIM = {"key": "dkim/s1.pem", "selector": "s1"}


@pytest.mark.parametrize(
    ("records", "tables", "expected"),
    [
        ({DOMAIN: "p=reject"}, {}, [(Level.OK, "p=reject"), (Level.OK, "by DKIM and SPF")]),
        ({DOMAIN: "p=none; pct=50"}, {}, [(Level.WARN, "pct=, which RFC 9989 removed")]),
        ({DOMAIN: "p=none; t=y"}, {}, [(Level.WARN, "test mode")]),
        ({DOMAIN: "sp=none"}, {}, [(Level.FAIL, "no valid p=")]),
        ({DOMAIN: "p"}, {}, [(Level.FAIL, "not written as name=value")]),
        ({DOMAIN: "p=none"}, {"bounce": "bounces.other.example"}, [(Level.WARN, "so SPF does not count")]),
        ({DOMAIN: "p=none; aspf=s"}, {"bounce": f"b.{DOMAIN}"}, [(Level.WARN, "so SPF does not count")]),
        ({DOMAIN: "p=none"}, {"bounce": f"b.{DOMAIN}"}, [(Level.OK, "by DKIM and SPF")]),
        ({DOMAIN: "p=reject; sp=quarantine"}, {"sender": f"news.{DOMAIN}"}, [(Level.OK, "p=quarantine, from gazette")]),
        ({DOMAIN: "p=none; adkim=s"}, {"sender": f"news.{DOMAIN}", "signing": DOMAIN}, [(Level.FAIL, "not aligned")]),
        ({DOMAIN: "p=none"}, {"sender": f"news.{DOMAIN}", "signing": DOMAIN}, [(Level.OK, "by DKIM and SPF")]),
        ({DOMAIN: "p=none; rua=mailto:d@reports.example"}, {}, [(Level.WARN, "reports.example has not agreed")]),
        ({DOMAIN: "p=none; rua=mailto:d@agreed.example"}, {}, [(Level.OK, "by DKIM and SPF")]),
        ({DOMAIN: "p=none; rua=mailto:d@b.gazette.example"}, {}, [(Level.OK, "by DKIM and SPF")]),
        (
            {"example": "p=none; psd=y", DOMAIN: "p=reject"},
            {"bounce": "b.example"},
            [(Level.WARN, "SPF does not count")],
        ),
    ],
)
def test_check_dmarc_policy_and_alignment_are_judged(
    records: dict[str, str], tables: dict[str, str], expected: list[tuple[Level, str]]
) -> None:
    """By the tree walk of RFC 9989: relaxed alignment is the same organizational domain."""
    answers: dict[str, Answer] = {
        f"TXT _dmarc.{name}": [f'"v=DMARC1; {text.replace(";", " ; ")}"'.replace(";", "\\;")]
        for name, text in records.items()
    }
    answers[f"TXT {DOMAIN}._report._dmarc.agreed.example"] = ['"v=DMARC1"']
    sender = tables.get("sender", DOMAIN)
    found = _run(
        check_dmarc,
        answers,
        smtp={"from": f"n@{sender}", "bounce_domain": tables.get("bounce", "")},
        dkim={**_DKIM, "domain": tables.get("signing", sender)},
    )
    for level, message in expected:
        assert [text for text in _messages(found, level) if message in text], found
    if all(level is Level.OK for level, _ in expected):
        assert set(levels(found)) == {Level.OK}


def test_check_dmarc_two_records_fail() -> None:
    """Receivers ignore both."""
    found = only(_run(check_dmarc, {f"TXT _dmarc.{DOMAIN}": ['"v=DMARC1\\;p=none"', '"v=DMARC1\\;p=reject"']}))
    assert found.level is Level.FAIL


@pytest.mark.parametrize(
    ("answers", "level", "message"),
    [
        ({f"MX {DOMAIN}": ["20 b.example.", "10 mail.gazette.example."], "A b.example": ["1.1.1.1"]}, Level.OK, "mail"),
        ({f"MX {DOMAIN}": ["0 ."]}, Level.FAIL, "accepts no mail"),
        ({f"A {DOMAIN}": ["1.2.3.4"]}, Level.WARN, "has no MX record"),
        ({f"MX {DOMAIN}": ["10 gone.example."]}, Level.FAIL, "no MX host of gazette.example has an address"),
        ({f"MX {DOMAIN}": ["10 gone.example.", "20 mail.gazette.example."]}, Level.WARN, "gone.example"),
    ],
)
def test_check_mx_records_are_judged(answers: dict[str, Answer], level: Level, message: str) -> None:
    """The hosts must exist; a null MX takes no mail."""
    found = only(_run(check_mx, answers))
    assert (found.level, message in found.message) == (level, True), found


@pytest.mark.parametrize(
    ("names", "own", "level"),
    [
        ([f"{RELAY}."], RELAY, Level.OK),
        ([f"{RELAY}."], "localhost", Level.WARN),
        (["other.example."], RELAY, Level.FAIL),
        (["other.example.", f"{RELAY}."], RELAY, Level.OK),
    ],
)
def test_check_ptr_name_leads_back_and_is_the_servers_own(names: list[str], own: str, level: Level) -> None:
    """One name that leads back is enough."""
    found = only(_run(check_ptr, {"PTR 4.3.2.1.in-addr.arpa": names}, _relay(name=own)))
    assert found.level is level


def test_check_ptr_server_that_is_away_is_judged_by_its_address() -> None:
    """That it cannot be reached is for the check of SMTP."""

    def refused() -> ServerSurvey:
        raise MailError("refused")

    relay = ServerProbe(host=RELAY, survey=refused)
    assert only(_run(check_ptr, {"PTR 4.3.2.1.in-addr.arpa": [f"{RELAY}."]}, relay)).level is Level.OK


@pytest.mark.parametrize(
    ("address", "level"),
    [("news@gazette.example", Level.OK), ("gazette@gmail.com", Level.FAIL), ("digest@localhost", Level.FAIL)],
)
def test_check_sender_domain_is_the_portals_own(address: str, level: Level) -> None:
    """Gmail's policy has receivers refuse mail from gmail.com that Gmail did not send."""
    assert only(check_sender(context(settings(smtp={"from": address})))).level is level

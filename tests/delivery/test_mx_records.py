"""MX records: looked up once and in the background; no answer is no obstacle."""

import threading
import time
from collections.abc import Callable
from unittest.mock import Mock

import dns.rcode
import pytest

from digest.delivery.mx_records import DnsResolver, MxRecords
from digest.receivers.groups import Hosts
from tests.support.dns_server import Answer, dns_server


def _eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_mx_records_of_a_domain_are_known_after_the_first_question() -> None:
    """The first answer is empty; once the name server has replied, it is asked no more."""
    with dns_server({"firm.de": ["10 mx.hoster.example.", "20 backup.hoster.example."]}) as log:
        records = MxRecords(DnsResolver(log.resolver))
        assert records.hosts_of("firm.de") == ()
        _eventually(lambda: records.hosts_of("firm.de"))
        assert set(records.hosts_of("firm.de")) == {(10, "mx.hoster.example"), (20, "backup.hoster.example")}
        assert log.questions == ["firm.de"]


def test_dns_resolver_distinguishes_no_records_from_no_answer() -> None:
    """A domain that does not exist or has no MX has no records; a broken name server has told nothing."""
    table: dict[str, Answer] = {"none.de": [], "broken.de": int(dns.rcode.SERVFAIL), "firm.de": ["0 ."]}
    with dns_server(table) as log:
        resolver = DnsResolver(log.resolver)
        assert resolver.mx_hosts("gone.de") == resolver.mx_hosts("none.de") == ()
        assert resolver.mx_hosts("broken.de") is None
        assert resolver.mx_hosts("firm.de") == ((0, "."),)
        assert resolver.mx_hosts("a..b") is None


class _SlowResolver:
    """Answers only once it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.domains: list[str] = []

    def mx_hosts(self, domain: str) -> Hosts | None:
        self.domains.append(domain)
        self.released.wait(20)
        return ((10, f"mx.{domain}"),) if domain.startswith("0") else None


def test_mx_records_silent_name_server_delays_nobody() -> None:
    """Hundreds of questions return at once, a few look-ups run at a time, and each domain is looked up once."""
    resolver = _SlowResolver()
    records = MxRecords(resolver)
    domains = [f"{number}.de" for number in range(300)]
    assert [records.hosts_of(domain) for domain in domains * 2] == [()] * 600
    assert len(resolver.domains) <= 4
    resolver.released.set()
    _eventually(lambda: records.hosts_of("0.de") == ((10, "mx.0.de"),))
    assert resolver.domains.count("0.de") == 1


def test_mx_records_answered_during_a_question_are_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread may store the answer after the question has found none."""
    resolver, stored = _SlowResolver(), threading.Event()
    records = MxRecords(resolver)
    assert records.hosts_of("0.de") == ()
    clock, asking = time.monotonic, threading.current_thread()

    def monotonic() -> float:
        if threading.current_thread() is asking:
            resolver.released.set()
            assert stored.wait(20)
        return clock()

    monkeypatch.setattr("digest.delivery.mx_records.time", Mock(monotonic=monotonic, sleep=lambda _: stored.set()))
    assert records.hosts_of("0.de") == ()
    for thread in [one for one in threading.enumerate() if one.name == "digest-mx"]:
        thread.join(20)
    assert records.hosts_of("0.de") == ((10, "mx.0.de"),)
    assert resolver.domains == ["0.de"]


def test_mx_records_at_the_limit_of_threads_are_looked_up_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending goes on; the next question may find a thread, also after many that found none."""
    resolver = _SlowResolver()
    resolver.released.set()
    records = MxRecords(resolver)
    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread")))
        assert [records.hosts_of(f"{number}.de") for number in range(9)] == [()] * 9
    records.hosts_of("other.de")
    _eventually(lambda: records.hosts_of("0.de") == ((10, "mx.0.de"),))

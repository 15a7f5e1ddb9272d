"""MX records of receivers' domains, looked up in the background: a question never waits for a name server."""

import threading
import time
from collections import deque
from contextlib import suppress
from typing import Protocol

import dns.exception
import dns.resolver

from digest.receivers.groups import Hosts

_THREADS = 4
_PAUSE = 0.08  # seconds between the look-ups of a thread: at most 50 a second take little from sending
_LIFETIME = 3.0  # seconds for one domain, over all name servers
_QUEUE = 10_000  # domains that wait at most; others are requested again with their next message
_KNOWN_FOR = 24 * 3600.0  # seconds
_FAILED_FOR = 600.0
_UNKNOWN: tuple[Hosts, float] = (), 0.0  # the records, and until when they are valid


class Resolver(Protocol):
    """Looks up the MX records of one domain, and may take seconds."""

    def mx_hosts(self, domain: str) -> Hosts | None:
        """The records (none: an empty sequence), or None where no name server answered."""
        ...


class DnsResolver:
    """Asks the name servers of the machine, or others (`resolver`)."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver or dns.resolver.Resolver()

    def mx_hosts(self, domain: str) -> Hosts | None:
        """Implement `Resolver`."""
        try:
            answer = self._resolver.resolve(f"{domain}.", "MX", lifetime=_LIFETIME)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return tuple((record.preference, record.exchange.to_text(omit_final_dot=True)) for record in answer)


class MxRecords:
    """The records known so far; those of a domain that is asked for are looked up by a few daemon threads."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Hosts, float]] = {}
        self._waiting: deque[str] = deque()
        self._requested: set[str] = set()
        self._threads = 0

    def hosts_of(self, domain: str) -> Hosts:
        """The records of a domain that are known now; none while they are being looked up."""
        hosts, valid_until = self._known.get(domain, _UNKNOWN)
        if time.monotonic() >= valid_until:
            self._request(domain)
        return hosts

    def _request(self, domain: str) -> None:
        with self._lock:
            if domain in self._requested or len(self._waiting) >= _QUEUE:
                return
            if time.monotonic() < self._known.get(domain, _UNKNOWN)[1]:  # it was answered since the question
                return
            self._requested.add(domain)
            self._waiting.append(domain)
            if self._threads == _THREADS:
                return
            with suppress(RuntimeError):  # a limit of threads: those that run, or the next one, will look it up
                threading.Thread(target=self._run, name="digest-mx", daemon=True).start()
                self._threads += 1

    def _run(self) -> None:
        while (domain := self._next()) is not None:
            hosts = self._resolver.mx_hosts(domain)
            valid_for = _FAILED_FOR if hosts is None else _KNOWN_FOR
            known, _ = self._known.get(domain, _UNKNOWN)
            self._known[domain] = (known if hosts is None else hosts, time.monotonic() + valid_for)
            with self._lock:
                self._requested.discard(domain)
            time.sleep(_PAUSE)

    def _next(self) -> str | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._threads -= 1
            return None


def background_records() -> MxRecords | None:
    """The records as the machine's name servers have them; None where it has none."""
    try:
        return MxRecords(DnsResolver())
    except (dns.exception.DNSException, OSError):
        return None

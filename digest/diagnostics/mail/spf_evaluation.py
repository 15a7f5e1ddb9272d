"""Evaluates SPF records (RFC 7208, 4): what they say about an address, and how many look-ups they need."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from digest.diagnostics.mail.dns_lookup import Dns
from digest.parsing.dns.spf_record import (
    LOOKUPS,
    Address,
    Directive,
    SpfRecord,
    expand,
    is_spf,
    macro_values,
    parse_spf,
)

MOST_LOOKUPS = 10
MOST_VOID = 2
_MOST_HOSTS = 10  # of an mx mechanism
_DEPTH = 12  # records inside records, more than the look-ups allow


class SpfError(Exception):
    """A record that receivers cannot use (permerror); the message says why."""


@dataclass
class Cost:
    """What the evaluation of a record costs at most: look-ups, and those without any answer (void)."""

    lookups: int = 0
    void: int = 0


@dataclass(frozen=True)
class SpfEvaluator:
    """Evaluates records for messages from one sender; raises SpfError, and CannotTellError without an answer."""

    dns: Dns
    sender: str
    _records: dict[str, SpfRecord | None] = field(default_factory=dict)

    def record(self, domain: str) -> SpfRecord | None:
        """The record of a domain; None where there is none."""
        if domain not in self._records:
            self._records[domain] = self._fetched(domain)
        return self._records[domain]

    def cost(self, domain: str) -> Cost:
        """What a receiver needs that no term of the record matches."""
        cost = Cost()
        self._add_cost(domain, cost, 0)
        return cost

    def final(self, domain: str) -> str | None:
        """The result for an address that nothing else matches; None where it differs between messages."""
        for _ in range(_DEPTH):
            record = self.record(domain)
            if record is None:
                raise SpfError(f"redirect leads to {domain}, which has no SPF record")
            if record.final is not None:
                return record.final
            if not record.redirect:
                return "neutral"
            if "%" in record.redirect:
                return None
            domain = record.redirect
        raise SpfError("redirect leads in a circle")

    def result(self, domain: str, address: Address, depth: int = 0) -> str:
        """pass, fail, softfail, neutral or none (there is no record)."""
        record = self.record(domain)
        if record is None:
            return "none"
        if depth > _DEPTH:
            raise SpfError("its records refer to each other in a circle")
        for directive in record.directives:
            if self._matches(directive, domain, address, depth):
                return directive.result
        if record.redirect:
            return self.result(self._expanded(record.redirect, domain, address), address, depth + 1)
        return "neutral"

    def _fetched(self, domain: str) -> SpfRecord | None:
        found = [text for text in self.dns.txt(domain) if is_spf(text)]
        if len(found) > 1:
            raise SpfError(f"{domain} has {len(found)} SPF records; only one is allowed")
        try:
            return parse_spf(found[0]) if found else None
        except ValueError as error:
            raise SpfError(f"the SPF record of {domain}: {error}") from None

    def _add_cost(self, domain: str, cost: Cost, depth: int) -> None:
        record = self.record(domain)
        if record is None or depth > _DEPTH or cost.lookups > MOST_LOOKUPS * 2:
            return
        for directive in record.directives:
            if directive.mechanism in LOOKUPS and cost.lookups <= MOST_LOOKUPS * 2:
                cost.lookups += 1
                self._add_cost_of(directive, domain, cost, depth)
        if record.redirect and record.final is None:
            cost.lookups += 1
            if "%" not in record.redirect:  # it differs between messages
                self._add_cost(record.redirect, cost, depth + 1)

    def _add_cost_of(self, directive: Directive, domain: str, cost: Cost, depth: int) -> None:
        target = directive.domain or domain
        if "%" in target or directive.mechanism == "ptr":
            return  # it differs between messages
        if directive.mechanism == "include":
            if self.record(target) is None:
                raise SpfError(f"it includes {target}, which has no SPF record")
            self._add_cost(target, cost, depth + 1)
        elif not (self.dns.mx(target) if directive.mechanism == "mx" else self.dns.addresses(target)):
            cost.void += 1

    def _matches(self, directive: Directive, domain: str, address: Address, depth: int) -> bool:
        target = self._expanded(directive.domain, domain, address) if directive.domain else domain
        if directive.mechanism == "all":
            return True
        if directive.network is not None:
            return address.version == directive.network.version and address in directive.network
        if directive.mechanism == "include":
            return self.result(target, address, depth + 1) == "pass"
        return _MATCHES[directive.mechanism](self.dns, target, address, directive.lengths)

    def _expanded(self, target: str, domain: str, address: Address) -> str:
        return expand(target, macro_values(self.sender, domain, address))


def _matches_a(dns: Dns, host: str, address: Address, lengths: tuple[int, int]) -> bool:
    return any(_is_within(address, found, lengths) for found in dns.addresses(host))


def _matches_mx(dns: Dns, domain: str, address: Address, lengths: tuple[int, int]) -> bool:
    hosts = sorted(dns.mx(domain))[:_MOST_HOSTS]
    return any(_matches_a(dns, host, address, lengths) for _preference, host in hosts)


def _matches_exists(dns: Dns, domain: str, _address: Address, _lengths: tuple[int, int]) -> bool:
    return any(found.version == 4 for found in dns.addresses(domain))


def _matches_ptr(dns: Dns, domain: str, address: Address, _lengths: tuple[int, int]) -> bool:
    names = (name for name in dns.names(address) if f".{name}".endswith(f".{domain.lower()}"))
    return any(address in dns.addresses(name) for name in names)


_MATCHES: Mapping[str, Callable[[Dns, str, Address, tuple[int, int]], bool]] = {
    "a": _matches_a,
    "mx": _matches_mx,
    "exists": _matches_exists,
    "ptr": _matches_ptr,
}


def _is_within(address: Address, found: Address, lengths: tuple[int, int]) -> bool:
    if address.version != found.version:
        return False
    length = lengths[0] if found.version == 4 else lengths[1]
    return address in ipaddress.ip_network((found, length), strict=False)

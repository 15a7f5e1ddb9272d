"""DMARC: the policy of the domain in From, and whether the signature and the envelope are aligned (RFC 9989)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from digest.diagnostics.context import CheckContext
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.results import CannotTellError, CheckResult, cannot_tell, fail, for_each, ok, warn
from digest.parsing.dns.dmarc_record import DmarcRecord, is_dmarc, organizational_domain, parse_dmarc, tree_walk


class DmarcError(Exception):
    """A record that receivers ignore; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What receivers apply to a domain: the record, the domain that has it, and the organizational domain."""

    record: DmarcRecord
    domain: str
    organization: str

    def applied(self, sender: str) -> str:
        """The policy for messages from that domain."""
        inherited = self.record.subdomain_policy if sender != self.domain else None
        return inherited or self.record.policy or "none"


def check_dmarc(context: CheckContext) -> Iterator[CheckResult]:
    """The policy of each domain in From."""
    yield from for_each(context.sender_domains, partial(_judged, context))


def _judged(context: CheckContext, domain: str) -> Iterator[CheckResult]:
    try:
        policy = _find_policy(context.dns, domain)
        if policy is None:
            fix = f'publish: _dmarc.{domain}. IN TXT "v=DMARC1; p=none"'
            yield fail(f"{domain} has no DMARC record, which Gmail, Yahoo and Microsoft require", fix)
            return
        yield from _policy_faults(policy, domain)
        yield from _alignment(context, policy, domain)
        yield from _reports(context.dns, policy)
    except DmarcError as error:
        yield fail(str(error), "correct the TXT record")


def _find_policy(dns: Dns, domain: str) -> Policy | None:
    """The policy by tree walk; None without one. Raises DmarcError, and CannotTellError without an answer."""
    records = _walked(dns, domain)
    organization = organizational_domain(domain, records)
    for name in dict.fromkeys((domain, organization, *tree_walk(organization))):
        if name in records:
            return Policy(record=records[name], domain=name, organization=organization)
    return None


def _walked(dns: Dns, domain: str) -> Mapping[str, DmarcRecord]:
    """The records that the tree walk finds; it ends where one states what the domain is."""
    records: dict[str, DmarcRecord] = {}
    for name in tree_walk(domain):
        record = _record(dns, name)
        if record is not None:
            records[name] = record
            if record.psd in {"y", "n"}:
                break
    return records


def _record(dns: Dns, domain: str) -> DmarcRecord | None:
    found = [text for text in dns.txt(f"_dmarc.{domain}") if is_dmarc(text)]
    if len(found) > 1:
        raise DmarcError(f"_dmarc.{domain} has {len(found)} DMARC records, so receivers ignore all of them")
    try:
        return parse_dmarc(found[0]) if found else None
    except ValueError as error:
        raise DmarcError(f"the DMARC record of {domain}: {error}") from None


def _policy_faults(policy: Policy, sender: str) -> Iterator[CheckResult]:
    record, domain = policy.record, policy.domain
    if record.policy is None:
        yield fail(f"the DMARC record of {domain} has no valid p=", "add p=none, p=quarantine or p=reject")
        return
    yield ok(f"{sender}: p={policy.applied(sender)}{'' if domain == sender else f', from {domain}'}")
    if record.removed:
        tags = ", ".join(f"{name}=" for name in record.removed)
        yield warn(f"the DMARC record of {domain} has {tags}, which RFC 9989 removed", "remove it from the record")
    if record.is_test:
        message = f"the DMARC record of {domain} is in test mode (t=y): receivers do not apply its policy"
        yield warn(message, "remove t=y once the reports show no failures")


def _alignment(context: CheckContext, policy: Policy, sender: str) -> Iterator[CheckResult]:
    """Whether DKIM or SPF counts for DMARC; one of them is enough, DKIM also after forwarding."""
    record = policy.record
    signing = context.settings.dkim_domain if context.settings.dkim.key else ""
    by_dkim = bool(signing) and _is_aligned(context.dns, sender, signing, policy, strict=record.strict_dkim)
    bounce = context.settings.smtp.bounce_domain.lower() or sender
    by_spf = _is_aligned(context.dns, sender, bounce, policy, strict=record.strict_spf)
    if signing and not by_dkim:
        yield fail(f"the signature of {signing} (d=) is not aligned with From ({sender})", "set [dkim] domain to it")
    if not by_spf:
        message = f"the bounce domain {bounce} is not aligned with From ({sender}), so SPF does not count"
        yield warn(message, "set smtp.bounce_domain to a domain below it")
    if by_dkim or (by_spf and not signing):
        yield ok(
            f"{sender} is aligned by {'DKIM and SPF' if by_dkim and by_spf else 'DKIM' if by_dkim else 'SPF alone'}"
        )


def _is_aligned(dns: Dns, sender: str, other: str, policy: Policy, *, strict: bool) -> bool:
    if strict or sender == other:
        return sender == other
    return organizational_domain(other, _walked(dns, other)) == policy.organization


def _reports(dns: Dns, policy: Policy) -> Iterator[CheckResult]:
    """Whether other organizations' addresses have agreed to get the reports (RFC 9990, 4)."""
    for address in (*policy.record.reports, *policy.record.failure_reports):
        host = address.rpartition("@")[2].lower()
        try:
            is_own = organizational_domain(host, _walked(dns, host)) == policy.organization
            authorised = is_own or any(map(is_dmarc, dns.txt(f"{policy.domain}._report._dmarc.{host}")))
        except DmarcError:
            authorised = False
        except CannotTellError as error:
            yield cannot_tell(f"whether {host} takes reports about {policy.domain}: {error}", error.fix)
            continue
        if not authorised:
            fix = f'it publishes: {policy.domain}._report._dmarc.{host}. IN TXT "v=DMARC1"; else name another address'
            yield warn(f"{host} has not agreed to get reports about {policy.domain}, so none are sent", fix)

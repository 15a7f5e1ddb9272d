"""SPF: receivers accept mail of the bounce domain from the mail server (RFC 7208)."""

from collections.abc import Iterator
from functools import partial

from digest.diagnostics.context import CheckContext, ServerProbe
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.mail.relay_addresses import RelayAddress, relay_addresses
from digest.diagnostics.mail.spf_evaluation import MOST_LOOKUPS, MOST_VOID, Cost, SpfError, SpfEvaluator
from digest.diagnostics.results import CannotTellError, CheckResult, cannot_tell, fail, for_each, ok, warn

_ENDS = {"fail": "-all", "softfail": "~all"}


def check_spf(context: CheckContext) -> Iterator[CheckResult]:
    """The record of each domain in MAIL FROM, and what it says about the relays."""
    yield from for_each(context.bounce_domains, partial(_judged, context))


def _judged(context: CheckContext, domain: str) -> Iterator[CheckResult]:
    evaluator = SpfEvaluator(context.dns, f"bounce@{domain}")
    try:
        if evaluator.record(domain) is None:
            yield fail(f"{domain} has no SPF record", _advice(context, domain))
            return
        yield from _record_faults(evaluator, domain)
        yield from for_each(context.servers, partial(_coverage, context.dns, evaluator, domain))
    except SpfError as error:
        yield fail(f"receivers cannot use the SPF record of {domain}: {error}", "correct the TXT record")


def _record_faults(evaluator: SpfEvaluator, domain: str) -> Iterator[CheckResult]:
    cost, final = evaluator.cost(domain), evaluator.final(domain)
    yield from _cost_faults(domain, cost)
    if final == "pass":
        yield fail(f"the SPF record of {domain} permits every address (+all)", "end it with ~all or -all")
    elif final == "neutral":
        yield warn(f"the SPF record of {domain} says nothing about other addresses", "end it with ~all or -all")
    elif final is None:
        yield cannot_tell(f"what the SPF record of {domain} says about other addresses: redirect= has a macro")
    record = evaluator.record(domain)
    if record is not None and any(one.mechanism == "ptr" for one in record.directives):
        yield warn(
            f"the SPF record of {domain} uses ptr, which receivers skip (RFC 7208, 5.5)", "name ip4: or include:"
        )
    if final in _ENDS and cost.lookups <= MOST_LOOKUPS and cost.void <= MOST_VOID:
        yield ok(f"{domain}: one record, {cost.lookups} of {MOST_LOOKUPS} look-ups, ends in {_ENDS[final]}")


def _cost_faults(domain: str, cost: Cost) -> Iterator[CheckResult]:
    if cost.lookups > MOST_LOOKUPS:
        message = f"the SPF record of {domain} needs {cost.lookups} look-ups; receivers stop after {MOST_LOOKUPS}"
        yield fail(message, "remove what no longer sends, or replace include: by ip4:")
    if cost.void > MOST_VOID:
        message = (
            f"the SPF record of {domain} names {cost.void} hosts that do not exist; receivers stop after {MOST_VOID}"
        )
        yield fail(message, "remove them")


def _coverage(dns: Dns, evaluator: SpfEvaluator, domain: str, server: ServerProbe) -> Iterator[CheckResult]:
    try:
        relays = relay_addresses(dns, server)
    except CannotTellError as error:
        yield cannot_tell(f"whether SPF permits the mail server: {error}", error.fix)
        return
    yield from (_permission(evaluator, domain, relay) for relay in relays)


def _permission(evaluator: SpfEvaluator, domain: str, relay: RelayAddress) -> CheckResult:
    if relay.address is None:
        return cannot_tell(f"whether SPF permits the mail server: {relay.unknown}")
    result = evaluator.result(domain, relay.address)
    name = f"{relay.server.host} ({relay.address})"
    if result == "pass":
        return ok(f"the SPF record of {domain} permits {name}")
    message = f"the SPF record of {domain} does not permit {name}: {result}"
    version = "ip4" if relay.address.version == 4 else "ip6"
    if not f".{relay.server.host}".endswith(
        f".{domain}"
    ):  # a provider may send from other addresses than it listens on
        return warn(message, "add the include: that your provider names, unless it sends from other addresses")
    fix = f"add {version}:{relay.address}"
    return fail(message, fix) if result == "fail" else warn(message, fix)


def _advice(context: CheckContext, domain: str) -> str:
    """The record to publish."""
    hosts = [f"a:{relay.host}" for relay in context.servers if f".{relay.host}".endswith(f".{domain}")]
    terms = " ".join(hosts) or "include:YOUR-PROVIDER"
    return f'publish: {domain}. IN TXT "v=spf1 {terms} ~all"'

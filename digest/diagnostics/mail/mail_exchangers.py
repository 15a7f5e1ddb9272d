"""MX: replies and bounces can be delivered to the domains in From and MAIL FROM."""

from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, for_each, ok, warn


def check_mx(context: CheckContext) -> Iterator[CheckResult]:
    """A result for each domain."""
    domains = dict.fromkeys((*context.sender_domains, *context.bounce_domains))
    yield from for_each(domains, lambda domain: [_mx_result(context, domain)])


def _mx_result(context: CheckContext, domain: str) -> CheckResult:
    use = "replies" if domain not in context.bounce_domains else "bounces"
    fix = f"publish: {domain}. IN MX 10 YOUR-MAIL-SERVER."
    hosts = sorted(context.dns.mx(domain))
    if any(host in {"", "."} for _preference, host in hosts):
        return fail(f"{domain} accepts no mail (a null MX), so {use} are lost", fix)
    if not hosts:
        if context.dns.addresses(domain):
            return warn(f"{domain} has no MX record; its address takes {use}", fix)
        return fail(f"{domain} has neither an MX record nor an address, so {use} are lost", fix)
    dead = [host for _preference, host in hosts if not context.dns.addresses(host)]
    if len(dead) == len(hosts):
        return fail(f"no MX host of {domain} has an address: {', '.join(dead)}", "correct the names")
    if dead:
        return warn(f"MX hosts of {domain} without an address: {', '.join(dead)}", "correct or remove them")
    return ok(f"{domain}: {', '.join(host for _preference, host in hosts)}")

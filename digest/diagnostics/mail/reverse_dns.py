"""PTR: the mail server's address has a name that leads back to it, and that the server calls itself."""

from collections.abc import Iterator
from functools import partial

from digest.diagnostics.context import CheckContext, ServerProbe
from digest.diagnostics.mail.relay_addresses import RelayAddress, relay_addresses, require_address
from digest.diagnostics.results import CheckResult, fail, for_each, ok, warn
from digest.errors import DigestError


def check_ptr(context: CheckContext) -> Iterator[CheckResult]:
    """A result for each address of the relays."""
    yield from for_each(context.servers, partial(_server_results, context))


def _server_results(context: CheckContext, server: ServerProbe) -> Iterator[CheckResult]:
    yield from for_each(relay_addresses(context.dns, server), lambda relay: [_ptr_result(context, relay)])


def _ptr_result(context: CheckContext, relay: RelayAddress) -> CheckResult:
    address = require_address(relay)
    fix = "ask the owner of the address (your hosting provider) to set its reverse DNS to the mail server's name"
    names = context.dns.names(address)
    if not names:
        return fail(f"{address} ({relay.server.host}) has no PTR record, so Gmail refuses its mail", fix)
    confirmed = [name for name in names if address in context.dns.addresses(name)]
    if not confirmed:
        return fail(f"the name of {address}, {names[0]}, does not lead back to it", fix)
    own = _own_name(relay)
    if own and own not in confirmed:
        return warn(f"{address} is {confirmed[0]}, but the mail server calls itself {own}", fix)
    return ok(f"{address} is {confirmed[0]}, which leads back to it")


def _own_name(relay: RelayAddress) -> str:
    """How the server calls itself; empty where it does not answer, which the check of SMTP reports."""
    try:
        return relay.server.survey().host_name
    except DigestError:
        return ""

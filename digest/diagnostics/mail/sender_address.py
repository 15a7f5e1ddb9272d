"""From: a domain of the portal's own, not one at which anybody can have a mailbox."""

from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok
from digest.receivers.groups import mailbox_provider


def check_sender(context: CheckContext) -> Iterator[CheckResult]:
    """A result for each domain in From."""
    for domain in context.sender_domains:
        provider = mailbox_provider(domain)
        if provider is not None:
            message = (
                f"From is at {domain}, and the DMARC policy of {provider} has receivers refuse its mail from others"
            )
            yield fail(message, "send from a domain of your own: smtp.from, and from of the editions")
        elif "." not in domain:
            yield fail(f"From is at {domain}, which is no domain on the internet", "set smtp.from to your domain")
        else:
            yield ok(f"From is at {domain}")

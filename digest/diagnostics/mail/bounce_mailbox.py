"""The mailbox of `[bounces]`: whether it can be read, and messages can be moved out of the way."""

from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import DigestError
from digest.mailboxes.factory import open_bounces

MAILBOX_ADVICE = "correct [bounces] source, or BOUNCES_PASSWORD in .env"


def check_bounces(context: CheckContext) -> Iterator[CheckResult]:
    """Reads the first message of the mailbox, which stays as it is."""
    if not context.settings.bounces.source:
        yield warn("bounces and complaints are not read: there is no mailbox", "set [bounces] source")
        return
    try:
        with open_bounces(context.settings) as mailbox:
            next(iter(mailbox.messages()), None)
            mailbox.require_movable()
    except DigestError as error:
        yield fail(str(error), MAILBOX_ADVICE)
        return
    yield ok("the mailbox for bounces and complaints can be read")

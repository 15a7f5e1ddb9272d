"""A message to the bounce address, which must come back in the mailbox of `[bounces]`."""

import secrets
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from digest import tokens
from digest.app import App
from digest.diagnostics.context import CheckContext
from digest.diagnostics.mail.bounce_mailbox import MAILBOX_ADVICE
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import DigestError, MailError
from digest.mailboxes.factory import open_bounces
from digest.mailers.unrecorded import UnrecordedJournal
from digest.model.deliveries import Outcome, Outgoing
from digest.protocols import Mailer

LIMIT = 60.0
"""Seconds until the message must have come back."""

_PAUSE = 2.0  # seconds between two looks into the mailbox


def try_loop(context: CheckContext, mailer: Mailer, limit: float) -> Iterator[CheckResult]:
    """Send the message and wait `limit` seconds for it; it is filed as read once it was found."""
    if not context.settings.bounces.source:
        yield warn("bounces are not read: there is no mailbox", "set [bounces] source")
        return
    mark = secrets.token_hex(16)
    message = _message(context.app, mark)
    journal = UnrecordedJournal()
    try:
        mailer.send([message], journal)
    except MailError as error:
        yield fail(f"the message to the bounce address was not sent: {error}", "see the check `smtp`")
        return
    if not journal.outcomes[Outcome.SENT]:
        reply = journal.reply or "no reply"
        yield fail(f"the mail server refused the message to the bounce address: {reply}", "let it accept bounce+TOKEN@")
        return
    yield _awaited(context, mark.encode(), limit)


def _awaited(context: CheckContext, mark: bytes, limit: float) -> CheckResult:
    began = time.monotonic()
    while True:
        try:
            found = _take(context, mark)
        except DigestError as error:
            return fail(str(error), MAILBOX_ADVICE)
        waited = time.monotonic() - began
        if found:
            return ok(f"a message to the bounce address came back after {waited:.0f} s")
        if waited >= limit or context.clock.wait(_PAUSE):
            message = f"a message to the bounce address did not come back within {limit:.0f} s"
            return fail(
                message, "see the checks `mx` and `spf`; a `digest run` beside this command may have read it first"
            )


def _take(context: CheckContext, mark: bytes) -> bool:
    """Whether the message is in the mailbox; it is moved to the folder of read ones, and no other is."""
    with open_bounces(context.settings) as mailbox:
        found = [stored.key for stored in mailbox.messages() if mark in stored.content]
        if found:
            mailbox.mark_done(found)
    return bool(found)


def _message(app: App, mark: str) -> Outgoing:
    """The message; its token belongs to no delivery, so that it has no effect."""
    identity = app.sender_identity
    token = tokens.mint(identity.secret, 0, tokens.BOUNCE)
    address = f"bounce+{token}@{identity.bounce_domain or identity.sender.domain}"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = identity.sender.addr_spec
    mail["To"] = address
    mail["Subject"] = "digest check --loop"
    mail["Date"] = format_datetime(app.clock.now())
    mail["Message-ID"] = f"<{mark}@{identity.sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("This message tests whether bounces come back.\n")
    return Outgoing(delivery_id=0, token="", sender=address, recipient=address, parts=(mail.as_bytes(),), dots=False)

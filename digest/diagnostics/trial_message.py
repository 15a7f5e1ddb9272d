"""Sends a draft to chosen addresses as a test: the message that readers would get, except for its subject."""

from collections.abc import Sequence
from dataclasses import replace

from digest.app import App
from digest.mailers.unrecorded import UnrecordedJournal
from digest.model.deliveries import Claim
from digest.model.drafts import Draft
from digest.operations.draft_messages import unrecorded_messages
from digest.protocols import Mailer

MARK = "[Test] "


def send_test(app: App, draft: Draft, recipients: Sequence[Claim], mailer: Mailer) -> UnrecordedJournal:
    """Send the draft to each, recorded nowhere: its personal links are nobody's. Raises DigestError."""
    app.pictures.keep(app.logo_files(), app.ledger_clock.now())  # mail apps keep the answer that there is no picture
    journal = UnrecordedJournal()
    mailer.send(unrecorded_messages(app, _marked(draft), recipients), journal)
    return journal


def _marked(draft: Draft) -> Draft:
    """The draft with a subject that nobody takes for the issue's."""
    return replace(draft, rendered=replace(draft.rendered, subject=f"{MARK}{draft.rendered.subject}"))

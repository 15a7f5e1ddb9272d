"""A correction of an issue that was sent: its message, planned for exactly those who have the issue."""

from dataclasses import replace

from digest.app import App
from digest.composing.editorial import require_length
from digest.composing.subject import SUBJECT_LIMIT
from digest.errors import IssueError
from digest.message.build import placeholder_links
from digest.model.issues import SENDABLE, Content, IssueRecord, Rendered, Slot
from digest.model.users import AuditEntry
from digest.model.web import Correction
from digest.parsing.text import clean_line
from digest.rendering.system_page import Action, SystemPage

MOST_CHARACTERS = 3_000
MOST_OF_SUBJECT = SUBJECT_LIMIT
_MOST_TEXT = 100_000  # characters that are read


def require_correctable(app: App, record: IssueRecord) -> None:
    """Raise IssueError unless the issue was sent, is not being sent, and it is known who has it.

    Raises ConfigurationError where the configuration does not have its edition any more, and so not its sender.
    """
    if record.slot.number > 1:
        raise IssueError(f"{record.name} is a correction itself; name the issue that it corrects")
    if record.frozen_at is None:
        raise IssueError(f"{record.name} was never sent: change it with `digest edit`")
    if record.state in SENDABLE and app.ledger_clock.now() < (record.deadline or app.ledger_clock.now()):
        raise IssueError(
            f"{record.name} is still being sent; wait, or stop it with `digest pause {record.name}`, then correct it"
        )
    if app.tallies.of_issue(record.id).folded:
        raise IssueError(f"{record.name} is too old to correct: who has it is kept for `retention.deliveries` only")
    app.settings.edition(record.edition)


def default_subject(app: App, record: IssueRecord) -> str:
    """The subject of a correction, in the edition's language: that of the issue, marked as corrected."""
    content = app.issue_contents.find(record.id)
    translator = app.translator(app.settings.edition(record.edition))
    subject = translator.gettext("Correction: %(subject)s") % {"subject": content.subject if content else record.name}
    return clean_line(subject, MOST_OF_SUBJECT)


def clean_subject(typed: str) -> str:
    """A subject on one line, perhaps empty; raises ValueError for one that the message would cut."""
    subject = clean_line(typed, _MOST_TEXT)
    require_length("subject", subject, MOST_OF_SUBJECT)
    return subject


def clean_text(written: str) -> str:
    """The text of a correction without control characters and spaces around it."""
    return "\n".join(clean_line(line, _MOST_TEXT) for line in written.splitlines()).strip()


def plan_correction(app: App, record: IssueRecord, wanted: Correction, entry: AuditEntry | None = None) -> IssueRecord:
    """Plan the correction for everybody who has the issue; the issue that carries it, which senders send.

    Raises IssueError where another correction was planned meanwhile, ConfigurationError for a DKIM key that cannot be
    used.
    """
    app.signer_of(app.dkim_selector)
    slot = app.corrections.next_slot(record)
    planned = app.corrections.plan(
        record,
        slot,
        wanted,
        Content(rendered=_rendered(app, record, wanted, slot), article_keys=()),
        deadline=wanted.at + app.settings.edition(record.edition).deadline,
        dkim_selector=app.dkim_selector,
        entry=entry,
    )
    if planned is None:
        raise IssueError(f"{record.name}: another correction was planned at the same moment; try again")
    return planned


def _rendered(app: App, record: IssueRecord, wanted: Correction, slot: Slot) -> Rendered:
    edition = app.settings.edition(record.edition)
    translator, portal = app.translator(edition), app.portal_of(edition)
    links = placeholder_links(app.identity_of(edition.name), edition.name, slot)
    _ = translator.gettext
    web = app.settings.web.base_url
    footnote = _("You receive this email because you got the issue of %(date)s.") % {
        "date": translator.full_date(record.slot.day)
    }
    page = SystemPage(
        subject=wanted.subject,
        heading=_("Correction"),
        paragraphs=wanted.paragraphs,
        action=Action(_("The corrected issue"), f"{web}/archive/{record.edition}/{record.slot}") if web else None,
        links=(Action(_("Unsubscribe"), links.unsubscribe),),
        footnote=" ".join(filter(None, (footnote, f"{portal.name}, {portal.postal_address}".rstrip(", ")))),
    )
    return replace(app.system_mail_renderer, portal=portal).render(page, translator.language)

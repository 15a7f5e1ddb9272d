"""Resuming an issue that is paused: after a restored backup too, and at receivers that are paused."""

from digest.app import App
from digest.errors import IssueError
from digest.model.issues import IssueRecord
from digest.model.receivers import AlertKind
from digest.model.users import AuditEntry


def sent_before_restore(app: App, record: IssueRecord) -> int:
    """How many messages of the issue were sent, where the database knows of fewer; otherwise 0."""
    summary = app.restore_guard.load(record)
    if summary is None or summary.mismatch(record, app.tallies.of_issue(record.id)) is None:
        return 0
    return summary.sent


def require_known_sends(app: App, record: IssueRecord) -> None:
    """Raise IssueError where messages that the database calls expired may have been sent, and nobody consented."""
    summary = app.restore_guard.load(record)
    mismatch = summary.mismatch(record, app.tallies.of_issue(record.id)) if summary is not None else None
    if mismatch is not None and not app.resends.has_consent(record.id):
        raise IssueError(f"{record.name}: {mismatch}")


def resume_issue(app: App, record: IssueRecord, by: str, entry: AuditEntry | None = None) -> bool:
    """Resume a paused issue, and system mail that is paused for the same reason; false if the issue is not paused.

    Where more of it was sent than the database knows, this is the consent of `by`: senders then stop pausing it.
    """
    maybe_twice = sent_before_restore(app, record)
    is_resumed = app.resends.resume(record.id, by, app.clock.now(), maybe_twice=maybe_twice, entry=entry)
    if is_resumed:
        app.issues.resume_system_mail(app.clock.now())
    return is_resumed


def release_receivers(app: App) -> list[str]:
    """End the pauses of all receivers; which they are."""
    now = app.ledger_clock.now()
    released = list(app.group_pauses.clear(now))
    app.alerts.clear(AlertKind.RECEIVER_REFUSES, released, now)
    return released

"""What people decided about issues: that they wait, or that they may go out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from digest.model.api import AUTHOR
from digest.model.decisions import DecisionKind, EditMark, Release, Review, ReviewAction
from digest.model.issues import Slot
from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.engine.locks import lock_table
from digest.store.issues.edit_marks import edit_mark, require_unfrozen, wait_while_made
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient, plan_system_mail
from digest.store.tables.schema import decision, issue, override, variant

_RELEASING = (DecisionKind.RELEASE, DecisionKind.SEND)


class Decisions:
    """Decisions by edition and slot; every method is one transaction and raises StoreError.

    About an issue that is made nobody decides any more: that raises IssueFrozenError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, edition: str, slot: Slot, made: ReviewAction, entry: AuditEntry | None = None) -> None:
        """Let the issue wait until somebody releases it."""
        self._record(edition, slot, DecisionKind.HOLD, made, (), entry)

    def release(self, edition: str, slot: Slot, made: Release, entry: AuditEntry | None = None) -> None:
        """Let the issue go out at its hour or at once, in spite of the anomalies that were seen."""
        kind = DecisionKind.SEND if made.at_once else DecisionKind.RELEASE
        self._record(edition, slot, kind, made, made.anomalies, entry)

    def review(self, edition: str, slot: Slot, since: datetime) -> Review:
        """What people did to the issue; an edit counts `since` its draft was made."""
        with self._database.read() as connection:
            held = _last(connection, edition, slot, DecisionKind.HOLD)
            released = _last(connection, edition, slot, *_RELEASING)
            edited = _last_edit(connection, edition, slot, since)
        return Review(
            edited=edited,
            held=None if held is None else ReviewAction(by=held.by, at=held.at),
            released=None if released is None else _release(released),
        )

    def sent_at_once(self, edition: str) -> list[Slot]:
        """The issues that somebody sends before their hour, if nobody has decided otherwise since."""
        latest = select(func.max(decision.c.id)).where(decision.c.edition == edition).group_by(decision.c.slot)
        sent = select(decision.c.slot).where(decision.c.id.in_(latest), decision.c.kind == DecisionKind.SEND)
        with self._database.read() as connection:
            return list(connection.scalars(sent))

    def last_id(self, edition: str) -> int:
        """The number of the edition's last decision, 0 without one."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(decision.c.id)).where(decision.c.edition == edition)) or 0

    def mark(self, edition: str, slot: Slot) -> EditMark:
        """How far people have changed the issue until now."""
        with self._database.read() as connection:
            return edit_mark(connection, edition, slot)

    def notify(self, message: SystemMessage, recipients: Sequence[SystemRecipient], now: datetime) -> None:
        """Plan the mail that tells editors about an issue, unless it was planned before."""
        with self._database.write() as connection:
            lock_table(connection, decision, "SHARE ROW EXCLUSIVE")
            if not _is_planned(connection, message):
                plan_system_mail(connection, message, recipients, now)

    def _record(
        self,
        edition: str,
        slot: Slot,
        kind: DecisionKind,
        made: ReviewAction,
        anomalies: tuple[str, ...],
        entry: AuditEntry | None,
    ) -> None:
        row = {"edition": edition, "slot": slot, "kind": kind, "by": made.by, "at": made.at, "anomalies": anomalies}
        with self._database.write() as connection:
            wait_while_made(connection, edition)
            require_unfrozen(connection, edition, slot)
            connection.execute(decision.insert(), row)
            record_audit(connection, entry)


def _release(row: Row[Any]) -> Release:
    return Release(by=row.by, at=row.at, anomalies=row.anomalies, at_once=row.kind is DecisionKind.SEND)


def _is_planned(connection: Connection, message: SystemMessage) -> bool:
    named = (issue.c.purpose == message.purpose, issue.c.language == message.language)
    same = (
        select(variant.c.id).join(issue, issue.c.id == variant.c.issue_id).where(*named, variant.c.key == message.key)
    )
    return connection.scalar(same.limit(1)) is not None


def _last(connection: Connection, edition: str, slot: Slot, *kinds: DecisionKind) -> Row[Any] | None:
    this = (decision.c.edition == edition, decision.c.slot == slot, decision.c.kind.in_(kinds))
    return connection.execute(select(decision).where(*this).order_by(decision.c.id.desc()).limit(1)).one_or_none()


def _last_edit(connection: Connection, edition: str, slot: Slot, since: datetime) -> ReviewAction | None:
    """The last override of the issue, or of every issue, that a person made or undid."""
    columns = override.c
    for_issue = (columns.edition == edition, or_(columns.slot.is_(None), columns.slot == slot))
    edits = [
        ReviewAction(by=row.by, at=row.at)
        for by, at in ((columns.by, columns.at), (columns.undone_by, columns.undone_at))
        for row in connection.execute(
            select(by.label("by"), at.label("at"))
            .where(*for_issue, at >= since, by.not_like(f"{AUTHOR}%"))
            .order_by(at.desc(), columns.id.desc())
            .limit(1)
        )
    ]
    return max(edits, key=lambda edit: edit.at, default=None)

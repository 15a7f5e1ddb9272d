"""Corrections of issues that were sent: a message to exactly those who have the issue, or may have it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, literal, select, true

from digest.model.deliveries import MAYBE_ARRIVED, DeliveryState
from digest.model.issues import UNFROZEN, Content, IssueRecord, IssueState, Slot
from digest.model.subscribers import SubscriberStatus
from digest.model.users import AuditEntry
from digest.model.web import Correction
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.issues.issues import issue_record, planned_row
from digest.store.issues.variants import Variants
from digest.store.ledger.transitions import UNLEASED, move_issue
from digest.store.tables.public_schema import correction
from digest.store.tables.schema import delivery, insert, issue, subscriber

_COLUMNS = ("issue_id", "variant_id", "subscriber_id", "address", "name", "state", "due_at", "tries")


class Corrections:
    """The corrections of issues; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def readers(self, issue_id: int) -> int:
        """How many readers would get a correction: they have the issue, or may have it, and are still subscribed."""
        with self._database.read() as connection:
            having = _having(issue_id)
            return connection.execute(select(func.count()).select_from(having.subquery())).scalar_one()

    def find(self, issue_id: int, wanted: Correction) -> IssueRecord | None:
        """The correction of that issue with the same subject and text, if it was planned before."""
        with self._database.read() as connection:
            return _planned_before(connection, issue_id, wanted)

    def of_issue(self, issue_id: int) -> tuple[Correction, ...]:
        """The corrections of an issue, the first one first."""
        with self._database.read() as connection:
            return corrections_of(connection, [issue_id]).get(issue_id, ())

    def next_slot(self, corrected: IssueRecord) -> Slot:
        """The slot that the next correction of the issue gets: its day with the next number."""
        with self._database.read() as connection:
            return _next_slot(connection, corrected)

    def plan(
        self,
        corrected: IssueRecord,
        slot: Slot,
        added: Correction,
        content: Content,
        *,
        deadline: datetime,
        dkim_selector: str | None,
        entry: AuditEntry | None,
    ) -> IssueRecord | None:
        """Freeze the correction with that slot, planned for everybody who has the issue; None if the slot is used.

        If the same one was planned meanwhile, it is returned, and nothing is planned.
        """
        now = added.at
        row = {**planned_row(corrected.edition, slot, corrected.window), "updated_at": now}
        with self._database.write() as connection:
            connection.execute(select(issue.c.id).where(issue.c.id == corrected.id).with_for_update())
            if planned := _planned_before(connection, corrected.id, added):
                return planned
            adding = insert(connection, issue).on_conflict_do_nothing().returning(issue.c.id)
            issue_id = connection.scalar(adding, row)
            if issue_id is None:
                return None
            frozen = {"frozen_at": now, "deadline": deadline, "updated_at": now}
            move_issue(connection, UNFROZEN, IssueState.FROZEN, issue.c.id == issue_id, frozen)
            variant_id = Variants(connection, issue_id, dkim_selector).id_of(content)
            values = {"subject": added.subject, "text": added.text, "by": added.by, "at": now}
            connection.execute(correction.insert(), {"issue_id": issue_id, "corrected_id": corrected.id, **values})
            _plan_deliveries(connection, corrected.id, issue_id, variant_id, now)
            record_audit(connection, entry)
            return issue_record(connection.execute(select(issue).where(issue.c.id == issue_id)).one())


def _planned_before(connection: Connection, corrected_id: int, wanted: Correction) -> IssueRecord | None:
    same = (correction.c.subject == wanted.subject, correction.c.text == wanted.text)
    query = select(issue).join(correction, correction.c.issue_id == issue.c.id)
    row = connection.execute(query.where(correction.c.corrected_id == corrected_id, *same)).first()
    return None if row is None else issue_record(row)


def _next_slot(connection: Connection, corrected: IssueRecord) -> Slot:
    of_edition = select(issue.c.slot).where(issue.c.edition == corrected.edition)
    day = corrected.slot.day
    following = of_edition.where(issue.c.slot >= Slot(day=day), issue.c.slot < Slot(day=day + timedelta(days=1)))
    return Slot(day=day, number=max(slot.number for slot in connection.scalars(following)) + 1)


def _having(issue_id: int) -> Select[Any]:
    """The deliveries to readers who have the issue, or may have it, and are still subscribed."""
    confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
    of_issue = and_(delivery.c.issue_id == issue_id, delivery.c.state.in_(MAYBE_ARRIVED), UNLEASED)
    return (
        select(subscriber.c.id, subscriber.c.email, subscriber.c.name)
        .join_from(delivery, subscriber)
        .where(of_issue, confirmed)
    )


def _plan_deliveries(connection: Connection, corrected_id: int, issue_id: int, variant_id: int, now: datetime) -> None:
    having = _having(corrected_id).order_by(delivery.c.id).subquery()
    moment = literal(now, delivery.c.due_at.type)
    planned = literal(DeliveryState.PLANNED, delivery.c.state.type)
    rows = select(
        literal(issue_id), literal(variant_id), having.c.id, having.c.email, having.c.name, planned, moment, literal(0)
    ).where(true())  # SQLite takes ON CONFLICT after a SELECT only with WHERE
    connection.execute(insert(connection, delivery).from_select(_COLUMNS, rows).on_conflict_do_nothing())


def corrections_of(connection: Connection, issue_ids: Sequence[int]) -> dict[int, tuple[Correction, ...]]:
    """The corrections of some issues, the first one first."""
    found: dict[int, tuple[Correction, ...]] = {}
    rows = select(correction).where(correction.c.corrected_id.in_(issue_ids)).order_by(correction.c.issue_id)
    for row in connection.execute(rows):
        one = Correction(subject=row.subject, text=row.text, by=row.by, at=row.at)
        found[row.corrected_id] = (*found.get(row.corrected_id, ()), one)
    return found

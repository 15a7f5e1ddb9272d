"""What is known of one reader: sign-ups, messages, bounces, requests, and what users of the console did."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from digest.model.deliveries import DeliveryState
from digest.model.readers import ConsentNote, Reader, ReaderAsked, ReaderBounce, ReaderMessage, ReaderRecord
from digest.model.users import AuditEntry
from digest.model.web import SignupRecord
from digest.store.ledger.folding import folded_before
from digest.store.tables.admin_schema import audit_entry
from digest.store.tables.schema import bounce, delivery, issue
from digest.store.tables.web_schema import (
    SIGNUP_RECORD,
    consent_note,
    former_address,
    leave_reason,
    reader_request,
    signup,
)

LATEST = 50  # of each kind


def read_record(connection: Connection, reader: Reader) -> ReaderRecord:
    """The reader with their history, the latest first."""
    return ReaderRecord(
        reader=reader,
        signups=_signups(connection, reader),
        consent_notes=[
            ConsentNote(*row) for row in _latest(connection, _NOTES, consent_note.c.subscriber_id == reader.id)
        ],
        messages=_messages(connection, reader.id),
        bounces=[ReaderBounce(*row) for row in _latest(connection, _BOUNCES, bounce.c.subscriber_id == reader.id)],
        requests=[
            ReaderAsked(*row) for row in _latest(connection, _REQUESTS, reader_request.c.subscriber_id == reader.id)
        ],
        former_addresses=[
            (row.email_key, row.at) for row in _latest(connection, _FORMER, former_address.c.subscriber_id == reader.id)
        ],
        leave_reason=connection.scalar(select(leave_reason.c.reason).where(leave_reason.c.subscriber_id == reader.id)),
        audit=[
            AuditEntry(**row._asdict()) for row in _latest(connection, _AUDIT, audit_entry.c.reader_id == reader.id)
        ],
        folded_before=folded_before(connection),
    )


def _latest(connection: Connection, rows: Select[Any], which: ColumnElement[bool]) -> Sequence[Any]:
    return connection.execute(rows.where(which).limit(LATEST)).all()


def _signups(connection: Connection, reader: Reader) -> list[tuple[SignupRecord, DeliveryState]]:
    found = []
    for row in _latest(connection, _SIGNUPS, signup.c.subscriber_id == reader.id):
        values = row._asdict()
        state = values.pop("state")
        found.append((SignupRecord(email=reader.subscriber.email, **values), state))
    return found


def _messages(connection: Connection, reader_id: int) -> list[ReaderMessage]:
    """The messages to the reader, mail of the system about them included."""
    owners = (
        (delivery.c.id, delivery.c.subscriber_id),
        (signup.c.delivery_id, signup.c.subscriber_id),
        (reader_request.c.delivery_id, reader_request.c.subscriber_id),
    )
    # A query for each, because with OR the database would read the whole ledger.
    found = [select(number).where(owner == reader_id).order_by(number.desc()) for number, owner in owners]
    ids = {one for query in found for one in connection.scalars(query.limit(LATEST))}
    return [ReaderMessage(*row) for row in _latest(connection, _MESSAGES, delivery.c.id.in_(ids))]


_SIGNUPS = (
    select(*SIGNUP_RECORD, delivery.c.state)
    .join_from(signup, delivery, delivery.c.id == signup.c.delivery_id)
    .order_by(signup.c.id.desc())
)
_MESSAGE = ("state", "planned_at", "last_attempt_at", "smtp_code", "enhanced_code", "smtp_text", "bounced_at")
_MESSAGES = (
    select(issue.c.edition, issue.c.purpose, issue.c.slot, *(delivery.c[name] for name in _MESSAGE))
    .join_from(delivery, issue)
    .order_by(delivery.c.id.desc())
)
_NOTES = select(consent_note.c.at, consent_note.c.by, consent_note.c.text).order_by(consent_note.c.id.desc())
_BOUNCES = select(bounce.c.at, bounce.c.report_class, bounce.c.status, bounce.c.text).order_by(bounce.c.at.desc())
_REQUESTS = select(reader_request.c.kind, reader_request.c.asked_at, reader_request.c.done_at).order_by(
    reader_request.c.id.desc()
)
_FORMER = select(former_address.c.email_key, former_address.c.at).order_by(former_address.c.at.desc())
_AUDIT = select(audit_entry).order_by(audit_entry.c.id.desc())

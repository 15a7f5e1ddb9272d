"""System mail: alerts, confirmations and notices, as deliveries of an issue of their own, which senders send first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection, and_, select

from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState, Kind, Rendered, Slot
from digest.store.ledger.transitions import move_issue
from digest.store.ledger.work_notices import announce_work
from digest.store.tables.schema import delivery, insert, issue, variant

_DEADLINE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemMessage:
    """A message of the system: what it is for (`alert`), its language, its day, and its content.

    `key` identifies the content within its purpose, language and day. `on_unknown`: whether a message that may have
    been sent is sent again. `dkim_selector`: the key that signs it (None: it is not signed).
    """

    purpose: str
    language: str
    day: Slot
    key: str
    content: Rendered
    on_unknown: Literal["hold", "resend"] = "hold"
    dkim_selector: str | None


class SystemRecipient(NamedTuple):
    """Who gets it: an address, and the subscriber whose address it is (None: nobody's)."""

    address: str
    name: str | None = None
    subscriber_id: int | None = None


def plan_system_mail(
    connection: Connection, message: SystemMessage, recipients: Sequence[SystemRecipient], now: datetime
) -> list[int]:
    """Plan the message for these recipients in the caller's transaction; the ids of its deliveries.

    It may be sent until a day after the last message of its issue is due. An issue that a refusal paused is tried
    again.
    """
    issue_id = _open_issue(connection, message, now)
    key = {"issue_id": issue_id, "key": message.key}
    content = message.content
    texts = {"subject": content.subject, "preheader": content.preheader, "html": content.html, "text": content.text}
    added = {**key, **texts, "dkim_selector": message.dkim_selector}
    connection.execute(insert(connection, variant).on_conflict_do_nothing(), added)
    found = select(variant.c.id).where(variant.c.issue_id == issue_id, variant.c.key == message.key)
    row = {
        "issue_id": issue_id,
        "variant_id": connection.execute(found).scalar_one(),
        "state": DeliveryState.PLANNED,
        "due_at": now,
        "planned_at": now,
        "tries": 0,
    }
    rows = [{**row, **recipient._asdict()} for recipient in recipients]
    planned = insert(connection, delivery).on_conflict_do_nothing().returning(delivery.c.id)
    announce_work(connection)
    return [number for one in rows for number in connection.scalars(planned, one)]


def _open_issue(connection: Connection, message: SystemMessage, now: datetime) -> int:
    """The issue of that purpose, language and day, added or opened again so that its messages may leave."""
    named = {"purpose": message.purpose, "language": message.language, "slot": message.day}
    window = {"window_start": now, "window_end": now}
    added = {"kind": Kind.SYSTEM, "state": IssueState.PLANNED, "on_unknown": message.on_unknown}
    until = {"deadline": now + _DEADLINE, "updated_at": now}
    connection.execute(insert(connection, issue).on_conflict_do_nothing(), {**named, **window, **added, **until})
    this = [issue.c[name] == value for name, value in named.items()]
    issue_id: int = connection.execute(select(issue.c.id).where(*this).with_for_update()).scalar_one()
    is_earlier = and_(issue.c.id == issue_id, issue.c.deadline < until["deadline"])
    connection.execute(issue.update().where(is_earlier).values(until))
    move_issue(connection, {IssueState.PLANNED}, IssueState.FROZEN, issue.c.id == issue_id, {"frozen_at": now})
    closed = {IssueState.DONE, IssueState.PAUSED}
    move_issue(connection, closed, IssueState.SENDING, issue.c.id == issue_id, {"reason": None})
    return issue_id

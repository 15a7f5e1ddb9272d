"""The recipients of issues by name: what `digest status` shows of a state or of one reader."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from digest.model.deliveries import DeliveryState, Recipient
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.ledger.transitions import LEASED, UNLEASED
from digest.store.tables.schema import EDITION_OR_PURPOSE, delivery, has_address, issue, subscriber

_LEASED_STATES = (DeliveryState.CLAIMED, DeliveryState.SENDING)
_BY_ADDRESS = (delivery.c.address, delivery.c.id)


class Recipients:
    """The rows of the ledger with their addresses; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_state(
        self, issue_id: int, state: DeliveryState, *, offset: int = 0, limit: int | None = None
    ) -> list[Recipient]:
        """The recipients of an issue whose rows are in that state, by address: all, or some."""
        rows = _RECIPIENTS.where(_in_state(issue_id, state)).order_by(*_BY_ADDRESS)
        return list(self._fetch_recipients(rows.offset(offset).limit(limit)))

    def each_in_state(self, issue_id: int, state: DeliveryState) -> Iterator[Recipient]:
        """The same for hundreds of thousands: no more than a part of them is in memory, and no transaction is open."""
        ids = select(delivery.c.id).where(_in_state(issue_id, state)).order_by(*_BY_ADDRESS)
        with self._database.read() as connection:
            found = connection.scalars(ids).all()
        for part in chunks(found):
            rows = _RECIPIENTS.where(delivery.c.id.in_(part)).order_by(*_BY_ADDRESS)
            yield from [one for one in self._fetch_recipients(rows) if one.state == state]

    def of_reader(self, address: str, issue_id: int | None = None) -> list[Recipient] | None:
        """What became of a reader's messages, the latest slot first; None where nobody has that address."""
        reader = select(subscriber.c.id).where(has_address(address))
        with self._database.read() as connection:
            ids = connection.scalars(reader).all()
        if not ids:
            return None
        rows = _RECIPIENTS.where(delivery.c.subscriber_id.in_(ids), _of_issue(issue_id))
        return list(self._fetch_recipients(rows.order_by(issue.c.slot.desc(), issue.c.edition)))

    def _fetch_recipients(self, rows: Select[Any]) -> Iterator[Recipient]:
        with self._database.read() as connection:
            for row in connection.execute(rows):
                yield Recipient(**dict(zip(row._fields, row, strict=True)))


_RECIPIENTS = select(
    EDITION_OR_PURPOSE,
    issue.c.slot,
    delivery.c.address,
    delivery.c.state,
    delivery.c.smtp_code.label("code"),
    delivery.c.enhanced_code.label("enhanced"),
    delivery.c.smtp_text.label("text"),
    delivery.c.last_attempt_at.label("at"),
).join(issue, issue.c.id == delivery.c.issue_id)


def _in_state(issue_id: int, state: DeliveryState) -> ColumnElement[bool]:
    half = LEASED if state in _LEASED_STATES else UNLEASED  # each half has an index
    return and_(delivery.c.issue_id == issue_id, delivery.c.state == state, half)


def _of_issue(issue_id: int | None) -> ColumnElement[bool]:
    return delivery.c.issue_id == issue_id if issue_id is not None else delivery.c.issue_id.is_not(None)

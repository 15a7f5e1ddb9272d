"""The recipients of issues by state and by reader."""

from datetime import date

import pytest

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import Slot
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.recipients import Recipients
from tests.support.store import LEASE, NOW, frozen, reader, sending, settle

_OTHER = Slot(day=date(2026, 10, 2))


@pytest.mark.parametrize("state", [DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.PLANNED])
def test_recipients_in_state_finds_leased_and_free_rows(database: Database, state: DeliveryState) -> None:
    """Rows that a sender holds are found like the others; those of another issue are not."""
    first = frozen(database, 4)
    sending(Deliveries(database), 1)
    Deliveries(database).claim(1, owner="me", now=NOW, lease=LEASE)
    frozen(database, 4, _OTHER)
    expected = {"sending": [reader(0)], "claimed": [reader(1)], "planned": [reader(2), reader(3)]}
    recipients = Recipients(database)
    assert [one.address for one in recipients.in_state(first, state)] == expected[state]
    assert list(recipients.each_in_state(first, state)) == recipients.in_state(first, state)


def test_each_recipient_in_state_is_read_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """400,000 took more than 256 MB. One whose state changes meanwhile is left out."""
    monkeypatch.setattr("digest.store.ledger.recipients.chunks", lambda ids: chunks(ids, 1))
    listed = Recipients(database).each_in_state(frozen(database, 4), DeliveryState.PLANNED)
    assert next(listed).address == reader(0)
    Deliveries(database).claim(2, owner="me", now=NOW, lease=LEASE)
    assert [one.address for one in listed] == [reader(2), reader(3)]


def test_recipients_of_reader_have_the_latest_slot_first(database: Database) -> None:
    """Each issue's row with its reply; None for an address that nobody has."""
    frozen(database, 2)
    (first, *_rest) = sending(Deliveries(database))
    bounced = Receipt(*first, Outcome.BOUNCED, code=550, enhanced="5.1.1", text="unknown")
    settle(Deliveries(database), [bounced])
    other = frozen(database, 2, _OTHER)
    recipients = Recipients(database)
    rows = recipients.of_reader(reader(0).upper())
    assert rows is not None
    assert [(row.slot, row.state, row.code, row.enhanced, row.text, row.at) for row in rows] == [
        (_OTHER, DeliveryState.PLANNED, None, None, None, None),
        (Slot(day=date(2026, 10, 1)), DeliveryState.BOUNCED, 550, "5.1.1", "unknown", NOW),
    ]
    assert recipients.of_reader(reader(0), other) == rows[:1]
    assert recipients.of_reader("unknown@post.example") is None

"""What a restored database gets: nothing is sent again, and readers who left since stay unsubscribed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from digest.model.deliveries import Outcome, Receipt
from digest.model.issues import IssueState, Slot
from digest.model.restored import Departure, PastIssue, Replaced
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.folding import keep_readers
from digest.store.ledger.packed_readers import DeliveredTo
from digest.store.subscribers.subscribers import Subscribers
from digest.store.subscribers.suppression import address_hash
from digest.store.tables.schema import delivery
from digest.store.tables.server_schema import database_server
from digest.store.upkeep.beats import RUN, Beats
from digest.store.upkeep.replaced_database import installation, read_replaced
from digest.store.upkeep.restoring import carry_over
from tests.support.store import NOW, SLOT, WINDOW, frozen, minutes, reader, sending, settle, states

_LATER = NOW + timedelta(hours=2)
_NEXT = Slot(day=SLOT.day + timedelta(days=1))


def _replaced(database: Database, **more: Any) -> Replaced:
    """A replaced database of the same installation."""
    return replace(Replaced(installation=installation(database)), **more)


def _issue(messages: int, slot: Slot = _NEXT) -> PastIssue:
    return PastIssue(edition="daily", slot=slot, window=WINDOW, messages=messages)


def _state(database: Database, slot: Slot) -> tuple[IssueState, str | None]:
    found = Issues(database).find("daily", slot)
    assert found is not None
    return found.state, found.reason


def _last_id(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalars(select(func.max(delivery.c.id))).one())


@pytest.mark.parametrize(("messages", "words"), [(1, "1 message of it was"), (2, "2 messages of it were")])
def test_carry_over_issue_that_the_backup_does_not_have_is_not_made_again(
    database: Database, messages: int, words: str
) -> None:
    """Also where one reader got it: it is cancelled, with the number in its reason."""
    restored = carry_over(database, _replaced(database, sent=(_issue(messages),)), _LATER)
    assert restored.sent_since == {f"daily/{_NEXT}": messages}
    state, reason = _state(database, _NEXT)
    assert state is IssueState.CANCELLED
    assert reason is not None
    assert words in reason


@pytest.mark.parametrize(("messages", "since"), [(1, {}), (2, {}), (3, {f"daily/{SLOT}": 1})])
def test_carry_over_issue_sent_further_is_paused(database: Database, messages: int, since: dict[str, int]) -> None:
    """Of three messages two had left, or may have, when the backup was made; what is not finished waits anyway."""
    frozen(database, 3)
    first, second = sending(Deliveries(database), limit=2)
    settle(Deliveries(database), [Receipt(*first, Outcome.SENT), Receipt(*second, Outcome.UNKNOWN)])
    restored = carry_over(database, _replaced(database, sent=(_issue(messages, SLOT),)), _LATER)
    assert (restored.sent_since, restored.paused) == (since, (f"daily/{SLOT}",))
    state, reason = _state(database, SLOT)
    assert state is IssueState.PAUSED
    assert ("1 message of it was sent" in str(reason)) is bool(since)


def test_carry_over_issue_that_was_cancelled_since_stays_cancelled(database: Database) -> None:
    """One that the backup does not have, or had not frozen."""
    Issues(database).open("daily", SLOT, WINDOW, NOW)
    carry_over(database, _replaced(database, cancelled=(_issue(0), _issue(0, SLOT))), _LATER)
    assert [_state(database, slot)[0] for slot in (SLOT, _NEXT)] == [IssueState.CANCELLED] * 2


def test_carry_over_who_left_since_gets_nothing_more(database: Database) -> None:
    """As they left, and when; who had left before is not counted, and unknown addresses are passed over."""
    frozen(database, 3)
    Subscribers(database).add(Subscriber(email="gone@post.example", status=SubscriberStatus.UNSUBSCRIBED), NOW)
    departures = {
        reader(0): Departure(status=SubscriberStatus.UNSUBSCRIBED, left_by="reader", changed_at=NOW + minutes(5)),
        reader(1): Departure(status=SubscriberStatus.SUPPRESSED, left_by=None, changed_at=NOW + minutes(6)),
        "gone@post.example": Departure(status=SubscriberStatus.SUPPRESSED, left_by=None, changed_at=NOW),
        "nobody@post.example": Departure(status=SubscriberStatus.UNSUBSCRIBED, left_by=None, changed_at=NOW),
    }
    restored = carry_over(database, _replaced(database, departures=departures), _LATER)
    assert restored.departed == 2
    found = [Subscribers(database).find(one) for one in (reader(0), reader(1), reader(2), "gone@post.example")]
    assert [one and one.status for one in found] == ["unsubscribed", "suppressed", "confirmed", "unsubscribed"]
    assert sorted(states(database)) == ["cancelled", "cancelled", "planned"]
    assert read_replaced(database).departures[reader(0)] == departures[reader(0)]


def test_carry_over_who_was_erased_since_is_erased_again(database: Database) -> None:
    """By the hash of the address, which is all that the replaced database keeps."""
    frozen(database, 2)
    erased = {address_hash(database.secret(), reader(1)).hex(): NOW, "00" * 32: NOW}
    restored = carry_over(database, _replaced(database, erased=erased), _LATER)
    assert restored.erased == 1
    assert [one.email for one in Subscribers(database).list()] == [reader(0)]


@pytest.mark.parametrize("foreign", [True, False])
def test_carry_over_without_a_database_of_the_same_installation_only_stops(database: Database, foreign: bool) -> None:
    """Nothing of another installation is carried over."""
    frozen(database, 1)
    departures = {reader(0): Departure(status=SubscriberStatus.UNSUBSCRIBED, left_by=None, changed_at=NOW)}
    Beats(database).record(RUN, ["daily"], NOW)
    other = Replaced(installation="another", sent=(_issue(1),), departures=departures)
    restored = carry_over(database, other if foreign else None, _LATER)
    assert (restored.is_foreign, restored.sent_since, restored.departed) == (foreign, {}, 0)
    assert restored.paused == (f"daily/{SLOT}",)
    assert Issues(database).find("daily", _NEXT) is None
    assert Beats(database).latest(RUN) is None


def test_carry_over_with_the_replaced_database_keeps_the_hours_that_run_knows(database: Database) -> None:
    """`digest run` need not pass over any: it is known what was sent."""
    Beats(database).record(RUN, ["daily"], NOW)
    assert not carry_over(database, _replaced(database), _LATER).is_foreign
    assert Beats(database).latest(RUN) == NOW


def test_carry_over_ids_of_messages_that_were_sent_since_are_not_given_again(database: Database) -> None:
    """Their links would open the page of another reader, and their Message-IDs would be those of two messages."""
    frozen(database, 2)
    assert read_replaced(database).last_delivery == _last_id(database)
    carry_over(database, _replaced(database, last_delivery=7), _LATER)
    frozen(database, 2, _NEXT)
    assert _last_id(database) == 9
    carry_over(database, _replaced(database, last_delivery=3), _LATER)
    frozen(database, 2, Slot(day=_NEXT.day + timedelta(days=1)))
    assert _last_id(database) == 11


@pytest.mark.parametrize("replaced", [None, Replaced(installation="another", last_delivery=5)])
def test_carry_over_without_the_replaced_database_leaves_out_more_ids_than_can_have_been_given(
    database: Database, replaced: Replaced | None
) -> None:
    """Nobody knows how many messages were sent since; also where the backup had none."""
    carry_over(database, replaced, _LATER)
    frozen(database, 1)
    assert _last_id(database) == 1_000_000_001


def test_carry_over_restored_database_forgets_its_server(database: Database) -> None:
    """The server on which a backup is restored is no other one: what was paused is paused once."""
    with database.write() as connection:
        connection.execute(database_server.insert(), {"id": 1, "name": "7/1", "is_copied": False})
    carry_over(database, None, _LATER)
    with database.read() as connection:
        assert connection.execute(database_server.select()).all() == []


def test_read_names_the_readers_of_what_was_sent_since_the_backup_alone(database: Database) -> None:
    """Nobody has what waits or bounced; what the backup knows has its rows there. Addresses are in no log."""
    frozen(database, 5)
    sent, *others = sending(Deliveries(database), limit=4)
    outcomes = zip(others, (Outcome.SENT, Outcome.UNKNOWN, Outcome.BOUNCED), strict=True)
    settle(Deliveries(database), [Receipt(*sent, Outcome.SENT), *(Receipt(*one, outcome) for one, outcome in outcomes)])
    (found,) = read_replaced(database, sent[0]).sent
    assert found.readers == tuple((number, reader(place)) for place, (number, _token) in enumerate(others[:2], 1))
    assert "reader1" not in repr(found)


def test_read_names_readers_whose_rows_are_folded(database: Database) -> None:
    """As after another restore; of a pack those since the backup, and who is still known."""
    number = frozen(database, 3)
    settle(Deliveries(database), [Receipt(*one, Outcome.SENT) for one in sending(Deliveries(database))])
    with database.write() as connection:
        ids = connection.scalars(select(delivery.c.subscriber_id).order_by(delivery.c.id)).all()
        places = enumerate((*ids, max(ids) + 1), 101)
        keep_readers(connection, number, [DeliveredTo(place, one) for place, one in places])
    for after, readers in ((101, ((102, reader(1)), (103, reader(2)))), (102, ((103, reader(2)),)), (104, ())):
        (found,) = read_replaced(database, after).sent
        assert found.readers == readers

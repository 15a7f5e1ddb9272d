"""A million readers: no step of a send reads all rows, and the status adds up meanwhile."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import Slot
from digest.model.subscribers import LeftBy, Subscriber
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from tests.support.store import LEASE, NOW, frozen, minutes, opened, reader, scans, sending, settle, statements

DAY_AFTER = Slot(day=date(2026, 10, 2))


def receipts(pairs: list[tuple[int, str]]) -> list[Receipt]:
    """One of each kind that a server can give, by turns."""
    kinds = (Outcome.SENT, Outcome.DEFERRED, Outcome.BOUNCED, Outcome.UNKNOWN)
    return [Receipt(delivery_id=one, token=token, outcome=kinds[one % 4], code=250) for one, token in pairs]


STEPS: dict[str, Callable[[Database, Deliveries, int], object]] = {
    "claim": lambda _database, deliveries, _issue: deliveries.claim(5, owner="me", now=NOW, lease=LEASE),
    "send": lambda _database, deliveries, _issue: settle(deliveries, receipts(sending(deliveries, 8, "other"))),
    "renew": lambda _database, deliveries, _issue: deliveries.renew("me", NOW, LEASE),
    "recover": lambda _database, deliveries, _issue: deliveries.recover(NOW, lambda _owner: True),
    "expire": lambda _database, deliveries, _issue: deliveries.expire(NOW),
    "expire all": lambda _database, deliveries, _issue: deliveries.expire(NOW + minutes(60 * 24)),
    "finish": lambda _database, deliveries, _issue: deliveries.finish(NOW),
    "next due": lambda _database, deliveries, _issue: deliveries.next_due(NOW),
    "resend": lambda database, _deliveries, issue: Resends(database).resend(issue, DeliveryState.UNKNOWN, "anna", NOW),
    "cancel": lambda database, _deliveries, issue: Issues(database).cancel(issue, NOW),
    "leave": lambda database, _deliveries, _issue: Subscribers(database).remove(reader(3), LeftBy.READER, NOW),
    "import": lambda database, _deliveries, _issue: Subscribers(database).add_many(
        [Subscriber(email=reader(number), name="New") for number in (2, 3, 99)], NOW
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_batch_statements_use_an_index(step: str) -> None:
    """Every statement of a batch finds its rows through an index, however many there are."""
    with opened("sqlite://") as database:
        deliveries = Deliveries(database)
        issue_id = frozen(database, 40)
        settle(deliveries, receipts(sending(deliveries, 12)))
        deliveries.claim(4, owner="me", now=NOW, lease=LEASE)
        with statements(database) as executed:
            STEPS[step](database, deliveries, issue_id)
        assert executed
        assert scans(database, executed) == []


def test_tally_and_status_read_only_an_index() -> None:
    """They count entries of an index; only rows that are claimed or sending are read."""
    with opened("sqlite://") as database:
        issue_id = frozen(database, 10)
        with statements(database) as executed:
            Tallies(database).of_issue(issue_id)
            Tallies(database).of_frozen_issues()
        assert all("USING COVERING INDEX" in found for found in scans(database, executed))


def test_expire_without_passed_deadline_writes_nothing(store_url: str) -> None:
    """A sender may call it before each batch: without a deadline that has passed there is no write."""
    with opened(store_url) as database:
        frozen(database, 3)
        with statements(database) as executed:
            assert Deliveries(database).expire(NOW) == []
        assert not any(statement.startswith(("UPDATE", "BEGIN IMMEDIATE")) for statement, _parameters in executed)


def test_deliveries_next_due_is_the_earliest_of_all_issues_or_of_one(store_url: str) -> None:
    """A planned row is due at once, a deferred one at its next try; a claimed row does not count."""
    with opened(store_url) as database:
        deliveries = Deliveries(database)
        assert deliveries.next_due(NOW) is None
        first, second = frozen(database, 2), frozen(database, 2, DAY_AFTER)
        assert deliveries.next_due(NOW) == NOW
        for issue_id, wait in ((first, 9), (second, 7), (first, 8)):
            (claim,) = deliveries.claim(1, owner="me", now=NOW, lease=LEASE, issues=[issue_id])
            deferred = Receipt(delivery_id=claim.delivery_id, token=claim.token, outcome=Outcome.DEFERRED)
            settle(deliveries, [deferred], lambda _tries, wait=wait: NOW + minutes(wait))  # type: ignore[misc]
        assert deliveries.next_due(NOW) == deliveries.next_due(NOW, second) == NOW
        assert len(deliveries.claim(1, owner="me", now=NOW, lease=LEASE)) == 1
        assert deliveries.next_due(NOW) == NOW + minutes(7)
        assert deliveries.next_due(NOW, first) == NOW + minutes(8)


def test_status_while_others_send_adds_up(store_url: str) -> None:
    """At any moment the counts add up to the audience, each reader once."""
    with opened(store_url) as database:
        frozen(database, 120)
        frozen(database, 120, DAY_AFTER)
        deliveries, done = Deliveries(database), threading.Event()

        def send() -> None:
            while pairs := sending(deliveries, 10):
                settle(deliveries, receipts(pairs))

        def look() -> list[int]:
            seen = []
            while not done.is_set():
                seen += [tally.audience for _record, tally in Tallies(database).of_frozen_issues()]
            return seen

        with ThreadPoolExecutor(3) as pool:
            looking = pool.submit(look)
            senders = [pool.submit(send) for _ in range(2)]
            for sender in senders:
                sender.result()
            done.set()
            assert set(looking.result()) == {120}
        counts = [dict(tally.counts) for _record, tally in Tallies(database).of_frozen_issues()]
        assert all(DeliveryState.PLANNED not in count for count in counts)


def test_import_concurrent_overlapping_lists_stores_each_address_once(store_url: str) -> None:
    """In any order, and without a deadlock."""
    with opened(store_url) as database:
        lists = [[Subscriber(email=reader(number), name=f"List {one}") for number in range(1_200)] for one in range(3)]
        for one in lists:
            random.Random(1).shuffle(one)
        with ThreadPoolExecutor(3) as pool:
            words = list(pool.map(lambda one: Subscribers(database).add_many(one, NOW), lists))
        assert all(word.total() == 1_200 for word in words)
        assert len(list(Subscribers(database).list())) == 1_200


@pytest.mark.parametrize("name", ['quoted "name" \\ and $[0]', "О'Хара 🦀", "[1,2]", "null", "1", ""])
def test_bulk_statement_texts_are_stored_unchanged(store_url: str, name: str) -> None:
    """The values of many rows in one statement are never taken for anything but text, in inserts and updates."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        for sections in (("a", '"b"'), ("c\\d", "[]")):
            one = Subscriber(email=reader(1), name=name, sections=sections, editions=("daily",), timezone="UTC")
            subscribers.add_many([one, Subscriber(email=reader(2))], NOW)
            assert subscribers.find(reader(1)) == one

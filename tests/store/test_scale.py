"""A million readers: no step of a send looks at all of them, and what is shown of it adds up while it goes on."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import Slot
from digest.model.subscribers import Subscriber
from digest.store.database import Database
from digest.store.deliveries import Deliveries
from digest.store.issues import Issues
from digest.store.resends import Resends
from digest.store.subscribers import Subscribers
from digest.store.tallies import Tallies
from tests.support.store import LEASE, NOW, frozen, minutes, opened, reader, sending, settle

DAY_AFTER = Slot(day=date(2026, 10, 2))
_WHOLE = ("SCAN delivery", "SCAN subscriber")


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked in the block."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        asked.append((statement, parameters[0] if many else parameters))

    event.listen(database._engine, "before_cursor_execute", note)
    yield asked
    event.remove(database._engine, "before_cursor_execute", note)


def scans(database: Database, asked: list[tuple[str, Any]]) -> list[str]:
    """Those of the statements for which SQLite would read a whole table of readers or deliveries."""
    found = []
    for statement, parameters in asked:
        if statement.startswith(("SELECT", "UPDATE", "INSERT")):
            with database.read() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found += [f"{row[-1]}: {statement}" for row in plan if row[-1].startswith(_WHOLE)]
    return found


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
    "resend": lambda database, _deliveries, issue: Resends(database).resend_unknown(issue, "anna", NOW),
    "cancel": lambda database, _deliveries, issue: Issues(database).cancel(issue, NOW),
    "leave": lambda database, _deliveries, _issue: Subscribers(database).remove(reader(3), "reader", NOW),
    "import": lambda database, _deliveries, _issue: Subscribers(database).add_many(
        [Subscriber(email=reader(number), name="New") for number in (2, 3, 99)], NOW
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_reads_a_whole_table(step: str) -> None:
    """Every statement of a batch finds its rows through an index, however many there are."""
    with opened("sqlite://") as database:
        deliveries = Deliveries(database)
        issue_id = frozen(database, 40)
        settle(deliveries, receipts(sending(deliveries, 12)))
        deliveries.claim(4, owner="me", now=NOW, lease=LEASE)
        with statements(database) as asked:
            STEPS[step](database, deliveries, issue_id)
        assert asked
        assert scans(database, asked) == []


def test_showing_reads_no_more_than_an_index() -> None:
    """A tally and the status count entries of an index; only rows in somebody's hands are looked at for it."""
    with opened("sqlite://") as database:
        issue_id = frozen(database, 10)
        with statements(database) as asked:
            Tallies(database).of_issue(issue_id)
            Tallies(database).of_frozen_issues()
        assert all("USING COVERING INDEX" in found for found in scans(database, asked))


def test_nothing_is_locked_where_nothing_expires(store_url: str) -> None:
    """A sender may ask before each batch: without a deadline that has passed there is no write."""
    with opened(store_url) as database:
        frozen(database, 3)
        with statements(database) as asked:
            assert Deliveries(database).expire(NOW) == 0
        assert not any(statement.startswith(("UPDATE", "BEGIN IMMEDIATE")) for statement, _parameters in asked)


def test_the_next_try_of_all_issues(store_url: str) -> None:
    """The earliest of them, whichever issue it belongs to; or the earliest of one issue."""
    with opened(store_url) as database:
        deliveries = Deliveries(database)
        assert deliveries.next_due(NOW) is None
        first, second = frozen(database, 2), frozen(database, 2, DAY_AFTER)
        assert deliveries.next_due(NOW) is None
        for issue_id, wait in ((first, 9), (second, 7), (first, 8)):
            (claim,) = deliveries.claim(1, owner="me", now=NOW, lease=LEASE, issues=[issue_id])
            told = Receipt(delivery_id=claim.delivery_id, token=claim.token, outcome=Outcome.DEFERRED)
            settle(deliveries, [told], lambda _tries, wait=wait: NOW + minutes(wait))  # type: ignore[misc]
        assert deliveries.next_due(NOW) == NOW + minutes(7)
        assert deliveries.next_due(NOW, first) == NOW + minutes(8)


def test_the_status_adds_up_while_others_send(store_url: str) -> None:
    """Whoever looks at any moment sees the whole audience, each reader once."""
    with opened(store_url) as database:
        frozen(database, 300)
        frozen(database, 300, DAY_AFTER)
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
            assert set(looking.result()) == {300}
        counts = [dict(tally.counts) for _record, tally in Tallies(database).of_frozen_issues()]
        assert all(DeliveryState.PLANNED not in count for count in counts)


def test_imports_at_once(store_url: str) -> None:
    """Lists that overlap, in any order: each address is kept once, and none waits for another without end."""
    with opened(store_url) as database:
        lists = [[Subscriber(email=reader(number), name=f"List {one}") for number in range(1_200)] for one in range(3)]
        for one in lists:
            random.Random(1).shuffle(one)
        with ThreadPoolExecutor(3) as pool:
            words = list(pool.map(lambda one: Subscribers(database).add_many(one, NOW), lists))
        assert all(word.total() == 1_200 for word in words)
        assert len(list(Subscribers(database).list())) == 1_200


@pytest.mark.parametrize("name", ['quoted "name" \\ and $[0]', "О'Хара 🦀", "[1,2]", "null", "1", ""])
def test_texts_arrive_as_they_were(store_url: str, name: str) -> None:
    """What one statement is told of many rows is never taken for anything but text, when added and when changed."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        for sections in (("a", '"b"'), ("c\\d", "[]")):
            one = Subscriber(email=reader(1), name=name, sections=sections, editions=("daily",), timezone="UTC")
            subscribers.add_many([one, Subscriber(email=reader(2))], NOW)
            assert subscribers.find(reader(1)) == one

"""Requests about a reader's own data, on both databases: another address, and erasing while it changes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from digest.model.deliveries import DeliveryState
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.model.web import RequestKind
from digest.parsing.addresses import email_key
from digest.store.access.mail_limits import Asked, Counted
from digest.store.engine.database import Database
from digest.store.subscribers.reader_data import Erasure, ReaderData
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.subscribers.reader_requests import ReaderRequests
from digest.store.subscribers.signups import Signups
from digest.store.subscribers.subscribers import Subscribers
from digest.store.subscribers.suppression import add_suppression, suppressed_keys
from digest.store.tables.schema import subscriber
from tests.support.store import NOW, frozen, minutes, reader, sign_up, system_message

_OLD, _NEW = reader(0), "Moved@post.example"


def _counted(purpose: str) -> Counted:
    return Counted(purpose, "key of the network", "key of the address")


@pytest.fixture
def requests(database: Database) -> ReaderRequests:
    """A reader with an issue (delivery 1) who asked to move (2) and was asked at the new address (3)."""
    frozen(database, 1)
    requests = ReaderRequests(database)
    kind, messages = RequestKind.ADDRESS, (system_message("new"), system_message("known"))
    assert requests.ask(_OLD.upper(), kind, _counted("address"), system_message("address"), NOW) is Asked.MAILED
    assert requests.ask_at(_NEW, 2, _counted("new-address"), messages, NOW) is Asked.MAILED
    return requests


def _addresses(database: Database) -> dict[int, tuple[str, DeliveryState]]:
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, address, state FROM delivery").all()
    return {row[0]: (row[1], DeliveryState(row[2])) for row in rows}


def test_move_reader_takes_the_planned_messages_along(requests: ReaderRequests, database: Database) -> None:
    """The link works once; the notice goes to the former address; an erased address may be used again."""
    key = email_key(_NEW)
    with database.write() as connection:
        add_suppression(connection, database.secret(), key, NOW)
    assert requests.move_reader(3, system_message("moved"), NOW + minutes(59))
    assert not requests.move_reader(3, system_message("moved"), NOW + minutes(59))
    assert not ReaderLinks(database).leave(3, NOW + minutes(59)).asks
    assert (Subscribers(database).find(_OLD), bool(Subscribers(database).find(_NEW.lower()))) == (None, True)
    with database.read() as connection:
        assert not suppressed_keys(connection, database.secret(), [key])
    found = _addresses(database)
    assert (found[1][0], found[2][0], found[4][0]) == (_NEW, _OLD, _OLD)


def test_move_reader_ends_a_confirmation_that_the_former_address_has(
    requests: ReaderRequests, database: Database
) -> None:
    """Somebody else in the former mailbox cannot subscribe a reader who has left since."""
    signups = Signups(database)
    assert signups.ask(sign_up(_OLD), system_message("confirmation"), NOW) is Asked.MAILED
    assert requests.move_reader(3, system_message("moved"), NOW)
    assert ReaderLinks(database).leave(1, NOW).reader is not None
    assert signups.find(4) is None
    assert not signups.confirm(4, NOW)
    found = Subscribers(database).find(_NEW)
    assert found is not None
    assert found.status is SubscriberStatus.UNSUBSCRIBED


@pytest.mark.parametrize(("minute", "asks"), [(59, True), (60, False)])
def test_leave_from_a_question_to_a_new_address_is_a_refusal_until_it_expires(
    requests: ReaderRequests, database: Database, minute: int, asks: bool
) -> None:
    """The message may be in the mailbox of somebody else, so the reader at the former address stays subscribed."""
    leaving = ReaderLinks(database).leave(3, NOW + minutes(minute))
    assert (leaving.asks, leaving.reader) == (asks, None)
    found = Subscribers(database).find(_OLD)
    assert found is not None
    assert found.status is SubscriberStatus.CONFIRMED


def test_move_reader_with_an_old_or_wrong_link_changes_nothing(requests: ReaderRequests, database: Database) -> None:
    """An hour later, and with the link that asked for the address."""
    assert not requests.move_reader(3, system_message("moved"), NOW + minutes(60))
    assert not requests.move_reader(2, system_message("moved"), NOW)
    assert Subscribers(database).find(_OLD) is not None


def test_move_reader_to_an_address_that_is_stored_at_this_moment_changes_nothing(
    requests: ReaderRequests, database: Database
) -> None:
    """The other transaction waits, then leaves the address to its new owner; the link is used."""
    row = {"email": _NEW, "email_key": _NEW.casefold(), "editions": (), "sections": (), "status": "pending"}
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            connection.execute(subscriber.insert(), {**row, "created_at": NOW, "changed_at": NOW})
            moved = pool.submit(requests.move_reader, 3, system_message("moved"), NOW)
            with pytest.raises(TimeoutError):
                moved.result(0.3)
        assert moved.result(10) is False
    assert Subscribers(database).find(_OLD) is not None
    assert requests.find(3, NOW) is None


def test_move_reader_many_times_at_once_moves_once(requests: ReaderRequests, database: Database) -> None:
    """Each in a transaction of its own."""
    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda _number: requests.move_reader(3, system_message("moved"), NOW), range(8)))
    assert sorted(moved) == [False] * 7 + [True]


def test_erase_while_the_address_changes_leaves_neither_address(requests: ReaderRequests, database: Database) -> None:
    """Whichever comes first, nobody waits for the other for ever; erasing the address they have then erases both."""
    data = ReaderData(database)
    with ThreadPoolExecutor(2) as pool:
        moving = pool.submit(requests.move_reader, 3, system_message("moved"), NOW)
        erasing = pool.submit(data.erase, _OLD, NOW)
        moved, erased = moving.result(), erasing.result()
    assert moved or erased is Erasure.ERASED
    data.erase(_NEW, NOW)
    data.erase(_OLD, NOW)
    assert {address for address, _state in _addresses(database).values()} == {""}
    assert list(Subscribers(database).list()) == []


def test_ask_at_of_a_known_address_is_stored_like_any_other(requests: ReaderRequests, database: Database) -> None:
    """The reader's own copy of their data does not tell whether it is known."""
    Subscribers(database).add(Subscriber(email="other@post.example"), NOW)
    messages = (system_message("new-address"), system_message("new-address"))
    requests.ask(_OLD, RequestKind.ADDRESS, Counted("again", "n", "a"), system_message("address"), NOW)
    assert requests.ask_at("other@post.example", 4, Counted("x", "n", "b"), messages, NOW) is Asked.MAILED
    found = ReaderData(database).export(_OLD)
    assert found is not None
    kinds = [one["kind"] for one in found["requests"]]
    assert kinds == [RequestKind.ADDRESS, RequestKind.NEW_ADDRESS] * 2

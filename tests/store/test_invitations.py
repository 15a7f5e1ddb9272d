"""Imported readers who are asked to confirm, by imports that run at the same time."""

from concurrent.futures import Future, ThreadPoolExecutor, wait

from digest.model.issues import Slot
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.database import Database
from digest.store.invitations import Invitation, Invitations
from digest.store.subscribers import Subscribers
from digest.store.system_mail import SystemMessage
from tests.support.store import NOW, RENDERED, SLOT, column, reader


def test_ask_beside_another_import_asks_each_reader_once(database: Database) -> None:
    """The second list is imported while the first one is being planned, and has the same readers."""
    people = [Subscriber(email=reader(number), status=SubscriberStatus.PENDING) for number in range(3)]
    Subscribers(database).add_many(people, NOW)
    others: list[Future[int]] = []

    def message(language: str, _day: Slot) -> SystemMessage:
        if not others:
            others.append(pool.submit(ask))
            wait(others, timeout=0.5)  # it is not done before this one is
        return SystemMessage(purpose="invitation", language=language, key="invitation", content=RENDERED)

    def ask() -> int:
        wanted = Invitation(message=message, address_key=str, day_of=lambda _moment: SLOT, language="en")
        return Invitations(database).ask(people, wanted, NOW)

    with ThreadPoolExecutor(1) as pool:
        assert ask() == 3
        assert others[0].result() == 0
    assert column(database, "address") == [reader(number) for number in range(3)]


def test_as_pending_changes_only_subscriptions_that_nobody_confirmed(database: Database) -> None:
    """A reader who confirmed before stays confirmed, and one who left is not asked because a list names them."""
    Subscribers(database).add_many([Subscriber(email="Known@post.example")], NOW)
    Subscribers(database).add_many([Subscriber(email="pending@post.example", status=SubscriberStatus.PENDING)], NOW)
    people = [
        Subscriber(email="known@POST.example"),
        Subscriber(email="pending@post.example"),
        Subscriber(email="new@post.example"),
        Subscriber(email="gone@post.example", status=SubscriberStatus.UNSUBSCRIBED),
        Subscriber(email="bounced@post.example", status=SubscriberStatus.SUPPRESSED),
    ]
    found = Invitations(database).as_pending(people)
    assert [one.email for one in found] == [one.email for one in people]
    pending = SubscriberStatus.PENDING
    assert [one.status for one in found] == [people[0].status, pending, pending, people[3].status, people[4].status]

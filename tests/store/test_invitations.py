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

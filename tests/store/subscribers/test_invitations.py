"""Imported readers who are asked to confirm, by imports that run at the same time."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

from digest.model.issues import Slot
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.access.mail_limits import refuse_mail
from digest.store.engine.database import Database
from digest.store.ledger.system_mail import SystemMessage
from digest.store.subscribers.invitations import Invitation, Invitations
from digest.store.subscribers.subscribers import Subscribers
from tests.support.store import NOW, RENDERED, SLOT, column, minutes, reader


def test_ask_beside_another_import_asks_each_reader_once(database: Database) -> None:
    """The second list is imported while the first one is being planned, and has the same readers."""
    people = [Subscriber(email=reader(number), status=SubscriberStatus.PENDING) for number in range(3)]
    Subscribers(database).add_many(people, NOW)
    others: list[Future[int]] = []

    def message(language: str, day: Slot) -> SystemMessage:
        if not others:
            others.append(pool.submit(ask))
            wait(others, timeout=0.5)  # it is not done before this one is
        return SystemMessage(
            purpose="invitation", language=language, day=day, key="invitation", content=RENDERED, dkim_selector=None
        )

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


def test_ask_plans_ten_messages_a_minute_after_those_that_wait(database: Database) -> None:
    """In their language; not to who is confirmed, has refused, or can still use a message, which is for a week."""
    pending, later = SubscriberStatus.PENDING, NOW + timedelta(days=7)
    people = [
        Subscriber(email=reader(one), status=pending, language="ru" if one < 14 else None) for one in range(10, 23)
    ]
    newcomer, confirmed = Subscriber(email=reader(98), status=pending), Subscriber(email=reader(99))
    Subscribers(database).add_many([*people, newcomer, confirmed], NOW)
    with database.write() as connection:
        refuse_mail(connection, reader(15), NOW)
    languages = []

    def message(language: str, day: Slot) -> SystemMessage:
        languages.append((language, day))
        return SystemMessage(
            purpose="invitation", language=language, day=day, key="invitation", content=RENDERED, dkim_selector=None
        )

    wanted = Invitation(message=message, address_key=str, day_of=lambda moment: Slot(day=moment.date()), language="en")
    invitations = Invitations(database)
    assert invitations.last_due() is None
    assert invitations.ask([*people, confirmed], wanted, NOW) == 12
    assert column(database, "due_at") == [NOW] * 10 + [NOW + minutes(1)] * 2
    invited = [14, 16, 17, 18, 19, 20, 10, 11, 12, 13, 21, 22]  # those of one language after another in each minute
    assert column(database, "address") == [reader(one) for one in invited]
    assert languages == [("en", SLOT), ("ru", SLOT), ("en", SLOT)]
    assert invitations.ask([*people, newcomer], wanted, NOW) == 1
    assert invitations.last_due() == NOW + minutes(2)
    assert invitations.ask([*people, newcomer], wanted, later - minutes(0.01)) == 0
    assert invitations.ask([*people, newcomer], wanted, later) == 10
    assert invitations.last_due() == later
    assert invitations.ask(people, wanted, later + minutes(1)) == 2
    assert languages[4:] == [(language, Slot(day=later.date())) for language in ("en", "ru", "en")]

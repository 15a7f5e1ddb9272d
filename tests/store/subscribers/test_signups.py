"""Sign-ups in the store: how long a confirmation can be used, what it changes, and the limits of mail."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from digest.model.subscribers import LeftBy, Subscriber, SubscriberStatus
from digest.model.web import SignupRequest
from digest.store.access.mail_limits import Asked
from digest.store.access.rate_counts import count_event
from digest.store.engine.database import Database
from digest.store.subscribers.signups import Signups
from digest.store.subscribers.subscribers import Subscribers
from tests.support.store import NOW, SLOT, column, opened, sign_up, system_message

_MOMENT = timedelta(seconds=1)
_DAY = timedelta(days=1)
_ADDRESS = "Anna@post.example"
_MESSAGE = system_message("confirmation")


def _request(address: str = _ADDRESS, **changes: str) -> SignupRequest:
    """A request of a network of its own for each address."""
    key = address.casefold()
    request = sign_up(address, address=f"address {key}", network=f"network {key}")
    return replace(request, **changes)  # type: ignore[arg-type]  # all of these are texts


@pytest.fixture
def signups(database: Database) -> Signups:
    """A reader asked to be subscribed (delivery 1)."""
    signups = Signups(database)
    assert signups.ask(_request(), _MESSAGE, NOW) is Asked.MAILED
    return signups


def _reader(database: Database) -> Subscriber:
    found = Subscribers(database).find(_ADDRESS)
    assert found is not None
    return found


def test_confirm_can_be_used_once_within_seven_days(signups: Signups, database: Database) -> None:
    """Not after them; the record is the proof of the consent."""
    assert _reader(database).status is SubscriberStatus.PENDING
    assert not signups.confirm(2, NOW)
    assert not signups.confirm(1, NOW + 7 * _DAY)
    assert [signups.confirm(1, NOW + 7 * _DAY - _MOMENT) for _ in range(2)] == [True, False]
    assert _reader(database).status is SubscriberStatus.CONFIRMED
    (record,) = signups.of_address(_ADDRESS.upper())
    assert record == signups.find(1)
    assert (record.asked_at, record.confirmed_at, record.refused_at) == (NOW, NOW + 7 * _DAY - _MOMENT, None)
    assert (record.editions, record.consents, record.origin) == (("daily",), ("I agree",), "https://gazette.example")
    assert signups.find(2) is None
    assert signups.of_address("nobody@post.example") == []


@pytest.mark.parametrize(
    ("known", "status", "expected"),
    [
        (("weekly",), SubscriberStatus.CONFIRMED, ("weekly", "daily")),
        (("daily",), SubscriberStatus.CONFIRMED, ("daily",)),
        ((), SubscriberStatus.CONFIRMED, ()),
        (("weekly",), SubscriberStatus.UNSUBSCRIBED, ("daily",)),
        (("weekly",), SubscriberStatus.SUPPRESSED, ("daily",)),
        (("weekly",), SubscriberStatus.PENDING, ("daily",)),
    ],
)
def test_confirm_adds_to_the_editions_of_a_reader_only(
    database: Database, known: tuple[str, ...], status: SubscriberStatus, expected: tuple[str, ...]
) -> None:
    """No choice means all editions, and stays so; who had left, or never confirmed, gets what they asked for now."""
    Subscribers(database).add(Subscriber(email=_ADDRESS, editions=known, status=status), NOW)
    signups = Signups(database)
    assert signups.ask(_request(), _MESSAGE, NOW) is Asked.MAILED
    assert _reader(database).status is status
    assert signups.confirm(1, NOW)
    assert (_reader(database).status, _reader(database).editions) == (SubscriberStatus.CONFIRMED, expected)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (SubscriberStatus.CONFIRMED, None),
        (SubscriberStatus.UNSUBSCRIBED, None),
        (SubscriberStatus.SUPPRESSED, None),
        (SubscriberStatus.PENDING, SLOT.day + 90 * _DAY),
    ],
)
def test_confirm_ends_a_pause_of_the_reader_only(
    database: Database, status: SubscriberStatus, expected: date | None
) -> None:
    """The page says that the next issue comes; what a list states of a reader who is asked for it stays."""
    paused = Subscriber(email=_ADDRESS, status=status, paused_until=SLOT.day + 90 * _DAY)
    Subscribers(database).add_many([paused], NOW)
    signups = Signups(database)
    assert signups.ask(_request(), _MESSAGE, NOW) is Asked.MAILED
    assert _reader(database).paused_until == paused.paused_until
    assert signups.confirm(1, NOW)
    assert _reader(database).paused_until == expected


def test_confirm_of_an_imported_reader_keeps_a_choice_of_none(database: Database) -> None:
    """The message that asks them has a language, and they had none: they got all editions."""
    Subscribers(database).add(Subscriber(email=_ADDRESS, status=SubscriberStatus.PENDING), NOW)
    signups = Signups(database)
    assert signups.ask(replace(_request(), editions=()), _MESSAGE, NOW) is Asked.MAILED
    assert signups.confirm(1, NOW, {"daily": "en", "utro": "ru"})
    assert (_reader(database).editions, _reader(database).language) == (("daily", "utro"), "en")


def test_confirm_of_a_reader_who_had_left_lets_a_later_list_end_the_subscription(database: Database) -> None:
    """That they once left is over: who leaves elsewhere afterwards gets no more mail."""
    subscribers, signups = Subscribers(database), Signups(database)
    subscribers.add(Subscriber(email=_ADDRESS), NOW)
    subscribers.remove(_ADDRESS, LeftBy.READER, NOW)
    assert signups.ask(_request(), _MESSAGE, NOW) is Asked.MAILED
    assert signups.confirm(1, NOW)
    subscribers.add_many([Subscriber(email=_ADDRESS, status=SubscriberStatus.UNSUBSCRIBED)], NOW)
    assert _reader(database).status is SubscriberStatus.UNSUBSCRIBED


def test_refuse_ends_the_sign_up_and_mails_nothing_for_thirty_days(signups: Signups, database: Database) -> None:
    """It can be neither confirmed nor refused again; the answer is that for an unknown address."""
    key = _request().address_key
    assert [signups.refuse(1, key, NOW) for _ in range(2)] == [True, False]
    assert not signups.confirm(1, NOW)
    assert _reader(database).status is SubscriberStatus.UNSUBSCRIBED
    for after, answer in ((30 * _DAY - _MOMENT, Asked.ENOUGH), (30 * _DAY, Asked.MAILED)):
        assert signups.ask(_request(), _MESSAGE, NOW + after) is answer
    assert len(column(database, "address")) == 2


def test_refuse_of_a_reader_who_had_confirmed_before_changes_only_the_sign_up(database: Database) -> None:
    """Somebody else asked for them: their subscription stays."""
    Subscribers(database).add(Subscriber(email=_ADDRESS), NOW)
    signups = Signups(database)
    assert signups.ask(_request(), _MESSAGE, NOW) is Asked.MAILED
    assert signups.refuse(1, "key", NOW)
    assert _reader(database).status is SubscriberStatus.CONFIRMED


def test_ask_again_within_a_day_is_enough_for_the_address(signups: Signups) -> None:
    """Whatever the network; links are counted apart, and go to confirmed readers only."""
    again = _request(network_key="another")
    assert signups.ask(again, _MESSAGE, NOW + _DAY - _MOMENT) is Asked.ENOUGH
    assert signups.ask_link(_request("nobody@post.example"), _MESSAGE, NOW) is Asked.ENOUGH
    assert signups.ask_link(_request(address_key="x"), _MESSAGE, NOW) is Asked.ENOUGH
    assert signups.confirm(1, NOW)
    link = replace(_MESSAGE, purpose="link", key="link")
    assert signups.ask_link(_request(), link, NOW) is Asked.MAILED
    assert signups.ask_link(_request(), link, NOW) is Asked.ENOUGH
    assert signups.ask(again, _MESSAGE, NOW + _DAY) is Asked.MAILED


def test_ask_link_costs_as_much_for_nobody_as_for_a_reader(signups: Signups, database: Database) -> None:
    """The time of the answer tells nobody who is subscribed; of what is planned for nobody no row stays."""
    assert signups.confirm(1, NOW)
    link = replace(_MESSAGE, purpose="link", key="link")
    planned = [
        _planned(database, lambda: signups.ask_link(_request("nobody@post.example"), link, NOW)),
        _planned(database, lambda: signups.ask_link(_request(), link, NOW)),
    ]
    assert planned[0] == planned[1] != []
    assert len(column(database, "address")) == 2


def _planned(database: Database, ask: Callable[[], Asked]) -> list[str]:
    """The statements that change an issue or a delivery while a link is asked for."""
    with database.read() as connection:
        engine = connection.engine
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if re.match(r"(?:INSERT|UPDATE)\b.*\b(?:issue|delivery|variant)\b", statement):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_form_is_used_once_in_two_hours(database: Database) -> None:
    """For another address too; a request without a form is not counted by it."""
    signups = Signups(database)
    two_hours = timedelta(hours=2)
    answers = [
        signups.ask(_request(f"r{number}@post.example", form_key=form), _MESSAGE, NOW + after)
        for number, (form, after) in enumerate(
            [
                ("f", timedelta()),
                ("f", two_hours - _MOMENT),
                ("f", two_hours),
                ("g", two_hours),
                ("", two_hours),
                ("", two_hours),
            ]
        )
    ]
    assert answers == [Asked.MAILED, Asked.FORM_USED, *[Asked.MAILED] * 4]


def test_requests_of_one_network_are_limited_for_an_hour(sqlite_url: str) -> None:
    """The twentieth is answered, the next is not; another network is."""
    with opened(sqlite_url) as database:
        signups = Signups(database)

        def ask(number: int, network: str = "n", after: timedelta = timedelta()) -> Asked:
            request = _request(f"r{number}@post.example", network_key=network)
            return signups.ask(request, _MESSAGE, NOW + after)

        assert {ask(number) for number in range(20)} == {Asked.MAILED}
        hour = timedelta(hours=1)
        assert (ask(90), ask(91, after=hour - _MOMENT)) == (Asked.NETWORK_LIMIT, Asked.NETWORK_LIMIT)
        assert (ask(92, "m"), ask(93, after=hour)) == (Asked.MAILED, Asked.MAILED)


def test_messages_of_the_installation_are_limited_to_200_an_hour(sqlite_url: str) -> None:
    """Who is put off by that may ask again: nothing of the request was counted but its network."""
    with opened(sqlite_url) as database:
        signups = Signups(database)
        with database.write() as connection:
            count_event(connection, "mail of forms", timedelta(hours=1), NOW, 197)
        requests = [_request(f"r{number}@post.example", form_key=f"f{number}") for number in range(4)]
        answers = [signups.ask(one, _MESSAGE, NOW) for one in requests]
        assert answers == [Asked.MAILED] * 3 + [Asked.PAUSED]
        last = requests[-1]
        assert Subscribers(database).find(last.email) is None
        assert signups.ask(last, _MESSAGE, NOW + timedelta(hours=1)) is Asked.MAILED

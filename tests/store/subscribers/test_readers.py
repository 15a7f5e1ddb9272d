"""Readers in pages, by a part of the address, and as numbers: the same on both databases."""

from datetime import timedelta

from digest.model.issues import Audience
from digest.model.readers import ReaderFilter
from digest.model.subscribers import LeftBy, Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.subscribers.readers import Readers
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.web_schema import consent_note
from tests.support.store import NOW

_S = SubscriberStatus


def _add(database: Database, *people: Subscriber, days_ago: int = 0) -> None:
    Subscribers(database).add_many(people, NOW - timedelta(days=days_ago))


def _found(database: Database, wanted: ReaderFilter) -> list[str]:
    return [one.subscriber.email for one in Readers(database).page(wanted, 0, 10)]


def test_page_of_a_search_compares_letters_and_not_patterns(database: Database) -> None:
    """In any case, and only domains are stored in lower case; masked, by the first letters and the domain's end."""
    addresses = ("A_b@Mail.EXAMPLE", "axb@mail.example", "élan@post.example", "a@b.test")
    _add(database, *(Subscriber(email=one) for one in addresses))
    assert _found(database, ReaderFilter(text="A_B")) == ["A_b@mail.example"]
    assert _found(database, ReaderFilter(text="ÉLAN")) == ["élan@post.example"]
    assert _found(database, ReaderFilter(text="%")) == []
    assert _found(database, ReaderFilter(text="axe@m.example", masked=True)) == ["axb@mail.example", "A_b@mail.example"]
    assert _found(database, ReaderFilter(text="@post.example", masked=True)) == ["élan@post.example"]
    assert len(_found(database, ReaderFilter(text="@", masked=True))) == 4
    assert Subscribers(database).domains() == {"mail.example": 2, "post.example": 1, "b.test": 1}


def test_page_of_a_status_and_an_edition_has_those_alone(database: Database) -> None:
    """A choice of none counts as every edition."""
    _add(
        database,
        Subscriber(email="a@post.example", editions=("daily",)),
        Subscriber(email="b@post.example", editions=("world",)),
        Subscriber(email="c@post.example", status=_S.PENDING),
        Subscriber(email="d@post.example", status=_S.SUPPRESSED),
    )
    assert _found(database, ReaderFilter(audience=Audience(edition="world"), status=_S.CONFIRMED)) == ["b@post.example"]
    assert _found(database, ReaderFilter(status=_S.PENDING)) == ["c@post.example"]
    assert Readers(database).counts() == {_S.CONFIRMED: 2, _S.PENDING: 1, _S.SUPPRESSED: 1}
    assert Subscribers(database).domains() == {"post.example": 2}
    assert [one.id for one in Readers(database).page(ReaderFilter(), 1, 2)] == [3, 2]


def test_growth_counts_each_reader_once_in_the_span_of_their_moment(database: Database) -> None:
    """Back from the number of now; somebody who was imported as unsubscribed was never there."""
    _add(database, Subscriber(email="a@post.example"), days_ago=40)
    _add(database, Subscriber(email="b@post.example"), Subscriber(email="c@post.example"), days_ago=10)
    _add(database, Subscriber(email="d@post.example", status=_S.UNSUBSCRIBED), days_ago=3)
    _add(database, Subscriber(email="e@post.example", status=_S.PENDING), days_ago=3)
    assert Subscribers(database).remove("c@post.example", LeftBy.READER, NOW - timedelta(days=2))
    starts = [NOW - timedelta(days=days) for days in (21, 14, 7)]
    growth = Readers(database).growth(starts)
    assert [(one.start, one.new, one.left, one.readers) for one in growth] == [
        (starts[0], 0, 0, 1),
        (starts[1], 2, 0, 3),
        (starts[2], 0, 1, 2),
    ]


def test_record_has_the_latest_fifty_of_each_kind(database: Database) -> None:
    """Of that reader alone, the latest first."""
    _add(database, *(Subscriber(email=f"{name}@post.example") for name in "abc"))
    rows = [
        {"subscriber_id": one, "at": NOW, "by": "op", "text": f"{number} of {one}"}
        for number in range(51)
        for one in (1, 2, 3)
    ]
    with database.write() as connection:
        connection.execute(consent_note.insert(), rows)
    record = Readers(database).record(2)
    assert record is not None
    assert [one.text for one in record.consent_notes] == [f"{number} of 2" for number in range(50, 0, -1)]


def test_record_of_nobody_is_none(database: Database) -> None:
    """As is the reader."""
    assert Readers(database).record(1) is None
    assert Readers(database).find(1) is None

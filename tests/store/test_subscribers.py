"""Subscribers: what an import changes, whom it leaves alone, and who gets which edition."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.database import Database
from digest.store.issues import Issues
from digest.store.subscribers import Subscribers
from tests.support.store import NOW, RENDERED, SLOT, WINDOW, frozen, minutes, opened, reader, states

_HERE = Path()
ANNA = Subscriber(email="anna@post.example", name="Anna", language="en", editions=("daily",), sections=("Port",))


def test_each_answer_of_add(store_url: str) -> None:
    """Added, the same, changed; found with everything that was told."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        assert subscribers.add(ANNA, NOW) == "added"
        assert subscribers.add(ANNA, NOW) == "same"
        assert subscribers.find("anna@post.example") == ANNA
        changed = Subscriber(email="anna@POST.example", name="Анна", editions=("weekly", 'the "late" one'))
        assert subscribers.add(changed, NOW) == "changed"
        assert subscribers.find("anna@Post.Example") == Subscriber(
            email="anna@post.example",
            name="Анна",
            language="en",
            editions=("weekly", 'the "late" one'),
            sections=("Port",),
        )
        assert subscribers.find("nobody@post.example") is None


def test_a_reader_who_left_stays_away(store_url: str) -> None:
    """No import brings back who left by his own hand; the operator's removal may be undone."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add_many([ANNA, Subscriber(email="ben@post.example")], NOW)
        assert subscribers.remove(ANNA.email, "reader", NOW)
        assert subscribers.remove("ben@post.example", "operator", NOW)
        again = [ANNA, Subscriber(email="ben@post.example")]
        assert subscribers.add_many(again, NOW) == {"left": 1, "changed": 1}
        assert [one.email for one in subscribers.list(SubscriberStatus.CONFIRMED)] == ["ben@post.example"]
        assert [one.email for one in subscribers.list(SubscriberStatus.UNSUBSCRIBED)] == [ANNA.email]


def test_removing(store_url: str) -> None:
    """Once is enough; a reader's own word counts after the operator's; who is unknown cannot leave."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add(ANNA, NOW)
        assert subscribers.remove("ANNA@post.example", "reader", NOW) is False
        assert subscribers.remove("anna@POST.example", "operator", NOW) is True
        assert subscribers.remove(ANNA.email, "operator", NOW) is False
        assert subscribers.remove(ANNA.email, "reader", NOW) is True
        assert subscribers.remove(ANNA.email, "reader", NOW) is False
        assert subscribers.remove(ANNA.email, "operator", NOW) is False
        assert subscribers.add(ANNA, NOW) == "left"
        with pytest.raises(ValueError, match="nobody"):
            subscribers.remove(ANNA.email, "nobody", NOW)


def test_leaving_cancels_what_was_not_begun(store_url: str) -> None:
    """The rows that wait are cancelled with the subscription, those of others are not."""
    with opened(store_url) as database:
        frozen(database, 3)
        assert Subscribers(database).remove(reader(1), "reader", NOW)
        assert states(database) == ["planned", "cancelled", "planned"]


def test_one_batch_answers_for_each_row(store_url: str) -> None:
    """An address twice in one file is added once; the last word on it stands."""
    batch = [
        Subscriber(email="a@post.example"),
        Subscriber(email="a@POST.example", name="A"),
        Subscriber(email="a@post.example"),
        Subscriber(email="b@post.example"),
    ]
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        assert subscribers.add_many(batch, NOW) == Counter(added=2, changed=1, same=1)
        assert [(one.email, one.name) for one in subscribers.list()] == [
            ("a@post.example", "A"),
            ("b@post.example", None),
        ]
        assert subscribers.add_many([], NOW) == Counter()


def test_thousands_are_listed_in_order(store_url: str) -> None:
    """A list longer than a page is whole, and in the order of the bytes on both databases."""
    emails = [f"reader{number}@post.example" for number in range(2_500)] + ["Ärmel@post.example", "Zoe@post.example"]
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        assert subscribers.add_many([Subscriber(email=email) for email in emails], NOW)["added"] == 2_502
        assert [one.email for one in subscribers.list()] == sorted(emails)


def test_a_list_may_be_changed_while_it_is_read(store_url: str) -> None:
    """Whoever walks through the list may write at each step."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add_many([Subscriber(email=reader(number)) for number in range(5)], NOW)
        assert [subscribers.remove(one.email, "operator", NOW) for one in subscribers.list()] == [True] * 5


def test_who_belongs_to_an_edition(store_url: str) -> None:
    """Confirmed, and the edition named exactly, or none at all."""
    everybody = [
        Subscriber(email="all@post.example"),
        Subscriber(email="daily@post.example", editions=("weekly", "daily")),
        Subscriber(email="capital@post.example", editions=("Daily",)),
        Subscriber(email="longer@post.example", editions=("daily-late", "my daily")),
        Subscriber(email="quoted@post.example", editions=('a "daily"', 'x"daily')),
        Subscriber(email="pending@post.example", status=SubscriberStatus.PENDING),
        Subscriber(email="dead@post.example", status=SubscriberStatus.SUPPRESSED),
    ]
    with opened(store_url) as database:
        Subscribers(database).add_many(everybody, NOW)
        counted = {name: Subscribers(database).audience(name) for name in ("daily", "weekly", "Daily", "other")}
        assert counted == {"daily": 2, "weekly": 2, "Daily": 2, "other": 1}
        issue = Issues(database).open("daily", SLOT, WINDOW, NOW)
        planned = Issues(database).freeze(
            issue.id,
            rendered=RENDERED,
            article_keys=[],
            edition="daily",
            now=NOW,
            deadline=NOW + minutes(60),
        )
        assert planned == 2


@settings(max_examples=25)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "A", "B"])), max_size=4), max_size=4
    )
)
def test_batches_answer_as_single_rows_do(batches: list[list[tuple[str, str | None]]]) -> None:
    """However rows are grouped, the words and the result are the same."""
    grouped, single = Database.open("sqlite://", _HERE), Database.open("sqlite://", _HERE)
    for batch in batches:
        rows = [Subscriber(email=f"{letter}@post.example", name=name) for letter, name in batch]
        words = Subscribers(grouped).add_many(rows, NOW)
        assert words == Counter(Subscribers(single).add(row, NOW) for row in rows)
    assert list(Subscribers(grouped).list()) == list(Subscribers(single).list())
    grouped.close()
    single.close()

"""Subscribers: what an import changes and what it keeps, and who gets which edition."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.issues import Audience
from digest.model.subscribers import LeftBy, RowOutcome, Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.subscribers.row_merging import Resubscribe
from digest.store.subscribers.subscribers import Subscribers
from tests.support.store import NOW, SLOT, freeze, frozen, opened, reader, states

_HERE = Path()
ANNA = Subscriber(email="anna@post.example", name="Anna", language="en", editions=("daily",), sections=("Port",))


def test_add_new_same_or_changed_returns_its_result(store_url: str) -> None:
    """Added, unchanged, changed; every field is read back."""
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


@pytest.mark.parametrize("status", [SubscriberStatus.CONFIRMED, SubscriberStatus.PENDING])
def test_import_rows_reader_who_left_is_refused(store_url: str, status: SubscriberStatus) -> None:
    """Whether the reader, the operator or another system ended it, which a list that agrees does not change.

    `Resubscribe.EVERYBODY` brings all back.
    """
    left = ["anna@post.example", "ben@post.example", "carl@post.example", "dora@post.example"]
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add_many([Subscriber(email=email) for email in left[:2]], NOW)
        assert subscribers.remove("Anna@post.example", LeftBy.READER, NOW)
        assert subscribers.remove("BEN@post.example", LeftBy.OPERATOR, NOW)
        subscribers.add(Subscriber(email=left[2], status=SubscriberStatus.UNSUBSCRIBED), NOW)
        subscribers.add(Subscriber(email=left[3], status=SubscriberStatus.SUPPRESSED), NOW)
        again = [Subscriber(email=email.upper(), status=status) for email in left]
        assert subscribers.import_rows(again, NOW).results == [("left", status)] * 4
        assert [subscribers.add(Subscriber(email=left[number]), NOW) for number in (0, 2, 3)] == ["left"] * 3
        named = Subscriber(email=left[1], name="Ben", status=SubscriberStatus.UNSUBSCRIBED)
        assert subscribers.import_rows([named], NOW).results == [("changed", "unsubscribed")]
        by_operator = subscribers.preview_rows([again[1]], Resubscribe.REMOVED_BY_OPERATOR)
        assert by_operator.results == [("changed", status)]
        assert list(subscribers.list(status)) == []
        assert subscribers.preview_rows(again, Resubscribe.EVERYBODY).results == [("changed", status)] * 4
        assert list(subscribers.list(status)) == []
        assert subscribers.import_rows(again, NOW, Resubscribe.EVERYBODY).results == [("changed", status)] * 4
        assert [one.email for one in subscribers.list(status)] == left


def test_import_rows_that_unsubscribe_keep_the_readers_own_request(store_url: str) -> None:
    """A list with everybody's status changes nothing for a reader who unsubscribed here."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add(ANNA, NOW)
        subscribers.remove(ANNA.email, LeftBy.READER, NOW)
        row = Subscriber(email=ANNA.email, name="Other", status=SubscriberStatus.SUPPRESSED)
        assert subscribers.import_rows([row], NOW).results == [("same", "suppressed")]
        assert subscribers.add(ANNA, NOW) == "left"


def test_import_rows_that_unsubscribe_cancel_what_waits(store_url: str) -> None:
    """As `remove` does; the choice of editions stays, and other readers get their issue."""
    with opened(store_url) as database:
        frozen(database, 3)
        subscribers = Subscribers(database)
        subscribers.add(Subscriber(email=reader(1), editions=("daily",)), NOW)
        row = Subscriber(email=reader(1).upper(), status=SubscriberStatus.UNSUBSCRIBED)
        assert subscribers.add_many([row], NOW) == {"changed": 1}
        assert states(database) == ["planned", "cancelled", "planned"]
        found = subscribers.find(reader(1))
        assert found is not None
        assert found.editions == ("daily",)


def test_import_rows_that_pause_cancel_what_waits_of_earlier_days(store_url: str) -> None:
    """As on the reader's page; the issue of the day on which the pause ends stays, and so does a known pause."""
    with opened(store_url) as database:
        frozen(database, 3)
        subscribers = Subscribers(database)
        pauses = {1: SLOT.day, 2: SLOT.day + timedelta(days=1)}
        rows = [Subscriber(email=reader(number), paused_until=until) for number, until in pauses.items()]
        assert subscribers.add_many(rows, NOW) == {"changed": 2}
        assert states(database) == ["planned", "planned", "cancelled"]


def test_import_rows_pending_of_an_old_list_keeps_a_reader_who_has_confirmed(store_url: str) -> None:
    """They lose no mail because the list, which says that they had not, is imported again."""
    pending = replace(ANNA, status=SubscriberStatus.PENDING)
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add(ANNA, NOW)
        same = [("same", "pending")], 0
        assert subscribers.preview_rows([pending]) == subscribers.import_rows([pending], NOW) == same
        subscribers.import_rows([replace(pending, name="Anna B.")], NOW)
        assert subscribers.find(ANNA.email) == replace(ANNA, name="Anna B.")


@pytest.mark.parametrize("status", [SubscriberStatus.CONFIRMED, SubscriberStatus.PENDING])
@pytest.mark.parametrize("is_imported", [False, True])
def test_unsuppress_restores_the_status_of_before(
    store_url: str, status: SubscriberStatus, *, is_imported: bool
) -> None:
    """Nobody is subscribed who had not confirmed, whoever suppressed them; a later row about them changes nothing."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add(replace(ANNA, status=status), NOW)
        suppressed = replace(ANNA, status=SubscriberStatus.SUPPRESSED)
        if is_imported:
            assert subscribers.add_many([suppressed], NOW) == {"changed": 1}
        else:
            assert subscribers.suppress(ANNA.email, NOW)
        assert subscribers.add_many([replace(suppressed, name="Anna B.")], NOW) == {"changed": 1}
        assert subscribers.unsuppress(ANNA.email, NOW) is status
        assert subscribers.unsuppress(ANNA.email, NOW) is None
        found = subscribers.find(ANNA.email)
        assert found is not None
        assert found.status is status


def test_add_address_in_another_case_is_the_same_reader(store_url: str) -> None:
    """Added, found and removed under any of them; the address is kept as it was given first, but for its domain."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        assert subscribers.add(Subscriber(email="Reader@Post.example"), NOW) == "added"
        assert subscribers.add(Subscriber(email="reader@POST.example"), NOW) == "same"
        assert [one.email for one in subscribers.list()] == ["Reader@post.example"]
        assert subscribers.find("READER@post.example") == Subscriber(email="Reader@post.example")
        assert subscribers.remove("rEADER@post.example", LeftBy.READER, NOW)


def test_remove_twice_changes_nothing(store_url: str) -> None:
    """Once is enough; a reader's own request counts after the operator's; an unknown reader cannot be removed."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add(ANNA, NOW)
        assert subscribers.remove("nobody@post.example", LeftBy.READER, NOW) is False
        assert subscribers.remove("ANNA@POST.example", LeftBy.OPERATOR, NOW) is True
        assert subscribers.remove(ANNA.email, LeftBy.OPERATOR, NOW) is False
        assert subscribers.remove(ANNA.email, LeftBy.READER, NOW) is True
        assert subscribers.remove(ANNA.email, LeftBy.READER, NOW) is False
        assert subscribers.remove(ANNA.email, LeftBy.OPERATOR, NOW) is False
        assert subscribers.add(ANNA, NOW) == "left"


def test_unsubscribe_cancels_waiting_deliveries(store_url: str) -> None:
    """The rows that wait are cancelled with the subscription, those of other readers are not."""
    with opened(store_url) as database:
        frozen(database, 3)
        assert Subscribers(database).remove(reader(1), LeftBy.READER, NOW)
        assert states(database) == ["planned", "cancelled", "planned"]


def test_add_batch_returns_a_result_for_each_row(store_url: str) -> None:
    """An address twice in one file is added once; its last row counts."""
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


def test_list_more_than_a_page_is_complete_and_ordered(store_url: str) -> None:
    """The order is the same on both databases, whatever the case of the addresses."""
    emails = [f"reader{number}@post.example" for number in range(2_500)] + ["Ärmel@post.example", "Zoe@post.example"]
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        assert subscribers.add_many([Subscriber(email=email) for email in emails], NOW)[RowOutcome.ADDED] == 2_502
        assert [one.email for one in subscribers.list()] == sorted(emails, key=str.casefold)


def test_list_may_be_changed_while_it_is_read(store_url: str) -> None:
    """The caller may write between any two rows."""
    with opened(store_url) as database:
        subscribers = Subscribers(database)
        subscribers.add_many([Subscriber(email=reader(number)) for number in range(5)], NOW)
        assert [subscribers.remove(one.email, LeftBy.OPERATOR, NOW) for one in subscribers.list()] == [True] * 5


def test_audience_has_confirmed_subscribers_of_the_edition(store_url: str) -> None:
    """Confirmed, and with the exact name of the edition, or with none."""
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
        counted = {
            name: Subscribers(database).audience(Audience(edition=name))
            for name in ("daily", "weekly", "Daily", "other")
        }
        assert counted == {"daily": 2, "weekly": 2, "Daily": 2, "other": 1}
        assert freeze(Issues(database)).readers == 2


@settings(max_examples=25)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "A", "B"])), max_size=4), max_size=4
    )
)
def test_add_any_batches_equal_single_rows(batches: list[list[tuple[str, str | None]]]) -> None:
    """However rows are grouped, the results and the stored rows are the same."""
    grouped, single = Database.open("sqlite://", _HERE), Database.open("sqlite://", _HERE)
    for batch in batches:
        rows = [Subscriber(email=f"{letter}@post.example", name=name) for letter, name in batch]
        words = Subscribers(grouped).add_many(rows, NOW)
        assert words == Counter(Subscribers(single).add(row, NOW) for row in rows)
    assert list(Subscribers(grouped).list()) == list(Subscribers(single).list())
    grouped.close()
    single.close()

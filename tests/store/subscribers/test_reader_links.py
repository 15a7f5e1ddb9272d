"""What a reader chose on their page: stored, read back and exported."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from digest.model.deliveries import Outcome, Receipt
from digest.model.issues import Kind, weekly_name
from digest.model.subscribers import Frequency, LeftBy, Preferences, Subscriber, SubscriberStatus
from digest.model.web import LeaveReason, Leaving
from digest.store.access.mail_limits import Asked
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.subscribers.reader_data import ReaderData
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.subscribers.row_merging import Resubscribe
from digest.store.subscribers.signups import Signups
from digest.store.subscribers.subscribers import Subscribers
from digest.store.subscribers.subscription_ends import lock_free
from digest.store.tables.schema import delivery, issue, subscriber
from digest.store.tables.web_schema import leave_reason
from tests.support.store import (
    NOW,
    SLOT,
    frozen,
    minutes,
    opened,
    reader,
    sending,
    settle,
    sign_up,
    statements,
    states,
    system_message,
)

_CHOSEN = Preferences(
    language="ru",
    sections=("City", 'The "Sea"'),
    frequency=Frequency.WEEKDAYS,
    timezone="Europe/Moscow",
    hour=0,
    paused_until=date(2026, 12, 31),
)


@pytest.fixture
def links(database: Database) -> ReaderLinks:
    """The links of a database with an issue for three readers."""
    frozen(database, 3)
    return ReaderLinks(database)


def _chosen(links: ReaderLinks, delivery_id: int = 2) -> tuple[Preferences, datetime]:
    found = links.find(delivery_id)
    assert found is not None
    return found.preferences, found.changed_at


def test_save_preferences_are_read_back_and_can_be_unset(links: ReaderLinks) -> None:
    """Every field of that reader alone; storing the same again changes nothing."""
    later = NOW + minutes(1)
    assert links.save_preferences(2, _CHOSEN, later)
    assert _chosen(links) == (_CHOSEN, later)
    assert not links.save_preferences(2, _CHOSEN, later + minutes(1))
    assert [_chosen(links, other) for other in (1, 3)] == [(Preferences(), NOW)] * 2
    assert links.save_preferences(2, Preferences(), later)
    assert _chosen(links)[0] == Preferences()


def test_save_preferences_of_a_pause_cancels_the_issues_before_its_end(links: ReaderLinks, database: Database) -> None:
    """The issue of the day on which mail goes on stays, and so does the mail of others."""
    assert links.save_preferences(2, Preferences(paused_until=SLOT.day), NOW)
    assert states(database) == ["planned"] * 3
    assert links.save_preferences(2, Preferences(paused_until=SLOT.day + timedelta(days=1)), NOW)
    assert states(database) == ["planned", "cancelled", "planned"]


def test_save_preferences_cancels_no_mail_that_the_reader_asked_for(links: ReaderLinks, database: Database) -> None:
    """A message with their links is no issue, whatever they choose meanwhile."""
    assert Signups(database).ask_link(sign_up(reader(1)), system_message("link"), NOW) is Asked.MAILED
    assert links.save_preferences(2, Preferences(paused_until=SLOT.day + timedelta(days=1)), NOW, ["other"])
    assert states(database) == ["planned", "cancelled", "planned", "planned"]


def test_save_preferences_of_an_edition_keeps_its_weekly_issue(links: ReaderLinks, database: Database) -> None:
    """It is cancelled for a reader who leaves the edition."""
    with database.write() as connection:
        connection.execute(issue.update().values(edition=weekly_name("daily")))
    links.save_preferences(1, Preferences(), NOW, ["daily"])
    links.save_preferences(2, Preferences(), NOW, ["other"])
    assert states(database) == ["planned", "cancelled", "planned"]


def test_save_preferences_of_an_unsubscribed_reader_changes_nothing(links: ReaderLinks) -> None:
    """Nor for a link of nobody."""
    links.leave(2, NOW)
    assert not links.save_preferences(2, _CHOSEN, NOW)
    assert not links.save_preferences(9, _CHOSEN, NOW)
    assert _chosen(links)[0] == Preferences()


def test_preferences_are_exported_listed_and_imported_again(links: ReaderLinks, database: Database) -> None:
    """An import that leaves them out keeps them; one that states them changes them."""
    links.save_preferences(1, _CHOSEN, NOW)
    exported: dict[str, Any] = (ReaderData(database).export(reader(0)) or {})["subscriber"]
    assert (exported["hour"], exported["paused_until"]) == (0, date(2026, 12, 31))
    subscribers = Subscribers(database)
    assert subscribers.add_many([Subscriber(email=reader(0))], NOW) == {"same": 1}
    stated = Subscriber(email=reader(0), hour=9, paused_until=date(2027, 1, 1))
    new = Subscriber(email=reader(5), hour=23)
    assert subscribers.add_many([stated, new], NOW) == {"changed": 1, "added": 1}
    listed = {one.email: one for one in subscribers.list()}
    assert (listed[reader(0)].hour, listed[reader(0)].paused_until) == (9, date(2027, 1, 1))
    assert listed[reader(5)] == new


def test_save_preferences_of_editions_are_kept_by_imports(links: ReaderLinks, database: Database) -> None:
    """Also by `add` and by a row without an edition, which means every one; `Resubscribe.EVERYBODY` replaces them."""
    links.save_preferences(1, _CHOSEN, NOW, ["weekly"])
    subscribers, before = Subscribers(database), [reader(0), reader(1)]
    rows = [Subscriber(email=one, editions=("daily",)) for one in before]
    preview = subscribers.preview_rows(rows)
    assert preview == subscribers.import_rows(rows, NOW)
    assert (preview.results, preview.kept) == ([("same", "confirmed"), ("changed", "confirmed")], 1)
    assert subscribers.import_rows([Subscriber(email=reader(0), name="A.", editions=("weekly",))], NOW).kept == 0
    assert subscribers.add(Subscriber(email=reader(0).upper(), name="Anna"), NOW) == "changed"
    assert _editions(subscribers) == [("weekly",), ("daily",)]
    assert (ReaderData(database).export(reader(0)) or {})["subscriber"]["editions_chosen_at"] == NOW
    assert subscribers.import_rows(rows[:1], NOW, Resubscribe.EVERYBODY).kept == 0
    assert subscribers.import_rows([Subscriber(email=reader(0))], NOW).kept == 0
    assert _editions(subscribers) == [(), ("daily",)]


def _editions(subscribers: Subscribers) -> list[tuple[str, ...]]:
    return [one.editions for one in subscribers.list() if one.email in {reader(0), reader(1)}]


def test_leave_together_ends_each_subscription_once(links: ReaderLinks, database: Database) -> None:
    """Links of the same reader, of others and of nobody, in any order, in one transaction."""
    with statements(database) as executed:
        first, nobody, again, second = links.leave_together([2, 9, 2, 1], NOW)
    assert sum("COMMIT" in one or "BEGIN" in one for one, _parameters in executed) <= 1
    assert first == again
    assert nobody == Leaving(is_unknown=True)
    assert first is not None
    assert first.reader is not None
    assert first.reader.status is SubscriberStatus.UNSUBSCRIBED
    assert links.leave_together([1], NOW) == [second]
    assert links.leave(2, NOW) == first


def test_leave_together_waits_for_no_reader(postgres_store_url: str) -> None:
    """A reader that another transaction is changing is left to a request alone; the others have left."""
    with opened(postgres_store_url) as database:
        frozen(database, 2)
        links = ReaderLinks(database)
        with database.write() as other:
            other.execute(subscriber.update().where(subscriber.c.id == 1).values(name="Anna"))
            busy, left = links.leave_together([1, 2], NOW)
        assert busy is None
        assert left is not None
        assert left.reader is not None
        assert left.reader.status is SubscriberStatus.UNSUBSCRIBED
        found = links.leave(1, NOW).reader
        assert found is not None
        assert (found.status, found.left_by_reader) == (SubscriberStatus.UNSUBSCRIBED, True)


def _reasons(database: Database) -> dict[int, LeaveReason]:
    with database.read() as connection:
        return {row.subscriber_id: row.reason for row in connection.execute(select(leave_reason))}


def test_undo_and_explain_are_open_for_thirty_minutes(links: ReaderLinks, database: Database) -> None:
    """Not at their end; to undo it takes back the reason of that reader alone."""
    for number in (1, 2, 3):
        links.leave(number, NOW)
        links.explain(number, LeaveReason.OTHER, NOW)
    end = NOW + minutes(30)
    assert not links.explain(2, LeaveReason.TOO_MANY, end)
    assert not links.undo(2, end)
    last = end - timedelta(microseconds=1)
    assert links.explain(2, LeaveReason.TOO_MANY, last)
    assert _reasons(database) == {1: LeaveReason.OTHER, 2: LeaveReason.TOO_MANY, 3: LeaveReason.OTHER}
    assert links.undo(2, last)
    assert _reasons(database) == {1: LeaveReason.OTHER, 3: LeaveReason.OTHER}
    assert not links.undo(2, last)
    found = [links.find(number) for number in (1, 2, 3)]
    assert [one is not None and one.status is SubscriberStatus.CONFIRMED for one in found] == [False, True, False]


def test_undo_after_the_operator_removed_the_reader_changes_nothing(links: ReaderLinks, database: Database) -> None:
    """The reader did not leave, so there is nothing of theirs to undo."""
    Subscribers(database).remove(reader(1), LeftBy.OPERATOR, NOW)
    assert not links.undo(2, NOW)
    assert not links.explain(2, LeaveReason.OTHER, NOW)


def test_next_due_is_that_of_the_reader_and_of_issues(links: ReaderLinks, database: Database) -> None:
    """A message that was cancelled or sent is due no more, and system mail is none that a reader waits for."""
    moments = {one: NOW + minutes(one) for one in (1, 2, 3)}
    with database.write() as connection:
        for number, moment in moments.items():
            connection.execute(delivery.update().where(delivery.c.id == number).values(due_at=moment))
    assert {one: links.next_due(one) for one in (1, 2, 3)} == moments
    links.leave(2, NOW)
    assert {one: links.next_due(one) for one in (1, 2, 3)} == moments | {2: None}
    with database.write() as connection:
        connection.execute(issue.update().values(kind=Kind.SYSTEM))
    assert links.next_due(3) is None


def test_lock_free_lets_rows_of_a_locked_reader_be_added(postgres_store_url: str) -> None:
    """A bounce or a delivery of a reader who is about to leave waits for nothing."""
    with opened(postgres_store_url) as database:
        frozen(database, 1)
        with database.write() as locking, database.write() as other:
            assert lock_free(locking, [1, 2]) == [1]
            other.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
            other.execute(leave_reason.insert(), {"subscriber_id": 1, "reason": LeaveReason.OTHER, "at": NOW})


@pytest.mark.parametrize("together", [False, True])
def test_leave_with_the_token_of_an_unknown_message_proves_it_sent(
    links: ReaderLinks, database: Database, together: bool
) -> None:
    """Only its reader has the token; opening the page proves nothing, because it changes nothing."""
    deliveries = Deliveries(database)
    settle(deliveries, [Receipt(*one, Outcome.UNKNOWN) for one in sending(deliveries, limit=2)])
    links.find(1)
    assert states(database) == ["unknown", "unknown", "planned"]
    if together:
        links.leave_together([2, 1, 7], NOW)
    else:
        links.leave(1, NOW)
    assert states(database) == ["sent", "sent" if together else "unknown", "planned"]

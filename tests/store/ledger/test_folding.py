"""Deliveries of issues that were done long ago become counts; what reads them knows as much as before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueState, Slot
from digest.model.subscribers import Preferences, SubscriberStatus
from digest.model.web import LeaveReason
from digest.store.engine.database import Database
from digest.store.issues.archive import Archive
from digest.store.issues.issues import Issues
from digest.store.ledger import folding
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.folding import Folding
from digest.store.ledger.packed_readers import DeliveredTo, find_reader, pack
from digest.store.ledger.resends import Resends
from digest.store.ledger.system_mail import SystemRecipient, plan_system_mail
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.bounces import Bounces
from digest.store.subscribers.reader_data import ReaderData
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.retention_schema import folded_reader
from digest.store.tables.schema import delivery, variant
from tests.support.store import NOW, SLOT, column, frozen, reader, sending, settle, states, system_message

LATER = NOW + timedelta(days=181)
NEXT = Slot(day=SLOT.day + timedelta(days=1))


def end(database: Database, issue_id: int, unknown: int = 0) -> None:
    """Send an issue: the last `unknown` of its messages are never confirmed."""
    deliveries = Deliveries(database)
    pairs = sending(deliveries)
    doubtful = {one for one, _token in pairs[len(pairs) - unknown :]}
    outcomes = {one: Outcome.UNKNOWN if one in doubtful else Outcome.SENT for one, _token in pairs}
    settle(deliveries, [Receipt(delivery_id=one, token=token, outcome=outcomes[one]) for one, token in pairs])
    assert deliveries.finish(NOW) == 1
    assert issue_id


def fold(database: Database) -> int:
    """Fold what is 180 days old half a year later; how many deliveries."""
    return sum(Folding(database).fold(LATER - timedelta(days=180)))


@pytest.fixture
def folded(database: Database) -> int:
    """The id of an issue with five readers, of whose deliveries four were folded and one is unknown."""
    issue_id = frozen(database, 5)
    end(database, issue_id, unknown=1)
    before = Tallies(database).of_issue(issue_id)
    assert fold(database) == 4
    assert Tallies(database).of_issue(issue_id).counts == before.counts
    return issue_id


def test_fold_keeps_counts_and_messages_that_may_have_arrived(database: Database, folded: int) -> None:
    """The audience stays; the row of the unknown message stays with its address."""
    tally = Tallies(database).of_issue(folded)
    assert (tally.audience, tally.folded) == (5, 4)
    assert tally[DeliveryState.SENT] == 4
    assert states(database) == ["unknown"]
    assert column(database, "address") == [reader(4)]
    assert Tallies(database).of_issues([folded]) == {folded: tally}
    assert [found for _record, found in Tallies(database).of_frozen_issues()] == [tally]
    assert Folding(database).folded_before() == NOW


def test_fold_twice_changes_nothing(database: Database, folded: int) -> None:
    """What was folded is not counted again."""
    assert fold(database) == 0
    assert Tallies(database).of_issue(folded).audience == 5


def test_fold_of_an_issue_that_is_young_or_unfinished_waits(database: Database) -> None:
    """Only what ended before the moment is folded."""
    issue_id = frozen(database, 2)
    assert fold(database) == 0
    end(database, issue_id)
    assert sum(Folding(database).fold(NOW)) == 0
    assert fold(database) == 2


def test_fold_in_small_batches_keeps_every_reader(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends after each batch is resumed, and each link names its reader."""
    monkeypatch.setattr(folding, "_ROWS", 2)
    issue_id = frozen(database, 7)
    end(database, issue_id)
    ids = column(database, "id")
    turns = 0
    while next(Folding(database).fold(LATER), 0):
        turns += 1
        assert Tallies(database).of_issue(issue_id).audience == 7
    assert turns == 4
    found = [ReaderLinks(database).find(one) for one in ids if isinstance(one, int)]
    assert [one and one.email for one in found] == [reader(number) for number in range(7)]


def test_fold_of_an_issue_that_is_reopened_meanwhile_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows that are left stay with their issue; another one is folded."""
    monkeypatch.setattr(folding, "_ROWS", 2)
    reopened, other = frozen(database, 5), frozen(database, 5, NEXT, keys=("c",))
    pairs = sending(Deliveries(database))
    settle(Deliveries(database), [Receipt(*pair, Outcome.SENT) for pair in pairs])
    assert Deliveries(database).finish(NOW) == 2
    turns = Folding(database).fold(LATER)
    assert next(turns) == 2
    assert Issues(database).move(reopened, {IssueState.DONE}, IssueState.SENDING, now=LATER)
    list(turns)
    assert [Tallies(database).of_issue(one).folded for one in (reopened, other)] == [2, 5]


def test_fold_later_of_what_was_unknown_is_found_too(database: Database, folded: int) -> None:
    """A message inside of an earlier batch's ids is folded once its answer is known."""
    (delivery_id,) = column(database, "id")
    assert isinstance(delivery_id, int)
    with database.write() as connection:
        connection.execute(delivery.update().values(state=DeliveryState.SENT))
    assert fold(database) == 1
    assert Tallies(database).of_issue(folded).counts == {DeliveryState.SENT: 5}
    for number in range(5):
        found = ReaderLinks(database).find(delivery_id - 4 + number)
        assert found is not None
        assert found.email == reader(number)


def test_used_keys_of_a_folded_issue_stay_used(database: Database, folded: int) -> None:
    """No article comes twice; of an issue of which nothing was begun they may."""
    with database.write() as connection:
        connection.execute(delivery.delete())
    assert Issues(database).used_keys("daily", NEXT) == {"a", "b"}


def test_archive_of_a_cancelled_issue_that_was_folded_shows_it(database: Database) -> None:
    """Readers got some of it, so its page stays."""
    issue_id = frozen(database, 2)
    deliveries = Deliveries(database)
    pairs = sending(deliveries, limit=1)
    settle(deliveries, [Receipt(delivery_id=one, token=token, outcome=Outcome.SENT) for one, token in pairs])
    assert Issues(database).cancel(issue_id, NOW)
    assert fold(database) == 2
    assert [one.slot for one in Archive(database).latest(5)] == [SLOT]


def test_resend_of_expired_messages_that_were_folded_does_nothing(database: Database) -> None:
    """Their addresses are gone; the issue stays as it is."""
    issue_id = frozen(database, 2)
    deliveries = Deliveries(database)
    deliveries.expire(NOW + timedelta(days=2))
    sending_state = Issues(database).find("daily", SLOT)
    assert sending_state is not None
    deliveries.finish(NOW)
    assert fold(database) == 2
    assert Resends(database).resend(issue_id, DeliveryState.EXPIRED, "anna", LATER) == 0
    (record,) = Issues(database).records([issue_id])
    assert record.state is IssueState.DONE


def test_link_of_a_folded_delivery_does_all_that_it_did(database: Database) -> None:
    """Preferences, unsubscribing, undoing it, and the reason, as with a row of the ledger."""
    end(database, frozen(database, 3))
    wanted = column(database, "id")[1]
    assert isinstance(wanted, int)
    links, before = ReaderLinks(database), ReaderLinks(database).find(wanted)
    fold(database)
    assert before is not None
    assert links.find(wanted) == before
    assert links.save_preferences(wanted, Preferences(language="ru"), LATER)
    assert links.next_due(wanted) is None
    left = links.leave(wanted, LATER).reader
    assert left is not None
    assert (left.email, left.status) == (reader(1), SubscriberStatus.UNSUBSCRIBED)
    assert links.explain(wanted, LeaveReason.TOO_MANY, LATER)
    assert links.undo(wanted, LATER)
    (gone,) = links.leave_together([wanted], LATER)
    assert gone is not None
    assert gone.reader is not None
    statuses = {one.email: one.status for one in Subscribers(database).list()}
    assert statuses[reader(1)] is SubscriberStatus.UNSUBSCRIBED
    assert statuses[reader(0)] is SubscriberStatus.CONFIRMED


def test_link_of_a_folded_delivery_of_an_erased_reader_names_nobody(database: Database) -> None:
    """The id that is left belongs to nobody, and is never given again."""
    end(database, frozen(database, 1))
    (wanted,) = column(database, "id")
    assert isinstance(wanted, int)
    fold(database)
    ReaderData(database).erase(reader(0), LATER)
    assert ReaderLinks(database).find(wanted) is None


def test_answer_that_unsubscribes_from_a_folded_delivery_counts(database: Database) -> None:
    """Mail to the address of an old message's link ends the subscription; an old bounce does nothing."""
    end(database, frozen(database, 2))
    ids = [one for one in column(database, "id") if isinstance(one, int)]
    fold(database)
    bounces = Bounces(database)
    assert set(bounces.last_tries([*ids, 99])) == set(ids)

    def proven(place: int, report_class: ReportClass) -> ProvenReport:
        report = Report(None, report_class)
        return ProvenReport(message_key=f"key {place}", delivery_id=ids[place], report=report, may_unsubscribe=True)

    forged = replace(proven(1, ReportClass.UNSUBSCRIBE), may_unsubscribe=False)  # with the token of bounces
    reports = [proven(0, ReportClass.UNSUBSCRIBE), proven(1, ReportClass.HARD), forged]
    assert bounces.apply(reports, LATER) == [True, False, False]
    statuses = {one.email: one.status for one in Subscribers(database).list()}
    assert statuses == {reader(0): SubscriberStatus.UNSUBSCRIBED, reader(1): SubscriberStatus.CONFIRMED}


def test_fold_of_many_readers_takes_little_room(database: Database) -> None:
    """Readers in their order take a fraction of a byte each."""
    issue_id = frozen(database, 1500)
    with database.write() as connection:
        connection.execute(delivery.update().values(state=DeliveryState.SENT))
    Deliveries(database).claim(1, owner="me", now=NOW, lease=timedelta(minutes=1))
    Issues(database).move(issue_id, {IssueState.FROZEN}, IssueState.SENDING, now=NOW)
    Issues(database).move(issue_id, {IssueState.SENDING}, IssueState.DONE, now=NOW)
    assert fold(database) == 1500
    with database.read() as connection:
        size = connection.scalar(select(func.sum(func.length(folded_reader.c.readers))))
    assert size is not None
    assert size < 1500 / 4


@given(st.dictionaries(st.integers(1, 2**40), st.integers(1, 2**40), min_size=1, max_size=50), st.integers(1, 2**40))
def test_packed_readers_are_found_by_their_deliveries(rows: dict[int, int], other: int) -> None:
    """Every reader comes back, and no other delivery has one."""
    packed = pack([DeliveredTo(*pair) for pair in sorted(rows.items())])
    assert {one: find_reader(packed, one) for one in rows} == rows
    assert find_reader(packed, other) == rows.get(other)


def test_fold_of_system_mail_keeps_the_texts_of_messages_that_are_left(database: Database) -> None:
    """Of three messages of one day the middle one may have arrived: its text alone stays."""
    with database.write() as connection:
        for key in "abc":
            message = system_message("confirmation", key)
            plan_system_mail(connection, message, [SystemRecipient(f"{key}@post.example")], NOW)
    deliveries = Deliveries(database)
    outcomes = (Outcome.SENT, Outcome.UNKNOWN, Outcome.SENT)
    settle(deliveries, [Receipt(*pair, one) for pair, one in zip(sorted(sending(deliveries)), outcomes, strict=True)])
    assert deliveries.finish(NOW) == 1
    assert fold(database) == 2
    with database.read() as connection:
        assert connection.scalars(select(variant.c.subject)).all() == ["b"]

"""Issues: one issue for each slot, frozen once and completely, and its stored record."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from digest.errors import StoreError
from digest.model.deliveries import Outcome, Receipt
from digest.model.issues import Content, IssueState, Slot
from digest.model.subscribers import Subscriber
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import delivery, issue_article, variant
from tests.support import store
from tests.support.store import (
    LEASE,
    NOW,
    RENDERED,
    SLOT,
    WINDOW,
    column,
    freeze,
    frozen,
    minutes,
    opened,
    reader,
    sending,
    settle,
    states,
)

NEXT = Slot(day=date(2026, 10, 2))


@pytest.fixture
def issues(database: Database) -> Issues:
    """The issues of an empty database."""
    return Issues(database)


def test_open_issue_same_slot_returns_the_same_issue(issues: Issues) -> None:
    """Whoever opens a slot gets the same issue, with the window of the first call."""
    barrier = threading.Barrier(6)

    def open_issue(number: int) -> int:
        barrier.wait()
        return issues.open("daily", SLOT, replace(WINDOW, end=NOW + minutes(number)), NOW).id

    with ThreadPoolExecutor(6) as pool:
        (issue_id,) = set(pool.map(open_issue, range(6)))
    found = issues.find("daily", SLOT)
    assert found is not None
    assert (found.id, found.state, found.slot) == (issue_id, IssueState.PLANNED, SLOT)
    assert issues.open("daily", SLOT, WINDOW, NOW) == found
    assert issues.find("weekly", SLOT) is None
    assert issues.open("weekly", SLOT, WINDOW, NOW).id != issue_id


def test_history_is_ordered_newest_first(issues: Issues) -> None:
    """By slot, the tenth issue of a day after its second; of one edition or of all."""
    slots = ["2026-10-01", "2026-10-01.10", "2026-09-30", "2026-10-01.2", "2026-10-02"]
    for slot in slots:
        issues.open("daily", Slot.parse(slot), WINDOW, NOW)
    issues.open("weekly", Slot.parse("2026-10-03"), WINDOW, NOW)
    found = [str(one.slot) for one in issues.history("daily", 4)]
    assert found == ["2026-10-02", "2026-10-01.10", "2026-10-01.2", "2026-10-01"]
    assert [one.edition for one in issues.history(None, 2)] == ["weekly", "daily"]


def test_move_issue_from_another_state_is_refused(issues: Issues) -> None:
    """Compare-and-set: the second caller that moves an issue changes nothing."""
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    assert issues.move(issue_id, {IssueState.PLANNED}, IssueState.SKIPPED, now=NOW)
    assert not issues.move(issue_id, {IssueState.PLANNED}, IssueState.SKIPPED, now=NOW)
    assert issues.move(
        issue_id, {IssueState.PLANNED, IssueState.SKIPPED}, IssueState.HELD, reason="an editor looks first", now=NOW
    )
    held = issues.find("daily", SLOT)
    assert held is not None
    assert (held.state, held.reason) == (IssueState.HELD, "an editor looks first")
    assert not issues.move(999, {IssueState.PLANNED}, IssueState.HELD, now=NOW)


LEGAL = {
    IssueState.PLANNED: {
        IssueState.HELD,
        IssueState.SKIPPED,
        IssueState.FROZEN,
        IssueState.CANCELLED,
    },
    IssueState.HELD: {
        IssueState.HELD,
        IssueState.PLANNED,
        IssueState.SKIPPED,
        IssueState.FROZEN,
        IssueState.CANCELLED,
    },
    IssueState.SKIPPED: {
        IssueState.SKIPPED,
        IssueState.PLANNED,
        IssueState.HELD,
        IssueState.FROZEN,
        IssueState.CANCELLED,
    },
    IssueState.FROZEN: {IssueState.SENDING, IssueState.DONE, IssueState.PAUSED, IssueState.CANCELLED},
    IssueState.SENDING: {IssueState.DONE, IssueState.PAUSED, IssueState.CANCELLED},
    IssueState.PAUSED: {IssueState.SENDING, IssueState.CANCELLED},
    IssueState.DONE: {IssueState.SENDING},
    IssueState.CANCELLED: set(),
}


def test_issue_transition_not_in_the_table_is_refused() -> None:
    """It is refused before it reaches the database."""
    with opened("sqlite://") as database:
        for frm, to in product(IssueState, IssueState):
            if to in LEGAL[frm]:
                assert Issues(database).move(999, {frm}, to, now=NOW) is False
            else:
                with pytest.raises(ValueError, match=f"issue: no move from {frm} to {to}"):
                    Issues(database).move(999, {frm}, to, now=NOW)


def test_freeze_stores_content_articles_and_deliveries(issues: Issues, database: Database) -> None:
    """The rendered bytes, the articles in order and a row for each reader are stored in one transaction."""
    issue_id = frozen(database, 3, keys=("b", "a"))
    record = issues.find("daily", SLOT)
    assert record is not None
    assert (record.state, record.frozen_at, record.deadline) == (IssueState.FROZEN, NOW, NOW + timedelta(hours=12))
    (claim, *_others) = Deliveries(database).claim(9, owner="me", now=NOW, lease=LEASE)
    kept = issues.variant(claim.variant_id)
    assert (kept.issue_id, kept.edition, kept.slot, kept.frozen_at) == (issue_id, "daily", SLOT, NOW)
    assert kept.rendered == RENDERED
    with database.read() as connection:
        articles = connection.scalars(select(issue_article.c.article).order_by(issue_article.c.position)).all()
    assert articles == ["b", "a"]
    with pytest.raises(StoreError, match="rendered issue number 999"):
        issues.variant(999)


def test_freeze_replaces_the_window_of_the_first_attempt(issues: Issues) -> None:
    """An issue that waited has the window of the articles that it was made of."""
    issues.open("daily", SLOT, WINDOW, NOW)
    wider = replace(WINDOW, start=WINDOW.start - timedelta(days=2))
    freeze(issues, window=wider)
    record = issues.find("daily", SLOT)
    assert record is not None
    assert record.window == wider


def test_skip_skipped_issue_updates_the_reason(issues: Issues) -> None:
    """The latest reason is kept."""
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    for reason in ("two articles", "one article"):
        assert issues.move(
            issue_id, {IssueState.PLANNED, IssueState.SKIPPED}, IssueState.SKIPPED, reason=reason, now=NOW
        )
    record = issues.find("daily", SLOT)
    assert record is not None
    assert (record.state, record.reason) == (IssueState.SKIPPED, "one article")


def test_freeze_by_several_processes_is_done_once(issues: Issues, database: Database) -> None:
    """The issue has one content and one row for each reader."""
    Subscribers(database).add_many([Subscriber(email=reader(number)) for number in range(50)], NOW)
    barrier = threading.Barrier(4)

    def freeze(number: int) -> int | None:
        barrier.wait()
        rendered = replace(RENDERED, subject=f"by {number}")
        return store.freeze(issues, content=Content(rendered=rendered, article_keys=["a"])).readers

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(freeze, range(4)))
    assert sorted(won, key=str) == [50, None, None, None]
    with database.read() as connection:
        assert connection.scalars(select(variant.c.subject)).all() == [f"by {won.index(50)}"]
        assert connection.scalar(select(func.count()).select_from(delivery)) == 50


def test_freeze_that_fails_stores_nothing(issues: Issues, database: Database) -> None:
    """An error in the middle leaves neither content nor deliveries."""
    Subscribers(database).add(Subscriber(email=reader(1)), NOW)
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    with pytest.raises(StoreError):
        # An article of None is what the database refuses.
        freeze(issues, content=Content(rendered=RENDERED, article_keys=["a", None]))  # type: ignore[list-item]
    record = issues.find("daily", SLOT)
    assert record is not None
    assert record.state is IssueState.PLANNED
    assert Tallies(database).of_issue(issue_id).audience == 0


@pytest.mark.parametrize("state", [IssueState.HELD, IssueState.SKIPPED])
def test_freeze_held_or_skipped_issue_succeeds(issues: Issues, database: Database, state: IssueState) -> None:
    """`send --force` and an editor's approval freeze an issue that was held; the reason is removed."""
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    issues.move(issue_id, {IssueState.PLANNED}, state, reason="too few", now=NOW)
    assert frozen(database, 1) == issue_id
    record = issues.find("daily", SLOT)
    assert record is not None
    assert record.reason is None


def test_freeze_cancelled_issue_is_refused(issues: Issues, database: Database) -> None:
    """A cancelled issue stays cancelled."""
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    assert Issues(database).cancel(issue_id, NOW)
    assert not Issues(database).cancel(issue_id, NOW)
    assert freeze(issues).readers is None


def test_cancel_removes_the_reason_of_the_state_before(issues: Issues) -> None:
    """Nobody holds or has paused an issue that is cancelled."""
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    issues.move(issue_id, {IssueState.PLANNED}, IssueState.HELD, reason="anna holds it", now=NOW)
    assert issues.cancel(issue_id, NOW)
    record = issues.find("daily", SLOT)
    assert record is not None
    assert record.reason is None


def test_cancel_ends_what_was_not_begun_at_once(issues: Issues, database: Database) -> None:
    """Planned, claimed and deferred rows; what was begun, or belongs to another issue, is left alone."""
    ledger = Deliveries(database)
    issue_id = frozen(database, 7)
    outcomes = (Outcome.SENT, Outcome.DEFERRED, Outcome.BOUNCED, Outcome.UNKNOWN)
    begun = sending(ledger, limit=len(outcomes) + 1)
    receipts = [
        Receipt(delivery_id=delivery_id, token=token, outcome=outcome)
        for (delivery_id, token), outcome in zip(begun, outcomes, strict=False)
    ]
    settle(ledger, receipts)
    ledger.claim(1, owner="me", now=NOW, lease=LEASE)
    other = frozen(database, 7, slot=NEXT)
    assert states(database)[:7] == ["sent", "deferred", "bounced", "unknown", "sending", "claimed", "planned"]
    assert issues.cancel(issue_id, NOW)
    after = ["sent", "cancelled", "bounced", "unknown", "sending", "cancelled", "cancelled"]
    assert states(database) == [*after, *["planned"] * 7]
    assert column(database, "claim_token")[5] is None
    claimable = ledger.claim(100, owner="me", now=NOW + minutes(60), lease=LEASE)
    assert {one.issue_id for one in claimable} == {other}


def test_used_keys_before_the_first_message_are_empty(issues: Issues, database: Database) -> None:
    """An article is used once a message of its issue was begun, for later slots of that edition only."""
    frozen(database, 2)
    assert issues.used_keys("daily", NEXT) == frozenset()
    (claim,) = Deliveries(database).claim(1, owner="me", now=NOW, lease=LEASE)
    assert issues.used_keys("daily", NEXT) == {"a", "b"}
    assert issues.used_keys("daily", SLOT) == frozenset()
    assert issues.used_keys("weekly", NEXT) == frozenset()
    assert issues.used_keys("daily", Slot(day=SLOT.day, number=2)) == {"a", "b"}
    Deliveries(database).recover(NOW, lambda owner: owner == "me")
    assert issues.used_keys("daily", NEXT) == frozenset()
    assert claim.tries == 0


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.DEFERRED, Outcome.BOUNCED, Outcome.UNKNOWN])
def test_used_keys_any_outcome_keeps_them(issues: Issues, database: Database, outcome: Outcome) -> None:
    """Whatever the outcome of the message."""
    frozen(database, 1)
    ((delivery_id, token),) = sending(Deliveries(database))
    settle(Deliveries(database), [Receipt(delivery_id=delivery_id, token=token, outcome=outcome)])
    assert issues.used_keys("daily", NEXT) == {"a", "b"}

"""The ledger: no row is claimed twice, no forbidden transition is made, and the counts add up to the audience."""

import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, true

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.subscribers import LeftBy, Subscriber
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger import transitions
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.reader_data import ReaderData
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import delivery, resend
from tests.support.store import (
    LEASE,
    NOW,
    SLOT,
    column,
    frozen,
    intend,
    minutes,
    opened,
    reader,
    sending,
    settle,
    statements,
    states,
)

DAY_AFTER = Slot(day=date(2026, 10, 2))
DEADLINE = NOW + timedelta(hours=12)


@pytest.fixture
def deliveries(database: Database) -> Deliveries:
    """The ledger of an empty database."""
    return Deliveries(database)


def rows_read(connection: Connection, statement: str, parameters: Any) -> int:
    """How many rows of the tables of readers and messages PostgreSQL reads, when it runs the statement again."""
    explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()

    def read(plan: dict[str, Any]) -> int:
        scanned = sum(plan.get(name, 0) for name in ("Actual Rows", "Rows Removed by Filter")) * plan["Actual Loops"]
        own = int(scanned) if plan.get("Relation Name") in {"delivery", "subscriber"} else 0
        return own + sum(map(read, plan.get("Plans", ())))

    return read(explained[0]["Plan"])


def later(_tries: int) -> datetime | None:
    """The next try comes five minutes after the first."""
    return NOW + minutes(5)


def receipt(pair: tuple[int, str], outcome: Outcome, **more: object) -> Receipt:
    """Return a mailer's receipt for a pair of delivery id and token."""
    return Receipt(delivery_id=pair[0], token=pair[1], outcome=outcome, **more)  # type: ignore[arg-type]


def claimed(deliveries: Deliveries, limit: int = 100, owner: str = "me") -> list[tuple[int, str]]:
    """Pairs of delivery id and token of the rows that were due."""
    return [(one.delivery_id, one.token) for one in deliveries.claim(limit, owner=owner, now=NOW, lease=LEASE)]


def record(deliveries: Deliveries, flight: list[tuple[int, str]], following: list[tuple[int, str]]) -> set[int]:
    """Record that a flight was sent, and ask for the messages that follow."""
    receipts = [receipt(pair, Outcome.SENT, code=250, queue_id="Q7") for pair in flight]
    return deliveries.record(receipts, following, now=NOW, lease=LEASE, next_try=later)


def issue_of(database: Database, slot: Slot = SLOT) -> IssueRecord:
    """Return the issue of a slot."""
    found = Issues(database).find("daily", slot)
    assert found is not None
    return found


# --- claiming


def test_claim_has_what_a_message_needs(database: Database, deliveries: Deliveries) -> None:
    """Address, name, attempts and a token that begins with the owner; the issue is in the state sending."""
    Subscribers(database).add(Subscriber(email=reader(0), name="Anna"), NOW)
    issue_id = frozen(database, 2)
    first, second = deliveries.claim(5, owner="me", now=NOW, lease=LEASE)
    assert (first.address, first.name, first.tries, first.issue_id) == (reader(0), "Anna", 0, issue_id)
    assert first.token.startswith("me:")
    assert first.token != second.token
    assert column(database, "claim_expires") == [NOW + LEASE] * 2
    assert column(database, "claim_token") == [first.token, second.token]
    assert issue_of(database).state is IssueState.SENDING
    assert claimed(deliveries) == []


def test_claim_by_several_senders_takes_each_row_once(database: Database, deliveries: Deliveries) -> None:
    """However many senders claim at once, each row goes to one of them."""
    frozen(database, 300)

    def work(number: int) -> list[int]:
        taken: list[int] = []
        while pairs := claimed(deliveries, 7, f"worker{number}"):
            taken += [delivery_id for delivery_id, _token in pairs]
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [delivery_id for part in pool.map(work, range(6)) for delivery_id in part]
    assert len(taken) == 300
    assert len(set(taken)) == 300


def test_claim_with_limit_takes_the_earliest_issue_first(database: Database, deliveries: Deliveries) -> None:
    """A claim takes no more than its limit, from the earlier issue first, or from one issue only."""
    first = frozen(database, 3)
    second = frozen(database, 3, DAY_AFTER)
    assert claimed(deliveries, 0) == []
    assert [one.issue_id for one in deliveries.claim(4, owner="me", now=NOW, lease=LEASE)] == [first] * 3 + [second]
    taken = deliveries.claim(9, owner="me", now=NOW, lease=LEASE, issues=[second])
    assert [one.issue_id for one in taken] == [second] * 2


def test_claim_takes_only_due_rows_of_active_issues(database: Database, deliveries: Deliveries) -> None:
    """Nothing is claimed from a paused issue, before a deferred row's time, or after the deadline."""
    issue_id = frozen(database, 2)
    (pair,) = sending(deliveries, 1)
    settle(deliveries, [receipt(pair, Outcome.DEFERRED)])
    editions = Issues(database)
    assert editions.move(issue_id, {IssueState.SENDING}, IssueState.PAUSED, now=NOW)
    assert claimed(deliveries) == []
    assert deliveries.next_due(NOW) is None
    assert editions.move(issue_id, {IssueState.PAUSED}, IssueState.SENDING, now=NOW)
    assert deliveries.claim(9, owner="me", now=DEADLINE, lease=LEASE) == []
    assert len(claimed(deliveries)) == 1
    assert deliveries.next_due(NOW) == NOW + minutes(5)
    assert deliveries.claim(9, owner="me", now=NOW + minutes(4), lease=LEASE) == []
    (again,) = deliveries.claim(9, owner="me", now=NOW + minutes(5), lease=LEASE)
    assert (again.delivery_id, again.tries) == (pair[0], 1)
    assert deliveries.next_due(NOW) is None


def test_claim_cancels_unsubscribed_rows_and_takes_the_rest(database: Database, deliveries: Deliveries) -> None:
    """A batch of rows whose readers unsubscribed does not look like the end of the work."""
    frozen(database, 8)
    with database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE subscriber SET status = 'suppressed' WHERE id < (SELECT max(id) FROM subscriber)"
        )
    assert len(claimed(deliveries, 3)) == 1
    assert Counter(states(database)) == {"cancelled": 7, "claimed": 1}


def test_claim_cancels_rows_of_readers_who_paused_meanwhile(database: Database, deliveries: Deliveries) -> None:
    """Also what is planned again after it expired; the issue of the day on which a pause ends is sent."""
    issue_id = frozen(database, 3)
    deliveries.expire(DEADLINE)
    until = {0: SLOT.day + timedelta(days=1), 1: SLOT.day}
    Subscribers(database).add_many([Subscriber(email=reader(one), paused_until=day) for one, day in until.items()], NOW)
    assert Resends(database).resend(issue_id, DeliveryState.EXPIRED, "operator", NOW) == 3
    assert len(claimed(deliveries)) == 2
    assert states(database) == ["cancelled", "claimed", "claimed"]


def test_claim_takes_what_was_due_first_and_nothing_whose_own_time_is_over(
    database: Database, deliveries: Deliveries
) -> None:
    """Also before it is settled as expired: no message goes out after its time."""
    frozen(database, 4)
    changed = {1: {"expires_at": NOW}, 2: {"expires_at": NOW + minutes(1)}, 4: {"due_at": NOW - minutes(1)}}
    with database.write() as connection:
        for row, values in changed.items():
            connection.execute(delivery.update().where(delivery.c.id == row).values(values))
    assert [number for _ in range(4) for number, _token in claimed(deliveries, 1)] == [4, 2, 3]


def test_claim_after_name_change_keeps_the_planned_name(database: Database, deliveries: Deliveries) -> None:
    """The list has another name between two attempts: a retry has the same bytes (I9)."""
    frozen(database, 1)
    (first,) = deliveries.claim(1, owner="me", now=NOW, lease=LEASE)
    settle(deliveries, [receipt((first.delivery_id, first.token), Outcome.DEFERRED)])
    assert Subscribers(database).add(Subscriber(email=first.address, name="Another Name"), NOW) == "changed"
    (second,) = deliveries.claim(1, owner="me", now=NOW + minutes(6), lease=LEASE)
    assert second.name == first.name


# --- intending


def test_intend_again_keeps_when_the_message_was_tried_first(database: Database, deliveries: Deliveries) -> None:
    """By that the operator is alerted; and a reader who has to confirm again gets no issue."""
    frozen(database, 2)
    first, second = claimed(deliveries)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE subscriber SET status = 'pending' WHERE email = 'reader1@post.example'")
    assert intend(deliveries, [first, second], NOW) == {first[0]}
    settle(deliveries, [receipt(first, Outcome.DEFERRED)])
    (again,) = deliveries.claim(1, owner="me", now=NOW + minutes(6), lease=LEASE)
    assert intend(deliveries, [(again.delivery_id, again.token)], NOW + minutes(6)) == {first[0]}
    assert column(database, "first_attempt_at") == [NOW, None]
    assert column(database, "last_attempt_at") == [NOW + minutes(6), None]


def test_intend_wrong_token_is_refused(database: Database, deliveries: Deliveries) -> None:
    """Only the holder of a claim may finish a message, and each claim counts one attempt."""
    frozen(database, 3)
    first, second, third = claimed(deliveries)
    wrong = (second[0], f"{second[1]}0")
    assert intend(deliveries, [first, wrong, (999, "me:0")], NOW + minutes(1)) == {first[0]}
    assert states(database) == ["sending", "claimed", "claimed"]
    assert column(database, "tries") == [1, 0, 0]
    assert column(database, "first_attempt_at") == [NOW + minutes(1), None, None]
    assert column(database, "claim_expires")[0] == NOW + minutes(1) + LEASE
    assert intend(deliveries, [first]) == set()
    assert intend(deliveries, []) == set()
    assert intend(deliveries, [second, third]) == {second[0], third[0]}


def test_intend_stale_claim_is_refused(database: Database, deliveries: Deliveries) -> None:
    """After its row went to another sender, the first one's token is no longer accepted."""
    frozen(database, 1)
    (stale,) = claimed(deliveries, owner="stale")
    assert deliveries.recover(NOW + minutes(1), lambda _owner: None) == (1, 0)
    (fresh,) = claimed(deliveries, owner="fresh")
    assert intend(deliveries, [stale]) == set()
    assert intend(deliveries, [fresh]) == {fresh[0]}
    settle(deliveries, [receipt(stale, Outcome.BOUNCED)])
    assert states(database) == ["sending"]


def test_intend_unsubscribed_reader_is_refused(database: Database, deliveries: Deliveries) -> None:
    """The subscriber is checked once more before the end of the message."""
    frozen(database, 2)
    pairs = claimed(deliveries)
    assert Subscribers(database).remove(reader(0), LeftBy.READER, NOW)
    assert intend(deliveries, pairs) == {pairs[1][0]}
    assert states(database) == ["cancelled", "sending"]


def test_intend_again_permits_only_what_is_still_being_sent(database: Database, deliveries: Deliveries) -> None:
    """Not what was taken for lost meanwhile: an operator may have resent it."""
    frozen(database, 2)
    lost, kept = sending(deliveries, 1), sending(deliveries, 1, "other")
    assert deliveries.recover(NOW, lambda owner: owner == "me") == (0, 1)
    again = deliveries.record([], [*lost, *kept], now=NOW, lease=LEASE, next_try=later, repeated=True)
    assert again == {kept[0][0]}


def test_intend_paused_issue_plans_its_rows_again(database: Database, deliveries: Deliveries) -> None:
    """What was claimed before a pause is planned again, and sent after it."""
    issue_id = frozen(database, 2)
    pairs = claimed(deliveries)
    Issues(database).move(issue_id, {IssueState.SENDING}, IssueState.PAUSED, now=NOW)
    assert intend(deliveries, pairs) == set()
    assert states(database) == ["planned", "planned"]
    Issues(database).move(issue_id, {IssueState.PAUSED}, IssueState.SENDING, now=NOW)
    assert len(sending(deliveries)) == 2


def test_cancel_issue_stops_everything_not_begun(database: Database, deliveries: Deliveries) -> None:
    """Messages in flight are finished; nothing else is sent."""
    issue_id = frozen(database, 4)
    first, second = sending(deliveries, 2)
    settle(deliveries, [receipt(second, Outcome.DEFERRED)])
    (third,) = claimed(deliveries, 1)
    assert Issues(database).cancel(issue_id, NOW)
    assert intend(deliveries, [third]) == set()
    assert states(database) == ["sending", "cancelled", "cancelled", "cancelled"]
    settle(deliveries, [receipt(first, Outcome.SENT)])
    assert states(database)[0] == "sent"
    assert not Issues(database).cancel(issue_id, NOW)


# --- both


def test_record_after_a_flight_takes_one_statement_on_postgresql(postgres_store_url: str) -> None:
    """Receipts and permissions cost one round trip; what does not match is left to further statements."""
    with opened(postgres_store_url) as database:
        deliveries = Deliveries(database)
        frozen(database, 6)
        flight, following = sending(deliveries, 3), claimed(deliveries)
        with statements(database) as executed:
            assert record(deliveries, flight, following) == {delivery_id for delivery_id, _token in following}
        assert len(executed) == 1
        assert states(database) == ["sent"] * 3 + ["sending"] * 3


@pytest.mark.needs("time")
def test_record_flight_with_strangers_records_all_others(database: Database, deliveries: Deliveries) -> None:
    """A receipt with another token, a reader who left and a claim that was lost do not stop the rest."""
    frozen(database, 6)
    flight, following = sending(deliveries, 3), claimed(deliveries)
    assert Subscribers(database).remove(reader(3), LeftBy.READER, NOW)
    flight[0] = (flight[0][0], "stranger:0-1")
    following[1] = (following[1][0], "stranger:0-2")
    assert record(deliveries, flight, following) == {following[2][0]}
    assert states(database) == ["sending", "sent", "sent", "cancelled", "claimed", "sending"]
    assert column(database, "remote_queue_id") == [None, "Q7", "Q7", None, None, None]


def test_record_finds_rows_by_id_when_statistics_know_no_claims(postgres_store_url: str) -> None:
    """PostgreSQL would else read every claimed row for each group of messages."""
    with opened(postgres_store_url) as database:
        deliveries = Deliveries(database)
        frozen(database, 1_500)
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE delivery")
        pairs = sending(deliveries, 1_500)
        with statements(database) as executed:
            record(deliveries, pairs[:20], [])
        ((statement, parameters),) = executed
        with database.read() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
        assert any("delivery_pkey" in line for line in plan)
        assert not any("delivery_owner" in line or "Seq Scan on delivery" in line for line in plan)


def test_claim_of_a_new_issue_reads_its_own_batch_on_postgresql(postgres_store_url: str) -> None:
    """Before PostgreSQL has statistics of the rows, too: each batch would else read all that wait."""
    with opened(postgres_store_url) as database:
        deliveries = Deliveries(database)
        frozen(database, 1_500)
        with statements(database) as executed:
            deliveries.expire(NOW)
            assert len(deliveries.claim(500, owner="me", now=NOW, lease=LEASE)) == 500
        with database.write() as connection:
            rows = sum(rows_read(connection, *one) for one in executed if not one[0].startswith("NOTIFY"))
        assert 500 <= rows <= 2_000  # found, read with the reader, and changed


def test_record_is_planned_once_by_postgresql(postgres_store_url: str) -> None:
    """Planning takes longer than recording; queries beside it do not make PostgreSQL forget the plan."""
    with opened(postgres_store_url) as database:
        deliveries = Deliveries(database)
        frozen(database, 8)
        for _group in range(8):
            record(deliveries, sending(deliveries, 1), [])
            deliveries.is_sending()
        with database.keyed_statements() as connection:
            plans = connection.exec_driver_sql(
                "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'WITH locked%%'"
            )
            assert plans.all() == [(16, 0)]


def test_record_has_a_plan_that_holds_for_a_larger_table(postgres_store_url: str) -> None:
    """The plan is kept while a table of a few rows becomes one of millions, so it may never read a whole table."""
    with opened(postgres_store_url) as database:
        deliveries = Deliveries(database)
        frozen(database, 4)
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
        flight, following = sending(deliveries, 2), claimed(deliveries)
        with statements(database) as executed:
            record(deliveries, flight, following)
        ((statement, parameters),) = executed
        with database.keyed_statements() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
        scans = [line for line in plan if re.search("(Seq|Index|Index Only|Tid) Scan", line)]
        conditions = [line for line in plan if re.search("(Index|TID) Cond", line)]
        assert len(scans) == len(conditions) > 0


# --- settling

SETTLED = {
    ("claimed", Outcome.DEFERRED): "deferred",
    ("claimed", Outcome.BOUNCED): "bounced",
    ("claimed", Outcome.REFUSED): "planned",
    ("sending", Outcome.SENT): "sent",
    ("sending", Outcome.DEFERRED): "deferred",
    ("sending", Outcome.BOUNCED): "bounced",
    ("sending", Outcome.UNKNOWN): "unknown",
    ("sending", Outcome.REFUSED): "deferred",
    ("unknown", Outcome.SENT): "sent",
}


def test_settle_each_outcome_in_each_state_follows_the_table(database: Database, deliveries: Deliveries) -> None:
    """A transition that the table does not have changes nothing, even with the right token."""
    cases = list(product(DeliveryState, Outcome))
    frozen(database, len(cases))
    pairs = claimed(deliveries)
    with database.write() as connection:
        for (state, _outcome), (delivery_id, token) in zip(cases, pairs, strict=True):
            until = NOW if state in {"claimed", "sending"} else None
            row = {"state": state, "claim_token": token, "claim_expires": until, "next_try_at": NOW}
            connection.execute(delivery.update().where(delivery.c.id == delivery_id).values(row))
    receipts = [receipt(pair, outcome) for (_state, outcome), pair in zip(cases, pairs, strict=True)]
    settle(deliveries, receipts)
    expected = {case: SETTLED.get((str(case[0]), case[1]), str(case[0])) for case in cases}
    assert dict(zip(cases, states(database), strict=True)) == expected


def test_settle_stores_the_receipt(database: Database, deliveries: Deliveries) -> None:
    """Code, enhanced code, text and queue id are stored with the row."""
    frozen(database, 1)
    (pair,) = sending(deliveries)
    stored = receipt(pair, Outcome.SENT, code=250, enhanced="2.0.0", text="queued as 4XyZ", queue_id="4XyZ")
    settle(deliveries, [stored])
    names = ("smtp_code", "enhanced_code", "smtp_text", "remote_queue_id", "claim_token", "claim_expires")
    assert [column(database, name) for name in names] == [
        [250],
        ["2.0.0"],
        ["queued as 4XyZ"],
        ["4XyZ"],
        [None],
        [None],
    ]


def test_settle_counts_each_attempt_once(database: Database, deliveries: Deliveries) -> None:
    """A failed attempt counts whether it ended before or after the intent; `next_try` gets the number."""
    frozen(database, 2)
    first, second = claimed(deliveries)
    intend(deliveries, [first])
    attempts: list[int] = []

    def next_try(tries: int) -> datetime | None:
        attempts.append(tries)
        return later(tries)

    settle(deliveries, [receipt(pair, Outcome.DEFERRED) for pair in (first, second)], next_try)
    assert attempts == [1, 1]
    assert column(database, "tries") == [1, 1]
    assert column(database, "last_attempt_at") == [NOW, NOW]
    assert column(database, "next_try_at") == [NOW + minutes(5)] * 2
    again = deliveries.claim(9, owner="me", now=NOW + minutes(5), lease=LEASE)
    pairs = [(one.delivery_id, one.token) for one in again]
    settle(deliveries, [receipt(pair, Outcome.DEFERRED) for pair in pairs], next_try, now=NOW + minutes(6))
    assert attempts == [1, 1, 2, 2]
    assert column(database, "first_attempt_at") == [NOW, NOW]
    assert column(database, "last_attempt_at") == [NOW + minutes(6)] * 2


def test_settle_deferred_until_a_moment_waits_for_it(database: Database, deliveries: Deliveries) -> None:
    """As for the end of its receiver's pause, however often it was tried."""
    frozen(database, 1)
    (pair,) = sending(deliveries)
    settle(deliveries, [receipt(pair, Outcome.DEFERRED, retry_at=NOW + minutes(60))], lambda _tries: None)
    assert states(database) == ["deferred"]
    assert column(database, "due_at") == column(database, "next_try_at") == [NOW + minutes(60)]


def test_settle_refused_after_its_row_was_recovered_pauses_nothing(database: Database, deliveries: Deliveries) -> None:
    """The receipt comes too late to say anything about now."""
    frozen(database, 1)
    (pair,) = sending(deliveries)
    deliveries.recover(NOW, lambda _owner: True)
    settle(deliveries, [receipt(pair, Outcome.REFUSED, code=535)])
    assert states(database) == ["unknown"]
    assert issue_of(database).state is IssueState.SENDING


def test_settle_deferred_without_next_try_expires(database: Database, deliveries: Deliveries) -> None:
    """Where there is no next attempt the row does not wait for one."""
    frozen(database, 1)
    (pair,) = sending(deliveries)
    settle(deliveries, [receipt(pair, Outcome.DEFERRED, code=451)], lambda _tries: None)
    assert states(database) == ["expired"]
    assert column(database, "smtp_code") == [451]


def test_settle_refused_pauses_the_issue(database: Database, deliveries: Deliveries) -> None:
    """A server that refuses the sender, not a reader, pauses the issue with the reason; the rows are planned again."""
    issue_id = frozen(database, 3)
    other = frozen(database, 3, DAY_AFTER)
    first, second, _third, *_others = claimed(deliveries)
    intend(deliveries, [first])
    refused = {"code": 535, "enhanced": "5.7.8", "text": "authentication failed"}
    settle(deliveries, [receipt(pair, Outcome.REFUSED, **refused) for pair in (first, second)])
    assert states(database)[:3] == ["deferred", "planned", "claimed"]
    assert column(database, "tries")[:2] == [1, 0]
    paused = issue_of(database)
    assert (paused.id, paused.state) == (issue_id, IssueState.PAUSED)
    assert paused.reason == "the mail server refuses us: 535 5.7.8 authentication failed"
    assert issue_of(database, DAY_AFTER).id == other
    assert issue_of(database, DAY_AFTER).state is IssueState.SENDING
    Issues(database).move(issue_id, {IssueState.PAUSED}, IssueState.SENDING, now=NOW)
    assert len(claimed(deliveries)) == 2


def test_settle_proof_turns_unknown_into_sent(database: Database, deliveries: Deliveries) -> None:
    """A proof with the message's token turns unknown into sent, and another token does not."""
    frozen(database, 2)
    pairs = sending(deliveries)
    assert deliveries.recover(NOW, lambda _owner: True) == (0, 2)
    settle(deliveries, [receipt(pairs[0], Outcome.SENT), receipt((pairs[1][0], "x"), Outcome.SENT)])
    assert states(database) == ["sent", "unknown"]


def test_settle_batch_larger_than_a_statement_is_whole(database: Database, deliveries: Deliveries) -> None:
    """Batches larger than one statement can hold are stored completely."""
    frozen(database, 1_300)
    pairs = sending(deliveries, 1_300)
    outcomes = [Outcome.SENT, Outcome.DEFERRED, Outcome.BOUNCED, Outcome.UNKNOWN]
    receipts = [receipt(pair, outcomes[number % 4]) for number, pair in enumerate(pairs)]
    settle(deliveries, receipts)
    assert Counter(states(database)) == {"sent": 325, "deferred": 325, "bounced": 325, "unknown": 325}


# --- owners


def test_recover_dead_and_expired_owners_releases_their_rows(database: Database, deliveries: Deliveries) -> None:
    """A dead owner's claims are planned and its begun messages unknown; live ones keep theirs for a lease."""
    frozen(database, 6)
    for owner in ("dead", "alive", "far"):
        sending(deliveries, 1, owner)
        claimed(deliveries, 1, owner)
    dead = {"dead": True, "alive": False, "far": None}
    assert deliveries.recover(NOW, dead.__getitem__) == (1, 1)
    assert states(database) == ["unknown", "planned", "sending", "claimed", "sending", "claimed"]
    assert deliveries.recover(NOW + LEASE + minutes(1), dead.__getitem__) == (1, 1)
    assert states(database) == ["unknown", "planned", "sending", "claimed", "unknown", "planned"]


def test_recover_renewed_lease_keeps_the_rows(database: Database, deliveries: Deliveries) -> None:
    """An owner that renews in time is not taken for dead; owners whose names have one prefix are distinguished."""
    frozen(database, 2)
    sending(deliveries, 1, "far")
    claimed(deliveries, 1, "far-2")
    assert deliveries.renew("far", NOW + minutes(2), LEASE) == 1
    assert deliveries.recover(NOW + minutes(2), lambda _owner: None) == (1, 0)
    assert states(database) == ["sending", "planned"]


def test_recover_of_one_owner_leaves_the_rows_of_others(database: Database, deliveries: Deliveries) -> None:
    """A sender that ends leaves no claim, and changes no row of another owner."""
    frozen(database, 3)
    sending(deliveries, 1)
    claimed(deliveries, 1)
    claimed(deliveries, 1, "another")
    assert deliveries.recover(NOW, lambda owner: owner == "me") == (1, 1)
    assert states(database) == ["unknown", "planned", "claimed"]


# --- ends


def test_expire_at_the_deadline_ends_waiting_rows(database: Database, deliveries: Deliveries) -> None:
    """What still waits at the deadline expires, also of a paused issue; what was never tried is counted."""
    issue_id = frozen(database, 3)
    first, _second = sending(deliveries, 2)
    settle(deliveries, [receipt(first, Outcome.DEFERRED)])
    Issues(database).move(issue_id, {IssueState.SENDING}, IssueState.PAUSED, now=NOW)
    assert deliveries.expire(DEADLINE - minutes(1)) == []
    assert [(record.id, untried) for record, untried in deliveries.expire(DEADLINE)] == [(issue_id, 1)]
    assert states(database) == ["expired", "sending", "expired"]


def test_finish_issue_with_open_rows_is_not_done(database: Database, deliveries: Deliveries) -> None:
    """Planned, claimed, sending and deferred rows keep an issue open; unknown ones do not."""
    frozen(database, 2)
    assert deliveries.finish(NOW) == 0
    first, second = claimed(deliveries)
    assert deliveries.finish(NOW) == 0
    intend(deliveries, [first, second])
    settle(deliveries, [receipt(first, Outcome.UNKNOWN)])
    assert deliveries.finish(NOW) == 0
    settle(deliveries, [receipt(second, Outcome.DEFERRED)])
    assert deliveries.finish(NOW) == 0
    deliveries.expire(DEADLINE)
    assert deliveries.finish(NOW) == 1
    assert deliveries.finish(NOW) == 0
    assert issue_of(database).state is IssueState.DONE


def test_finish_issue_without_readers_is_done(database: Database, deliveries: Deliveries) -> None:
    """An issue without deliveries is done at once."""
    frozen(database, 0)
    assert deliveries.finish(NOW) == 1


def test_resend_unknown_plans_the_rows_again(database: Database, deliveries: Deliveries) -> None:
    """With the operator's name and time; the issue continues with a new deadline, and the old token proves nothing."""
    issue_id = frozen(database, 2)
    first, second = sending(deliveries)
    settle(deliveries, [receipt(first, Outcome.SENT), receipt(second, Outcome.UNKNOWN)])
    deliveries.finish(NOW)
    tomorrow = NOW + timedelta(days=1)
    assert Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", tomorrow) == 1
    assert Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", tomorrow) == 0
    assert issue_of(database).state is IssueState.SENDING
    settle(deliveries, [receipt(second, Outcome.SENT)])
    assert states(database) == ["sent", "planned"]
    assert deliveries.expire(tomorrow) == []
    (again,) = deliveries.claim(9, owner="me", now=tomorrow, lease=LEASE)
    assert again.delivery_id == second[0]
    with database.read() as connection:
        (row,) = connection.execute(select(resend))
    assert (row.issue_id, row.by, row.at, row.messages) == (issue_id, "anna", tomorrow, 1)


def test_resend_of_more_messages_than_were_agreed_to_plans_none(database: Database, deliveries: Deliveries) -> None:
    """Another sender may have vanished since somebody agreed that a reader may get two."""
    issue_id = frozen(database, 4)
    settle(deliveries, [receipt(one, Outcome.UNKNOWN) for one in sending(deliveries, 2)])
    settle(deliveries, [receipt(one, Outcome.DEFERRED) for one in sending(deliveries, 2)])
    deliveries.expire(DEADLINE)
    resends = Resends(database)
    assert resends.resend(issue_id, DeliveryState.UNKNOWN, "anna", DEADLINE, most=1) == 0
    assert resends.resend(issue_id, DeliveryState.EXPIRED, "anna", DEADLINE, most=1) == 0
    assert states(database) == ["unknown", "unknown", "expired", "expired"]
    assert not resends.has_consent(issue_id)
    assert resends.resend(issue_id, DeliveryState.UNKNOWN, "anna", DEADLINE, most=2) == 2
    assert resends.resend(issue_id, DeliveryState.EXPIRED, "anna", DEADLINE, most=3) == 2


def test_resend_expired_plans_only_expired_rows_again(database: Database, deliveries: Deliveries) -> None:
    """With the operator's name and time and a new deadline; nobody consents to a second copy by it."""
    issue_id = frozen(database, 4)
    first, second, third = sending(deliveries, 3)
    results = (receipt(first, Outcome.SENT), receipt(second, Outcome.UNKNOWN), receipt(third, Outcome.DEFERRED))
    settle(deliveries, list(results))
    deliveries.expire(DEADLINE)
    deliveries.finish(DEADLINE)
    assert Tallies(database).expired_untried(issue_id) == 1
    assert Tallies(database).in_vain_since(issue_id, NOW) == 2
    assert Tallies(database).in_vain_since(issue_id, NOW - minutes(1)) == 0
    assert Resends(database).resend(issue_id, DeliveryState.EXPIRED, "anna", DEADLINE) == 2
    assert states(database) == ["sent", "unknown", "planned", "planned"]
    issue = issue_of(database)
    assert (issue.state, issue.deadline) == (IssueState.SENDING, DEADLINE + (DEADLINE - NOW))
    assert Tallies(database).expired_untried(issue_id) == 0
    assert not Resends(database).has_consent(issue_id)
    assert len(deliveries.claim(9, owner="me", now=DEADLINE, lease=LEASE)) == 2
    with database.read() as connection:
        (row,) = connection.execute(select(resend))
    assert (row.by, row.at, row.messages, row.state) == ("anna", DEADLINE, 2, DeliveryState.EXPIRED)
    assert Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", DEADLINE) == 1
    assert Resends(database).has_consent(issue_id)


def test_resend_leaves_the_messages_of_an_erased_reader(database: Database, deliveries: Deliveries) -> None:
    """Nobody has their address any more."""
    issue_id = frozen(database, 1)
    settle(deliveries, [receipt(sending(deliveries)[0], Outcome.UNKNOWN)])
    ReaderData(database).erase(reader(0), NOW)
    assert Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", NOW) == 0
    assert Resends(database).resend_by_setting({"daily"}, NOW, [timedelta(0)]) == 0
    assert states(database) == ["unknown"]


def test_resend_after_a_deadline_is_the_operators_alone(database: Database, deliveries: Deliveries) -> None:
    """The setting of an edition resends neither what is over with its issue, nor what is over for its reader."""
    issue_id, resends = frozen(database, 2), Resends(database)
    with database.write() as connection:
        connection.execute(delivery.update().where(delivery.c.id == 1).values(expires_at=NOW + minutes(30)))
    settle(deliveries, [receipt(pair, Outcome.UNKNOWN) for pair in sending(deliveries)])
    over, at_once = NOW + minutes(30), [timedelta(0)]
    assert resends.resend_by_setting({"daily"}, DEADLINE, at_once) == 0
    assert resends.resend_by_setting({"daily"}, over, at_once) == 1
    assert states(database) == ["unknown", "planned"]
    assert resends.resend(issue_id, DeliveryState.UNKNOWN, "anna", over) == 1
    assert len(deliveries.claim(9, owner="me", now=over, lease=LEASE)) == 2


def test_resend_again_and_again_gives_the_same_time_each_time(database: Database, deliveries: Deliveries) -> None:
    """A resend by the edition's setting does not count: the deadline did not start again with it."""
    issue_id = frozen(database, 1)
    settle(deliveries, [receipt(sending(deliveries)[0], Outcome.UNKNOWN)])
    span = DEADLINE - NOW
    assert Resends(database).resend_by_setting({"daily"}, NOW + span / 2, [timedelta(0)]) == 1
    for number in (1, 2, 3):
        again = NOW + number * (span + timedelta(hours=1))
        deliveries.expire(again)
        assert Resends(database).resend(issue_id, DeliveryState.EXPIRED, "anna", again) == 1
        assert issue_of(database).deadline == again + span


def test_resend_unknown_of_cancelled_issue_changes_nothing(database: Database, deliveries: Deliveries) -> None:
    """The same goes for an issue that does not exist."""
    issue_id = frozen(database, 1)
    (pair,) = sending(deliveries)
    settle(deliveries, [receipt(pair, Outcome.UNKNOWN)])
    Issues(database).cancel(issue_id, NOW)
    assert Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", NOW) == 0
    assert Resends(database).resend(999, DeliveryState.UNKNOWN, "anna", NOW) == 0


def test_frozen_issues_are_ordered_by_latest_activity(database: Database, deliveries: Deliveries) -> None:
    """Every frozen issue with its counts; an issue that was only opened is not listed."""
    first = frozen(database, 2)
    second = frozen(database, 2, DAY_AFTER)
    Issues(database).open("weekly", SLOT, issue_of(database).window, NOW)
    assert [record.id for record, _tally in Tallies(database).of_frozen_issues()] == [second, first]
    taken = deliveries.claim(1, owner="me", now=NOW, lease=LEASE, issues=[first])
    intend(deliveries, [(taken[0].delivery_id, taken[0].token)], NOW + minutes(9))
    (latest, tally), (_other, untouched) = Tallies(database).of_frozen_issues()
    assert latest.id == first
    assert tally.counts == {DeliveryState.SENDING: 1, DeliveryState.PLANNED: 1}
    assert untouched.counts == {DeliveryState.PLANNED: 2}
    assert Tallies(database).of_issue(first) == tally
    assert Tallies(database).of_issue(999).audience == 0


# --- transitions

LEGAL = {
    "planned": {"claimed", "cancelled", "expired"},
    "claimed": {"planned", "cancelled", "sending", "deferred", "bounced"},
    "sending": {"sent", "deferred", "bounced", "unknown"},
    "unknown": {"sent", "planned"},
    "deferred": {"claimed", "cancelled", "expired"},
    "sent": set(),
    "bounced": set(),
    "cancelled": set(),
    "expired": {"planned"},
}


def test_delivery_transition_not_in_the_table_is_refused() -> None:
    """It is refused before it reaches the database."""
    with opened("sqlite://") as database, database.write() as connection:
        for frm, to in product(DeliveryState, DeliveryState):
            if str(to) in LEGAL[str(frm)]:
                assert transitions.move(connection, {frm}, to, true()) == 0
            else:
                with pytest.raises(ValueError, match=f"delivery: no move from {frm} to {to}"):
                    transitions.move(connection, {frm}, to, true())


def test_states_are_written_only_in_transitions() -> None:
    """Only transitions.py writes a state of a row or of an issue; a resend stores which state it concerned.

    The states of imports are another table's.
    """
    folder = Path(transitions.__file__).parents[1]
    writers = [
        file.name
        for file in folder.rglob("*.py")
        if "versions" not in file.parts
        if "values(state=" in file.read_text()
        or '"state":'
        in re.sub('"state": (Issue|Delivery)State.PLANNED|"messages": number, "state"', "", file.read_text())
    ]
    assert sorted(writers) == ["import_jobs.py", "transitions.py"]


@pytest.mark.parametrize("seed", range(3))
def test_tally_after_any_operations_equals_the_audience(database: Database, deliveries: Deliveries, seed: int) -> None:
    """The counts add up to the audience, and each single transition is in the table."""
    chance = random.Random(seed)
    issue_id = frozen(database, 12)
    before = states(database)
    now, pairs = NOW, list[tuple[int, str]]()
    for _turn in range(60):
        now += minutes(chance.choice((0, 1, 10)))
        owner = chance.choice("ab")
        step = chance.choice(("claim", "intend", "settle", "settle", "recover", "end", "leave", "resend", "resume"))
        if step == "claim":
            taken = deliveries.claim(chance.randint(1, 4), owner=owner, now=now, lease=LEASE)
            pairs += [(one.delivery_id, one.token) for one in taken]
        elif step == "intend" and pairs:
            intend(deliveries, chance.sample(pairs, min(3, len(pairs))), now)
        elif step == "settle" and pairs:
            receipts = [
                receipt(pair, chance.choice(list(Outcome))) for pair in chance.sample(pairs, min(3, len(pairs)))
            ]
            settle(deliveries, receipts, chance.choice((later, lambda _tries: None)), now=now)
        elif step == "recover":
            deliveries.recover(now, {owner: chance.choice((True, None))}.get)
        elif step == "end":
            deliveries.recover(now, {owner: True, ("b" if owner == "a" else "a"): False}.get)
        elif step == "leave" and chance.random() < 0.2:
            Subscribers(database).remove(reader(chance.randrange(12)), LeftBy.READER, now)
        elif step == "resend":
            Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", now)
        elif step == "resume":
            Issues(database).move(issue_id, {IssueState.PAUSED}, IssueState.SENDING, now=now)
        deliveries.finish(now)
        after = states(database)
        # One step may make two allowed transitions of one row: deferred and given up.
        steps = {(old, new) for old, new in zip(before, after, strict=True) if old != new}
        assert all(new in LEGAL[old] or (new == "expired" and "deferred" in LEGAL[old]) for old, new in steps)
        assert Tallies(database).of_issue(issue_id).audience == 12
        (_record, tally), *_others = Tallies(database).of_frozen_issues()
        assert {str(state): number for state, number in tally.counts.items()} == Counter(after)
        before = after

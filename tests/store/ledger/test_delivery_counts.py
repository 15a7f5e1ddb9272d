"""The numbers of deliveries by state: at any moment those that a count of all rows would give."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import case, func, select, text

from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import Slot
from digest.model.receivers import PauseCause
from digest.model.subscribers import LeftBy, Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues, may_be_sent
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.delivery_counts import count_messages, merge_counts
from digest.store.ledger.folding import Folding
from digest.store.ledger.group_pauses import GroupPauses
from digest.store.ledger.ramps import Ramps
from digest.store.ledger.resends import Resends
from digest.store.ledger.system_mail import SystemRecipient, plan_system_mail
from digest.store.ledger.tallies import Tallies
from digest.store.ledger.transitions import move
from digest.store.subscribers.bounces import Bounces
from digest.store.subscribers.reader_data import ReaderData
from digest.store.subscribers.readers import Readers
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.count_schema import delivery_count, subscriber_count
from digest.store.tables.retention_schema import folded_delivery
from digest.store.tables.schema import delivery, issue, subscriber
from digest.store.upkeep.measurements import Measurements
from digest.store.upkeep.replaced_database import read_replaced
from digest.store.upkeep.restoring import carry_over
from tests.support.store import (
    LEASE,
    NOW,
    freeze,
    frozen,
    minutes,
    opened,
    reader,
    sending,
    settle,
    statements,
    system_message,
)

READERS = 6
_ALERT = system_message("alert", "paused")


class _UndoneError(Exception):
    """What rolls a transaction back."""


@dataclass
class World:
    """A database in which time passes, and whose readers choose hours."""

    database: Database
    now: datetime = NOW
    issues: list[int] = field(default_factory=list)
    claims: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        readers = [Subscriber(email=reader(one), hour=9 if one % 3 == 0 else None) for one in range(READERS)]
        Subscribers(self.database).add_many(readers, NOW)

    def plan(self, _which: int) -> None:
        slot = Slot(day=self.now.date(), number=len(self.issues) + 1)
        issue_id, readers = freeze(Issues(self.database), slot=slot, now=self.now)
        assert readers == sum(
            count for (known, _state), count in rows_by_state(self.database).items() if known == issue_id
        )
        self.issues.append(issue_id)

    def plan_system_mail(self, which: int) -> None:
        recipients = [SystemRecipient(f"operator{which}@post.example"), SystemRecipient("anna@post.example")]
        with self.database.write() as connection:
            plan_system_mail(connection, replace(_ALERT, day=Slot(day=self.now.date())), recipients, self.now)

    def undo(self, _which: int) -> None:
        with suppress(_UndoneError), self.database.write() as connection:
            move(connection, {DeliveryState.PLANNED}, DeliveryState.CANCELLED, delivery.c.id > 0)
            connection.execute(delivery_count.delete())
            raise _UndoneError

    def claim(self, which: int) -> None:
        claimed = Deliveries(self.database).claim(which + 1, owner="me", now=self.now, lease=LEASE)
        self.claims |= {one.delivery_id: one.token for one in claimed}

    def begin(self, which: int) -> None:
        self._record([], list(self.claims.items())[: which + 1])

    def settle(self, which: int) -> None:
        """One receipt of each kind in turn, also for messages that were not begun."""
        kinds = list(Outcome)[which % 4 :] + list(Outcome)
        pairs = zip(list(self.claims.items())[: which + 1], kinds, strict=False)
        self._record([Receipt(delivery_id=one, token=token, outcome=kind) for (one, token), kind in pairs], [])

    def settle_and_begin(self, which: int) -> None:
        flight, following = list(self.claims.items())[:which], list(self.claims.items())[which:]
        sent = [Receipt(delivery_id=one, token=token, outcome=Outcome.SENT) for one, token in flight]
        self._record(sent, following)

    def _record(self, receipts: list[Receipt], messages: list[tuple[int, str]]) -> None:
        again = self.now + minutes(5) if len(receipts) % 2 else None
        ledger = Deliveries(self.database)
        ledger.record(receipts, messages, now=self.now, lease=LEASE, next_try=lambda _tries: again)

    def release(self, _which: int) -> None:
        Deliveries(self.database).release("me")

    def recover(self, which: int) -> None:
        self.now += which * LEASE
        Deliveries(self.database).recover(self.now, lambda _owner: True if which == 0 else None)

    def merge(self, _which: int) -> None:
        Deliveries(self.database).renew("me", self.now, LEASE)

    def end_round(self, which: int) -> None:
        self.now += timedelta(hours=which)
        Deliveries(self.database).expire(self.now)
        Deliveries(self.database).finish(self.now)

    def resend(self, which: int) -> None:
        for issue_id in self.issues[: which + 1]:
            Resends(self.database).resend(issue_id, DeliveryState.UNKNOWN, "anna", self.now)
            Resends(self.database).resend(issue_id, DeliveryState.EXPIRED, "anna", self.now)

    def leave(self, which: int) -> None:
        Subscribers(self.database).remove(reader(which), LeftBy.READER, self.now)

    def add_readers(self, which: int) -> None:
        """Those who come again, and new ones of each status."""
        added = [Subscriber(email=reader(which + 10 + place), status=one) for place, one in enumerate(SubscriberStatus)]
        Subscribers(self.database).add_many([Subscriber(email=reader(which)), *added], self.now)

    def erase(self, which: int) -> None:
        ReaderData(self.database).erase(reader(which), self.now)

    def bounce(self, which: int) -> None:
        report = Report(reader(which), ReportClass.HARD)
        proven = ProvenReport(message_key=f"m{which}", delivery_id=which + 1, report=report, may_unsubscribe=True)
        Bounces(self.database).apply([proven], self.now)

    def postpone_by_ramp(self, which: int) -> None:
        until = self.now + timedelta(hours=which)
        for issue_id in self.issues:
            Ramps(self.database).postpone(issue_id, which, self.now, until, "ramp", lambda _hour, _zone: until)

    def pause_group(self, which: int) -> None:
        pauses = GroupPauses(self.database)
        pause = pauses.pause("post.example", PauseCause.THROTTLED, "421", self.now)
        claims = Deliveries(self.database).claim(which, owner="other", now=self.now, lease=LEASE)
        pauses.postpone([(one, pause.until if pause else self.now) for one in claims])
        if which % 2:
            pauses.clear(self.now)

    def cancel(self, which: int) -> None:
        for issue_id in self.issues[which:]:
            Issues(self.database).cancel(issue_id, self.now)

    def fold(self, which: int) -> None:
        self.cancel(which // 2)
        for _number in Folding(self.database).fold(self.now + timedelta(seconds=which)):
            check(self)

    def restore(self, which: int) -> None:
        carry_over(self.database, read_replaced(self.database) if which % 2 else None, self.now)


STEPS: dict[str, Callable[[World, int], None]] = {
    name: step for name, step in vars(World).items() if not name.startswith("_") and callable(step)
}
# Each run begins with messages in many states.
START = (("plan", 0), ("claim", 5), ("begin", 4), ("settle", 3))
SEQUENCES = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, READERS - 1)), min_size=5, max_size=25)


def rows_by_state(database: Database) -> Counter[tuple[int, str]]:
    """The messages of each issue by state, as a count of all rows says."""
    found: Counter[tuple[int, str]] = Counter()
    ledger = select(delivery.c.issue_id, delivery.c.state, func.count()).group_by(delivery.c.issue_id, delivery.c.state)
    with database.read() as connection:
        for rows in (ledger, select(folded_delivery)):
            for issue_id, state, number in connection.execute(rows):
                found[issue_id, state] += number
    return found


def kept_and_counted(database: Database) -> list[set[tuple[Any, ...]]]:
    """What PostgreSQL keeps, and what a count of all rows says of the same."""
    is_planned = delivery.c.state == DeliveryState.PLANNED
    kept = [delivery_count.c[name] for name in ("issue_id", "state", "due_at", "is_postponed")]
    due_at = case((is_planned, delivery.c.due_at))
    counted = [delivery.c.issue_id, delivery.c.state, due_at, is_planned & delivery.c.smtp_text.is_not(None)]
    queries = (
        select(*kept, func.sum(delivery_count.c.messages)).group_by(*kept),
        select(*counted, func.count()).group_by(*(text(str(place)) for place in range(1, 5))),
    )
    with database.read() as connection:
        found = [connection.execute(query).all() for query in queries]
    return [{(*key, int(number)) for *key, number in rows if number} for rows in found]


def due_messages(database: Database, now: datetime) -> tuple[int, datetime | None]:
    """How many messages may be sent now, and since when the first one may, as all rows say."""
    rows = select(delivery.c.due_at).join(issue, issue.c.id == delivery.c.issue_id)
    waiting = delivery.c.state.in_((DeliveryState.PLANNED, DeliveryState.DEFERRED))
    with database.read() as connection:
        moments = connection.scalars(rows.where(may_be_sent(now), waiting, delivery.c.due_at <= now)).all()
    return len(moments), min(moments, default=None)


def check(world: World) -> None:
    """Every number that the store tells is that of a count."""
    database = world.database
    counted = rows_by_state(database)
    tallies = Tallies(database).of_issues(world.issues)
    found = {(one, state): number for one, tally in tallies.items() for state, number in tally.counts.items()}
    assert found == {key: number for key, number in counted.items() if key[0] in world.issues}
    assert {record.id: tally for record, tally in Tallies(database).of_frozen_issues()} == tallies
    with database.read() as connection:
        audiences = {one: count_messages(connection, one) for one in world.issues}
    assert audiences == {one: tally.audience for one, tally in tallies.items()}
    measured = Measurements(database).read(world.now)
    assert (measured.due, measured.oldest_due) == due_messages(database, world.now)
    with database.read() as connection:
        statuses = connection.execute(select(subscriber.c.status, func.count()).group_by(subscriber.c.status)).all()
    assert Readers(database).counts() == dict(statuses)
    if not database.is_sqlite:
        kept, counted_rows = kept_and_counted(database)
        assert kept == counted_rows


def play(world: World, steps: list[tuple[str, int]]) -> None:
    """Let the steps happen, and check the numbers after each."""
    for name, which in (*START, *steps):
        STEPS[name](world, which)
        check(world)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SEQUENCES)
def test_numbers_after_any_changes_on_postgresql_equal_a_count(
    postgres: Database, steps: list[tuple[str, int]]
) -> None:
    """There they are kept, also those of the moments at which messages are due; SQLite counts them when asked."""
    with postgres.write() as connection:
        connection.execute(
            text("TRUNCATE issue, subscriber, group_pause, delivery_count, subscriber_count RESTART IDENTITY CASCADE")
        )
    play(World(postgres), steps)


@pytest.fixture
def postgres(postgres_store_url: str) -> Iterator[Database]:
    """An open PostgreSQL database."""
    with opened(postgres_store_url) as database:
        yield database


def test_numbers_after_each_kind_of_change_equal_a_count(database: Database) -> None:
    """Each of the changes of the random sequences, twice, with messages that are in all states."""
    world = World(database)
    for which in (3, 2):
        play(world, [(step, which) for step in STEPS])


def test_numbers_while_others_send_and_merge_add_up(postgres: Database) -> None:
    """Nobody sees a moment at which numbers that are merged are missing or there twice; nobody waits for good."""
    issue_id = frozen(postgres, 120)
    ledger = Deliveries(postgres)

    def send(owner: str) -> None:
        while pairs := sending(ledger, 4, owner):
            settle(ledger, [Receipt(delivery_id=one, token=token, outcome=Outcome.SENT) for one, token in pairs])

    def merge(_number: int) -> int:
        with postgres.write() as connection:
            merge_counts(connection)
        return Tallies(postgres).of_issue(issue_id).audience

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send, owner) for owner in ("one", "two")]
        assert set(pool.map(merge, range(30))) == {120}
        for sender in senders:
            sender.result()
    assert Tallies(postgres).of_issue(issue_id).counts == {DeliveryState.SENT: 120}


def test_merging_leaves_one_row_for_each_number(postgres: Database) -> None:
    """What senders added one by one is gone, and what has become nothing too."""
    frozen(postgres, 12)
    ledger = Deliveries(postgres)
    for _turn in range(3):
        settle(
            ledger, [Receipt(delivery_id=one, token=token, outcome=Outcome.SENT) for one, token in sending(ledger, 4)]
        )
    assert ledger.finish(NOW) == 1
    with postgres.read() as connection:
        assert connection.execute(select(delivery_count.c.state, delivery_count.c.messages)).all() == [("sent", 12)]


def test_merging_joins_the_numbers_of_readers(postgres: Database) -> None:
    """Once there are more rows than statuses."""
    for number in range(8):
        Subscribers(postgres).add_many([Subscriber(email=reader(number))], NOW)
    Subscribers(postgres).remove(reader(0), LeftBy.READER, NOW)
    assert Deliveries(postgres).finish(NOW) == 0
    with postgres.read() as connection:
        rows = connection.execute(select(subscriber_count.c.status, subscriber_count.c.readers)).all()
    assert sorted(rows) == [("confirmed", 7), ("unsubscribed", 1)]


def test_numbers_are_read_without_the_large_tables_on_postgresql(postgres: Database) -> None:
    """The status of an issue and the listing of all take as long with ten readers as with ten million."""
    issue_id = frozen(postgres, 3)
    tallies = Tallies(postgres)
    with statements(postgres) as executed:
        tallies.of_issue(issue_id)
        tallies.of_frozen_issues()
        tallies.later(NOW)
        Readers(postgres).counts()
    large = re.compile(r"\b(FROM|JOIN) (delivery|subscriber)\b")
    assert executed
    assert not [statement for statement, _parameters in executed if large.search(statement)]

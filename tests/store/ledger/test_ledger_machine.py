"""The ledger with any order of events: the invariants hold, and only allowed transitions are made.

The machine plays the owners (who claim, ask, finish, die, or sleep past their leases), the mail server (which takes a
message or does not), the readers, the operator and the clock. A trigger in the database writes down every move. Random
events alone hardly ever make the rare moves, so each run starts from an opening, and together they make every move.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import ClassVar

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import Content, IssueState, Slot
from digest.model.subscribers import LeftBy, Subscriber
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from tests.support.store import LEASE, NOW, RENDERED, freeze, reader

READERS = 8
SLOTS = (Slot(day=date(2026, 10, 1)), Slot(day=date(2026, 10, 2)))
AFTER = Slot(day=date(2026, 10, 3))
WAITS = (timedelta(minutes=5), timedelta(minutes=15))
OWNERS = ("one", "two", "three")

MOVES = {
    *(("planned", to) for to in ("claimed", "cancelled", "expired")),
    *(("claimed", to) for to in ("planned", "cancelled", "sending", "deferred", "bounced")),
    *(("sending", to) for to in ("sent", "deferred", "bounced", "unknown")),
    *(("unknown", to) for to in ("sent", "planned")),
    *(("deferred", to) for to in ("claimed", "cancelled", "expired")),
    ("expired", "planned"),
}
ISSUE_MOVES = {
    ("planned", "frozen"),
    ("frozen", "sending"),
    *((frm, to) for frm in ("frozen", "sending") for to in ("done", "paused", "cancelled")),
    ("paused", "sending"),
    ("paused", "cancelled"),
    ("done", "sending"),
}
TOUCHED = {"claimed", "sending", "sent", "unknown", "deferred", "bounced"}
MADE: Counter[tuple[str, str, str]] = Counter()  # what the machine did, in all its runs
OPEN = {"planned", "claimed", "sending", "deferred"}
BEFORE_END = (Outcome.DEFERRED, Outcome.BOUNCED, Outcome.REFUSED)
# How far an attempt comes: only claimed, failed early, without a reply yet, or with an outcome.
Fate = tuple[str, Outcome | None]
FATES: tuple[Fate, ...] = (
    ("claimed", None),
    *(("early", outcome) for outcome in (Outcome.DEFERRED, Outcome.BOUNCED)),
    ("no reply", None),
    *(("end", outcome) for outcome in (Outcome.SENT, Outcome.DEFERRED, Outcome.BOUNCED, Outcome.UNKNOWN)),
)

_TRIGGERS = (
    "CREATE TABLE moves (what TEXT, id INTEGER, frm TEXT, target TEXT)",
    """CREATE TRIGGER row_moves AFTER UPDATE OF state ON delivery
    BEGIN INSERT INTO moves VALUES ('row', new.id, old.state, new.state); END""",
    """CREATE TRIGGER issue_moves AFTER UPDATE OF state ON issue
    BEGIN INSERT INTO moves VALUES ('issue', new.id, old.state, new.state); END""",
)


@cache
def _template() -> bytes:
    """A database with readers and triggers, made once: the migrations would take most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open("sqlite:///template.db", Path(folder))
        Subscribers(database).add_many([Subscriber(email=reader(number)) for number in range(READERS)], NOW)
        with database.write() as connection:
            for statement in _TRIGGERS:
                connection.execute(text(statement))
        database.close()
        return (Path(folder) / "template.db").read_bytes()


@dataclass
class Owner:
    """What a process holds: rows claimed, rows whose end may leave, and receipts that are not stored yet."""

    alive: bool = True
    claimed: dict[int, str] = field(default_factory=dict)
    allowed: dict[int, str] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)


class LedgerMachine(RuleBasedStateMachine):
    """One ledger, three owners, two issues of one edition."""

    opening: ClassVar["Opening"] = ()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="digest-machine-"))
        (self.folder / "digest.db").write_bytes(_template())
        self.database = Database.open("sqlite:///digest.db", self.folder)
        self.ledger = Deliveries(self.database)
        self.issues = Issues(self.database)
        self.tallies = Tallies(self.database)
        self.resends = Resends(self.database)
        self.subscribers = Subscribers(self.database)
        self.now: datetime = NOW
        self.owners = {name: Owner() for name in OWNERS}
        self.accepted: Counter[int] = Counter()
        self.resent: Counter[int] = Counter()
        self.audience: dict[int, int] = {}
        self.left: set[str] = set()
        self.last_move = 0

    def teardown(self) -> None:
        """Remove the database."""
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize(fates=st.permutations(FATES))
    def first(self, fates: list[Fate]) -> None:
        """There are two issues, and each message of the first has come to another state; then the opening follows."""
        self.freeze(SLOTS[0])
        self.attempt("one", fates, give_up=False)
        self.freeze(SLOTS[1])
        for step in self.opening:
            step(self)
            self.moves_are_legal_and_add_up()

    @rule(slot=st.sampled_from(SLOTS))
    def freeze(self, slot: Slot) -> None:
        """I8: a slot has one issue, which is frozen once, for all who are subscribed then."""
        content = Content(rendered=RENDERED, article_keys=[f"{slot}-a", f"{slot}-b"])
        issue_id, size = freeze(self.issues, slot=slot, content=content, now=self.now)
        assert (size is None) == (issue_id in self.audience)
        if size is not None:
            assert size == READERS - len(self.left)
            self.audience[issue_id] = size

    @rule(name=st.sampled_from(OWNERS), limit=st.integers(1, READERS))
    def claim(self, name: str, limit: int) -> None:
        """An owner takes rows; a dead one comes back as a new process of another name."""
        owner = self.owners[name]
        if owner.alive:
            for one in self.ledger.claim(limit, owner=name, now=self.now, lease=LEASE):
                owner.claimed[one.delivery_id] = one.token

    @rule(name=st.sampled_from(OWNERS), fates=st.permutations(FATES), give_up=st.booleans())
    def attempt(self, name: str, fates: list[Fate], give_up: bool) -> None:
        """An owner takes what is due and does all of it at once."""
        self.claim(name, READERS)
        by_fate = dict(zip(sorted(self.owners[name].claimed.items()), fates, strict=False))
        for message, fate in by_fate.items():
            if fate[0] == "early" and fate[1] is not None:
                self._fail(name, message, fate[1])
        self._intend(
            name, [message for message, fate in by_fate.items() if fate[0] in {"no reply", "end"}], together=False
        )
        for message, fate in by_fate.items():
            if fate[0] == "end" and fate[1] is not None and message in self.owners[name].allowed.items():
                self.finish(name, message, fate[1], taken=True)
        self.settle(name, give_up)

    @rule(together=st.booleans(), data=st.data())
    @precondition(lambda self: self._with_claims())
    def intend(self, together: bool, data: st.DataObject) -> None:
        """Some of an owner's messages have been written but for their ends."""
        name = data.draw(st.sampled_from(self._with_claims()))
        claimed = sorted(self.owners[name].claimed.items())
        self._intend(name, data.draw(st.lists(st.sampled_from(claimed), min_size=1, unique=True)), together=together)

    def intend_all(self, name: str) -> None:
        """All messages of an owner have been written but for their ends."""
        self._intend(name, sorted(self.owners[name].claimed.items()), together=False)

    def _intend(self, name: str, intents: list[tuple[int, str]], *, together: bool) -> None:
        """I7: permission is given to the holder alone, and never for a reader who left or an issue that stopped."""
        owner = self.owners[name]
        before = self.rows()
        allowed = self._record(owner, intents, receipts=together)
        for delivery_id, token in intents:
            del owner.claimed[delivery_id]
            if delivery_id in allowed:
                owner.allowed[delivery_id] = token
                state, issue_state, held, address = before[delivery_id]
                assert (state, held) == ("claimed", token)
                assert issue_state in {"frozen", "sending"}
                assert address not in self.left

    @rule(outcome=st.sampled_from(BEFORE_END), data=st.data())
    @precondition(lambda self: self._with_claims())
    def fail_early(self, outcome: Outcome, data: st.DataObject) -> None:
        """A message ends before its end: its receipt is kept for the next settling."""
        name = data.draw(st.sampled_from(self._with_claims()))
        self._fail(name, data.draw(st.sampled_from(sorted(self.owners[name].claimed.items()))), outcome)

    def _fail(self, name: str, message: tuple[int, str], outcome: Outcome) -> None:
        owner, (delivery_id, token) = self.owners[name], message
        del owner.claimed[delivery_id]
        owner.receipts.append(Receipt(delivery_id=delivery_id, token=token, outcome=outcome))

    @rule(outcome=st.sampled_from(Outcome), taken=st.booleans(), late=st.booleans(), data=st.data())
    @precondition(lambda self: self._with_permissions())
    def finish_message(self, outcome: Outcome, taken: bool, late: bool, data: st.DataObject) -> None:
        """The end of a message is sent: the server accepts it or not, and replies or not, perhaps after the lease."""
        if late:
            self.recover_by_lease()
        name = data.draw(st.sampled_from(self._with_permissions()))
        self.finish(name, data.draw(st.sampled_from(sorted(self.owners[name].allowed.items()))), outcome, taken=taken)

    def finish(self, name: str, message: tuple[int, str], outcome: Outcome, *, taken: bool) -> None:
        owner, (delivery_id, token) = self.owners[name], message
        del owner.allowed[delivery_id]
        self.accepted[delivery_id] += outcome is Outcome.SENT or (outcome is Outcome.UNKNOWN and taken)
        owner.receipts.append(Receipt(delivery_id=delivery_id, token=token, outcome=outcome))

    @rule(name=st.sampled_from(OWNERS), give_up=st.booleans())
    def settle(self, name: str, give_up: bool) -> None:
        """An owner's receipts are stored."""
        self._record(self.owners[name], [], give_up=give_up)

    @rule(name=st.sampled_from(OWNERS))
    def renew(self, name: str) -> None:
        """An owner extends its leases."""
        if self.owners[name].alive:
            self.ledger.renew(name, self.now, LEASE)

    @rule(name=st.sampled_from(OWNERS))
    def end(self, name: str) -> None:
        """An owner releases what it holds; its mailer may still have the messages."""
        self.ledger.recover(self.now, lambda owner: owner == name)

    @rule(name=st.sampled_from(OWNERS), taken=st.booleans())
    @precondition(lambda self: any(owner.allowed or owner.claimed for owner in self.owners.values()))
    def die(self, name: str, taken: bool) -> None:
        """A process dies; the ends that it was allowed may have left."""
        owner = self.owners[name]
        for delivery_id in owner.allowed:
            self.accepted[delivery_id] += taken
        self.owners[name] = Owner(alive=False)

    @rule()
    def recover_with_proof(self) -> None:
        """I6: what the dead held is free or flagged; what the living hold is untouched. Then the dead are replaced."""
        before = self.rows()
        self.ledger.recover(self.now, lambda name: not self.owners[name].alive)
        for delivery_id, (state, _issue, token, _address) in self.rows().items():
            name = (token or "").rpartition(":")[0]
            if state in {"claimed", "sending"}:
                assert self.owners[name].alive
            elif before[delivery_id][0] in {"claimed", "sending"}:
                held = before[delivery_id][2] or ""
                assert not self.owners[held.rpartition(":")[0]].alive
                assert (before[delivery_id][0], state) in {("claimed", "planned"), ("sending", "unknown")}
        for owner in self.owners.values():
            owner.alive = True

    @rule()
    def recover_by_lease(self) -> None:
        """Leases are over: others take what a sleeping owner held, and it does not know."""
        self.now += 2 * LEASE
        self.ledger.recover(self.now, lambda _name: None)
        assert not any(state in {"claimed", "sending"} for state, *_ in self.rows().values())

    @rule(number=st.integers(0, READERS - 1), by=st.sampled_from(LeftBy))
    @precondition(lambda self: len(self.left) < 2)
    def leave(self, number: int, by: LeftBy) -> None:
        """A reader leaves."""
        self.subscribers.remove(reader(number), by, self.now)
        self.left.add(reader(number))

    @rule(slot=st.sampled_from(SLOTS))
    def pause(self, slot: Slot) -> None:
        """The operator pauses an issue."""
        self._move(slot, {IssueState.FROZEN, IssueState.SENDING}, IssueState.PAUSED)

    @rule(slot=st.sampled_from(SLOTS))
    def resume(self, slot: Slot) -> None:
        """The operator resumes it."""
        self._move(slot, {IssueState.PAUSED}, IssueState.SENDING)

    @rule(slot=st.sampled_from(SLOTS))
    @precondition(lambda self: self.now > NOW + timedelta(minutes=10))
    def cancel(self, slot: Slot) -> None:
        """The operator cancels it: nothing waits any more."""
        found = self.issues.find("daily", slot)
        if found is not None and found.id in self.audience:
            self.issues.cancel(found.id, self.now)

    @rule(slot=st.sampled_from(SLOTS))
    def resend_unknown(self, slot: Slot) -> None:
        """The operator has the unknown ones sent again."""
        found = self.issues.find("daily", slot)
        if found is not None:
            before = self.rows()
            self.resends.resend(found.id, DeliveryState.UNKNOWN, "somebody", self.now)
            self._note_resent(before)

    @rule(slot=st.sampled_from(SLOTS))
    def resend_expired(self, slot: Slot) -> None:
        """The operator has the expired ones sent after all: these and no others are planned, in no cancelled issue."""
        found = self.issues.find("daily", slot)
        if found is not None:
            before = self.rows()
            number = self.resends.resend(found.id, DeliveryState.EXPIRED, "somebody", self.now)
            moved = [one for one, row in self.rows().items() if row[0] != before[one][0]]
            assert len(moved) == number
            assert all(before[one][0] == "expired" and before[one][1] != "cancelled" for one in moved)

    @rule(editions=st.sampled_from(((), ("daily",), ("weekly",))))
    def resend_by_setting(self, editions: tuple[str, ...]) -> None:
        """The edition's setting does: only of that edition, and only after a wait."""
        before = self.rows()
        number = self.resends.resend_by_setting(editions, self.now, WAITS)
        assert number == self._note_resent(before)
        assert not number or editions == ("daily",)

    @rule(wait=st.sampled_from((timedelta(minutes=1), timedelta(minutes=6), timedelta(hours=1))))
    def pass_time(self, wait: timedelta) -> None:
        """The clock goes on."""
        self.now += wait

    @rule()
    def pass_deadline(self) -> None:
        """All processes end, and the next one begins after the deadlines."""
        self.recover_by_lease()
        self.now += timedelta(hours=13)
        self.round_up()

    @rule()
    def round_up(self) -> None:
        """What every sender does at the end of its round; then nothing waits in a cancelled issue."""
        self.ledger.expire(self.now)
        self.ledger.finish(self.now)
        assert not any(row[:2] in {("planned", "cancelled"), ("deferred", "cancelled")} for row in self.rows().values())

    @invariant()
    def the_server_and_the_ledger_agree(self) -> None:
        """I1 to I4; a row that was resent by order may be accepted once more for each time."""
        for delivery_id, (state, *_) in self.rows().items():
            assert self.accepted[delivery_id] <= 1 + self.resent[delivery_id]
            if state == "sent":
                assert self.accepted[delivery_id]
            if self.accepted[delivery_id] and not self.resent[delivery_id]:
                assert state in {"sent", "sending", "unknown"}

    @invariant()
    def moves_are_legal_and_add_up(self) -> None:
        """Every move that the trigger saw is one of the table's; where there were any, the rest holds after them."""
        with self.database.read() as connection:
            found = connection.execute(
                text("SELECT rowid, what, frm, target FROM moves WHERE rowid > :last"), {"last": self.last_move}
            )
            made = found.all()
        if not made:
            return
        self.last_move = made[-1][0]
        MADE.update(tuple(move[1:]) for move in made)
        assert {move[2:] for move in made if move.what == "row"} <= MOVES
        assert {move[2:] for move in made if move.what == "issue"} <= ISSUE_MOVES
        self._check_sums()
        self._check_used_articles()

    def _check_sums(self) -> None:
        """I5 and I11: the states add up to the audience, and a done issue has nothing open."""
        frozen = {record.id: (record, tally) for record, tally in self.tallies.of_frozen_issues()}
        assert frozen.keys() == self.audience.keys()
        for issue_id, (record, tally) in frozen.items():
            assert tally.audience == self.audience[issue_id]
            assert self.tallies.of_issue(issue_id).counts == tally.counts
            if record.state is IssueState.DONE:
                assert not any(tally[DeliveryState(state)] for state in OPEN)

    def _check_used_articles(self) -> None:
        """I13: an issue's articles count as used once one of its rows was begun."""
        with self.database.read() as connection:
            begun = connection.execute(
                text("SELECT DISTINCT i.slot, d.state FROM issue i JOIN delivery d ON d.issue_id = i.id")
            )
            days = {slot[:10] for slot, state in begun if state in TOUCHED}
        assert self.issues.used_keys("daily", AFTER) == {f"{day}-{end}" for day in days for end in "ab"}

    def _with_claims(self) -> list[str]:
        return [name for name, owner in self.owners.items() if owner.claimed]

    def _with_permissions(self) -> list[str]:
        return [name for name, owner in self.owners.items() if owner.allowed]

    def _record(
        self, owner: Owner, intents: list[tuple[int, str]], *, receipts: bool = True, give_up: bool = False
    ) -> set[int]:
        settled: list[Receipt] = []
        if receipts:
            settled, owner.receipts = owner.receipts, []
        again = None if give_up else self.now + timedelta(minutes=5)
        return self.ledger.record(settled, intents, now=self.now, lease=LEASE, next_try=lambda _tries: again)

    def rows(self) -> dict[int, tuple[str, str, str | None, str]]:
        with self.database.read() as connection:
            found = connection.execute(
                text(
                    "SELECT d.id, d.state, i.state, d.claim_token, d.address"
                    " FROM delivery d JOIN issue i ON i.id = d.issue_id"
                )
            )
            return {row[0]: (row[1], row[2], row[3], row[4]) for row in found}

    def _move(self, slot: Slot, frm: set[IssueState], to: IssueState) -> None:
        found = self.issues.find("daily", slot)
        if found is not None and found.id in self.audience:
            self.issues.move(found.id, frm, to, now=self.now)

    def _note_resent(self, before: dict[int, tuple[str, str, str | None, str]]) -> int:
        after = self.rows()
        again = [one for one in after if before[one][0] == "unknown" and after[one][0] == "planned"]
        self.resent.update(again)
        return len(again)


def _leave_in(machine: LedgerMachine, *states: str) -> None:
    """The readers of the messages in these states leave."""
    for state, _issue, _token, address in machine.rows().values():
        if state in states:
            machine.leave(next(number for number in range(READERS) if reader(number) == address), "reader")


def _finish_late(machine: LedgerMachine) -> None:
    """A reply arrives after the message was flagged as unknown."""
    machine.recover_by_lease()
    machine.finish("one", next(iter(machine.owners["one"].allowed.items())), Outcome.SENT, taken=True)
    machine.settle("one", give_up=False)


Opening = tuple[Callable[[LedgerMachine], None], ...]
OPENINGS: tuple[Opening, ...] = (
    (lambda machine: machine.pass_time(timedelta(minutes=6)), lambda machine: machine.claim("two", READERS)),
    (
        lambda machine: _leave_in(machine, "claimed", "deferred"),
        lambda machine: machine.intend_all("one"),
        lambda machine: machine.pass_time(timedelta(minutes=6)),
        lambda machine: machine.claim("two", READERS),
    ),
    (_finish_late,),
    (LedgerMachine.pass_deadline, lambda machine: machine.resend_unknown(SLOTS[0])),
    (LedgerMachine.pass_deadline, *(partial(LedgerMachine.resend_expired, slot=slot) for slot in SLOTS)),
    (
        *(partial(LedgerMachine.pause, slot=slot) for slot in SLOTS),
        lambda machine: machine.resume(SLOTS[0]),
        lambda machine: machine.cancel(SLOTS[1]),
    ),
    tuple(partial(LedgerMachine.cancel, slot=slot) for slot in SLOTS),
)


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_ledger_any_events_keep_the_invariants_and_make_every_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each opening no order of events breaks an invariant, and none of the moves is left untested."""
    MADE.clear()
    settings = hypothesis.settings(max_examples=6, stateful_step_count=25)
    for opening in OPENINGS:
        monkeypatch.setattr(LedgerMachine, "opening", opening)
        run_state_machine_as_test(LedgerMachine, settings=settings)
    allowed = {*(("row", *move) for move in MOVES), *(("issue", *move) for move in ISSUE_MOVES)}
    assert allowed - MADE.keys() == set()

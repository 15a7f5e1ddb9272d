"""The ledger with any order of events: the invariants hold, and only allowed transitions are made.

The machine plays the owners (who claim, ask, finish, die, or sleep past their leases), the mail server (which takes a
message or does not), the readers, the operator and the clock. A trigger in the database writes down every move.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueState, Slot
from digest.model.subscribers import Subscriber
from digest.store.database import Database
from digest.store.deliveries import Deliveries
from digest.store.issues import Issues
from digest.store.resends import Resends
from digest.store.subscribers import Subscribers
from digest.store.tallies import Tallies
from tests.support.store import LEASE, NOW, RENDERED, WINDOW, reader

READERS = 4
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
OPEN = {"planned", "claimed", "sending", "deferred"}
BEFORE_END = (Outcome.DEFERRED, Outcome.BOUNCED, Outcome.REFUSED)

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

    def teardown(self) -> None:
        """Remove the database."""
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize()
    def first(self) -> None:
        """There is an issue."""
        self.freeze(SLOTS[0])

    @rule(slot=st.sampled_from(SLOTS))
    def freeze(self, slot: Slot) -> None:
        """I8: a slot has one issue, which is frozen once, for all who are subscribed then."""
        known = self.issues.open("daily", slot, WINDOW, self.now)
        keys = [f"{slot}-a", f"{slot}-b"]
        until = self.now + timedelta(hours=12)
        size = self.issues.freeze(
            known.id, rendered=RENDERED, article_keys=keys, edition="daily", now=self.now, deadline=until
        )
        assert (size is None) == (known.id in self.audience)
        if size is not None:
            assert size == READERS - len(self.left)
            self.audience[known.id] = size

    @rule(name=st.sampled_from(OWNERS), limit=st.integers(1, 4))
    def claim(self, name: str, limit: int) -> None:
        """An owner takes rows; a dead one comes back as a new process of another name."""
        owner = self.owners[name]
        if owner.alive:
            for one in self.ledger.claim(limit, owner=name, now=self.now, lease=LEASE):
                owner.claimed[one.delivery_id] = one.token

    @rule(name=st.sampled_from(OWNERS), together=st.booleans(), data=st.data())
    def intend(self, name: str, together: bool, data: st.DataObject) -> None:
        """I7: permission is given to the holder alone, and never for a reader who left or an issue that stopped."""
        owner = self.owners[name]
        if not owner.claimed:
            return
        intents = data.draw(st.lists(st.sampled_from(sorted(owner.claimed.items())), min_size=1, unique=True))
        before = self._rows()
        allowed = self._record(owner, intents, receipts=together)
        for delivery_id, token in intents:
            del owner.claimed[delivery_id]
            if delivery_id in allowed:
                owner.allowed[delivery_id] = token
                state, issue_state, held, address = before[delivery_id]
                assert (state, held) == ("claimed", token)
                assert issue_state in {"frozen", "sending"}
                assert address not in self.left

    @rule(name=st.sampled_from(OWNERS), outcome=st.sampled_from(BEFORE_END), data=st.data())
    def fail_early(self, name: str, outcome: Outcome, data: st.DataObject) -> None:
        """A message ends before its end: its receipt is kept for the next settling."""
        owner = self.owners[name]
        if owner.claimed:
            delivery_id, token = data.draw(st.sampled_from(sorted(owner.claimed.items())))
            del owner.claimed[delivery_id]
            owner.receipts.append(Receipt(delivery_id=delivery_id, token=token, outcome=outcome))

    @rule(name=st.sampled_from(OWNERS), outcome=st.sampled_from(Outcome), taken=st.booleans(), data=st.data())
    def finish_message(self, name: str, outcome: Outcome, taken: bool, data: st.DataObject) -> None:
        """The end of a message is sent: the server accepts it or not, and replies or not."""
        owner = self.owners[name]
        if not owner.allowed:
            return
        delivery_id, token = data.draw(st.sampled_from(sorted(owner.allowed.items())))
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
    def die(self, name: str, taken: bool) -> None:
        """A process dies; the ends that it was allowed may have left."""
        owner = self.owners[name]
        for delivery_id in owner.allowed:
            self.accepted[delivery_id] += taken
        self.owners[name] = Owner(alive=False)

    @rule()
    def recover_with_proof(self) -> None:
        """I6: what the dead held is free or flagged; what the living hold is untouched. Then the dead are replaced."""
        before = self._rows()
        self.ledger.recover(self.now, lambda name: not self.owners[name].alive)
        for delivery_id, (state, _issue, token, _address) in self._rows().items():
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
        assert not any(state in {"claimed", "sending"} for state, *_ in self._rows().values())

    @rule(number=st.integers(0, READERS - 1), by=st.sampled_from(("reader", "operator")))
    def leave(self, number: int, by: str) -> None:
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
            before = self._rows()
            self.resends.resend_unknown(found.id, "somebody", self.now)
            self._note_resent(before)

    @rule(editions=st.sampled_from(((), ("daily",), ("weekly",))))
    def resend_by_setting(self, editions: tuple[str, ...]) -> None:
        """The edition's setting does: only of that edition, and only after a wait."""
        before = self._rows()
        number = self.resends.resend_by_setting(editions, self.now, WAITS)
        assert number == self._note_resent(before)
        assert not number or editions == ("daily",)

    @rule(wait=st.sampled_from((timedelta(minutes=1), timedelta(minutes=6), timedelta(hours=1), timedelta(hours=13))))
    def pass_time(self, wait: timedelta) -> None:
        """The clock goes on."""
        self.now += wait

    @rule()
    def round_up(self) -> None:
        """What every sender does at the end of its round; then nothing waits in a cancelled issue."""
        self.ledger.expire(self.now)
        self.ledger.finish(self.now)
        assert not any(
            row[:2] in {("planned", "cancelled"), ("deferred", "cancelled")} for row in self._rows().values()
        )

    @invariant()
    def the_server_and_the_ledger_agree(self) -> None:
        """I1 to I4; a row that was resent by order may be accepted once more for each time."""
        for delivery_id, (state, *_) in self._rows().items():
            assert self.accepted[delivery_id] <= 1 + self.resent[delivery_id]
            if state == "sent":
                assert self.accepted[delivery_id]
            if self.accepted[delivery_id] and not self.resent[delivery_id]:
                assert state in {"sent", "sending", "unknown"}

    @invariant()
    def it_adds_up(self) -> None:
        """I5 and I11: the states add up to the audience, and a done issue has nothing open."""
        frozen = {record.id: (record, tally) for record, tally in self.tallies.of_frozen_issues()}
        assert frozen.keys() == self.audience.keys()
        for issue_id, (record, tally) in frozen.items():
            assert tally.audience == self.audience[issue_id]
            assert self.tallies.of_issue(issue_id).counts == tally.counts
            if record.state is IssueState.DONE:
                assert not any(tally[DeliveryState(state)] for state in OPEN)

    @invariant()
    def articles_are_used_once_begun(self) -> None:
        """I13: an issue's articles count as used once one of its rows was begun."""
        with self.database.read() as connection:
            begun = connection.execute(
                text("SELECT DISTINCT i.slot, d.state FROM issue i JOIN delivery d ON d.issue_id = i.id")
            )
            days = {slot[:10] for slot, state in begun if state in TOUCHED}
        assert self.issues.used_keys("daily", AFTER) == {f"{day}-{end}" for day in days for end in "ab"}

    @invariant()
    def only_legal_moves_are_made(self) -> None:
        """Every move that the trigger saw is one of the table's."""
        with self.database.read() as connection:
            made = {tuple(row) for row in connection.execute(text("SELECT what, frm, target FROM moves"))}
        assert [pair for what, *pair in made if what == "row" and tuple(pair) not in MOVES] == []
        assert [pair for what, *pair in made if what == "issue" and tuple(pair) not in ISSUE_MOVES] == []

    def _record(
        self, owner: Owner, intents: list[tuple[int, str]], *, receipts: bool = True, give_up: bool = False
    ) -> set[int]:
        settled: list[Receipt] = []
        if receipts:
            settled, owner.receipts = owner.receipts, []
        again = None if give_up else self.now + timedelta(minutes=5)
        return self.ledger.record(settled, intents, now=self.now, lease=LEASE, next_try=lambda _tries: again)

    def _rows(self) -> dict[int, tuple[str, str, str | None, str]]:
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
        after = self._rows()
        again = [one for one in after if before[one][0] == "unknown" and after[one][0] == "planned"]
        self.resent.update(again)
        return len(again)


LedgerMachine.TestCase.settings = hypothesis.settings(max_examples=40, stateful_step_count=40)
TestLedger = LedgerMachine.TestCase

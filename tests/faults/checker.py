"""Checks a run by two records only: the server's, and the ledger's tables, read in plain SQL.

The invariants I1 to I12 are those of the promise (docs/promise.md); each violation is one sentence that begins with its
number. I7 (who left gets nothing more) and I10 (one bad row stops nobody) need to know who left and which row is bad.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.faults.server import Entry

_OPEN = {"planned", "claimed", "sending", "deferred"}
_MAYBE = {"sent", "sending", "unknown"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the ledger."""

    id: int
    issue: int
    subscriber: int
    recipient: str
    state: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What the tables say: the rows, each issue's state by id, and how many issues each slot has."""

    rows: tuple[Row, ...]
    issues: dict[int, str]
    slots: dict[tuple[str, str], int]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a run may leave behind: the audience, who left, whose row is bad, and how much may be unknown.

    That is `connections` × `window` for each of our `crashes`, and a `window` for each time the server fell silent.
    """

    audience: int
    connections: int
    window: int
    crashes: int
    left: frozenset[str] = frozenset()
    bad: frozenset[str] = frozenset()
    copies: int = 1  # how often one message may be accepted: more only where somebody ordered to resend unknown ones


@dataclass
class Outcome:
    """What became of the audience; `taken` and `lost` split the unknown by what the server knows.

    `ordered_copies` are those that `on_unknown = "resend"` made.
    """

    states: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    ordered_copies: int = 0
    unflagged_losses: int = 0
    unknown_taken: int = 0
    unknown_lost: int = 0

    def add(self, other: "Outcome") -> None:
        """Count another run's in."""
        self.states += other.states
        self.duplicates += other.duplicates
        self.ordered_copies += other.ordered_copies
        self.unflagged_losses += other.unflagged_losses
        self.unknown_taken += other.unknown_taken
        self.unknown_lost += other.unknown_lost


def read_record(path: Path) -> list[Entry]:
    """What the server wrote down."""
    if not path.exists():
        return []
    return [Entry(**json.loads(line)) for line in path.read_text().splitlines()]


def read_ledger(url: str) -> Ledger:
    """The tables, at one moment."""
    rows, issues = _query(
        url,
        "SELECT id, issue_id, subscriber_id, address, state, tries FROM delivery ORDER BY id",
        "SELECT id, state, edition, slot FROM issue",
    )
    names = ("id", "issue", "subscriber", "recipient", "state", "tries")
    return Ledger(
        rows=tuple(Row(**dict(zip(names, row, strict=True))) for row in rows),
        issues={row[0]: row[1] for row in issues},
        slots=dict(Counter((row[2], row[3]) for row in issues)),
    )


def _query(url: str, *statements: str) -> list[list[Any]]:
    known = make_url(url)
    if known.drivername.startswith("sqlite"):
        lite = sqlite3.connect(f"file:{known.database}?mode=ro", uri=True)
        try:
            lite.execute("BEGIN")
            return [lite.execute(statement).fetchall() for statement in statements]
        finally:
            lite.close()
    with psycopg.connect(host=str(known.query["host"]), user=known.username, dbname=known.database) as server:
        server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return [server.execute(statement.encode()).fetchall() for statement in statements]


def violations(record: list[Entry], ledger: Ledger, expected: Expected, *, ended: bool) -> list[str]:
    """Every broken invariant; `ended`: after recovery, when nothing may be held any more and the issue is over."""
    accepted = Counter(entry.recipient for entry in record if entry.accepted)
    found = [
        *_copies(record, accepted, expected),
        *_agreement(ledger, accepted),
        *_sums(ledger, expected),
        *_sameness(record),
        *_readers(ledger, accepted, expected),
    ]
    return [*found, *_end(record, ledger, expected)] if ended else found


def outcome(record: list[Entry], ledger: Ledger) -> Outcome:
    """The figures of one run; every row of one issue."""
    accepted = Counter(entry.recipient for entry in record if entry.accepted)
    unknown = [row for row in ledger.rows if row.state == "unknown"]
    return Outcome(
        states=Counter(row.state for row in ledger.rows),
        duplicates=sum(number - 1 for number in accepted.values()),
        unflagged_losses=sum(row.state == "sent" and not accepted[row.recipient] for row in ledger.rows),
        unknown_taken=sum(bool(accepted[row.recipient]) for row in unknown),
        unknown_lost=sum(not accepted[row.recipient] for row in unknown),
    )


def _copies(record: list[Entry], accepted: Counter[str], expected: Expected) -> Iterator[str]:
    by_id = Counter(entry.message_id for entry in record if entry.accepted)
    for name, number in (*by_id.items(), *accepted.items()):
        if number > expected.copies:
            yield f"I1: {name} was accepted {number} times"


def _agreement(ledger: Ledger, accepted: Counter[str]) -> Iterator[str]:
    for row in ledger.rows:
        if row.state == "sent" and not accepted[row.recipient]:
            yield f"I2, I4: row {row.id} is sent, and nothing was accepted"
        if accepted[row.recipient] and row.state not in _MAYBE:
            yield f"I3: row {row.id} was accepted, and is {row.state}"
    for stranger in accepted.keys() - {row.recipient for row in ledger.rows}:
        yield f"I3: {stranger} was accepted, and has no row"


def _sums(ledger: Ledger, expected: Expected) -> Iterator[str]:
    audiences = Counter(row.issue for row in ledger.rows)
    for issue, state in ledger.issues.items():
        frozen = state in {"frozen", "sending", "done", "paused"}
        if audiences[issue] != (expected.audience if frozen else 0):
            yield f"I5: issue {issue} is {state} and has {audiences[issue]} rows, not {expected.audience}"
    for (issue, reader), number in Counter((row.issue, row.subscriber) for row in ledger.rows).items():
        if number > 1:
            yield f"I5: subscriber {reader} has {number} rows of issue {issue}"
    for slot, number in ledger.slots.items():
        if number > 1:
            yield f"I8: {slot} has {number} issues"
    for issue, state in ledger.issues.items():
        still = [row.id for row in ledger.rows if row.issue == issue and row.state in _OPEN]
        if state == "done" and still:
            yield f"I11: issue {issue} is done, and rows {still} are open"


def _sameness(record: list[Entry]) -> Iterator[str]:
    contents: dict[str, set[str]] = defaultdict(set)
    for entry in record:
        contents[entry.message_id].add(entry.content)
    for name, known in contents.items():
        if name and len(known) > 1:
            yield f"I9: {name} left with {len(known)} contents"


def _readers(ledger: Ledger, accepted: Counter[str], expected: Expected) -> Iterator[str]:
    for reader in expected.left & accepted.keys():
        yield f"I7: {reader} left before, and got it"
    for row in ledger.rows:
        if row.recipient in expected.bad and row.state not in {"planned", "claimed", "bounced"}:
            yield f"I10: the bad row {row.id} is {row.state}"


def _end(record: list[Entry], ledger: Ledger, expected: Expected) -> Iterator[str]:
    for row in ledger.rows:
        if row.state in {"claimed", "sending"}:
            yield f"I6: row {row.id} is still {row.state}"
        elif row.state in _OPEN:
            yield f"I10: row {row.id} is still {row.state}"
    for issue, state in ledger.issues.items():
        if state != "done":
            yield f"I11: issue {issue} is {state} after everything"
    unknown = sum(row.state == "unknown" for row in ledger.rows)
    silent = len({entry.connection for entry in record if entry.silent})
    most = (expected.connections * expected.crashes + silent) * expected.window
    if unknown > most:
        yield f"I12: {unknown} unknown, and at most {most} may be"

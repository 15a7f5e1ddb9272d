"""Planning an issue for 1,000,000 subscribers against a bare INSERT … SELECT of them, and the ledger's own rates.

`python -m benchmarks.planning` runs on SQLite in a temporary folder, and with `--postgres URL` (an empty database) on
PostgreSQL too. The bare statement fills a table of the same definition, indexes and constraints, in the same database.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, MetaData, quoted_name, text

from benchmarks.material import Ground
from benchmarks.measure import seconds_of
from benchmarks.report import Goal, conclude, conditions
from digest.model.deliveries import Outcome, Receipt
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.tables.schema import delivery

_MOST = 3.0  # times a bare insert
_LEASE = timedelta(minutes=10)
_GROUPS = (10, 80, 500)  # rows in one transaction: one connection each, pipelined windows, and as many as there may be
_BARE = """
INSERT INTO bare (issue_id, variant_id, subscriber_id, address, name, state, due_at, tries)
SELECT {issue}, (SELECT max(id) FROM variant WHERE issue_id = {issue}), id, email, name, 'planned', created_at, 0
FROM subscriber ORDER BY id
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    with TemporaryDirectory(prefix="digest-bench-") as folder:
        urls = {"SQLite": f"sqlite:///{folder}/digest.db", **({"PostgreSQL": told.postgres} if told.postgres else {})}
        results = {kind: _measured(url, told) for kind, url in urls.items()}
    known = conditions(subscribers=told.subscribers, rounds=told.rounds)
    goals = [
        Goal(
            says=f"{kind}: planning {told.subscribers:,} rows against a bare insert",
            wanted=_MOST,
            reached=result["planning_seconds"] / result["bare_insert_seconds"],
            most=True,
        )
        for kind, result in results.items()
    ]
    conclude(told.json, known, results, goals)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=20_000, help="rows to claim and settle in groups of each size")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _measured(url: str, told: argparse.Namespace) -> dict[str, Any]:
    with Ground.open(url) as ground:
        ground.settle([told.subscribers])
        bare, planned = [], []
        for turn in range(told.rounds):
            planned.append(seconds_of(lambda: ground.plan(told.subscribers)))
            bare.append(_bare(ground.database, turn + 1))
            print(f"round {turn + 1}: bare {bare[-1]:.2f} s, planned {planned[-1]:.2f} s", file=sys.stderr, flush=True)
            if turn + 1 < told.rounds:
                _emptied(ground.database)
        rates = {f"groups of {size}": _rates(ground.database, size, told.rows) for size in _GROUPS}
    return {"planning_seconds": median(planned), "bare_insert_seconds": median(bare), "rows_per_second": rates}


def _bare(database: Database, issue_id: int) -> float:
    """The seconds of one statement and its commit, into a table like the ledger's."""
    with database.write() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bare"))
        _make_bare(connection)

    def insert() -> None:
        with database.write() as connection:
            connection.execute(text(_BARE.format(issue=issue_id)))

    seconds = seconds_of(insert)
    with database.write() as connection:
        connection.execute(text("DROP TABLE bare"))
    return seconds


def _make_bare(connection: Connection) -> None:
    copies = MetaData(naming_convention=delivery.metadata.naming_convention)
    for name in ("issue", "variant", "subscriber"):
        delivery.metadata.tables[name].to_metadata(copies)
    twin = delivery.to_metadata(copies, name="bare")
    for index in twin.indexes:
        index.name = quoted_name(f"bare_{index.name}", quote=None)
    for rule in twin.constraints:
        rule.name = quoted_name(f"bare_{rule.name}", quote=None)
    twin.create(connection)


def _emptied(database: Database) -> None:
    """As it was: a ledger grows slower, the more is in it."""
    with database.write() as connection:
        connection.execute(delivery.delete())


def _rates(database: Database, group: int, rows: int) -> dict[str, int]:
    """Rows a second of each step of the ledger, each transaction with so many of them."""
    ledger, now = Deliveries(database), datetime.now(UTC)
    taken: list[list[tuple[int, str]]] = []

    def claim() -> None:
        for _turn in range(rows // group):
            claims = ledger.claim(group, owner="bench", now=now, lease=_LEASE)
            taken.append([(one.delivery_id, one.token) for one in claims])

    def record(receipts: Sequence[Receipt], messages: Sequence[tuple[int, str]]) -> None:
        ledger.record(receipts, messages, now=now, lease=_LEASE, next_try=lambda _tries: None)

    steps = {
        "claim": claim,
        "intend": lambda: _each(taken, lambda pairs: record([], pairs)),
        "settle": lambda: _each(taken, lambda pairs: record(list(_receipts(pairs)), [])),
    }
    return {step: round(rows // group * group / seconds_of(work)) for step, work in steps.items()}


def _each(groups: Sequence[list[tuple[int, str]]], work: Callable[[list[tuple[int, str]]], object]) -> None:
    for pairs in groups:
        work(pairs)


def _receipts(pairs: list[tuple[int, str]]) -> Iterator[Receipt]:
    for delivery_id, token in pairs:
        yield Receipt(
            delivery_id=delivery_id, token=token, outcome=Outcome.SENT, code=250, text="Ok: queued", queue_id="Q1"
        )


if __name__ == "__main__":
    main()

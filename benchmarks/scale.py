"""How the ledger's steps, and what operators ask, grow with an issue from 10,000 to 10,000,000 readers, on PostgreSQL.

    python -m benchmarks.scale --json scale.json

Each size has a database of its own, which is removed afterwards, on a server that syncs the disk. The largest takes
some 12 GB and a quarter of an hour, so `python -m benchmarks` leaves this benchmark out. SQL inserts the readers, and
marks most of the issue as sent; the rest is done by the real code and the real commands.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from benchmarks.material import Ground
from benchmarks.measure import seconds_of
from benchmarks.places import ROOT, environment, module
from benchmarks.report import Goal, conclude, conditions
from digest.model.deliveries import Outcome, Receipt
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.tallies import Tallies
from digest.store.upkeep.measurements import Measurements
from tests.support.databases import Server, postgres_server

_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_LEASE = timedelta(minutes=10)
_BATCH, _GROUP = 500, 20  # rows of a claim; messages that a sender with ten connections records at once
_ROWS = 2_500  # that are claimed and recorded to measure the rate
_LONGEST_STATUS = 1.0  # seconds
_NUMBERS, _LISTING, _METRICS = "numbers of the issue", "numbers of all issues", "numbers of `/metrics`"
COMMANDS = {
    "`digest status`": ["status"],
    "`digest status ISSUE`": ["status", "{issue}"],
    "`digest status ISSUE --list deferred`": ["status", "{issue}", "--list", "deferred"],
    "`digest editions`": ["editions"],
}
_READERS = """
INSERT INTO subscriber (email, email_key, name, editions, sections, status, created_at, changed_at)
SELECT address, address, 'Harbour Reader', '[]', '[]', 'confirmed', now(), now()
FROM (SELECT 'reader' || n || '@readers' || n % 50 || '.example' AS address FROM generate_series(1, {size}) n) AS made
"""
_SENT = """
UPDATE delivery SET state = 'sent', tries = 1, first_attempt_at = now(), last_attempt_at = now(),
smtp_code = 250, smtp_text = 'Ok: queued as 4bNk1Q2zXz', remote_queue_id = '4bNk1Q2zXz'
WHERE state = 'planned' AND id <= (SELECT max(id) FROM delivery) - {left}
"""
_RELATIONS = """
SELECT relname, pg_relation_size(oid) AS octets FROM pg_class
WHERE relname LIKE 'delivery%' AND relkind IN ('r', 'i') ORDER BY relname
"""
_TEMPORARY = "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()"
_CONFIG = """
database = {{ url = "{url}" }}
smtp = {{ host = "127.0.0.1", from = "news@gazette.example" }}
portal = {{ name = "The Harbour Gazette", url = "https://gazette.example" }}
sources = [{{ name = "main", kind = "feed", url = "https://gazette.example/rss.xml" }}]
editions = [{{ name = "of-{size}" }}]
web = {{ base_url = "https://digest.gazette.example" }}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size, print and write."""
    told = _arguments(arguments)
    results: dict[str, dict[str, Any]] = {}
    with postgres_server(durable=True) as server:
        for size in told.rows:
            results[f"{size:,}"] = _measured(server, size)
    conclude(told.json, conditions(), results, list(_goals(results)), table=_table(results))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=_SIZES, help="readers of the issue, 10000 or more")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _measured(server: Server, size: int) -> dict[str, Any]:
    with server.database() as url, Ground.open(url) as ground, TemporaryDirectory(prefix="digest-bench-") as folder:
        config = Path(folder) / "digest.toml"
        config.write_text(_CONFIG.format(url=url, size=size))
        issue = _Issue(ground.database, config, size)
        issue.plan(ground)
        issue.ask("planned")
        issue.send("first messages")
        issue.mark_sent(left=2 * _ROWS)
        issue.ask("nearly all sent")
        issue.send("last messages")
        issue.vacuum()
        issue.ask("nearly all sent, vacuumed")
        issue.send("last messages, vacuumed")
    return issue.found


class _Issue:
    """One issue in a database of its own; `found` has what was measured, by step."""

    def __init__(self, database: Database, config: Path, size: int) -> None:
        self.found: dict[str, Any] = {}
        self._database = database
        self._config = config
        self._size = size
        self._id = 0

    def plan(self, ground: Ground) -> None:
        """Insert the readers, and freeze the issue for them."""
        self._sql(_READERS.format(size=self._size))
        self._vacuum("subscriber")
        before = self._written()
        self._note("planning, rows/s", self._size / seconds_of(lambda: self._freeze(ground)))
        self._note("planning, octets of WAL a row", (self._written() - before) / self._size)
        self._note("planning, octets of temporary files a row", self._temporary() / self._size)
        self._note_sizes("planned")

    def _freeze(self, ground: Ground) -> None:
        # The readers chose no edition, and so get this one.
        self._id = ground.plan(self._size)

    def ask(self, when: str) -> None:
        """What an operator asks: the queries alone, and commands as processes."""
        for question, ask in self._questions().items():
            self._note(f"{when}: {question}, s", seconds_of(ask))
        name = f"of-{self._size}/2026-10-01"
        for command, words in COMMANDS.items():
            self._note(f"{when}: {command}, s", self._command([word.format(issue=name) for word in words]))

    def _questions(self) -> dict[str, Callable[[], object]]:
        tallies, now = Tallies(self._database), datetime.now(UTC)
        return {
            _NUMBERS: lambda: tallies.of_issue(self._id),
            _LISTING: lambda: (tallies.of_frozen_issues(), tallies.later(now)),
            _METRICS: lambda: Measurements(self._database).read(now),
        }

    def _command(self, words: list[str]) -> float:
        command = module("digest", "--config", self._config, *words)
        return seconds_of(
            lambda: subprocess.run(command, cwd=ROOT, env=environment(), check=True, stdout=subprocess.DEVNULL)
        )

    def send(self, what: str) -> None:
        """Claim rows, and record that they are sent, in groups as a sender does."""
        ledger, now = Deliveries(self._database), datetime.now(UTC)
        pairs: list[tuple[int, str]] = []

        def claim() -> None:
            for _turn in range(_ROWS // _BATCH):
                claims = ledger.claim(_BATCH, owner="bench", now=now, lease=_LEASE)
                pairs.extend((one.delivery_id, one.token) for one in claims)

        def record() -> None:
            flight: list[tuple[int, str]] = []
            for first in range(0, len(pairs) + _GROUP, _GROUP):
                following = pairs[first : first + _GROUP]
                ledger.record(_receipts(flight), following, now=now, lease=_LEASE, next_try=lambda _tries: None)
                flight = following

        before = self._written()
        self._note(f"{what}: claiming, rows/s", _ROWS / seconds_of(claim))
        self._note(f"{what}: recording, rows/s", _ROWS / seconds_of(record))
        self._note(f"{what}: octets of WAL a row", (self._written() - before) / _ROWS)

    def mark_sent(self, left: int) -> None:
        """Mark what is planned as sent, except for the last rows."""
        self._sql(_SENT.format(left=left))
        self._note_sizes("nearly all sent")

    def vacuum(self) -> None:
        """What PostgreSQL does by itself after a while."""
        self._note("vacuum of the ledger, s", seconds_of(lambda: self._vacuum("delivery")))

    def _note(self, what: str, value: float) -> None:
        self.found[what] = round(value, 3)
        print(f"{self._size:,}: {what}: {value:,.3f}", file=sys.stderr, flush=True)

    def _note_sizes(self, when: str) -> None:
        with self._database.read() as connection:
            for relation, octets in connection.execute(text(_RELATIONS)).all():
                self._note(f"{when}: {relation}, octets a row", octets / self._size)
            whole = connection.scalar(text("SELECT pg_database_size(current_database())"))
        self._note(f"{when}: database, MB", (whole or 0) / 1e6)

    def _written(self) -> int:
        with self._database.read() as connection:
            return int(connection.scalar(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")) or 0)

    def _temporary(self) -> int:
        with self._database.each_statement() as connection:
            connection.execute(text("SELECT pg_stat_force_next_flush()"))
            return int(connection.scalar(text(_TEMPORARY)) or 0)

    def _sql(self, statement: str) -> None:
        with self._database.write() as connection:
            connection.execute(text(statement))

    def _vacuum(self, table: str) -> None:
        with self._database.each_statement() as connection:
            connection.execute(text(f"VACUUM (ANALYZE) {table}"))


def _receipts(flight: Sequence[tuple[int, str]]) -> list[Receipt]:
    return [
        Receipt(delivery_id=one, token=token, outcome=Outcome.SENT, code=250, text="Ok: queued", queue_id="4bNk1Q2zXz")
        for one, token in flight
    ]


def _goals(results: dict[str, dict[str, Any]]) -> list[Goal]:
    return [
        Goal(says=f"{size}: {step}", wanted=_LONGEST_STATUS, reached=value, most=True, unit=" s")
        for size, found in results.items()
        for step, value in found.items()
        if step.endswith((f"{_NUMBERS}, s", f"{_LISTING}, s", f"{_METRICS}, s"))
    ]


def _table(results: dict[str, dict[str, Any]]) -> str:
    """A line for each step, a column for each size."""
    steps = next(iter(results.values()), {})
    head = f"\n{'step':<64}{''.join(f'{size:>14}' for size in results)}"
    lines = [f"{step:<64}{''.join(f'{found[step]:>14,.2f}' for found in results.values())}" for step in steps]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    main()

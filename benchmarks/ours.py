"""Our sender as a process, made of the real parts: sends one planned issue, and tells what was measured of it."""

import argparse
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.material import BASE_URL, SENDER, address, name
from benchmarks.measure import telling
from digest import bootstrap
from digest.clock import SystemClock
from digest.model.deliveries import Claim, DeliveryState, Receipt
from digest.settings.load import parse
from digest.settings.schema import Settings
from digest.store.connect import open_database
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries


def main() -> None:
    """Send the issue, and check that all of it was sent."""
    told = _arguments()
    settings = _settings(told)
    with (
        open_database(settings) as database,
        bootstrap.open_app(settings, SystemClock()) as app,
        bootstrap.process_lock(settings) as process_lock,
    ):
        signer = app.signer_of(app.dkim_selector)
        parts = replace(app, signer_of=lambda _selector: signer)  # the issue was frozen without a selector
        size = parts.tallies.of_issue(told.issue).audience
        sender = bootstrap.sender(parts, bootstrap.smtp_mailer(settings), process_lock)
        if told.forget:
            sender = replace(sender, ledger=_Forgetful(database, told.issue, size))
        with telling(size):
            sender.deliver(stop=lambda: False, issue_id=told.issue)
        sent = size if told.forget else parts.tallies.of_issue(told.issue)[DeliveryState.SENT]
    if sent != size and not told.shared:
        raise SystemExit(f"only {sent} of {size} messages were sent")


class _Forgetful(Deliveries):
    """A ledger that records nothing: what the real one costs is the difference."""

    def __init__(self, database: Database, issue_id: int, size: int) -> None:
        super().__init__(database)
        self._issue_id = issue_id
        self._size = size
        self._variant_id = database_variant(database, issue_id)
        self._numbers = count(1)
        self._claimed = 0

    def claim(
        self, limit: int, *, owner: str, now: datetime, lease: timedelta, issues: Collection[int] | None = None
    ) -> list[Claim]:
        limit = min(limit, self._size - self._claimed)
        self._claimed += limit
        return [self._claim(next(self._numbers), owner) for _turn in range(limit)]

    def record(
        self,
        receipts: Sequence[Receipt],
        messages: Sequence[tuple[int, str]],
        *,
        now: datetime,
        lease: timedelta,
        next_try: Callable[[int], datetime | None],
        repeated: bool = False,
    ) -> set[int]:
        return {delivery_id for delivery_id, _token in messages}

    def _claim(self, number: int, owner: str) -> Claim:
        return Claim(
            delivery_id=number,
            variant_id=self._variant_id,
            issue_id=self._issue_id,
            address=address(number),
            name=name(number),
            tries=0,
            token=f"{owner}:{number}",
        )


def database_variant(database: Database, issue_id: int) -> int:
    """The id of the issue's frozen content."""
    with database.read() as connection:
        found: int = connection.exec_driver_sql(f"SELECT id FROM variant WHERE issue_id = {issue_id:d}").scalar_one()
    return found


def _settings(told: argparse.Namespace) -> Settings:
    smtp = {"host": "127.0.0.1", "port": told.port, "connections": told.connections, "from": str(SENDER)}
    smtp |= {"window": told.window} if told.window else {}
    tables: dict[str, Any] = {
        "portal": {"name": SENDER.display_name, "url": "https://gazette.example", "timezone": "UTC"},
        "sources": [{"name": "main", "kind": "feed", "url": "https://gazette.example/rss.xml"}],
        "editions": [{"name": "daily"}],
        "database": {"url": told.database},
        "smtp": smtp,
        "web": {"base_url": BASE_URL},
    }
    if told.key:
        tables["dkim"] = {"key": str(told.key), "selector": "bench"}
    return parse(tables, file="benchmark", root=told.root, environ={})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ours", description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--issue", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--window", type=int, help="smtp.window [auto]")
    parser.add_argument("--forget", action="store_true", help="with a ledger that records nothing")
    parser.add_argument("--shared", action="store_true", help="other processes send a part of it")
    parser.add_argument("--key", type=Path, help="sign with this DKIM key")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""How often each source failed since its last answer, and why it failed last."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from digest.model.articles import Collected
from digest.store.tables.public_schema import source_failure
from digest.store.tables.schema import insert, source


class SourceFailure(NamedTuple):
    """A source that failed at its last visits, why the last time, and when it answered before (None: never)."""

    name: str
    failures: int
    error: str
    answered_at: datetime | None


def read_failures(connection: Connection) -> list[SourceFailure]:
    """The sources that failed at their last visit, by name."""
    columns = (source_failure.c.source, source_failure.c.failures, source_failure.c.error, source.c.visited_at)
    rows = select(*columns).outerjoin(source, source.c.name == source_failure.c.source)
    failed = connection.execute(rows.order_by(source_failure.c.source))
    return [SourceFailure(name, failures, error or "", answered_at) for name, failures, error, answered_at in failed]


def count_failures(connection: Connection, collected: Collected) -> None:
    """Count the sources that failed in this round, and forget the failures of those that answered."""
    answered = {report.source for report in collected.reports if report.error is None}
    failed = {
        one.source: one.error for one in collected.reports if one.error is not None and one.source not in answered
    }
    connection.execute(source_failure.delete().where(source_failure.c.source.in_(sorted(answered))))
    if failed:
        added = insert(connection, source_failure)
        new = added.excluded
        again = {"failures": source_failure.c.failures + 1, "failed_at": new.failed_at, "error": new.error}
        rows = [
            {"source": name, "failures": 1, "failed_at": collected.taken_at, "error": error}
            for name, error in sorted(failed.items())
        ]
        is_new = source_failure.c.failed_at < new.failed_at  # two hosts may report the same round
        connection.execute(added.on_conflict_do_update(index_elements=["source"], set_=again, where=is_new), rows)

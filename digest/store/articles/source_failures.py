"""How often each source failed since its last answer, and why it failed last."""

from sqlalchemy import Connection

from digest.model.articles import Collected
from digest.store.tables.public_schema import source_failure
from digest.store.tables.schema import insert


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

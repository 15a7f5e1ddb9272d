"""Weeks of a small installation under a simulated clock: after the retention's periods the database stops growing."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.year import Year
from digest.store.tables.schema import delivery, reading

READINGS, DELIVERIES = 14, 30  # days
FINAL = 5  # readings that stay of a day


def rows(year: Year) -> tuple[int, int]:
    """How many readings and deliveries are stored."""
    with year.database.read() as connection:
        found = (connection.scalar(select(func.count()).select_from(table)) or 0 for table in (reading, delivery))
        readings, deliveries = found
    return readings, deliveries


@pytest.mark.needs("time")
def test_rows_after_the_periods_of_the_retention_are_flat(tmp_path: Path) -> None:
    """Deliveries of 30 days are kept. Of readings those of the last days are, and the final one of each article."""
    kept = f'readings = "{READINGS}d"\ndeliveries = "{DELIVERIES}d"'
    year = Year(tmp_path, "sqlite:///digest.db", 1000, kept)
    counted = {}
    with year.opened() as app:
        for day in range(1, DELIVERIES + 6):
            year.pass_day(app, day)
            counted[day] = rows(year)
        last, before = counted[DELIVERIES + 5], counted[DELIVERIES + 2]
        tally = app.tallies.of_frozen_issues()
        assert last[1] == before[1] == year.readers * (DELIVERIES + 1)
        assert counted[READINGS + 4][1] < last[1]
        assert last[0] - before[0] == 3 * FINAL  # an article a day of each source
        assert {one.audience for _record, one in tally} == {year.readers}
        assert sum(one.folded for _record, one in tally) == year.readers * 4
        assert len(app.articles.history(year.clock.now()).comments) > 20
    year.database.close()

"""What the database holds: counted while somebody waits, or by the retention where the file is large."""

from datetime import timedelta

import pytest

from digest.model.articles import Counters
from digest.store.articles.articles import Articles
from digest.store.engine.database import Database
from digest.store.tables.metadata import all_tables
from digest.store.upkeep import storage
from digest.store.upkeep.storage import Storage
from tests.support.store import NOW, frozen, opened, seen, visit


def fill(database: Database) -> None:
    """Store three readers with an issue, and two readings."""
    frozen(database, 3)
    for hours in range(2):
        at = NOW + timedelta(hours=hours)
        Articles(database).record(visit(seen(1, at=at, counters=Counters(views=hours)), at=at))


def test_size_of_a_database_has_rows_and_bytes_of_each_family(database: Database) -> None:
    """The families of the tables, the largest first; PostgreSQL estimates rows some time later."""
    fill(database)
    size = Storage(database).size(NOW)
    rows = {one.name: one.rows for one in size.families}
    assert size.bytes > 0
    assert size.counted_at == NOW
    if database.is_sqlite:
        assert (rows["deliveries"], rows["readers"], rows["readings"], rows["returned mail"]) == (3, 3, 2, 0)
        assert size.free is not None
        assert sum(one.bytes or 0 for one in size.families) <= size.bytes
    sizes = [one.bytes or 0 for one in size.families]
    assert sizes == sorted(sizes, reverse=True)
    assert all(sizes)
    assert list(Storage(database).count(NOW)) == []


def test_families_of_the_database_name_tables_that_exist() -> None:
    """A table that a migration removed is in no family."""
    assert storage._FAMILY_OF.keys() <= all_tables.tables.keys()


def test_families_of_the_database_hold_all_that_refers_to_readers_or_lists() -> None:
    """Consents and imported lists grow with the readers; the log of actions, which is about more, is in `other`."""
    referring = {
        table.name
        for table in all_tables.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in {"subscriber", "import_job"}
    }
    assert referring - storage._FAMILY_OF.keys() == {"audit_entry"}


def test_size_of_a_large_file_is_as_it_was_counted_last(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is counted while somebody waits."""
    monkeypatch.setattr(storage, "_COUNTED_AT_ONCE", 0)
    with opened(sqlite_url) as database:
        assert Storage(database).size(NOW).counted_at is None
        fill(database)
        assert set(Storage(database).count(NOW)) == {0}
        later = NOW + timedelta(days=1)
        Articles(database).record(visit(seen(2, at=later, counters=Counters(views=1)), at=later))
        size = Storage(database).size(later)
    assert size.counted_at == NOW
    assert {one.name: one.rows for one in size.families}["readings"] == 2

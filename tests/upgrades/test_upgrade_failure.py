"""An upgrade that fails or is killed leaves the database of the earlier version as it was."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from digest import failpoints
from digest.errors import StoreError
from digest.store.engine.database import HEAD, Database
from tests.support.store import opened
from tests.upgrades.dumps import load, stored_rows, upgraded

ROOT = Path(__file__).parent.parent.parent
MIGRATE = """
import sys
from contextlib import closing
from pathlib import Path
from digest.store.engine.database import Database
Database.open(sys.argv[1], Path("/")).migrate()
"""


def migrate_until(url: str, action: str) -> int:
    """Migrate in another process, which does `action` just before it commits; its exit status."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), failpoints.VARIABLE: f"store.before_migrate_commit={action}"}
    return subprocess.run(
        [sys.executable, "-c", MIGRATE, url], env=environ, capture_output=True, check=False
    ).returncode


def execute_in_file(url: str, statement: str) -> None:
    """Change a SQLite file without foreign keys, as no version of Digest does."""
    with closing(sqlite3.connect(str(make_url(url).database))) as connection, connection:
        connection.execute(statement)


def foreign_keys_hold(database: Database) -> bool:
    """Whether the database refuses a row that refers to one that is missing."""
    resent = text("INSERT INTO resend (issue_id, \"by\", at, messages) VALUES (999, 'olga', '2026-10-01', 1)")
    with pytest.raises(StoreError, match=r"(?i)foreign key"), database.write() as connection:
        connection.execute(resent)
    return True


@pytest.mark.parametrize(("action", "status"), [("kill", -signal.SIGKILL), ("raise", 1)])
def test_upgrade_that_ends_before_its_commit_leaves_the_old_database(
    empty_store_url: str, action: str, status: int
) -> None:
    """Every row is as it was, and the next start upgrades it."""
    load(empty_store_url)
    before = stored_rows(empty_store_url)
    assert migrate_until(empty_store_url, action) == status
    assert stored_rows(empty_store_url) == before
    with opened(empty_store_url) as database:
        assert database.revision() == HEAD


def test_failed_upgrade_turns_foreign_keys_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that goes on after the failure, with the same connection, is as safe as before."""
    database = Database.open("sqlite://", Path("/"))

    def fail(_name: str) -> None:
        raise failpoints.FailpointError

    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    monkeypatch.setattr("digest.store.migrations.upgrade.upgrade", lambda _connection: None)
    monkeypatch.setattr(failpoints, "reach", fail)
    with pytest.raises(failpoints.FailpointError):
        database.migrate()
    assert foreign_keys_hold(database)
    database.close()


def test_upgraded_database_enforces_foreign_keys(empty_store_url: str) -> None:
    """Rows that refer to nothing are refused, in the process that upgraded the database too."""
    with upgraded(empty_store_url) as database:
        assert foreign_keys_hold(database)


def test_upgrade_refuses_a_database_with_missing_rows(sqlite_url: str) -> None:
    """A damaged database stays as it is, and the error names what to do."""
    load(sqlite_url)
    execute_in_file(sqlite_url, "DELETE FROM issue WHERE id = 4")
    before = stored_rows(sqlite_url)
    with pytest.raises(StoreError, match=r"damaged: .*restore it from a backup$"):
        Database.open(sqlite_url, Path("/"))
    assert stored_rows(sqlite_url) == before


def test_upgrade_keeps_the_counter_of_an_empty_table(sqlite_url: str) -> None:
    """The ids of deliveries that were all deleted are not used again."""
    load(sqlite_url)
    execute_in_file(sqlite_url, "DELETE FROM delivery")
    with opened(sqlite_url) as database, database.read() as connection:
        counter = text("SELECT seq FROM sqlite_sequence WHERE name = 'delivery'")
        assert connection.scalars(counter).all() == [18]


def test_upgraded_database_takes_new_words_and_recipients(empty_store_url: str) -> None:
    """Kinds, states and recipients that later versions add need no change of these tables."""
    with upgraded(empty_store_url) as database, database.write() as connection:
        for change in (
            "UPDATE issue SET kind = 'correction', state = 'approved', edition = NULL, slot = NULL WHERE id = 7",
            "UPDATE delivery SET state = 'retracted', subscriber_id = NULL WHERE id = 1",
            "UPDATE subscriber SET status = 'paused' WHERE id = 1",
            "UPDATE sighting SET role = 'video'",
            "UPDATE override SET kind = 'intro', article_key = NULL",
        ):
            assert connection.execute(text(change)).rowcount, change

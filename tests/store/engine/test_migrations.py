"""The migrations: every database has exactly the schema of the code, also after concurrent migrations."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from digest.errors import StoreError
from digest.model.api import UploadedList
from digest.model.issues import Kind, Slot
from digest.store.engine import database as engine
from digest.store.engine.database import HEAD, Database
from digest.store.migrations.upgrade import config
from digest.store.subscribers.import_drafts import ImportDrafts
from digest.store.tables import metadata as tables
from digest.store.tables.metadata import all_tables
from digest.store.tables.public_schema import archive_copy, archive_text
from digest.store.tables.schema import article, article_alias, issue, variant
from tests.support import new_databases
from tests.support.store import NOW, frozen, opened, schema_of

pytestmark = pytest.mark.usefixtures("every_migration")


def test_head_constant_equals_the_newest_script(sqlite_url: str) -> None:
    """The constant that replaces Alembic at the start names the newest script."""
    with opened(sqlite_url) as database, database.read() as connection:
        assert ScriptDirectory.from_config(config(connection)).get_heads() == [HEAD]


def test_migrated_database_equals_the_schema(empty_store_url: str) -> None:
    """Alembic finds nothing to change after the migrations."""
    with opened(empty_store_url) as database, database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), all_tables) == []


def test_new_database_equals_the_new_databases_of_other_tests(tmp_path: Path) -> None:
    """Their tables, indexes and revision, which are made from what the first one got."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "make_tables", new_databases.MAKE_TABLES)
        made = _objects(tmp_path / "made.db")
        patch.setattr(tables, "make_tables", new_databases.make_tables)
        assert _objects(tmp_path / "repeated.db") == made
        patch.setattr(engine, "_create_privately", new_databases.create_file)
        assert _objects(tmp_path / "copied.db") == made


def _objects(file: Path) -> list[object]:
    with opened(f"sqlite:///{file}") as database, database.read() as connection:
        objects = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
        return [*objects.all(), connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()]


def test_migrated_database_equals_a_new_one(empty_store_url: str) -> None:
    """Alembic compares no checks, nor the columns of constraints and indexes: they are equal too."""
    with opened(empty_store_url) as database:
        with database.read() as connection:
            migrated = schema_of(connection)
        with database.write() as connection:
            all_tables.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE alembic_version")
            new_databases.MAKE_TABLES(connection, HEAD)
        with database.read() as connection:
            assert migrated == schema_of(connection)
            assert database.revision() == HEAD


def test_migration_of_uploaded_lists_leaves_no_address_in_the_file(tmp_path: Path) -> None:
    """They are deleted, and what SQLite frees is overwritten."""
    file = tmp_path / "digest.db"
    with opened(f"sqlite:///{file}") as database:
        ImportDrafts(database).add(UploadedList(by="op", result={}), b"canary@readers.example" * 1_000, NOW)
    migration = import_module("digest.store.migrations.versions.0054_import_draft_ids")
    with opened(f"sqlite:///{file}") as database:
        with database.write() as connection, Operations.context(MigrationContext.configure(connection)):
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")  # as some builds of SQLite have it
            migration.upgrade()
        with database.each_statement() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"canary@readers" not in file.read_bytes()


def test_migration_of_former_addresses_keeps_them(database: Database) -> None:
    """Articles that moved before it are the same articles after it."""
    migration = import_module("digest.store.migrations.versions.0065_reused_addresses")
    alias = {"key": "gazette.example/1", "article_id": 7}
    with database.write() as connection, Operations.context(MigrationContext.configure(connection)):
        connection.execute(article.insert(), {"id": 7, "key": "gazette.example/2", "first_seen_at": NOW})
        connection.execute(article_alias.insert(), alias)
        migration.upgrade()
        assert [row._asdict() for row in connection.execute(article_alias.select())] == [alias]


def test_migration_of_archive_texts_folds_what_the_archive_shows(database: Database) -> None:
    """In batches, each issue once; of an issue with retracted articles its copy, and no message of the system."""
    migration = import_module("digest.store.migrations.versions.0066_archive_text")
    slots = [Slot(day=date(2026, 10, day)) for day in (1, 2, 3)]
    ids = [frozen(database, 1, slot) for slot in slots]
    with database.write() as connection, Operations.context(MigrationContext.configure(connection)):
        copied, whole, of_system = connection.scalars(select(variant.c.id).order_by(variant.c.id)).all()
        connection.execute(issue.update().where(issue.c.id == ids[2]).values(kind=Kind.SYSTEM))
        copy = {
            "variant_id": copied,
            "subject": "Ёлка",
            "preheader": "",
            "html": "<p>",
            "text": "О\u2019Нил",
            "at": NOW,
        }
        connection.execute(archive_copy.insert(), copy)
        archive_text.drop(connection)
        with mock.patch.object(migration, "_ISSUES_AT_ONCE", 1):
            migration.upgrade()
        rows = connection.execute(archive_text.select().order_by(archive_text.c.variant_id)).all()
    assert rows == [(copied, "елка\nонил"), (whole, "harbour reopens\nгавань")]
    assert of_system not in {row.variant_id for row in rows}


def test_migrate_twice_changes_nothing(empty_store_url: str) -> None:
    """The second time there is nothing to do."""
    with opened(empty_store_url) as database:
        assert database.migrate() is False
        database.require_current()


def test_open_new_sqlite_database_makes_its_tables(sqlite_url: str) -> None:
    """On SQLite, nobody needs to know of migrations."""
    database = Database.open(sqlite_url, Path("/"))
    assert database.revision() == HEAD
    database.close()


def test_open_old_postgresql_database_is_refused(postgres_url: str) -> None:
    """A server's tables are changed only by `digest migrate`; every other command names it."""
    database = Database.open(postgres_url, Path("/"))
    with pytest.raises(StoreError, match=r"run `digest migrate`$"):
        database.require_current()
    assert database.migrate() is True
    database.require_current()
    database.close()


def test_open_newer_database_is_refused(empty_store_url: str) -> None:
    """Tables of a newer Digest are not changed."""
    with opened(empty_store_url) as database:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreError, match="newer Digest"):
            database.require_current()
        with pytest.raises(StoreError, match="newer Digest"):
            database.migrate()


def test_migrate_concurrently_is_done_once(empty_store_url: str) -> None:
    """One of several processes does the work, and the others find it done."""
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(_migrated, [empty_store_url] * 4))
    assert sum(done) == int(empty_store_url.startswith("postgresql"))  # SQLite was migrated when it was opened
    with opened(empty_store_url) as database:
        database.require_current()


def _migrated(url: str) -> bool:
    database = Database.open(url, Path("/"))
    try:
        return database.migrate()
    finally:
        database.close()


def test_open_new_file_concurrently_succeeds(sqlite_url: str) -> None:
    """The first start of several commands in an empty folder fails for none of them."""
    imports = "from pathlib import Path; from digest.store.engine.database import Database"
    code = f"{imports}; Database.open({sqlite_url!r}, Path())"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in started] == [b""] * 4


def test_open_current_database_does_not_load_alembic(sqlite_url: str) -> None:
    """Alembic, which is slow to load, is loaded for a migration only."""
    with opened(sqlite_url):
        pass
    code = (
        "import sys; from pathlib import Path; from digest.store.engine.database import Database; "
        f"Database.open({sqlite_url!r}, Path()); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

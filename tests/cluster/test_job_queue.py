"""The queue: of jobs with one name one waits; a decision brings an issue forward that waits for its next try."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from digest.cluster.job_queue import JobQueue
from digest.cluster.job_schema import make_job_tables
from digest.cluster.jobs import JobKind, build_job, collect_job, timed_job
from digest.errors import StoreError
from digest.model.issues import Slot
from digest.store.engine.database import Database
from digest.store.upkeep.job_tables import FAILED, JobTables
from tests.support.store import opened

AT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
SLOT = Slot(day=date(2026, 11, 25))


@pytest.fixture
def database(postgres_store_url: str) -> Iterator[Database]:
    """A database with the tables of the jobs."""
    with opened(postgres_store_url) as database:
        make_job_tables(JobTables(database))
        yield database


@pytest.fixture
def tables(database: Database) -> JobTables:
    """The tables of the jobs."""
    return JobTables(database)


def run(database: Database, statement: str) -> None:
    """Change the jobs behind everybody's back."""
    with database.write() as connection:
        connection.execute(text("SET LOCAL search_path TO digest_jobs"))
        connection.execute(text(statement))


def test_ensure_queues_a_job_once(tables: JobTables) -> None:
    """Several hosts find the same job due, and look again while it waits or runs."""
    queue = JobQueue(tables)
    for _host in range(3):
        queue.ensure(build_job("daily", SLOT, 0))
    queue.ensure(collect_job(["main"], AT))
    (found,) = tables.find_open("build:daily/2026-11-25")
    assert (found.is_running, found.not_before) == (False, None)
    assert found.arguments == {"edition": "daily", "slot": "2026-11-25", "decision": 0}
    counts = tables.counts()
    assert counts is not None
    assert (counts.waiting, counts.scheduled, counts.running, counts.failed) == (2, 0, 0, 0)


def test_ensure_leaves_a_job_alone_that_runs(tables: JobTables, database: Database) -> None:
    """Even when somebody has decided meanwhile: it looks at the decision itself, or is tried again in a minute."""
    queue = JobQueue(tables)
    queue.ensure(build_job("daily", SLOT, 1))
    run(database, "UPDATE procrastinate_jobs SET status = 'doing'")
    queue.ensure(build_job("daily", SLOT, 2))
    assert [one.is_running for one in tables.find_open("build:daily/2026-11-25")] == [True]


def test_again_waits_and_a_decision_ends_the_waiting(tables: JobTables) -> None:
    """An issue that is held is tried again in a minute, or at once when an editor has decided."""
    queue = JobQueue(tables)
    queue.again(build_job("daily", SLOT, 1), timedelta(minutes=1))
    queue.again(build_job("daily", SLOT, 1), timedelta(minutes=1))
    queue.ensure(build_job("daily", SLOT, 1))
    (waiting,) = tables.find_open("build:daily/2026-11-25")
    assert waiting.not_before is not None
    queue.ensure(build_job("daily", SLOT, 2))
    (now,) = tables.find_open("build:daily/2026-11-25")
    assert now.not_before is None
    assert now.arguments["decision"] == 2


def test_queue_without_its_tables_is_one_sentence(postgres_store_url: str) -> None:
    """A schema that was dropped, or never made, is no traceback."""
    with opened(postgres_store_url) as database:
        tables = JobTables(database)
        assert tables.counts() is None
        assert tables.hosts() == []
        with pytest.raises(StoreError, match="does not work"):
            JobQueue(tables).again(timed_job(JobKind.MAINTAIN, AT), timedelta())


def test_jobs_that_failed_are_deleted_after_seven_days(tables: JobTables, database: Database) -> None:
    """Until then they can be seen; millions of rows would make the start of a worker take minutes."""
    queue = JobQueue(tables)
    queue.ensure(timed_job(JobKind.MAINTAIN, AT))
    run(database, "UPDATE procrastinate_jobs SET status = 'failed'")
    queue.ensure(collect_job(["main"], AT))
    tables.delete_ended()
    assert tables.counts().failed == 1  # type: ignore[union-attr]  # the tables are there
    run(database, f"UPDATE procrastinate_events SET at = at - interval '{FAILED.days} days 1 second'")
    tables.delete_ended()
    assert tables.counts().failed == 0  # type: ignore[union-attr]  # the tables are there
    assert tables.find_open("collect:main") != []


def test_tables_are_made_once_and_changed_when_procrastinate_is_newer(postgres_store_url: str) -> None:
    """Each host may try; the migrations that are missing are run in their order, those of before are not."""
    old = {"01": "SELECT 1/0"}
    new = {**old, "03": "INSERT INTO made VALUES ('third')", "02": "ALTER TABLE made ADD CHECK (what <> '50%')"}
    with opened(postgres_store_url) as database:
        tables = JobTables(database)
        assert tables.schema == "digest_jobs"
        assert tables.bring_up_to_date("CREATE TABLE made (what text);", old)
        assert not tables.bring_up_to_date("CREATE TABLE made (what text);", old)
        assert tables.bring_up_to_date("SELECT 1/0", new)
        assert not tables.bring_up_to_date("SELECT 1/0", new)
        with pytest.raises(StoreError, match=r"newer Procrastinate .* update portal-digest\[cluster\] on this host"):
            tables.bring_up_to_date("SELECT 1/0", old)


def test_installations_in_schemas_of_one_database_have_jobs_of_their_own(postgres_url: str) -> None:
    """The name of the jobs' schema is made of that of the installation's."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA evening"))
    engine.dispose()
    with opened(f"{postgres_url}&options=-csearch_path%3Devening") as database:
        assert JobTables(database).schema == "evening_jobs"


def test_user_who_may_not_make_the_schema_is_told_what_to_do(postgres_url: str) -> None:
    """The tables of Digest may belong to somebody who may make no schema."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE modest LOGIN"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO modest"))
    try:
        with (
            opened(postgres_url.replace("postgres@", "modest@")) as database,
            pytest.raises(StoreError, match=r"may not make the schema digest_jobs .* GRANT CREATE ON DATABASE"),
        ):
            make_job_tables(JobTables(database))
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP OWNED BY modest"))
            connection.execute(text("DROP ROLE modest"))
        engine.dispose()


def test_sqlite_has_no_jobs(sqlite_url: str) -> None:
    """One machine shares no work."""
    with opened(sqlite_url) as database:
        tables = JobTables(database)
        assert not tables.are_possible
        assert (tables.counts(), tables.hosts()) == (None, [])

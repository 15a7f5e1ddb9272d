"""The jobs that several hosts share: Procrastinate's tables, in a schema of their own of the PostgreSQL database.

They have their own schema, because another program may use Procrastinate in the same database, and because a backup
leaves them out: which work is due is decided from Digest's tables.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from digest.errors import StoreError
from digest.model.jobs import HostJobs, JobCounts, OpenJob
from digest.store.engine.database import Database
from digest.store.engine.locks import Lock, hold

LEASE = timedelta(seconds=30)  # after its last beat a host counts as lost
FAILED = timedelta(days=7)  # how long a failed job is kept

_NO_PRIVILEGE = "42501"  # PostgreSQL's code
_SCHEMA = text("SELECT CASE current_schema() WHEN 'public' THEN 'digest_jobs' ELSE current_schema() || '_jobs' END")
_EXISTS = text("SELECT to_regclass(quote_ident(:schema) || '.digest_revision') IS NOT NULL")
_SEARCH = text("SELECT set_config('search_path', quote_ident(:schema), true)")
_OWN_TABLES = """
CREATE TABLE digest_revision (name text NOT NULL);
CREATE TABLE digest_worker (worker_id bigint PRIMARY KEY, host text NOT NULL);
"""
_OPEN = text(
    "SELECT id, status = 'doing' AS is_running, scheduled_at AS not_before, args AS arguments"
    " FROM procrastinate_jobs WHERE queueing_lock = :name AND status IN ('todo', 'doing') ORDER BY id"
)
_COUNTS = text(
    "SELECT count(*) FILTER (WHERE is_due) AS waiting,"
    " count(*) FILTER (WHERE status = 'todo' AND NOT is_due) AS scheduled,"
    " count(*) FILTER (WHERE status = 'doing') AS running, count(*) FILTER (WHERE status = 'failed') AS failed,"
    " coalesce(max(now() - since) FILTER (WHERE is_due), interval '0') AS oldest"
    " FROM (SELECT job.status, job.status = 'todo' AND coalesce(job.scheduled_at <= now(), true) AS is_due,"
    "  coalesce(job.scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id)) AS since"
    "  FROM procrastinate_jobs job) jobs"
)
_HOSTS = text(
    "SELECT digest_worker.host AS name, array_remove(array_agg(job.queueing_lock ORDER BY job.id), NULL) AS jobs"
    " FROM procrastinate_workers worker JOIN digest_worker ON digest_worker.worker_id = worker.id"
    " LEFT JOIN procrastinate_jobs job ON job.worker_id = worker.id AND job.status = 'doing'"
    " WHERE worker.last_heartbeat > now() - CAST(:lease AS interval) GROUP BY digest_worker.host ORDER BY name"
)
_DELETE_ENDED = text(
    "DELETE FROM procrastinate_jobs job WHERE status NOT IN ('todo', 'doing')"
    " AND NOT EXISTS (SELECT FROM procrastinate_events WHERE job_id = job.id AND at > now() - CAST(:kept AS interval))"
)
_DELETE_WORKERS = text(
    "DELETE FROM digest_worker WHERE NOT EXISTS (SELECT FROM procrastinate_workers WHERE id = worker_id)"
    " AND NOT EXISTS (SELECT FROM procrastinate_jobs job WHERE job.worker_id = digest_worker.worker_id)"
)


class JobTables:
    """The jobs in one database; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def are_possible(self) -> bool:
        """Whether the database can have them: several hosts share PostgreSQL only."""
        return not self._database.is_sqlite

    def require_own_sessions(self) -> None:
        """Raise StoreError behind a pooler that would lend their search path to the connections of others."""
        self._database.require_own_sessions()

    @cached_property
    def schema(self) -> str:
        """The name of their schema: of installations in schemas of one database each has its own."""
        with self._database.read() as connection:
            return str(connection.execute(_SCHEMA).scalar_one())

    def bring_up_to_date(self, script: str, changes: Mapping[str, str]) -> bool:
        """Make the tables, or change those of an older Procrastinate; false when nothing was to do.

        `script` makes the tables of ours, `changes` are the scripts of its migrations, of which the last is the newest.
        """
        newest = max(changes)
        with self._database.read() as connection:
            if self._exists(connection) and self._revision(connection) == newest:
                return False
        with self._database.write() as connection:
            hold(connection, Lock.CHANGING_JOB_TABLES)
            known = self._revision(connection) if self._exists(connection) else self._create(connection, script)
            if known > newest:
                raise StoreError(
                    f"the jobs in the schema {self.schema} were made by a newer Procrastinate (its tables are {known},"
                    f" ours {newest}); update portal-digest[cluster] on this host"
                )
            for name in sorted(change for change in changes if known and change > known):
                _run_script(connection, changes[name])
            connection.execute(text("DELETE FROM digest_revision"))
            connection.execute(text("INSERT INTO digest_revision VALUES (:name)"), {"name": newest})
        return known != newest

    def _create(self, connection: Connection, script: str) -> str:
        """Make the schema with its tables; an empty revision."""
        try:
            _run_script(connection, f'CREATE SCHEMA "{self.schema}"')
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _NO_PRIVILEGE:
                raise
            raise StoreError(
                f"the database's user may not make the schema {self.schema} for the cluster's jobs; "
                "let the database's owner run `digest migrate`, or GRANT CREATE ON DATABASE … TO this user"
            ) from None
        connection.execute(_SEARCH, {"schema": self.schema})
        _run_script(connection, script + _OWN_TABLES)
        return ""

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A transaction on psycopg's connection, in which Procrastinate's tables and functions are found."""
        with self._writing() as connection:
            yield connection.connection.driver_connection

    def find_open(self, name: str) -> list[OpenJob]:
        """The jobs of that name that wait or run, oldest first."""
        with self._reading() as connection:
            return [OpenJob(**row) for row in connection.execute(_OPEN, {"name": name}).mappings()]

    def counts(self) -> JobCounts | None:
        """How many jobs there are; None where no host ever shared any."""
        if not self._are_there():
            return None
        with self._reading() as connection:
            return JobCounts(**connection.execute(_COUNTS).mappings().one())

    def hosts(self) -> list[HostJobs]:
        """The hosts that are alive and what they do, by name."""
        if not self._are_there():
            return []
        with self._reading() as connection:
            rows = connection.execute(_HOSTS, {"lease": LEASE}).all()
        return [HostJobs(name=row.name, jobs=tuple(row.jobs)) for row in rows]

    def delete_ended(self) -> None:
        """Delete jobs that failed more than seven days ago, and the names of workers that are gone."""
        with self._writing() as connection:
            connection.execute(_DELETE_ENDED, {"kept": FAILED})
            connection.execute(_DELETE_WORKERS)

    def _are_there(self) -> bool:
        if not self.are_possible:
            return False
        with self._database.read() as connection:
            return self._exists(connection)

    def _exists(self, connection: Connection) -> bool:
        return bool(connection.scalar(_EXISTS, {"schema": self.schema}))

    def _revision(self, connection: Connection) -> str:
        connection.execute(_SEARCH, {"schema": self.schema})
        return str(connection.execute(text("SELECT name FROM digest_revision")).scalar_one())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._database.read() as connection:
            connection.execute(_SEARCH, {"schema": self.schema})
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._database.write() as connection:
            connection.execute(_SEARCH, {"schema": self.schema})
            yield connection


def _run_script(connection: Connection, script: str) -> None:
    """Run statements that have no parameters, so that `%` has no meaning in them."""
    connection.execution_options(no_parameters=True).exec_driver_sql(script)
    connection.execution_options(no_parameters=False)

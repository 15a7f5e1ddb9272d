"""Connections to PostgreSQL: their limits, what a commit means on them, and when one is asked whether it is alive."""

import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError

from digest.errors import StoreError

WAITS_FOR_STANDBY = """current_setting('synchronous_standby_names') <> ''
AND current_setting('synchronous_commit') NOT IN ('local', 'off')"""
# Which server this is: its identifier, its timeline in hexadecimal digits, and whether its commits wait for a standby.
SERVER = f"""SELECT system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) AS timeline,
{WAITS_FOR_STANDBY} AS is_copied FROM pg_control_system()"""  # noqa: S608  # all of it is ours
# Classes of errors that last: functions that are missing, not permitted or not supported. Others pass: a standby has no
# position to write at until it takes over, and a busy server cancels a query.
LASTING_REFUSALS = ("0A", "42")

# A connection that is cut silently fails after 10 seconds (keepalives where we wait for the server, the user timeout
# where it does not acknowledge what we sent), and a new one that finds no server after 10 more.
_SERVER_LIMITS = {
    "connect_timeout": 10,
    "keepalives_idle": 4,
    "keepalives_interval": 3,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}
# The same for the server's end: a host that is gone must not lock rows for longer. And moments are written as psycopg
# reads them, arrays may have NULL, and single statements do not fail beside those of others where SERIALIZABLE is the
# role's default.
_SETTINGS = """SELECT set_config('tcp_keepalives_idle', '4', false),
set_config('tcp_keepalives_interval', '3', false), set_config('tcp_keepalives_count', '2', false),
set_config('tcp_user_timeout', '10000', false), set_config('datestyle', 'ISO', false),
set_config('intervalstyle', 'postgres', false), set_config('array_nulls', 'on', false),
set_config('default_transaction_isolation', 'read committed', false)"""
_PROCESS = "SELECT pg_backend_pid()"
_TURNS = 20  # transactions in which a pooler's connections have to stay in their sessions
_IDLE = 10  # seconds after which PostgreSQL ends a transaction in which we are idle
# A statement that makes it a minute for one transaction, which may take as long as it needs: a limit of the role is
# meant for short ones, and a migration or the plan of a large issue would never be done. (PostgreSQL 17 limits
# transactions, too.)
LONG_WORK = """SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
CASE WHEN current_setting('transaction_timeout', true) <> '' THEN set_config('transaction_timeout', '0', true) END,
CASE WHEN current_setting('idle_in_transaction_session_timeout')::interval BETWEEN '1ms' AND '60s'
THEN set_config('idle_in_transaction_session_timeout', '60s', true) END"""
# No table is read whole in one transaction: before PostgreSQL has statistics of a new issue's rows, it may read all of
# them for each batch.
BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true)"
# For statements that find rows by their ids: a plan is made once and kept. Making it takes as long as recording 20
# messages. It must hold for a table that grows afterwards, so that no small table may be read whole.
_KEEP_PLANS = """SELECT set_config('plan_cache_mode', 'force_generic_plan', false),
set_config('enable_seqscan', 'off', false)"""
# A statement that writes, and the start of a transaction that may: read_only_sql_transaction, feature_not_supported.
# The latter is also what a prepared statement gets whose table was changed; a new connection helps there, too.
_READ_ONLY = {"25006", "0A000"}
_QUIET = 1.0  # seconds since its last use in which a connection counts as alive: a sender takes one 500 times a second


# Connections that are kept for their next use. Behind a pooler in the mode `session` each one holds a session that
# others wait for: two processes that kept ten each left none of PgBouncer's 20, and neither could send.
_KEPT, _KEPT_BEHIND_POOLER = 10, 2
_MOST = 40  # connections at once
# What Digest sets in its sessions, and must be the user's default where it has none of its own.
_UNSAFE = text("""SELECT name || ' = ' || quote_literal(CASE name WHEN 'synchronous_commit' THEN 'on'
ELSE 'read committed' END) FROM pg_settings WHERE name = 'synchronous_commit' AND reset_val = 'off'
OR name = 'default_transaction_isolation' AND reset_val <> 'read committed' ORDER BY name""")


def postgres_engine(url: URL, *, is_pooled: bool) -> Engine:
    """Connections to the server at `url`, or to the pooler before it."""
    # The isolation is that of transactions, whatever the role's default is.
    kept = _KEPT_BEHIND_POOLER if is_pooled else _KEPT
    engine = _engine(url, isolation_level="READ COMMITTED", pool_size=kept, max_overflow=_MOST - kept)
    event.listen(engine, "checkin", _forget_read_only)
    return engine


def keyed_engine(url: URL) -> Engine:
    """Connections for few statements that find rows by ids, again and again: each is a transaction, and prepared."""
    # Nothing is rolled back when a connection returns: each statement has ended its transaction.
    engine = _engine(url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=30, pool_reset_on_return=None)
    event.listen(engine, "connect", _keep_plans)
    return engine


def _engine(url: URL, **options: Any) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=server_arguments(url),
        hide_parameters=True,
        use_native_hstore=False,  # no column has that type, and to look for it takes a query at each start
        **options,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "handle_error", _leave_standby)
    _ask_after_quiet(engine)
    return engine


def is_behind_pooler(engine: Engine) -> bool:
    """Whether a pooler such as PgBouncer is between us and the server.

    StoreError for one that lends sessions for one transaction, if those sessions do not begin as Digest needs them: the
    server would forget in a crash which messages were sent, or senders would fail beside each other.
    """
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if driver.prepare_threshold is not None:
            return False
        needed = connection.scalars(_UNSAFE).all()
    if needed and not _has_own_sessions(engine):
        raise StoreError(
            f"the pooler of the PostgreSQL database {engine.url.database} gives each transaction another session, where"
            f" Digest cannot set {' and '.join(needed)}; set that for the user by ALTER ROLE and restart the pooler, or"
            " set pool_mode = session"
        )
    return True


def require_own_sessions(engine: Engine) -> None:
    """Refuse a pooler that lends the server's sessions for one transaction.

    What one of our connections sets in a session, such as Procrastinate's `search_path`, would hold for others.
    """
    if not _has_own_sessions(engine):
        raise StoreError(
            f"the pooler of the PostgreSQL database {engine.url.database} gives each transaction another session, and"
            " the extra `cluster` needs pool_mode = session; set it, or let [database] url lead to the server itself"
        )


def _has_own_sessions(engine: Engine) -> bool:
    """Whether each connection stays in its session: behind such a pooler two connections are in the same one."""
    with engine.connect() as one:
        mine = _session(one)
        if mine == _process(one):
            return True  # the usual case: no pooler
        with engine.connect() as other:
            its = _session(other)
            # Beside other clients of the pooler two transactions in a row may get two sessions.
            return mine != its and all((_session(one), _session(other)) == (mine, its) for _turn in range(_TURNS))


def _session(connection: Connection) -> int:
    """The server's process that serves the next transaction."""
    process: int = connection.scalar(text(_PROCESS))
    connection.commit()
    return process


def _process(connection: Connection) -> int:
    """The server's process when it accepted the connection; a pooler makes one up."""
    driver: Any = connection.connection.driver_connection
    return int(driver.info.backend_pid)


def server_arguments(url: URL) -> dict[str, Any]:
    """The limits as arguments of a connection, without those that `url` has itself, and the encoding of its texts."""
    limits = {name: value for name, value in _SERVER_LIMITS.items() if name not in url.query}
    return {**limits, "client_encoding": "UTF8"}  # whatever PGCLIENTENCODING or the role says


def _configure(connection: Any, _record: object) -> None:
    _require_utf8(connection)
    # A server may be configured to confirm a commit before it is on disk; a permission to send must not be lost so.
    # And a process that hangs inside a transaction must not lock its rows for ever.
    with connection.cursor() as cursor:
        for name, unsafe, safe in (
            ("synchronous_commit", "off", "on"),
            ("idle_in_transaction_session_timeout", "0", f"{_IDLE}s"),
        ):
            cursor.execute(
                "SELECT set_config(%s, %s, false) WHERE current_setting(%s) = %s", (name, safe, name, unsafe)
            )
        cursor.execute(_SETTINGS)
        (process,) = cursor.execute(_PROCESS).fetchone()
    connection.commit()
    # A pooler names a process of its own. It may give each transaction another connection to the server, where what was
    # prepared before does not exist: https://www.pgbouncer.org/features.html
    if process != connection.info.backend_pid:
        connection.prepare_threshold = None


def _require_utf8(connection: Any) -> None:
    """Refuse a database that cannot hold every character, such as one that was created in the locale C."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding == "UTF8":
        return
    name = connection.info.dbname
    connection.close()
    raise StoreError(
        f"the PostgreSQL database {name} has the encoding {encoding} and cannot hold all texts; create one with"
        " `createdb --template=template0 --encoding=UTF8`"
    )


def _forget_read_only(connection: Any, _record: object) -> None:
    """Let the server's default hold again: after a transaction that only read, SQLAlchemy would state READ WRITE.

    A database that its operator made read-only was then written by connections that had read before.
    """
    if connection is not None and connection.info.transaction_status.name == "IDLE":
        connection.read_only = None


def _leave_standby(context: ExceptionContext) -> None:
    """Take a refusal to write for a lost connection: after a failover the former primary may go on to answer reads."""
    execution = context.execution_context
    if execution is not None and execution.execution_options.get("may_be_refused"):
        return
    if getattr(context.original_exception, "sqlstate", None) in _READ_ONLY:
        context.is_disconnect = True


def _keep_plans(connection: Any, _record: object) -> None:
    if connection.prepare_threshold is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_PLANS)
    connection.commit()
    connection.prepare_threshold = 0


def _ask_after_quiet(engine: Engine) -> None:
    """Replace the pool's connections if one of them, not used for a second, is found dead when it is needed."""

    def note_use(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def require_alive(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used", 0.0) < _QUIET:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None

    event.listen(engine, "connect", note_use)
    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", require_alive)

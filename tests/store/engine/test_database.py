"""The database: private files, errors of one line, and moments in UTC."""

import logging
import os
import resource
import socket
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from digest.errors import ConfigurationError, DigestError, StoreError, StoreUnavailableError
from digest.model.issues import Slot
from digest.model.subscribers import Subscriber
from digest.store.engine import postgres_engine, sqlite_engine
from digest.store.engine.column_types import SlotText, UTCDateTime
from digest.store.engine.database import HEAD, Database
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import signing_key, source, subscriber
from tests.support.store import NOW, frozen, opened, states
from tests.support.tcp_proxy import over_tcp

_NOBODY = 65534


def _sentence(error: pytest.ExceptionInfo[DigestError]) -> str:
    message = str(error.value)
    assert "\n" not in message
    assert "Traceback" not in message
    assert error.value.__cause__ is None
    return message


def test_database_new_file_is_private(tmp_path: Path) -> None:
    """Only its owner can read the subscribers' addresses; a relative path starts from the root."""
    with_umask = os.umask(0)
    try:
        database = Database.open("sqlite:///new.db", tmp_path)
    finally:
        os.umask(with_umask)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    database.close()


def test_database_sqlite_that_is_too_old_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python may use the system's library; RHEL 9 has 3.34, without RETURNING."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(StoreError, match=r"Digest needs 3\.35 or later") as error:
        Database.open("sqlite:///new.db", tmp_path)
    _sentence(error)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 35, 0))
    Database.open("sqlite:///new.db", tmp_path).close()


def test_database_in_memory_is_shared_by_all_threads() -> None:
    """A database in memory is one database, whichever thread uses it."""
    with opened("sqlite://") as database:
        Subscribers(database).add(Subscriber(email="a@post.example"), NOW)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: Subscribers(database).add(Subscriber(email=f"{n}@post.example"), NOW), range(20)))
        assert len(list(Subscribers(database).list())) == 21


@pytest.mark.parametrize("url", ["mysql://root:s3cret@localhost/x", "oracle://u:s3cret@h/x", "s3cret", "", "://"])
def test_database_unknown_scheme_is_refused(url: str, tmp_path: Path) -> None:
    """A URL that is not a database's is one line, without the password."""
    with pytest.raises(ConfigurationError) as error:
        Database.open(url, tmp_path)
    assert "sqlite:///" in _sentence(error)
    assert "s3cret" not in str(error.value)


def test_database_unreachable_server_is_one_line(tmp_path: Path) -> None:
    """A PostgreSQL server that does not run is one line, without the password."""
    with pytest.raises(StoreError) as error:
        Database.open("postgresql://digest:s3cret@127.0.0.1:1/news", tmp_path)
    assert "news at 127.0.0.1:1" in _sentence(error)
    assert "s3cret" not in str(error.value)


def test_database_missing_folder_names_the_file(tmp_path: Path) -> None:
    """A file that cannot be created is named."""
    with pytest.raises(StoreError, match=r"nowhere/digest\.db cannot be created: no such file or directory"):
        Database.open("sqlite:///nowhere/digest.db", tmp_path)


def test_database_file_of_another_user_says_that_it_may_not_be_read() -> None:
    """The folder is not at fault; root, who may read everything, becomes another user for the moment."""
    with tempfile.TemporaryDirectory() as folder:
        file, user = Path(folder) / "digest.db", os.geteuid()
        Path(folder).chmod(0o755)
        file.touch(mode=0o600)
        file.chmod(0)
        os.seteuid(user or _NOBODY)
        try:
            with pytest.raises(StoreError, match=r"cannot be opened: .* this user may read and write both$"):
                Database.open(f"sqlite:///{file}", Path(folder))
        finally:
            os.seteuid(user)


@pytest.mark.parametrize("mode", [0, 0o444])
def test_database_log_that_may_not_be_written_is_named(mode: int) -> None:
    """As after root has used the database; a test cannot give a file away, and takes the rights to it instead."""
    with tempfile.TemporaryDirectory() as folder:
        file, user = Path(folder) / "digest.db", os.geteuid()
        Path(folder).chmod(0o777)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE article (id INTEGER)")
            file.chmod(0o666)
            for end in ("-wal", "-shm"):
                Path(f"{file}{end}").chmod(mode)
            os.seteuid(user or _NOBODY)
            try:
                with pytest.raises(
                    StoreError, match=r"cannot be opened: .*digest\.db-(wal|shm), which root may have left"
                ):
                    Database.open(f"sqlite:///{file}", Path(folder))
            finally:
                os.seteuid(user)


@contextmanager
def no_free_descriptor() -> Iterator[None]:
    """This process cannot open a file."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.parametrize("is_there", [False, True])
def test_database_without_a_free_descriptor_says_so(is_there: bool, tmp_path: Path) -> None:
    """The folder is not at fault."""
    url = f"sqlite:///{tmp_path}/digest.db"
    if is_there:
        Database.open(url, tmp_path).close()
    with (
        no_free_descriptor(),
        pytest.raises(StoreError, match=r"cannot be opened: too many files are open; raise the limit"),
    ):
        Database.open(url, tmp_path)


def test_opening_fault_of_another_kind_is_none() -> None:
    """Such as of a database that is locked, also where no file can be opened."""
    with no_free_descriptor():
        assert sqlite_engine.opening_fault("database is locked", "digest.db") is None
        assert sqlite_engine.opening_fault("unable to open database file", "digest.db") == sqlite_engine.NO_DESCRIPTOR


@pytest.mark.parametrize(
    ("disk", "fault"),
    [
        ({"f_flag": os.ST_RDONLY}, "cannot be written: its file, folder or disk is read-only"),
        ({"f_files": 60, "f_favail": 0}, "has no room left: its disk has no inode for another file; delete some files"),
        ({"f_files": 0, "f_favail": 0}, None),
        ({"f_files": 60, "f_favail": 1}, None),
    ],
)
def test_opening_fault_of_a_disk_that_takes_no_file_names_it(
    disk: dict[str, int], fault: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite, which needs a log beside the file, says only that it cannot open it; Btrfs counts no inodes."""
    free = {"f_flag": 0, "f_files": 0, "f_favail": 0}
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(**free | disk))
    for message in ("unable to open database file", "attempt to write a readonly database"):
        assert sqlite_engine.opening_fault(message, str(tmp_path / "digest.db")) == fault


def test_database_that_is_open_says_that_no_descriptor_is_free(tmp_path: Path) -> None:
    """SQLite itself says only that it cannot open the file."""
    with opened(f"sqlite:///{tmp_path}/digest.db") as database, ExitStack() as stack:
        stack.enter_context(database.read())
        with no_free_descriptor(), pytest.raises(StoreError, match=r"cannot be opened: too many files are open"):
            stack.enter_context(database.read())


def test_database_file_of_another_format_is_left_unchanged(tmp_path: Path) -> None:
    """A text file is not taken for a database, and is left as it is."""
    (tmp_path / "digest.db").write_text("This is a letter to the editor.\n" * 100)
    with pytest.raises(StoreError) as error:
        Database.open("sqlite:///digest.db", tmp_path)
    assert "not a SQLite database" in _sentence(error)


def test_database_corrupt_file_is_one_line(tmp_path: Path) -> None:
    """A database whose pages were overwritten is one line."""
    with opened(f"sqlite:///{tmp_path}/digest.db") as database:
        Subscribers(database).add_many([Subscriber(email=f"{n}@post.example") for n in range(500)], NOW)
    file = tmp_path / "digest.db"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(StoreError) as error:
        Database.open("sqlite:///digest.db", tmp_path)
    assert "damaged" in _sentence(error)


def test_database_full_disk_changes_nothing(tmp_path: Path) -> None:
    """A write for which there is no space is one line, and changes nothing."""
    with opened(f"sqlite:///{tmp_path}/digest.db") as database:
        with database.read() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(StoreError) as error:
            Subscribers(database).add_many([Subscriber(email=f"{n}@post.example") for n in range(5_000)], NOW)
        assert "full" in _sentence(error)
        assert list(Subscribers(database).list()) == []


@pytest.mark.parametrize("is_replaced", [False, True], ids=["removed", "replaced"])
def test_database_whose_file_is_not_in_place_is_neither_read_nor_written(tmp_path: Path, *, is_replaced: bool) -> None:
    """SQLite would still use the removed file: who unsubscribes then would get mail again after the next start."""
    file, aside, copy = (tmp_path / name for name in ("digest.db", "aside.db", "copy.db"))
    reader, expected = Subscriber(email="reader@post.example"), "was removed or replaced while Digest used it"
    with opened(f"sqlite:///{file}") as database:
        copy.write_bytes(file.read_bytes())
        file.rename(aside)
        if is_replaced:
            copy.rename(file)
        with pytest.raises(StoreUnavailableError, match=expected) as error:
            Subscribers(database).add_many([reader], NOW)
        assert "restart every Digest process" in _sentence(error)
        with pytest.raises(StoreUnavailableError, match=expected):
            list(Subscribers(database).list())
        aside.rename(file)
        Subscribers(database).add_many([reader], NOW)
        assert [one.email for one in Subscribers(database).list()] == [reader.email]


def test_database_that_is_missing_beside_its_log_is_not_made_anew(tmp_path: Path) -> None:
    """SQLite would delete the log, which holds what was written last and may be in use."""
    log = tmp_path / "digest.db-wal"
    log.write_bytes(b"frames")
    with pytest.raises(StoreError, match="is missing, and its write-ahead log is there") as error:
        Database.open("sqlite:///digest.db", tmp_path)
    assert str(log) in _sentence(error)
    assert [one.name for one in tmp_path.iterdir()] == [log.name]


def test_database_read_only_file_is_one_line(sqlite_url: str) -> None:
    """A database on a read-only disk is one line."""
    with opened(sqlite_url) as database:
        with database.write() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
            with pytest.raises(Exception, match="readonly"):
                connection.execute(source.insert(), {"name": "main", "visited_at": NOW})
        with pytest.raises(StoreError) as error:
            Subscribers(database).add_many([Subscriber(email="reader@post.example")], NOW)
        assert "read-only" in _sentence(error)


def test_database_locked_file_is_one_line(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that waited too long for another process reports it, without a word about what follows for itself.

    A command ends with it, and a sender continues automatically.
    """
    monkeypatch.setattr(sqlite_engine, "BUSY", 0.05)
    with opened(sqlite_url) as database:
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        fresh = [Subscriber(email="reader@post.example")]
        with pytest.raises(StoreError) as error:
            Subscribers(database).add_many(fresh, NOW)
        assert _sentence(error).endswith(
            "is locked: another process has held it for more than 30 seconds; let it finish, or end it"
        )
        other.close()
        Subscribers(database).add_many(fresh, NOW)


@pytest.mark.timeout(20)
def test_database_that_a_backup_reads_is_not_locked_until_its_log_can_be_emptied(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could write for 30 seconds. What waits longer is not changed by that."""
    monkeypatch.setattr(sqlite_engine, "_LONGEST_CHECKPOINT", 0.01)
    with opened(sqlite_url) as database:
        backup = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM source").fetchone()
        with pytest.raises(StoreUnavailableError, match=r"is read by another process, such as `digest backup`$"):
            database.compact()
        with database.read() as connection:
            assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000
        backup.close()
        database.compact()


def test_database_locked_for_long_is_waited_for(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than a writer waits silently, as while another process plans a large issue; not once it is to stop."""
    monkeypatch.setattr(sqlite_engine, "BUSY", 0.05)
    with opened(sqlite_url) as database:
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("digest.store.engine.database._log.warning", lambda *_: other.close())
        Subscribers(database).add_many([Subscriber(email="reader@post.example")], NOW)
    stopped = Database.open(sqlite_url, Path("/"), lambda: True)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked"):
        Subscribers(stopped).add_many([Subscriber(email="other@post.example")], NOW)
    other.close()
    stopped.close()


def test_database_locked_for_long_is_logged_once(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not every half a minute by each writer; once it could be written again, it is news."""
    monkeypatch.setattr(sqlite_engine, "BUSY", 0.01)
    logged, fresh = [], [Subscriber(email="reader@post.example")]
    with opened(sqlite_url) as database, caplog.at_level(logging.WARNING):
        for is_locked in (True, True, False, True):
            other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
            if is_locked:
                other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError) if is_locked else nullcontext():
                Subscribers(database).add_many(fresh, NOW)
            other.close()
            logged.append(sum("waiting for another process" in one for one in caplog.messages))
    assert logged == [1, 1, 1, 2]


def test_database_constraint_violation_shows_no_address(store_url: str) -> None:
    """The driver's detail, which quotes the row, does not leave the store."""
    row = {"email": "anna@post.example", "editions": (), "sections": (), "created_at": NOW, "changed_at": NOW}
    with opened(store_url) as database, pytest.raises(StoreError) as error, database.write() as connection:
        connection.execute(subscriber.insert(), [{"status": "confirmed", **row}] * 2)
    assert "anna" not in _sentence(error)


def test_transaction_that_raises_is_rolled_back(store_url: str) -> None:
    """Nothing that a failed block wrote is stored, and its own error is raised."""
    with opened(store_url) as database:
        with pytest.raises(KeyError):
            _write_source_and_fail(database)
        with database.read() as connection:
            assert connection.scalars(select(source.c.name)).all() == []


def _write_source_and_fail(database: Database) -> None:
    with database.write() as connection:
        connection.execute(source.insert(), {"name": "main", "visited_at": NOW})
        raise KeyError


def test_read_transaction_sees_one_snapshot(store_url: str) -> None:
    """What others write during a read is not part of it."""
    with opened(store_url) as database:
        with database.read() as connection:
            assert connection.scalars(select(source.c.name)).all() == []
            writer = threading.Thread(target=_write_source, args=(database,))
            writer.start()
            writer.join()
            assert connection.scalars(select(source.c.name)).all() == []
        with database.read() as connection:
            assert connection.scalars(select(source.c.name)).all() == ["main"]


def _write_source(database: Database) -> None:
    with database.write() as connection:
        connection.execute(source.insert(), {"name": "main", "visited_at": NOW})


def test_read_transaction_cannot_write(postgres_store_url: str) -> None:
    """A read-only transaction is one on the server too."""
    with (
        opened(postgres_store_url) as database,
        pytest.raises(StoreError, match="read-only"),
        database.read() as connection,
    ):
        connection.execute(source.insert(), {"name": "main", "visited_at": NOW})


def test_signing_key_is_created_once(store_url: str) -> None:
    """All processes and threads sign with the same 32 bytes, also after the next start."""
    with opened(store_url) as database:
        with ThreadPoolExecutor(8) as pool:
            (key,) = set(pool.map(lambda _: database.secret(), range(8)))
        assert len(key) == 32
    with opened(store_url) as database:
        assert database.secret() == key
        with database.write() as connection:
            assert connection.scalars(select(signing_key.c.id)).all() == [1]  # as earlier versions stored it
            connection.execute(signing_key.delete())
        assert database.secret() not in {key, b""}


def test_moment_column_returns_utc(store_url: str) -> None:
    """The same instant is returned, in UTC, to the microsecond, whatever the zone of the session that wrote it is."""
    moment = datetime(2026, 10, 1, 7, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
    with opened(store_url) as database:
        with database.write() as connection:
            if not database.is_sqlite:
                connection.exec_driver_sql("SET LOCAL TIME ZONE 'Asia/Tokyo'")
            connection.execute(source.insert(), {"name": "main", "visited_at": moment})
        with database.read() as connection:
            (read,) = connection.scalars(select(source.c.visited_at))
            assert connection.scalars(select(source.c.name).where(source.c.visited_at > moment)).all() == []
    assert read == moment
    assert read.tzinfo is UTC


def test_moment_column_naive_datetime_is_refused(store_url: str) -> None:
    """A datetime without a zone never reaches the database."""
    naive = NOW.replace(tzinfo=None)
    for dialect in (make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql+psycopg")):
        with pytest.raises(ValueError, match="time zone"):
            UTCDateTime().process_bind_param(naive, dialect)
    with (
        opened(store_url) as database,
        pytest.raises(StatementError, match="time zone"),
        database.write() as connection,
    ):
        connection.execute(source.insert(), {"name": "main", "visited_at": naive})


def test_slot_column_orders_by_number() -> None:
    """The tenth issue of a day comes after the second, and before the next day's first."""
    slots = [Slot.parse(text) for text in ("2026-10-01", "2026-10-01.2", "2026-10-01.10", "2026-10-02")]
    kept = [SlotText().process_bind_param(slot, sqlite.dialect()) for slot in slots]
    assert kept == sorted(str(text) for text in kept)
    assert [SlotText().process_result_value(text, sqlite.dialect()) for text in kept] == slots


DAMAGE = (
    "UPDATE delivery SET state = 'sending'",
    "UPDATE delivery SET state = 'unknown'",
    "UPDATE delivery SET state = 'deferred'",
    "UPDATE delivery SET claim_expires = due_at",
    "UPDATE delivery SET issue_id = 999",
    "UPDATE delivery SET subscriber_id = (SELECT min(id) FROM subscriber)",
    "UPDATE issue SET frozen_at = NULL",
    "UPDATE subscriber SET left_by = 'reader'",
)


def test_constraints_inconsistent_row_is_refused(store_url: str) -> None:
    """Not even a manual statement can store a state without the values that it needs."""
    with opened(store_url) as database:
        frozen(database, 2)
        for damage in DAMAGE:
            with pytest.raises(StoreError), database.write() as connection:
                connection.execute(text(damage))
        assert states(database) == ["planned", "planned"]


def _socket_options(database: Database) -> dict[str, int]:
    """The options of a connection's socket that decide when a silent connection fails."""
    raw: Any = database._engine.raw_connection().driver_connection
    with socket.socket(fileno=os.dup(raw.fileno())) as connection:
        names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        options = {name: connection.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names}
        return options | {"SO_KEEPALIVE": connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)}


def test_database_connection_that_is_cut_fails_within_thirty_seconds(postgres_store_url: str) -> None:
    """Keepalives while we wait for PostgreSQL, the user timeout for what it does not acknowledge."""
    with over_tcp(postgres_store_url) as url:
        database = Database.open(url, Path("/"))
        options = _socket_options(database)
        database.close()
    assert options["SO_KEEPALIVE"] == 1
    assert options["TCP_KEEPIDLE"] + options["TCP_KEEPINTVL"] * options["TCP_KEEPCNT"] <= 10
    assert 0 < options["TCP_USER_TIMEOUT"] <= 10_000


def end_connections(url: str) -> None:
    """What PostgreSQL does to all connections of a database when it restarts."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )


def test_database_connection_lost_while_quiet_is_replaced(
    postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that was not used for a while is asked first; one in use fails once, and says that it is away."""
    with opened(postgres_store_url) as database:
        end_connections(postgres_store_url)
        with pytest.raises(StoreUnavailableError):
            database.revision()
        assert database.revision() == HEAD
        end_connections(postgres_store_url)
        monkeypatch.setattr(postgres_engine, "_QUIET", 0.0)
        assert database.revision() == HEAD


def test_database_url_with_own_limits_keeps_them(postgres_store_url: str) -> None:
    """What the operator writes into the URL wins."""
    with over_tcp(postgres_store_url) as url:
        database = Database.open(f"{url}?keepalives_idle=77&tcp_user_timeout=99000", Path("/"))
        options = _socket_options(database)
        database.close()
    assert (options["TCP_KEEPIDLE"], options["TCP_USER_TIMEOUT"]) == (77, 99_000)


@pytest.mark.parametrize(("own", "while_computing"), [("5s", "1min"), ("2min", "2min")])
def test_database_postgresql_computes_longer_than_the_idle_limit_of_its_user(
    postgres_store_url: str, own: str, while_computing: str
) -> None:
    """An issue for many readers could not be planned where the user's own limit is short; a longer one stays."""
    setting = text("SELECT current_setting('idle_in_transaction_session_timeout')")
    limited = f"{postgres_store_url}&options=-c%20idle_in_transaction_session_timeout%3D{own}"
    with opened(limited) as database:
        with database.write(computes=True) as connection:
            assert connection.scalar(setting) == while_computing
        with database.write() as connection:
            assert connection.scalar(setting) == own


def test_database_postgresql_computes_without_the_limits_of_its_user(postgres_store_url: str) -> None:
    """They are meant for short work; PostgreSQL 17 added one of transactions."""
    limits = text(
        "SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout',"
        " 'transaction_timeout') ORDER BY name"
    )
    with opened(postgres_store_url) as database, database.read() as connection:
        known = connection.scalars(limits).all()
    options = "%20".join(f"-c%20{name}%3D7s" for name in known)
    with opened(f"{postgres_store_url}&options={options}") as database:
        with database.write() as connection:
            assert connection.execute(limits).all() == [(name, "7000") for name in known]
        with database.write(computes=True) as connection:
            assert connection.execute(limits).all() == [(name, "0") for name in known]


def test_database_postgresql_ends_transactions_of_hosts_that_are_gone(postgres_store_url: str) -> None:
    """Ten seconds without a statement, where much is computed between them a minute; then nothing is locked."""
    setting = text("SELECT current_setting('idle_in_transaction_session_timeout')")
    with opened(postgres_store_url) as database:
        with database.write() as connection:
            assert connection.scalar(setting) == "10s"
        with database.write(computes=True) as connection:
            assert connection.scalar(setting) == "1min"
        with database.write() as connection:
            assert connection.scalar(setting) == "10s"

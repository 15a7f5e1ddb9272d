"""The SQL source on each database's own ground: its types, its quoting, its files."""

import gc
import socket
import sqlite3
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from sqlalchemy.exc import DBAPIError

from digest.model.articles import Counters
from digest.sources.sql.connect import database_url, open_read_only, shorten
from digest.sources.sql.limits import Limits
from digest.sources.sql.statement import prepare_select
from tests.support.databases import database_in
from tests.support.portal_database import MOSCOW, NOW, PortalDatabase


def test_sql_source_postgresql_moments_with_zone_are_instants(postgres_url: str, tmp_path: Path) -> None:
    """`timestamptz` columns are compared with `:start` as instants; infinity, a date and a cast are read too."""
    portal = PortalDatabase(postgres_url, tmp_path)
    portal.run(
        "CREATE TABLE a (url text, title text, at timestamptz, until timestamp, day date)",
        "INSERT INTO a VALUES ('/1', 'In', '2026-10-01 03:59:59Z', 'infinity', '2026-10-01'),"
        " ('/2', 'Out', '2026-10-01 04:00:00Z', NULL, NULL), ('/3', 'BC', NULL, '0044-03-15 BC', NULL)",
    )
    portal.run(
        "ALTER ROLE CURRENT_USER IN DATABASE "
        + (database_url(postgres_url).database or "")
        + " SET timezone = 'Asia/Tokyo'"
    )
    columns = "SELECT url, title, at AS published_at, day::text AS updated_at FROM a"
    inside = f"{columns} WHERE at >= :start::timestamp AND at < :end"
    (sighting,) = portal.visit(inside).sightings
    assert sighting.published_at == datetime(2026, 10, 1, 3, 59, 59, tzinfo=UTC)
    assert sighting.updated_at == datetime(2026, 9, 30, 21, tzinfo=UTC)
    odd = portal.visit("SELECT url, title, until AS published_at, day AS updated_at FROM a ORDER BY url")
    assert [sighting.published_at for sighting in odd.sightings] == [None, None, None]
    assert odd.sightings[0].updated_at == datetime(2026, 9, 30, 21, tzinfo=UTC)
    assert odd.notes == ('published_at not understood in 2 rows, such as "infinity"',)


def test_sql_source_postgresql_bytes_of_any_encoding_are_text(postgres_url: str, tmp_path: Path) -> None:
    """A database in SQL_ASCII holds whatever its programs wrote; windows-1251 is recognised."""
    windows = "".join(f"\\x{byte:02x}" for byte in "Новости дня".encode("cp1251"))
    with database_in("SQL_ASCII", postgres_url) as url:
        visit = PortalDatabase(url, tmp_path).visit(
            f"SELECT '/1' AS url, E'{windows}' AS title UNION ALL SELECT '/2', 'Вестник 🗞'"
        )
    assert [one.title for one in visit.sightings] == ["Новости дня", "Вестник 🗞"]


@pytest.mark.parametrize("encoding", ["WIN1251", "KOI8R"])
def test_sql_source_postgresql_other_encoding_is_converted(encoding: str, postgres_url: str, tmp_path: Path) -> None:
    """The server knows the encoding of such a database, whatever PGCLIENTENCODING says."""
    with database_in(encoding, postgres_url) as url, pytest.MonkeyPatch.context() as patched:
        patched.setenv("PGCLIENTENCODING", "SQL_ASCII")
        visit = PortalDatabase(url, tmp_path).visit("SELECT '/1' AS url, 'Новости дня' AS title")
    assert [one.title for one in visit.sightings] == ["Новости дня"]


def test_sql_source_postgresql_quoting_is_understood(postgres_url: str, tmp_path: Path) -> None:
    """Dollar quotes, E-strings, slices and quoted names keep their colons, and values of odd types are unknown."""
    query = (
        "SELECT $q$/a:start;$q$ || E'\\':end' AS \"Url\", (ARRAY['x','y'])[1:2]::text AS title, "
        "'{\"a\": 1}'::jsonb AS section, 'NaN'::numeric AS views, '7'::text AS comments, true AS rating"
    )
    visit = PortalDatabase(postgres_url, tmp_path).visit(query)
    (sighting,) = visit.sightings
    assert sighting.url == "https://gazette.example/a:start;':end"
    assert (sighting.title, sighting.section) == ("{x,y}", None)
    assert sighting.counters == Counters(comments=7)
    odd = {"rating": True, "section": "{'a': 1}", "views": "NaN"}
    assert visit.notes == tuple(f'{name} not understood in 1 row, such as "{odd[name]}"' for name in odd)


def test_sql_source_postgresql_values_that_python_lacks_are_unknown(postgres_url: str, tmp_path: Path) -> None:
    """The driver fails at them: at an hour of 24, an interval of ages and a number of 5,000 digits in JSON."""
    query = (
        "SELECT '/1' AS url, 'One' AS title, TIME '24:00' AS published_at, TIMETZ '24:00+03' AS updated_at,"
        " ('[' || repeat('9', 5000) || ']')::json AS views, ARRAY[TIME '24:00'] AS comments, 7 AS rating,"
        " INTERVAL '9999999 years' AS section, ('[' || repeat('9', 5000) || ']')::jsonb AS author"
    )
    visit = PortalDatabase(postgres_url, tmp_path).visit(query)
    assert [one.counters for one in visit.sightings] == [Counters(rating=7)]
    unread = ("comments", "published_at", "updated_at", "views")
    assert [note.split(" in 1 row")[0] for note in visit.notes] == [f"{name} not understood" for name in unread]


def test_sql_source_postgresql_settings_of_the_role_do_not_matter(postgres_url: str, tmp_path: Path) -> None:
    """A standby refuses SERIALIZABLE, and the driver reads intervals only as PostgreSQL writes them by default."""
    portal, name = PortalDatabase(postgres_url, tmp_path), database_url(postgres_url).database
    for setting in ("default_transaction_isolation = serializable", "intervalstyle = iso_8601"):
        portal.run(f"ALTER DATABASE {name} SET {setting}")
    query = "SELECT '/1' AS url, current_setting('transaction_isolation') AS title, INTERVAL '1 hour' AS section"
    assert [one.title for one in portal.visit(query).sightings] == ["read committed"]


def test_sql_source_postgresql_column_of_another_name_is_not_fetched(postgres_url: str, tmp_path: Path) -> None:
    """In `SELECT *` it may be an attachment of 50 MB; of the others the server cuts bytes too."""
    query = "SELECT '/1' AS url, 'One' AS title, repeat('x', 7) AS \"A 5%\", decode('6162636465', 'hex') AS summary"
    visit = PortalDatabase(postgres_url, tmp_path).visit(query, limits=Limits(value=3))
    assert [one.summary for one in visit.sightings] == ["abc"]
    cut = "summary longer than 3 characters in 1 row; only its beginning was read"
    assert visit.notes == ("unknown columns: a 5%", cut)
    url = database_url(postgres_url)
    with open_read_only(url, root=tmp_path, zone=MOSCOW, at=NOW, limits=Limits(value=3)) as connection:
        sent = shorten(connection, prepare_select(query, "postgresql"), {}, Limits(value=3))
        values = connection.exec_driver_sql(sent, {}).one()
    assert values == ("/1", "One", None, b"abcd")


def test_sql_source_postgresql_visit_that_is_over_leaves_no_timer(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would wait for 40 seconds, in a thread of its own."""
    timers: list[threading.Timer] = []
    start = threading.Timer.start

    def start_noted(timer: threading.Timer) -> None:
        timers.append(timer)
        start(timer)

    monkeypatch.setattr(threading.Timer, "start", start_noted)
    PortalDatabase(postgres_url, tmp_path).visit("SELECT '/1' AS url, 'Title' AS title")
    assert [timer.finished.is_set() for timer in timers] == [True]


# SQLAlchemy closes no cursor of a connection that is lost.
@pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")
def test_sql_source_postgresql_server_that_hangs_is_given_up(postgres_url: str, tmp_path: Path) -> None:
    """It ends neither the query nor the connection: here because the query has lifted the server's own limit."""
    portal = PortalDatabase(postgres_url, tmp_path)
    portal.run(
        "CREATE FUNCTION lift() RETURNS text IMMUTABLE LANGUAGE sql AS"
        " $$ SELECT set_config('statement_timeout', '0', true) $$"
    )
    query = "SELECT '/1' AS url, pg_sleep(60)::text AS title, lift() AS summary"
    message = portal.error(query, limits=Limits(connect=0.1, statement=0.3))
    gc.collect()
    assert message == "the database did not answer within 0.3 s"


def test_sql_source_postgresql_pooler_without_a_free_connection_is_given_up(tmp_path: Path) -> None:
    """It accepts the client, and lets its first query wait."""
    with socket.create_server(("127.0.0.1", 0)) as pooler:
        waiting = threading.Thread(target=_accept_and_wait, args=(pooler,))
        waiting.start()
        url = f"postgresql://me@127.0.0.1:{pooler.getsockname()[1]}/portal?sslmode=disable&gssencmode=disable"
        message = PortalDatabase(url, tmp_path).error("SELECT 1", limits=Limits(connect=0.1, statement=0.2))
        waiting.join()
    assert message == "the database did not answer within 0.2 s"


def _accept_and_wait(pooler: socket.socket) -> None:
    """Welcome one client of PostgreSQL's protocol, and answer nothing until it goes."""
    line, _address = pooler.accept()
    with line:
        line.recv(4096)
        version = b"server_version\x0016.0\0"
        line.sendall(b"R\0\0\0\x08\0\0\0\0" + b"S\0\0\0" + bytes([4 + len(version)]) + version + b"Z\0\0\0\x05I")
        while line.recv(4096):
            pass


def test_sql_source_postgresql_query_that_somebody_stops_is_no_timeout(postgres_url: str, tmp_path: Path) -> None:
    """The administrator's `pg_cancel_backend()` is reported as it is."""
    query = "SELECT pg_cancel_backend(pg_backend_pid())::text AS url, pg_sleep(60)::text AS title"
    message = PortalDatabase(postgres_url, tmp_path).error(query)
    assert message == "the database reports: canceling statement due to user request"


def test_sql_source_mysql_server_that_does_not_greet_is_given_up(tmp_path: Path) -> None:
    """As early as a connection: a server that hangs, or one where the client speaks first, such as a web server."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        message = PortalDatabase(f"mysql+pymysql://me:hunter2@{place}/portal", tmp_path).error(
            "SELECT 1", limits=Limits(connect=0.1, statement=60)
        )
    assert message == (
        f"the server at {place} accepted the connection, and sent no greeting of MySQL within 0.1 s;"
        " it hangs, or another service has this port"
    )


@pytest.mark.parametrize(
    ("banner", "quoted"),
    [
        (b"220 mail.gazette.example ESMTP\r\n", "220 mail.gazette.example ESMTP"),
        (b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n", "HTTP/1.1 408 Request Timeout"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2"),
        (b"+OK!\n", "+OK!"),
        (b"\x05\0\0\0#MySQL's X Protocol", "#MySQL's X Protocol"),
    ],
    ids=["mail", "web", "ssh", "line feed", "zero"],
)
def test_sql_source_mysql_other_service_is_named_by_what_it_says(banner: bytes, quoted: str, tmp_path: Path) -> None:
    """The driver would say "Packet sequence number wrong"."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        greeting = threading.Thread(target=_greet, args=(server, banner))
        greeting.start()
        place = f"127.0.0.1:{server.getsockname()[1]}"
        message = PortalDatabase(f"mysql+pymysql://me@{place}/portal", tmp_path).error("SELECT 1")
        greeting.join()
    assert message == (f"what answers at {place} is not MySQL or MariaDB: it says {quoted!r}; correct the port in url")


@pytest.mark.parametrize("greeting", [b"\xff\x10\x04Too many connections", b"\xff\x6a\x04Host is not allowed"])
def test_sql_source_mysql_refusal_in_place_of_a_greeting_is_reported(greeting: bytes, tmp_path: Path) -> None:
    """A server that is full, or refuses this host, begins with its error."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        refusing = threading.Thread(target=_greet, args=(server, bytes([len(greeting), 0, 0, 0]) + greeting))
        refusing.start()
        url = f"mysql+pymysql://me@127.0.0.1:{server.getsockname()[1]}/portal"
        message = PortalDatabase(url, tmp_path).error("SELECT 1")
        refusing.join()
    assert message == f"the database reports: {greeting[3:].decode()}"


def test_sql_source_mysql_server_that_hangs_up_is_reported(tmp_path: Path) -> None:
    """As one does that is stopping; it may be MySQL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        hanging_up = threading.Thread(target=_hang_up, args=(server,))
        hanging_up.start()
        message = PortalDatabase(f"mysql+pymysql://me@127.0.0.1:{server.getsockname()[1]}/portal", tmp_path).error(
            "SELECT 1"
        )
        hanging_up.join()
    assert message == "the database reports: Lost connection to MySQL server during query"


def _hang_up(server: socket.socket) -> None:
    line, _address = server.accept()
    line.close()


def _greet(server: socket.socket, greeting: bytes) -> None:
    """Greet one client, and wait until it goes."""
    line, _address = server.accept()
    with line, suppress(ConnectionError):
        line.sendall(greeting)
        while line.recv(4096):
            pass


def test_sql_source_mysql_authentication_that_lacks_a_package_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MariaDB's ed25519 needs one that Digest does not bring, for which the driver has no error of its own."""
    problem = "'pynacl' package is required for ed25519_password auth method"
    connection = MagicMock(unix_socket="/run/mysqld.sock", connect=MagicMock(side_effect=RuntimeError(problem)))
    monkeypatch.setattr("pymysql.connect", MagicMock(return_value=connection))
    message = PortalDatabase("mysql+pymysql://me@localhost/portal", tmp_path).error("SELECT 1")
    assert message == f"the database driver cannot authenticate: {problem}"


def test_sql_source_mariadb_moments_and_quoting_are_understood(mariadb_url: str, tmp_path: Path) -> None:
    """TIMESTAMP columns are in the source's zone whatever the server's is; backslashes and # are understood."""
    portal = PortalDatabase(mariadb_url, tmp_path)
    portal.run("SET GLOBAL time_zone = '+09:00'", "CREATE TABLE a (at TIMESTAMP NULL)")
    portal.run("SET time_zone = '+00:00'", "INSERT INTO a VALUES ('2026-10-01 03:59:59'), ('2026-10-01 04:00:00')")
    columns = "SELECT 'it\\'s; :start' title, \"/1\" AS url, at AS published_at FROM a"
    query = f"{columns} # ; :end\nWHERE at >= :start AND at < :end"
    (sighting,) = portal.visit(query).sightings
    assert sighting.title == "it's; :start"
    assert sighting.published_at == datetime(2026, 10, 1, 3, 59, 59, tzinfo=UTC)


def test_sql_source_mariadb_bits_are_a_number(mariadb_url: str, tmp_path: Path) -> None:
    """The byte of 53 is the digit 5."""
    portal = PortalDatabase(mariadb_url, tmp_path)
    portal.run("CREATE TABLE a (views BIT(8), rating BIT(1))", "INSERT INTO a VALUES (b'00110101', b'1')")
    (sighting,) = portal.visit("SELECT '/1' AS url, 'One' AS title, views, rating FROM a").sightings
    assert sighting.counters == Counters(views=53, rating=1)


def test_sql_source_mariadb_executable_comment_is_refused(mariadb_url: str, tmp_path: Path) -> None:
    """What looks like a comment but is executed is refused."""
    portal = PortalDatabase(mariadb_url, tmp_path)
    for mark in ("/*!", "/*!50000 ", "/*M! "):
        message = portal.error(f"SELECT 1 AS url, 2 AS title {mark} INTO OUTFILE '{tmp_path}/taken' */")
        assert "must only read" in message
    assert "must only read" in portal.error("SELECT 1 AS url, 2 /*! + 3 */ AS title")
    assert list(tmp_path.iterdir()) == []


def test_sql_source_postgresql_error_is_one_line_without_password(postgres_url: str, tmp_path: Path) -> None:
    """Only the first line of the server's message is shown, without the password."""
    portal = PortalDatabase(postgres_url.replace("postgres@", "postgres:hunter2@"), tmp_path)
    message = portal.error("SELECT url, title, hunter2x FROM (VALUES ('/1', 'x')) AS a (url, title)")
    assert message == 'the database reports: column "…x" does not exist'


def test_sql_source_sqlite_file_is_opened_read_only(sqlite_url: str, tmp_path: Path) -> None:
    """Even without the guards inside the connection, the file cannot be written."""
    PortalDatabase(sqlite_url, tmp_path).run("CREATE TABLE t (n INTEGER)")
    with open_read_only(database_url(sqlite_url), root=tmp_path, zone=MOSCOW, at=NOW, limits=Limits()) as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_authorizer(None)
        raw.execute("PRAGMA query_only = OFF")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            raw.execute("INSERT INTO t VALUES (1)")


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{0}/new.db' AS n",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = WAL",
        "UPDATE sqlite_master SET sql = ''",
        "SELECT load_extension('x')",
        "VACUUM INTO '{0}/new.db'",
    ],
)
def test_sql_source_sqlite_statement_beyond_reading_is_refused(sqlite_url: str, tmp_path: Path, statement: str) -> None:
    """Even if it is not checked before, a statement that would open, create or set anything is refused."""
    portal = PortalDatabase(sqlite_url, tmp_path)
    portal.run("CREATE TABLE t (n INTEGER)")
    opened = open_read_only(database_url(sqlite_url), root=tmp_path, zone=MOSCOW, at=NOW, limits=Limits())
    with (
        opened as connection,
        pytest.raises(DBAPIError, match=r"not authorized|authorization denied|may not be modified"),
    ):
        connection.exec_driver_sql(statement.format(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test.db"]


def test_sql_source_sqlite_dates_bytes_json_and_full_text_are_read(sqlite_url: str, tmp_path: Path) -> None:
    """Text in ISO and SQL form, seconds since 1970, broken UTF-8, json_each and full-text tables are read."""
    portal = PortalDatabase(sqlite_url, tmp_path)
    portal.run(
        "CREATE VIRTUAL TABLE a USING fts5(url, title, at)",
        "INSERT INTO a VALUES ('/1', 'bridge', '2026-10-01 06:00:00.5'), ('/2', 'bridge', '2026-10-01T03:00:00Z'),"
        " ('/3', CAST(X'FF627269646765' AS TEXT), 1790823600), ('/4', 'bridge', X'6E6F')",
    )
    columns = "SELECT url, title, value AS views, at AS published_at FROM a, json_each('[7]')"
    visit = portal.visit(f"{columns} WHERE a MATCH 'bridge' ORDER BY url")
    assert {sighting.counters.views for sighting in visit.sightings} == {7}
    moments = [sighting.published_at for sighting in visit.sightings]
    three = datetime(2026, 10, 1, 3, tzinfo=UTC)
    assert moments[0] == three.replace(microsecond=500_000)
    assert moments[1] == three
    assert moments[-1] is None
    by_number = portal.visit("SELECT url, title, at AS published_at FROM a WHERE url = '/3'").sightings
    assert (by_number[0].title, by_number[0].published_at) == ("ÿbridge", three)


def test_sql_source_sqlite_locked_file_is_reported(sqlite_url: str, tmp_path: Path) -> None:
    """Where a portal has its file locked for long; in WAL mode nothing waits."""
    portal = PortalDatabase(sqlite_url, tmp_path)
    portal.run("CREATE TABLE a (url TEXT, title TEXT)", "INSERT INTO a VALUES ('/1', 'One')")
    writer = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    with closing(writer):
        writer.execute("BEGIN EXCLUSIVE")
        message = portal.error("SELECT url, title FROM a", limits=Limits(connect=0.05))
        assert message == "the database reports: database is locked"
        writer.execute("ROLLBACK")
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM a")
        assert len(portal.visit("SELECT url, title FROM a").sightings) == 1

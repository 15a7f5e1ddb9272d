"""A reader's rights in the shell: everything about them as JSON, and erasing it from the database's files."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from digest.cli import reader_data
from digest.clock import SystemClock
from digest.errors import DigestError, StoreError
from digest.store.engine import sqlite_engine
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.subscribers.reader_requests import ReaderRequests
from digest.store.tables.schema import subscriber
from tests.support.checking import settings
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.prepared import Copy
from tests.support.smtp_server import honest_server
from tests.support.store import LEASE, frozen, opened, reader, sending

CANARY = "canary-8271@readers.example"
NAME = "Nightingale"
ERASE = ("subscribers", "erase", CANARY)


@pytest.fixture
def site(tmp_path: Path, copied: Copy) -> Iterator[Installation]:
    """An installation that has sent an issue to the canary and to another reader."""
    with honest_server() as (port, _log):
        yield copied(_send, tmp_path).configure(smtp=f"port = {port}")


def _send(site: Installation) -> None:
    with honest_server() as (port, _log):
        site.configure(smtp=f"port = {port}").write("feed.xml", day(5))
        site.subscribe("anna@readers.example")
        site.run("subscribers", "add", CANARY.title(), "--name", NAME).fine()
        site.run("send", "--yes", "--date", DAY, now=SLOT).fine()


@contextmanager
def _database(site: Installation) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(site.folder / "digest.db", isolation_level=None)) as connection:
        yield connection


def _files_with(site: Installation, text: str) -> list[str]:
    files = [file for file in site.folder.rglob("*") if file.is_file() and file.name != "readers.csv"]
    return sorted(file.name for file in files if text.casefold().encode() in file.read_bytes().lower())


def test_export_email_gives_one_reader_as_private_json(site: Installation) -> None:
    """To standard output, or into a file that only its owner can read; docs/json.md names the keys."""
    answer = site.run("subscribers", "export", "--email", CANARY).fine().json
    assert list(answer) == [
        "subscriber",
        "former_addresses",
        "signups",
        "consent_notes",
        "leave_reasons",
        "requests",
        "deliveries",
        "bounces",
        "folded_before",
    ]
    assert (answer["subscriber"]["name"], answer["subscriber"]["edition"]) == (NAME, [])
    stored = {column.name for column in subscriber.c} - {"id", "email_key"}
    assert set(answer["subscriber"]) == stored - {"editions"} | {"edition"}
    (row,) = answer["deliveries"]
    assert (row["edition"], row["slot"], row["state"], row["code"]) == ("daily", DAY, "sent", 250)
    site.run("subscribers", "export", "reader.json", "--email", CANARY).fine()
    file = site.folder / "reader.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert CANARY in file.read_text().casefold()
    site.run("subscribers", "export", "--email", "nobody@readers.example").failed(1, "nothing is stored about this")


def test_erase_removes_the_address_from_every_file(site: Installation) -> None:
    """It asks first; afterwards no file has it, the WAL included, while another process has the database open."""
    assert site.run(*ERASE, answer="n").failed(1) == "digest: cancelled; nothing was erased"
    site.run(*ERASE).failed(2, "add --yes")
    assert _files_with(site, CANARY)
    with _database(site) as other:
        other.execute("SELECT count(*) FROM delivery").fetchall()
        ran = site.spawn(*ERASE, "--yes").fine()
        assert CANARY not in ran.out + ran.err
        assert (_files_with(site, CANARY), _files_with(site, NAME)) == ([], [])
    assert site.status()["sent"] == 2
    assert site.run("subscribers", "add", CANARY).failed(1, "was erased and must sign up again")
    site.run(*ERASE, "--yes").fine()
    site.run("subscribers", "erase", "nobody@readers.example", "--yes").failed(1, "nothing is stored about this")
    assert _files_with(site, CANARY) == []


def test_worker_erases_who_waits_for_it(site: Installation) -> None:
    """Readers who asked for it while a message to them was being sent, also where no `digest run` is running."""

    def run_once(
        _sender: object, _clock: object, jobs: list[tuple[timedelta, Callable[[], object]]], **_more: object
    ) -> None:
        for _interval, job in jobs:
            job()

    with (
        mock.patch("digest.cli.worker.keep_sending", run_once),
        mock.patch.object(ReaderRequests, "to_erase", return_value=[CANARY]),
    ):
        site.run("worker").fine()
    assert _files_with(site, CANARY) == []


def test_erase_import_reports_the_address_and_adds_nothing(site: Installation) -> None:
    """It counts as suppressed earlier, whatever the options."""
    site.run(*ERASE, answer="y").fine()
    site.write("old.csv", f"email\n{CANARY}\n")
    ran = site.run("subscribers", "import", "old.csv", "--all-editions", "--resubscribe", "--json").fine()
    assert (ran.json["left"], ran.json["added"]) == (1, 0)
    site.folder.joinpath("old.csv").unlink()
    assert _files_with(site, CANARY) == []


def test_erase_that_is_killed_changes_nothing_but_the_subscription(site: Installation) -> None:
    """Before its commit everything is there; the same command again erases it."""
    before = site.run("subscribers", "export", "--email", CANARY).fine().json
    assert site.spawn(*ERASE, "--yes", env={"DIGEST_FAILPOINTS": "store.before_erase_commit=kill"}).code == -9
    after = site.run("subscribers", "export", "--email", CANARY).fine().json
    assert after["subscriber"]["status"] == "unsubscribed"
    assert {**after, "subscriber": None} == {**before, "subscriber": None}
    site.run(*ERASE, "--yes").fine()
    assert _files_with(site, CANARY) == []


def test_erase_names_what_to_stop_while_a_reader_uses_the_file(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that reads an older state keeps the WAL; once it has ended, the same command finishes the work."""
    monkeypatch.setattr(sqlite_engine, "BUSY", 0.1)
    with _database(site) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM delivery").fetchall()
        site.run(*ERASE, "--yes").failed(1, "erased, but", "let a backup end, stop `digest run`")
    site.run(*ERASE, "--yes").fine()
    assert _files_with(site, CANARY) == []


def test_erase_on_a_full_disk_stops_nothing(site: Installation) -> None:
    """Room is what the second run needs; it erases the rest."""
    full = StoreError("the database digest.db has no room left: the disk is full; free some space")
    with mock.patch.object(Database, "compact", side_effect=full):
        ran = site.run(*ERASE, "--yes")
    assert ran.code == 1
    assert ran.err.endswith("the disk is full; free some space; run the command again afterwards\n")
    assert "stop `digest" not in ran.err
    site.run(*ERASE, "--yes").fine()
    assert _files_with(site, CANARY) == []


def test_export_deletes_what_a_killed_one_left_a_day_ago(site: Installation) -> None:
    """It holds addresses; that of an export that is being written is younger."""
    names = [".readers.csv.unfinished-a1", ".readers.csv.unfinished-b2", ".readers.csv.gpg"]
    for name in names:
        (site.folder / name).write_text(CANARY)
    for name in (names[0], names[2]):
        os.utime(site.folder / name, (0, 0))
    site.run("subscribers", "export", "readers.csv").fine()
    assert [name for name in names if (site.folder / name).exists()] == names[1:]


def test_erase_names_what_to_stop_while_a_message_is_being_sent(site: Installation) -> None:
    """It gives up after a while; nothing was erased, but no further message goes out."""
    with _database(site) as other:
        other.execute("UPDATE delivery SET state = 'sending', claim_token = 'x:1', claim_expires = '2999-01-01'")
    with mock.patch.object(reader_data, "_LONGEST_WAIT", 0.2), mock.patch.object(reader_data, "_POLL", 0.05):
        site.run(*ERASE, "--yes").failed(1, "not erased, only unsubscribed", "stop `digest run`")
    assert site.run("subscribers", "export", "--email", CANARY).fine().json["deliveries"][0]["state"] == "sending"


def test_erase_with_a_clock_that_is_ahead_leaves_a_live_sender_its_lease(
    postgres_store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leases count by PostgreSQL's clock, whatever the machine's says."""

    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(hours=1)

    monkeypatch.setattr(reader_data, "_LONGEST_WAIT", 0.0)
    with opened(postgres_store_url) as shared:
        frozen(shared, 1)
        sending(Deliveries(shared))
        assert Deliveries(shared).renew("me", datetime.now(UTC), LEASE) == 1
        own = settings(tmp_path, database={"url": postgres_store_url})
        with pytest.raises(DigestError, match="only unsubscribed"):
            reader_data.erase_reader(own, reader(0), Ahead(), yes=True)

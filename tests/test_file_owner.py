"""Files that root makes in the folder of a service belong to that service."""

import fcntl
import mailbox
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest

from digest.delivery.process_lock import ProcessLock
from digest.delivery.restore_guard import RestoreGuard
from digest.dkim_keys import keep_under_selector, make_key, read_key
from digest.errors import ConfigurationError, DigestError, StoreError
from digest.file_owner import give_like, make_private_folder
from digest.mailboxes.factory import open_mailbox
from digest.operations import backup
from digest.operations.place import Place
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.tallies import Tallies
from tests.operations.test_backup import sent_to
from tests.support.store import NOW, frozen, opened

_SERVICE = 4321


def _owners(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_uid for path in [folder, *folder.rglob("*")]}


@pytest.mark.needs("root")
def test_files_of_root_in_the_folder_of_a_service_belong_to_the_service(tmp_path: Path) -> None:
    """A command that was run as root by mistake, or a restore, leaves nothing that the service cannot use."""
    os.chown(tmp_path, _SERVICE, _SERVICE)
    place = Place("sqlite:///digest.db", tmp_path, tmp_path / ".digest")
    Database.open(place.url, place.root).close()
    with opened(f"sqlite:///{place.file}") as database, ProcessLock.acquire(place.state):
        number = frozen(database, 2)
        sent_to(database, 1)
        (record,) = Issues(database).records([number])
        RestoreGuard(place.state, database.secret()).record(record, Tallies(database).of_issue(number))
        (lock,) = place.state.glob("*.lock")  # stays if the command is killed, and `restore` asks whether it is held
        assert lock.stat().st_uid == _SERVICE
    make_key(tmp_path / "dkim" / "digest2.pem")
    keep_under_selector(tmp_path / "dkim" / "digest2.pem", "digest1")
    backup.back_up(place, tmp_path / "backup")
    file = tmp_path / "backup"
    backup.restore(place, file, backup.read_replaced(place, file), NOW)
    owners = _owners(tmp_path)
    assert {".digest", "id", "sent", "digest.db", "backup", "dkim", "digest1.pem", "digest2.pem"} <= set(owners)
    assert {name for name, owner in owners.items() if owner != _SERVICE} == set()


@pytest.mark.needs("root")
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_lock_of_root_gives_the_service_no_file_that_a_link_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Callable[[Path, Path], None]
) -> None:
    """The service's user learns the name of the lock when it is made, and may replace it before it is locked."""
    other, folder, lock_file = tmp_path / "shadow", tmp_path / ".digest", fcntl.flock
    other.touch()
    folder.mkdir()
    os.chown(folder, _SERVICE, _SERVICE)

    def replace(handle: int, how: int) -> None:
        lock_file(handle, how)
        for path in folder.glob("*.lock"):
            path.unlink()
            link(other, path)

    monkeypatch.setattr("digest.delivery.process_lock.fcntl.flock", replace)
    with suppress(StoreError), ProcessLock.acquire(folder):
        pass
    assert other.stat().st_uid == 0


@pytest.mark.needs("root")
def test_restore_that_root_did_not_finish_belongs_to_the_service(tmp_path: Path) -> None:
    """The service's user can finish it, and needs what the replaced database knew for that."""
    os.chown(tmp_path, _SERVICE, _SERVICE)
    place = Place("postgresql://db.example/digest", tmp_path, tmp_path / ".digest")
    (tmp_path / "backup").write_bytes(b"PGDMP")
    broken = DigestError("psql failed: the server closed the connection")
    with mock.patch.object(backup, "load_postgresql", side_effect=broken), pytest.raises(DigestError, match="closed"):
        backup.restore(place, tmp_path / "backup", None, NOW)
    assert _owners(place.state) == {".digest": _SERVICE, "restore-unfinished.json": _SERVICE}


@pytest.mark.needs("root")
def test_folder_for_returned_messages_that_root_has_read_belongs_to_the_service(tmp_path: Path) -> None:
    """The service could move no message any more."""
    message = mailbox.MaildirMessage(b"Subject: one\r\n\r\nHello\r\n")
    for make in (mailbox.Maildir, mailbox.mbox):
        box = make(tmp_path / make.__name__)
        box.add(message)
        box.close()
    for path in (tmp_path, *tmp_path.rglob("*")):
        os.chown(path, _SERVICE, _SERVICE)
    for source in ("Maildir", "mbox"):
        with open_mailbox(source, tmp_path, "", "Handled") as found:
            found.mark_done([one.key for one in found.messages()])
    owners = _owners(tmp_path)
    assert {".Handled", "maildirfolder", "mbox.Handled"} <= set(owners)
    assert set(owners.values()) == {_SERVICE}


@pytest.mark.needs("root")
def test_key_of_another_user_is_not_to_be_made_anew(tmp_path: Path) -> None:
    """The error says what to permit, and not how to make a key."""
    make_key(tmp_path / "digest1.pem")
    os.seteuid(_SERVICE)
    try:
        with pytest.raises(ConfigurationError, match=r"Permission denied; let the user that runs Digest read it$"):
            read_key(tmp_path / "digest1.pem")
    finally:
        os.seteuid(0)


@pytest.mark.needs("root")
def test_file_that_root_did_not_make_keeps_its_owner(tmp_path: Path) -> None:
    """Whoever owns the folder could have put another's file there."""
    os.chown(tmp_path, _SERVICE, _SERVICE)
    (tmp_path / "file").touch()
    os.chown(tmp_path / "file", 77, 77)
    with (tmp_path / "file").open() as file:
        give_like(file.fileno(), tmp_path)
    assert (tmp_path / "file").stat().st_uid == 77


def test_private_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    """Only their owner can read them; one that exists stays as it is."""
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "one" / "two")
    make_private_folder(tmp_path / "one" / "two")
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path, tmp_path / "one", tmp_path / "one" / "two")]
    assert modes == [0o755, 0o700, 0o700]


def test_private_folder_in_the_place_of_a_file_fails(tmp_path: Path) -> None:
    """The file stays."""
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "file")
    assert (tmp_path / "file").is_file()

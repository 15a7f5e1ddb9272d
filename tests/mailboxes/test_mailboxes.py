"""Mailboxes in files: what is read, what moves, and what happens to a mailbox that is locked, gone or growing."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.errors import ConfigurationError, MailError
from digest.mailboxes.factory import open_mailbox
from digest.mailboxes.imap import parse_imap_url
from digest.mailboxes.mbox import Mbox
from tests.support.permissions import ordinary_permissions

ONE = b"From a Thu Nov 26 07:00:00 2026\nSubject: one\n\nHello\nFrom the start\n\n"
TWO = b"From b Thu Nov 26 07:00:01 2026\nSubject: two\n\nbody\n>From quoted\n\n"
THREE = b"From c Thu Nov 26 07:00:02 2026\nSubject: three\n\nlast\n\n"


def read_all(source: Path) -> list[bytes]:
    """The contents of a mailbox's messages."""
    with open_mailbox(str(source), source.parent, "", "Handled") as mailbox:
        return [message.content for message in mailbox.messages()]


def test_mbox_messages_are_split_at_separators_behind_empty_lines(tmp_path: Path) -> None:
    """A line `From ` inside a paragraph begins nothing."""
    file = tmp_path / "mbox"
    file.write_bytes(ONE + TWO + THREE)
    assert read_all(file) == [ONE, TWO, THREE]
    assert file.read_bytes() == ONE + TWO + THREE


def test_file_with_one_message_is_read_as_a_mailbox(tmp_path: Path) -> None:
    """Without a separator."""
    (tmp_path / "one.eml").write_bytes(b"Subject: one\r\n\r\nbody\r\n")
    assert read_all(tmp_path / "one.eml") == [b"Subject: one\r\n\r\nbody\r\n"]


def test_mbox_done_messages_move_and_others_and_new_ones_stay(tmp_path: Path) -> None:
    """Mail that arrives while the mailbox is read is kept."""
    file = tmp_path / "mbox"
    file.write_bytes(ONE + TWO)
    with open_mailbox(str(file), tmp_path, "", "Handled") as mailbox:
        keys = [message.key for message in mailbox.messages()]
        with file.open("ab") as server:
            server.write(THREE)
        mailbox.mark_done(keys[:1])
    assert file.read_bytes() == TWO + THREE
    assert (tmp_path / "mbox.Handled").read_bytes() == ONE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mbox", "mbox.Handled"]


def test_mbox_locked_keeps_its_messages_with_one_sentence(tmp_path: Path) -> None:
    """A mail server holds its dot lock."""
    file = tmp_path / "mbox"
    file.write_bytes(ONE)
    (tmp_path / "mbox.lock").touch()
    with (
        pytest.raises(MailError, match="it is locked by another program"),
        open_mailbox(str(file), tmp_path, "", "Handled") as mailbox,
    ):
        mailbox.mark_done([message.key for message in mailbox.messages()])
    assert file.read_bytes() == ONE
    assert (tmp_path / "mbox.lock").exists()


def test_mbox_that_shrank_or_vanished_keeps_what_it_has(tmp_path: Path) -> None:
    """Another program emptied or removed it."""
    file = tmp_path / "mbox"

    def read_and(change: Callable[[], object]) -> None:
        file.write_bytes(ONE + TWO)
        with open_mailbox(str(file), tmp_path, "", "Handled") as mailbox:
            mailbox.mark_done([message.key for message in mailbox.messages()])
            change()

    with pytest.raises(MailError, match="changed while it was read"):
        read_and(lambda: file.write_bytes(b""))
    with pytest.raises(MailError, match="no such file"):
        read_and(file.unlink)
    assert not (tmp_path / "mbox.Handled").exists()


def test_mbox_that_another_reader_changed_keeps_what_nobody_read(tmp_path: Path) -> None:
    """The first message was moved meanwhile, and longer ones came: the positions are those of other messages."""
    file = tmp_path / "mbox"
    file.write_bytes(ONE + TWO)
    mailbox = Mbox(file, "Handled")
    mailbox.mark_done([message.key for message in mailbox.messages()])
    file.write_bytes(TWO + THREE + THREE)
    with pytest.raises(MailError, match="changed while it was read"):
        mailbox.close()
    assert file.read_bytes() == TWO + THREE + THREE
    assert not (tmp_path / "mbox.Handled").exists()


def test_maildir_message_that_vanishes_is_passed_over(tmp_path: Path) -> None:
    """While reading, and before it is moved."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    for name in ("1", "2", "3"):
        (tmp_path / "Maildir" / "new" / name).write_bytes(name.encode())
    with open_mailbox(str(tmp_path / "Maildir"), tmp_path, "", "Handled") as mailbox:
        messages = mailbox.messages()
        first = next(messages)
        (tmp_path / "Maildir" / "new" / "2").unlink()
        rest = list(messages)
        (tmp_path / "Maildir" / "new" / "1").unlink()
        mailbox.mark_done([one.key for one in (first, *rest)])
    assert [one.content for one in (first, *rest)] == [b"1", b"3"]
    assert [file.name for file in (tmp_path / "Maildir" / ".Handled" / "cur").iterdir()] == ["3:2,S"]


def test_maildir_message_that_cannot_be_moved_holds_up_no_other(tmp_path: Path) -> None:
    """The names of two are as long as a name may be, so that the flag for seen ones has no room."""
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    for name in ("1" * 255, "2", "3" * 255, "4"):
        (tmp_path / "new" / name).write_bytes(b"returned")
    expected = rf"^messages cannot be moved to {tmp_path}/\.Handled: file name too long; left in place: "
    with open_mailbox(str(tmp_path), tmp_path, "", "Handled") as mailbox:
        keys = [message.key for message in mailbox.messages()]
        for batch, number in ((keys[:2], 1), (keys[2:], 2)):
            with pytest.raises(MailError, match=f"{expected}{number}$"):
                mailbox.mark_done(batch)
    assert sorted(file.name for file in (tmp_path / ".Handled" / "cur").iterdir()) == ["2:2,S", "4:2,S"]


def test_maildir_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    """A folder, a pipe that nobody writes to, and a link to nothing."""
    for name in ("new", "cur", "new/1"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "new" / "2")
    (tmp_path / "new" / "3").symlink_to(tmp_path / "nothing")
    (tmp_path / "cur" / "4:2,S").write_bytes(b"four")
    assert read_all(tmp_path) == [b"four"]


def test_maildir_message_that_cannot_be_read_is_named_behind_the_others(tmp_path: Path) -> None:
    """It stays where it is, and holds up nothing."""
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").symlink_to("/proc/self/mem")  # a file whose reading fails, also for root
    (tmp_path / "new" / "2").write_bytes(b"two")
    with open_mailbox(str(tmp_path), tmp_path, "", "Handled") as mailbox:
        messages = mailbox.messages()
        assert next(messages).content == b"two"
        with pytest.raises(MailError, match=r"the message \S+/new/1 cannot be read: input/output error"):
            next(messages)


@pytest.mark.parametrize(
    "start", [gzip.compress(ONE, mtime=0), b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"Dovecot-LZ4\r*\x9b\xc5"]
)
def test_mailbox_with_compressed_messages_says_so_and_keeps_them(tmp_path: Path, start: bytes) -> None:
    """As Dovecot stores them where it is told to: read as they are, they would be no bounces, and gone."""
    for name in ("new", "cur"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    for name in ("Maildir/new/1", "Maildir/new/3", "box.gz"):
        (tmp_path / name).write_bytes(start)
    (tmp_path / "Maildir" / "new" / "2").write_bytes(b"two")
    read: list[bytes] = []
    for source in ("Maildir", "box.gz"):
        with (
            pytest.raises(MailError, match="is compressed; read the mailbox through its server"),
            open_mailbox(source, tmp_path, "", "Handled") as mailbox,
        ):
            read.extend(one.content for one in mailbox.messages())
    assert read == [b"two"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [("nothing", "there is no mailbox"), (".", "is not a Maildir"), ("missing/Maildir", "there is no mailbox")],
)
def test_open_mailbox_that_is_none_is_one_sentence(tmp_path: Path, source: str, expected: str) -> None:
    """It names the path."""
    with pytest.raises(MailError, match=expected), open_mailbox(source, tmp_path, "", "Handled"):
        pass


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://mail.example/INBOX", "expected imaps://user@host/INBOX"),
        ("pop3://anna@mail.example/", "expected imaps://user@host/INBOX"),
        ("imaps://anna@mail.example:x/", "expected imaps://user@host/INBOX"),
        ("imaps://anna:secret@mail.example/", "put BOUNCES_PASSWORD in .env"),
        ("imap://anna@mail.example/", "for a server on this machine only"),
    ],
)
def test_parse_imap_url_wrong_is_refused_without_its_password(url: str, expected: str) -> None:
    """Each with what is right."""
    with pytest.raises(ConfigurationError, match=expected) as caught:
        parse_imap_url(url)
    assert "secret" not in str(caught.value)


def test_parse_imap_url_gives_folder_and_user_decoded() -> None:
    """The folder is INBOX where none is named."""
    assert parse_imap_url("imaps://anna%40gazette.example@mail.example/Junk%20Mail") == (
        *("mail.example", 993, "anna@gazette.example", "Junk Mail", True),
    )
    assert parse_imap_url("imap://bounce@127.0.0.1:1143")[1:4] == (1143, "bounce", "INBOX")


@pytest.mark.parametrize(
    ("source", "closed", "mode"),
    [
        ("mbox", "mbox", 0o400),
        ("mbox", "mbox.Handled", 0o400),
        ("Maildir", "Maildir/new", 0o500),
        ("Maildir", "Maildir/cur", 0o500),
        ("Maildir", "Maildir/cur", 0o600),
        ("Maildir", "Maildir/.Handled", 0o500),
        ("Maildir", "Maildir/.Handled/cur", 0o500),
    ],
)
def test_mailbox_whose_messages_cannot_be_moved_is_known_before(
    tmp_path: Path, source: str, closed: str, mode: int
) -> None:
    """Whichever of the files and folders that a move changes belongs to somebody else."""
    for name in ("mbox", "mbox.Handled"):
        (tmp_path / name).write_bytes(b"")
    for name in ("new", "cur", *([".Handled/cur"] if closed.endswith(".Handled/cur") else [".Handled"])):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    with open_mailbox(str(tmp_path / source), tmp_path, "", "Handled") as mailbox, ordinary_permissions():
        mailbox.require_movable()
        (tmp_path / closed).chmod(mode)
        with pytest.raises(MailError, match=r"^messages cannot be moved to .*Handled: permission denied$"):
            mailbox.require_movable()
    (tmp_path / closed).chmod(0o700)


def test_mbox_file_of_done_messages_is_closed_to_others(tmp_path: Path) -> None:
    """Also one that was there: it holds readers' addresses."""
    (tmp_path / "mbox").write_bytes(ONE)
    (tmp_path / "mbox.Handled").touch(0o644)
    with open_mailbox(str(tmp_path / "mbox"), tmp_path, "", "Handled") as mailbox:
        mailbox.mark_done([message.key for message in mailbox.messages()])
    assert (tmp_path / "mbox.Handled").stat().st_mode & 0o777 == 0o600

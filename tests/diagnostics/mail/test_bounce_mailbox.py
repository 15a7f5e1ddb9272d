"""The mailbox of `[bounces]` can be read, and stays as it is."""

import mailbox
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from digest.diagnostics.context import CheckContext
from digest.diagnostics.mail.bounce_mailbox import check_bounces
from digest.diagnostics.results import Level
from tests.support.checking import context, only, settings
from tests.support.mail_servers import as_nobody, mail_folder


def _context(root: Path, source: str) -> CheckContext:
    return context(settings(root, bounces={"source": source}))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


@pytest.mark.parametrize("messages", [0, 2])
def test_check_bounces_mailbox_that_can_be_read_is_right_and_stays_as_it_is(tmp_path: Path, messages: int) -> None:
    """Its messages wait for `digest run`."""
    folder = mailbox.Maildir(tmp_path / "Maildir")
    for number in range(messages):
        folder.add(f"Subject: {number}\r\n\r\nHello\r\n".encode())
    before = _files(tmp_path)
    assert only(check_bounces(_context(tmp_path, "Maildir"))).level is Level.OK
    assert _files(tmp_path) == before


def test_check_bounces_mbox_stays_as_it_is(tmp_path: Path) -> None:
    """No lock is left beside it."""
    file = tmp_path / "bounces"
    file.write_text("From a\nSubject: one\n\nHello\n\nFrom b\nSubject: two\n\nHello\n")
    before = file.read_bytes()
    assert only(check_bounces(_context(tmp_path, "bounces"))).level is Level.OK
    assert (file.read_bytes(), _files(tmp_path)) == (before, [file])


@pytest.mark.parametrize(
    ("source", "expected"), [("Nothing", "there is no mailbox"), ("folder", "is not a Maildir: it has no folders")]
)
def test_check_bounces_path_without_mailbox_fails(tmp_path: Path, source: str, expected: str) -> None:
    """The sentence names the path."""
    (tmp_path / "folder").mkdir()
    found = only(check_bounces(_context(tmp_path, source)))
    assert found.level is Level.FAIL
    assert expected in found.message
    assert str(tmp_path / source) in found.message


def test_check_bounces_server_that_is_not_there_fails_without_the_name_of_the_user(tmp_path: Path) -> None:
    """The name is often a mail address."""
    with socket.socket() as closed:  # bound, so that nobody else listens there
        closed.bind(("127.0.0.1", 0))
        source = f"imap://anna%40gazette.example@127.0.0.1:{closed.getsockname()[1]}/INBOX"
        found = only(check_bounces(_context(tmp_path, source)))
    assert (found.level, found.message) == (
        Level.FAIL,
        "the mailbox at 127.0.0.1 cannot be read: connection refused",
    )


def test_check_bounces_without_mailbox_warns() -> None:
    """Dead addresses would get every issue."""
    assert only(check_bounces(context())).level is Level.WARN


@pytest.mark.parametrize(("make", "target"), [(mailbox.Maildir, "Maildir/.Handled/cur"), (mailbox.mbox, "box.Handled")])
def test_check_bounces_mailbox_whose_messages_cannot_be_moved_fails(
    make: Callable[[str], mailbox.Mailbox[Any]], target: str
) -> None:
    """A command that root typed has made the folder, or the file, for those that were read."""
    with mail_folder() as folder, as_nobody():
        source = target.split("/", maxsplit=1)[0].removesuffix(".Handled")
        with closing(make(str(folder / source))) as box:
            box.add(b"Subject: one\r\n\r\nHello\r\n")
        assert only(check_bounces(_context(folder, source))).level is Level.OK
        if "/" in target:
            (folder / target).mkdir(parents=True)
        else:
            (folder / target).touch()
        (folder / target).chmod(0o500)
        result = only(check_bounces(_context(folder, source)))
        (folder / target).chmod(0o700)
    assert result.level is Level.FAIL
    assert result.message.startswith("messages cannot be moved to ")
    assert result.message.endswith("Handled: permission denied")

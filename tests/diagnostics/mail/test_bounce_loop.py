"""A message to the bounce address comes back in the mailbox of `[bounces]`."""

import mailbox
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.diagnostics.context import CheckContext
from digest.diagnostics.mail.bounce_loop import try_loop
from digest.diagnostics.results import Level
from digest.mailboxes.factory import open_mailbox
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal
from digest.settings.load import load
from tests.support.checking import always, context, only
from tests.support.installation import Installation


class _Delivery:
    """A mail server that delivers into a Maildir, or loses what it accepted (None)."""

    def __init__(self, folder: mailbox.Maildir | None, outcome: Outcome = Outcome.SENT) -> None:
        self._folder = folder
        self._outcome = outcome

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Implement `Mailer`."""
        for message in messages:
            assert message.sender == message.recipient
            assert message.recipient.startswith("bounce+")
            if self._folder is not None and self._outcome is Outcome.SENT:
                self._folder.add(message.content)
            receipt: Any = Receipt(delivery_id=0, token="", outcome=self._outcome, code=550, text="no such user")
            journal.record([receipt], [])


@pytest.fixture
def folder(tmp_path: Path) -> mailbox.Maildir:
    """A Maildir with a message of somebody else."""
    folder = mailbox.Maildir(tmp_path / "Maildir")
    folder.add(b"Subject: other\r\n\r\nHello\r\n")
    return folder


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The application of an installation that reads the Maildir."""
    Installation(tmp_path).configure(smtp='\n[bounces]\nsource = "Maildir"')
    with bootstrap.open_app(load(tmp_path / "config/digest.toml", environ={}), SystemClock()) as app:
        yield app


def _context(app: App) -> CheckContext:
    return context(app.settings, clock=app.clock, open_app=always(app))


def test_try_loop_message_comes_back_and_is_filed_alone(app: App, folder: mailbox.Maildir, tmp_path: Path) -> None:
    """The other message waits for `digest run`."""
    found = only(try_loop(_context(app), _Delivery(folder), limit=20.0))
    assert (found.level, "came back" in found.message) == (Level.OK, True)
    with open_mailbox("Maildir", tmp_path, "", "Handled") as left:
        assert [b"Subject: other" in stored.content for stored in left.messages()] == [True]


def test_try_loop_message_that_is_lost_fails(app: App, folder: mailbox.Maildir) -> None:
    """After the limit; the mailbox is as it was."""
    found = only(try_loop(_context(app), _Delivery(None), limit=0.0))
    assert (found.level, "did not come back" in found.message) == (Level.FAIL, True)
    assert (len(folder), folder.list_folders()) == (1, [])


def test_try_loop_message_that_is_refused_fails_with_the_reply(app: App, folder: mailbox.Maildir) -> None:
    """The bounce address does not exist there."""
    found = only(try_loop(_context(app), _Delivery(folder, Outcome.BOUNCED), limit=0.0))
    assert (found.level, "550 no such user" in found.message) == (Level.FAIL, True)


def test_try_loop_without_mailbox_warns_and_sends_nothing() -> None:
    """There is nothing to read."""
    assert only(try_loop(context(), _Delivery(None), limit=0.0)).level is Level.WARN


def test_try_loop_mailbox_that_is_missing_fails(app: App) -> None:
    """The sentence names it."""
    found = only(try_loop(_context(app), _Delivery(None), limit=0.0))
    assert (found.level, "Maildir" in found.message) == (Level.FAIL, True)

"""The log of sending: what is resumed, the numbers every minute, and how an issue ends; no line twice in a row."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from digest.delivery.guarded_issues import GuardedIssues
from digest.delivery.restore_guard import RestoreGuard
from digest.delivery.sending_log import SendingLog, log_receipts
from digest.model.deliveries import Outcome, Receipt
from digest.model.issues import SENDABLE, IssueState
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.server_changes import ServerChanges
from digest.store.ledger.system_mail import SystemRecipient, plan_system_mail
from digest.store.ledger.tallies import Tallies
from tests.support.installation import FrozenClock
from tests.support.store import NOW, frozen, opened, sending, settle, system_message

NAME = "daily/2026-10-01"


@dataclass
class Site:
    """A frozen issue for its readers, and the log of a sender."""

    database: Database
    folder: Path
    caplog: pytest.LogCaptureFixture
    readers: int = 5
    log: SendingLog = field(init=False)

    def __post_init__(self) -> None:
        self.issue_id = frozen(self.database, self.readers)
        self.log = self.new_log()

    def new_log(self) -> SendingLog:
        """The log of a sender that starts now."""
        issues = GuardedIssues(
            issues=Issues(self.database),
            tallies=Tallies(self.database),
            resends=Resends(self.database),
            server_changes=ServerChanges(self.database),
            restore_guard=RestoreGuard(self.folder, b"a secret"),
            clock=FrozenClock(NOW),
            kind=None,
        )
        return SendingLog(issues=issues)

    def send(self, number: int, outcome: Outcome = Outcome.SENT) -> None:
        """Settle that many messages."""
        ledger = Deliveries(self.database)
        pairs = sending(ledger, number)
        settle(ledger, [Receipt(delivery_id=one, token=token, outcome=outcome) for one, token in pairs])
        ledger.finish(NOW)

    def lines(self) -> list[str]:
        """The lines since the last call."""
        lines = [record.getMessage() for record in self.caplog.records]
        self.caplog.clear()
        return lines


@pytest.fixture
def site(store_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Site]:
    """An issue and its log, of level info."""
    caplog.set_level(logging.INFO, "digest")
    with opened(store_url) as database:
        yield Site(database, tmp_path, caplog)


def test_log_progress_repeats_no_numbers(site: Site) -> None:
    """A line a minute while the numbers change."""
    site.log.log_resumed()
    assert site.lines() == []  # nothing was begun
    site.log.log_progress()
    site.log.log_progress()
    assert site.lines() == [f"{NAME}: sending: 5 planned of 5"]
    Deliveries(site.database).claim(3, owner="one", now=NOW, lease=timedelta(seconds=30))
    site.log.log_progress()
    assert site.lines() == []  # as each minute while no mail server can be reached
    Deliveries(site.database).release("one")
    site.send(2)
    site.log.log_progress()
    assert site.lines() == [f"{NAME}: sending: 3 planned, 2 sent of 5"]


def test_log_ended_names_the_result_once(site: Site) -> None:
    """Whether or not the numbers were logged meanwhile; an unknown message makes it a warning."""
    site.log.issues.refresh()
    site.send(4)
    site.log.log_ended(stopped=False)
    assert site.lines() == []
    site.send(1, Outcome.UNKNOWN)
    site.log.log_ended(stopped=False)
    assert [record.levelno for record in site.caplog.records] == [logging.WARNING]
    assert site.lines() == [f"{NAME}: done: 4 sent, 1 unknown of 5"]
    site.log.log_ended(stopped=False)
    site.log.log_progress()
    site.log.log_ended(stopped=True)
    assert site.lines() == []


def test_log_ended_of_an_issue_for_nobody_says_so(
    store_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as one whose articles all readers had in another edition."""
    caplog.set_level(logging.INFO, "digest")
    with opened(store_url) as database:
        log = Site(database, tmp_path, caplog, readers=0).log
        log.issues.refresh()
        Deliveries(database).finish(NOW)
        log.log_ended(stopped=False)
    assert [record.getMessage() for record in caplog.records] == [f"{NAME}: done: no recipients"]


def test_log_resumed_after_a_stop_names_what_is_left(site: Site) -> None:
    """The process that stops logs it, and so does the one that continues."""
    site.send(2)
    site.log.log_resumed()
    assert site.lines() == [f"{NAME}: resumed: 3 planned, 2 sent of 5"]
    site.send(1)
    site.log.log_ended(stopped=True)
    assert site.lines() == [f"{NAME}: stopped: 2 planned, 3 sent of 5"]
    after = site.new_log()
    after.log_resumed()
    assert site.lines() == [f"{NAME}: resumed: 2 planned, 3 sent of 5"]


def test_log_of_a_paused_issue_names_the_reason_and_the_way_on(site: Site) -> None:
    """Once; when an operator resumes it, that is logged too."""
    site.log.issues.refresh()
    site.send(2)
    Issues(site.database).pause(site.issue_id, "the mail server refuses us: 535", NOW)
    site.log.log_ended(stopped=False)
    site.log.log_ended(stopped=False)
    (line,) = site.lines()
    assert line == (
        f"{NAME}: paused with 3 planned, 2 sent of 5 (the mail server refuses us: 535); "
        f"`digest send --resume {NAME}` continues"
    )
    Issues(site.database).move(site.issue_id, {IssueState.PAUSED}, SENDABLE[-1], now=NOW)
    site.log.log_progress()
    site.log.log_progress()
    assert site.lines() == [f"{NAME}: resumed: 3 planned, 2 sent of 5"]


def test_log_of_paused_system_mail_names_a_way_on_that_works(site: Site) -> None:
    """It has no name that `digest send --resume` knows."""
    message = system_message("alert", "1")
    with site.database.write() as connection:
        plan_system_mail(connection, message, [SystemRecipient("operator@post.example")], NOW)
    site.log.issues.refresh()
    for record in site.log.issues.records:
        Issues(site.database).pause(record.id, "the mail server refuses us: 535", NOW)
    site.log.log_ended(stopped=False)
    (line,) = [line for line in site.lines() if line.startswith("system mail")]
    assert line.endswith("; the next start, or `digest send --resume` of an issue, continues")


def test_log_receipts_in_detail_has_no_reply(caplog: pytest.LogCaptureFixture) -> None:
    """Rows by their ids, with the codes; what the server wrote may name the reader."""
    receipts = [
        Receipt(delivery_id=1, token="a", outcome=Outcome.SENT),
        Receipt(delivery_id=2, token="b", outcome=Outcome.BOUNCED, code=550, enhanced="5.1.1", text="no anna here"),
    ]
    with caplog.at_level(logging.INFO, "digest"):
        log_receipts(receipts)
        assert caplog.records == []
    with caplog.at_level(logging.DEBUG, "digest"):
        log_receipts(receipts)
    assert [record.getMessage() for record in caplog.records] == ["delivery 2: bounced 550 5.1.1", "1 sent"]

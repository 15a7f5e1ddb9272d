"""The sender with a real ledger and real servers: every row is accounted for, whatever fails."""

import logging
import random
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from digest.delivery.ledger_journal import LedgerJournal
from digest.delivery.restore_guard import RestoreGuard
from digest.delivery.retries import next_try
from digest.errors import MailError, RenderError, StoreError
from digest.mailers.outbox import OutboxMailer
from digest.model.deliveries import Claim, DeliveryState, Outcome, Outgoing, Receipt, Tally
from digest.model.issues import IssueRecord, IssueState
from digest.model.subscribers import LeftBy
from digest.protocols import Journal
from digest.store.ledger.deliveries import Deliveries
from digest.store.tables.schema import delivery, issue
from tests.support.ledger import NOON, Site, message_of, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import HOST, Behaviour, Do, at, honest_server, rogue_server
from tests.support.store import intend

_S = DeliveryState


def _stop_after_sixty(calls: Iterator[int]) -> bool:
    return next(calls) > 60


def test_sender_all_readers_get_one_message_and_issue_is_done(site: Site) -> None:
    """Forty readers, forty messages, forty rows sent; a second delivery sends nothing."""
    receipts: list[Receipt] = []
    with honest_server() as (port, log):
        for _turn in range(2):
            site.sender(mailer_for(port, connections=4), batch=7, progress=receipts.extend).deliver(stop=never)
    assert set(log.copies.values()) == {1}
    assert len(log.copies) == len(receipts) == 40
    assert site.counts == {_S.SENT: 40}
    assert site.state is IssueState.DONE


def test_sender_with_outbox_fills_the_folder(site: Site, tmp_path: Path) -> None:
    """The same loop works with every mailer."""
    site.sender(OutboxMailer(tmp_path / "box")).deliver(stop=never)
    assert len(list((tmp_path / "box").glob("*.eml"))) == 40
    assert site.counts == {_S.SENT: 40}


def test_sender_claims_rows_for_thirty_seconds(site: Site) -> None:
    """So soon another sender takes over the rows of a host that is lost (docs/deploying.md)."""
    ends: set[datetime | None] = set()

    class LookingMailer(OutboxMailer):
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            taken = list(messages)
            with site.database.read() as connection:
                ends.update(connection.execute(select(delivery.c.claim_expires)).scalars())
            super().send(taken, journal)

    site.sender(LookingMailer(site.folder / "box")).deliver(stop=never)
    assert ends - {None} == {NOON + timedelta(seconds=30)}


def test_sender_with_issue_id_sends_only_its_rows(site: Site) -> None:
    """The rows of another issue stay planned."""
    other = site.freeze("weekly")
    with honest_server() as (port, _log):
        site.sender(mailer_for(port)).deliver(stop=never, issue_id=other)
    assert site.counts == {_S.PLANNED: 40}
    assert site.tallies.of_issue(other)[_S.SENT] == 40


@pytest.mark.parametrize("error", [ValueError("reader3@readers.example"), RenderError("x"), KeyError("name")])
def test_sender_message_that_cannot_be_made_is_deferred(
    site: Site, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are sent; the log does not name the reader, but says what is wrong with the issue."""

    def compose(claim: Claim) -> Outgoing:
        if claim.address.startswith("reader3@"):
            raise error
        return message_of(claim)

    with honest_server() as (port, _log):
        site.sender(mailer_for(port), compose=compose).deliver(stop=never)
    assert site.counts == {_S.SENT: 39, _S.DEFERRED: 1}
    assert f"could not be made ({error if isinstance(error, RenderError) else type(error).__name__})" in caplog.text
    assert "reader3" not in caplog.text


def test_sender_invalid_address_in_a_row_bounces(site: Site) -> None:
    """An address that got past the import is refused before a message is made of it."""

    def compose(claim: Claim) -> Outgoing:
        assert claim.address.isascii()
        return message_of(claim)

    with site.database.write() as connection:
        connection.exec_driver_sql("UPDATE delivery SET address = 'a@x.example>' || char(13, 10) WHERE id = 5")
    with honest_server() as (port, log):
        site.sender(mailer_for(port), compose=compose).deliver(stop=never)
    assert site.counts == {_S.SENT: 39, _S.BOUNCED: 1}
    assert len(log.accepted) == 39


def test_sender_store_error_in_compose_ends_the_delivery(site: Site) -> None:
    """When the content cannot be read, no reader's message is deferred for it."""

    def compose(_claim: Claim) -> Outgoing:
        raise StoreError("the database is gone")

    with honest_server() as (port, log), pytest.raises(StoreError, match="gone"):
        site.sender(mailer_for(port), compose=compose).deliver(stop=never)
    assert site.counts == {_S.PLANNED: 40}
    assert log.accepted == []


def test_sender_stop_finishes_the_messages_in_flight(site: Site) -> None:
    """After the stop hardly anything is begun; what was claimed is planned again, and nothing is unknown."""
    stopping = threading.Event()

    def decide(step: str, _argument: str) -> Behaviour:
        if step == "MESSAGE":
            stopping.set()
        return None

    with rogue_server(decide) as (port, log):
        site.sender(mailer_for(port, connections=2)).deliver(stop=stopping.is_set)
        sent = len(log.accepted)
        assert 1 <= sent <= 2 + 4 + 2  # in flight, ahead of the connections, and being pulled
        assert site.counts == {_S.SENT: sent, _S.PLANNED: 40 - sent}
        site.sender(mailer_for(port)).deliver(stop=never)
    assert set(log.copies.values()) == {1}
    assert site.counts == {_S.SENT: 40}


def test_sender_stop_while_the_server_is_silent_ends_with_all_messages_planned(site: Site) -> None:
    """A server may be silent for minutes before its greeting, and each of some attempts takes that long."""
    stopping = threading.Event()

    def compose(claim: Claim) -> Outgoing:
        if len(composed) == 1:  # the mailer has the first one, and connects
            stopping.set()
        composed.append(claim.delivery_id)
        return message_of(claim)

    composed: list[int] = []
    with socket.create_server((HOST, 0)) as server:  # accepts connections and says nothing
        mailer = mailer_for(server.getsockname()[1], connections=2)
        site.sender(mailer, compose=compose).deliver(stop=stopping.is_set)
    assert len(composed) == 2
    assert site.counts == {_S.PLANNED: 40}


def test_sender_stop_drops_messages_that_wait(site: Site, tmp_path: Path) -> None:
    """What the mailer has pulled and not begun is planned again, and sent after the next start."""
    made = count(1)
    stopping = threading.Event()

    def compose(claim: Claim) -> Outgoing:
        if next(made) == 3:
            stopping.set()
        return message_of(claim)

    mailer = OutboxMailer(tmp_path / "box")  # it pulls a hundred messages before it begins with the first
    site.sender(mailer, compose=compose).deliver(stop=stopping.is_set)
    assert site.counts == {_S.PLANNED: 40}
    assert not (tmp_path / "box").exists()
    site.sender(mailer).deliver(stop=never)
    assert site.counts == {_S.SENT: 40}


def test_sender_refused_by_server_pauses_the_issue(site: Site) -> None:
    """5.7.1 at MAIL: the issue is paused with the reason; at most the messages in flight were refused."""
    with rogue_server(at("MAIL", "550 5.7.1 you are not welcome")) as (port, log):
        site.sender(mailer_for(port, connections=2)).deliver(stop=never)
    assert site.state is IssueState.PAUSED
    assert site.counts == {_S.PLANNED: 40}
    assert log.accepted == []


def test_sender_deferred_rows_are_sent_later_or_waited_for(site: Site) -> None:
    """Without `wait` a deferred row is left for later; with it the sender waits until it is sent."""
    times = iter(["450 4.2.0 later"] * 3)
    with rogue_server(lambda step, _: next(times, None) if step == "RCPT" else None) as (port, log):
        site.sender(mailer_for(port)).deliver(stop=never)
        assert site.counts == {_S.SENT: 37, _S.DEFERRED: 3}
        assert site.clock.waits == 0
        site.sender(mailer_for(port)).deliver(stop=never, wait=True, issue_id=site.issue)
    assert site.counts == {_S.SENT: 40}
    assert site.clock.now() == NOON + timedelta(minutes=5)
    assert site.clock.waits > 0
    assert set(log.copies.values()) == {1}


def test_sender_wait_ends_at_the_deadline(site: Site) -> None:
    """If the server defers forever, the rows expire at the deadline, and the issue is done."""
    with site.database.write() as connection:  # between the fourth try and the fifth: each minute of it is a look
        connection.execute(issue.update().values(deadline=NOON + timedelta(hours=2)))
    with rogue_server(at("RCPT", "450 4.2.0 later")) as (port, _log):
        site.sender(mailer_for(port, connections=4)).deliver(stop=never, wait=True)
    assert site.counts == {_S.EXPIRED: 40}
    assert site.state is IssueState.DONE
    assert site.clock.now() <= NOON + timedelta(hours=2, minutes=2)


def test_sender_unsubscribe_while_sending_cancels_the_message(site: Site) -> None:
    """A reader who unsubscribes while their message is being transferred does not get it."""

    def decide(step: str, argument: str) -> Behaviour:
        if step == "DATA" and argument == "reader7@readers.example":
            site.subscribers.remove(argument, LeftBy.READER, NOON)
        return None

    with rogue_server(decide) as (port, log):
        site.sender(mailer_for(port)).deliver(stop=never)
    assert site.counts == {_S.SENT: 39, _S.CANCELLED: 1}
    assert "reader7@readers.example" not in {one.recipient for one in log.accepted}


def test_sender_receipt_that_cannot_be_stored_stops_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may have been sent is unknown, the rest planned; a restart sends only the rest."""
    record = LedgerJournal.record

    def record_no_receipt(
        journal: LedgerJournal, receipts: Sequence[Receipt], messages: Sequence[Outgoing]
    ) -> set[int]:
        if receipts:
            raise StoreError("the database is gone")
        return record(journal, receipts, messages)

    with honest_server() as (port, log):
        with monkeypatch.context() as failing:
            failing.setattr(LedgerJournal, "record", record_no_receipt)
            with pytest.raises(StoreError, match="gone"):
                site.sender(mailer_for(port, connections=3)).deliver(stop=never)
        assert _S.SENDING not in site.counts
        assert 1 <= site.counts[_S.UNKNOWN] <= 3
        unknown = site.counts[_S.UNKNOWN]
        site.sender(mailer_for(port)).deliver(stop=never)
    assert site.counts == {_S.SENT: 40 - unknown, _S.UNKNOWN: unknown}
    assert max(log.copies.values()) == 1


def test_ledger_journal_record_of_a_second_thread_waits_for_the_first(site: Site, tmp_path: Path) -> None:
    """The thread that makes messages records those that it cannot make, beside the results of the others."""
    first, second = ([Receipt(number, "", Outcome.SENT)] for number in (1, 2))
    stored: list[Sequence[Receipt]] = []

    def note(receipts: Sequence[Receipt]) -> None:
        if receipts == first:
            other.start()
            other.join(0.05)  # long enough to be recorded, if nothing holds it back
        stored.append(receipts)

    journal = site.sender(OutboxMailer(tmp_path / "box"), progress=note).journal
    other = threading.Thread(target=journal.record, args=(second, []))
    journal.record(first, [])
    other.join()
    assert stored == [first, second]


def test_sender_rows_that_it_left_itself_are_recovered_at_once(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An earlier delivery of the process could not finish: what it had begun is unknown, the rest is sent."""
    claims = site.ledger.claim(5, owner="one", now=NOON, lease=timedelta(hours=1))
    begun = [(one.delivery_id, one.token) for one in claims[:2]]
    site.ledger.record([], begun, now=NOON, lease=timedelta(hours=1), next_try=lambda _tries: None)
    sender = site.sender(OutboxMailer(tmp_path / "box"), is_dead=lambda _owner: None)
    sender._look()
    assert site.counts == {_S.PLANNED: 38, _S.SENDING: 2}  # while it delivers they are its own
    site.ledger.claim(3, owner="one", now=NOON, lease=timedelta(hours=1))
    sender.deliver(stop=never)
    assert "a sender ended: 3 of its messages are planned again, 2 are unknown" in caplog.messages
    assert site.counts == {_S.SENT: 38, _S.UNKNOWN: 2}


def test_sender_count_excludes_dead_owners(site: Site, tmp_path: Path) -> None:
    """An owner of rows counts as a sender unless it is dead; the mailer gets the number of senders."""
    seen: list[int] = []

    class Counting(OutboxMailer):
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            pulled = iter(messages)
            first = next(pulled, None)
            if first is not None:
                seen.append(journal.senders)
                super().send(chain([first], pulled), journal)

    lease = timedelta(seconds=30)
    for owner in ("living", "dead", "elsewhere"):
        site.ledger.claim(3, owner=owner, now=site.clock.now(), lease=lease)
    dead = {"living": False, "dead": True}
    sender = site.sender(Counting(tmp_path / "box"))
    replace(sender, is_dead=dead.get).deliver(stop=never)
    site.ledger.recover(NOON, lambda owner: owner == "living")
    replace(sender, is_dead=dead.get).deliver(stop=never)
    assert seen == [3, 2]


def test_owners_without_a_valid_lease_do_not_count(site: Site) -> None:
    """A sender that died elsewhere holds rows until they are recovered, but no share of the server."""
    now, lease = site.clock.now(), timedelta(seconds=30)
    site.ledger.claim(3, owner="elsewhere", now=now, lease=lease)
    assert site.ledger.owners(leased_at=now) == ["elsewhere"]
    assert site.ledger.owners(leased_at=now + lease) == []
    assert site.ledger.owners() == ["elsewhere"]


def test_sender_issue_frozen_while_sending_is_checked_by_restore_guard(site: Site, tmp_path: Path) -> None:
    """It was sent before, and is made again while another one is sent: it is paused, and an operator decides."""
    restore_guard = RestoreGuard(tmp_path, b"a secret")

    class Publishing(OutboxMailer):
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            pulled = iter(messages)
            first = next(pulled, None)
            if first is None:
                return
            made = site.freeze("weekly")
            (again,) = [one for one in site.issues.sendable(NOON) if one.id == made]
            earlier = replace(again, frozen_at=NOON - timedelta(hours=1))
            restore_guard.record(earlier, Tally(counts={_S.SENT: 40}))
            super().send(chain([first], pulled), journal)

    sender = site.sender(Publishing(tmp_path / "box"), restore_guard=restore_guard)
    sender.deliver(stop=never)
    (weekly,) = [record for record, _tally in site.tallies.of_frozen_issues() if record.edition == "weekly"]
    assert weekly.state is IssueState.PAUSED
    assert "as after a restored backup" in (weekly.reason or "")
    assert site.tallies.of_issue(weekly.id).counts == {_S.PLANNED: 40}
    assert site.resends.resume(weekly.id, "the editor", NOON, maybe_twice=40)
    site.sender(OutboxMailer(tmp_path / "box"), restore_guard=restore_guard).deliver(stop=never)
    assert site.tallies.of_issue(weekly.id).counts == {_S.SENT: 40}


@pytest.mark.parametrize("seed", [1, 2])
def test_sender_random_server_faults_and_restarts_send_once(tmp_path: Path, seed: int) -> None:
    """Sent is accepted once, unknown at most once, and no message is accepted twice."""
    site = Site(tmp_path, 200)
    dice = random.Random(seed)
    faults: list[Behaviour] = [Do.DROP, Do.BABBLE, "421 4.3.2 bye", "450 4.2.0 later", "554 5.6.0 no"]

    def decide(step: str, _argument: str) -> Behaviour:
        if step in {"CONNECT", "EHLO", "QUIT", "RSET", "MAIL"} or dice.random() > 0.06:
            return None
        return Do.TAKE_AND_DROP if step == "MESSAGE" and dice.random() < 0.5 else dice.choice(faults)

    with rogue_server(decide) as (port, log):
        for turn in range(12):
            mailer = mailer_for(port, connections=5, retry_delays=[0.001] * 50)
            calls = count(1)
            stopped = site.sender(mailer, owner=f"owner-{turn}")
            stopped.deliver(stop=partial(_stop_after_sixty, calls) if turn < 2 else never)
            site.clock.moment += timedelta(minutes=20)
    counts = Counter(site.counts)
    site.database.close()
    assert sum(counts.values()) == 200
    assert set(counts) <= {_S.SENT, _S.UNKNOWN, _S.BOUNCED, _S.DEFERRED}
    assert counts[_S.SENT] <= len(log.accepted) <= counts[_S.SENT] + counts[_S.UNKNOWN]
    assert max(log.copies.values()) == 1


_VICTIM = """
import sys
from pathlib import Path
from tests.support.ledger import Site, never
from tests.support.mailing import mailer_for
site = Site(Path(sys.argv[1]), 0)
site.sender(mailer_for(int(sys.argv[2]), connections=3), owner="victim").deliver(stop=never)
"""


@pytest.mark.parametrize("step", ["RCPT", "DATA", "BODY", "MESSAGE"])
def test_sender_killed_at_each_step_sends_nothing_twice(site: Site, step: str) -> None:
    """SIGKILL at a step of the tenth message: after the next start every message is sent once or unknown."""
    met = count(1)

    def decide(here: str, _argument: str) -> Behaviour:
        if here == step and next(met) == 10:
            victim.kill()
            victim.wait()
            return Do.TAKE_AND_DROP if step == "MESSAGE" else Do.DROP
        return None

    with rogue_server(decide) as (port, log):
        with subprocess.Popen([sys.executable, "-c", _VICTIM, site.folder, str(port)]) as victim:
            pass
        site.sender(mailer_for(port), is_dead=lambda owner: owner == "victim").deliver(stop=never)
    counts = Counter(site.counts)
    assert victim.returncode == -signal.SIGKILL
    assert counts[_S.SENT] + counts[_S.UNKNOWN] == 40
    assert counts[_S.UNKNOWN] <= 3
    assert counts[_S.SENT] <= len(log.accepted)
    assert max(log.copies.values()) == 1


def test_sender_rows_of_dead_owner_are_recovered(site: Site) -> None:
    """What a dead owner had claimed is planned again and sent; what it had begun is unknown and not sent again."""
    claims = site.ledger.claim(10, owner="dead", now=NOON, lease=timedelta(seconds=30))
    begun = [(claim.delivery_id, claim.token) for claim in claims[:4]]
    assert len(intend(site.ledger, begun, NOON)) == 4
    with honest_server() as (port, log):
        site.sender(mailer_for(port), is_dead=lambda owner: owner == "dead").deliver(stop=never)
    assert site.counts == {_S.SENT: 36, _S.UNKNOWN: 4}
    assert len(log.accepted) == 36


def test_sender_rows_of_live_owner_are_left_unchanged(site: Site) -> None:
    """Rows of a sender that runs are neither claimed nor recovered."""
    site.ledger.claim(10, owner="alive", now=NOON, lease=timedelta(seconds=30))
    with honest_server() as (port, _log):
        site.sender(mailer_for(port), is_dead=lambda _owner: False).deliver(stop=never)
    assert site.counts == {_S.SENT: 30, _S.CLAIMED: 10}


def test_sender_rows_of_a_vanished_owner_are_recovered_on_the_lease_beat(site: Site) -> None:
    """Its lease ends in the middle of our send: its claimed rows are sent by us, its rows being sent are unknown."""
    claims = site.ledger.claim(10, owner="far", now=NOON, lease=timedelta(seconds=30))
    begun = [(claim.delivery_id, claim.token) for claim in claims[:4]]
    assert len(intend(site.ledger, begun, NOON)) == 4
    recovered = threading.Event()

    class Watched(Deliveries):
        def recover(self, now: datetime, is_dead: Callable[[str], bool | None]) -> tuple[int, int]:
            planned, unknown = super().recover(now, is_dead)
            if (planned, unknown) == (6, 4):
                recovered.set()
            return planned, unknown

    class Patient:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            for number, message in enumerate(messages):
                if number == 1:
                    site.clock.moment += timedelta(minutes=1)
                    assert recovered.wait(20), "not before the end of the send"
                sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
                journal.record([], [message])
                journal.record([sent], [])

    site.ledger = Watched(site.database)
    site.sender(Patient(), lease=timedelta(seconds=0.06), batch=5).deliver(stop=never)
    assert site.counts == {_S.SENT: 36, _S.UNKNOWN: 4}
    assert site.state is IssueState.DONE


def test_sender_does_not_recover_its_own_rows_on_the_lease_beat(site: Site) -> None:
    """Whatever the process lock replies about ourselves: we are alive."""
    beats = threading.Semaphore(0)

    class Watched(Deliveries):
        def recover(self, now: datetime, is_dead: Callable[[str], bool | None]) -> tuple[int, int]:
            recovered = super().recover(now, is_dead)
            beats.release()
            return recovered

    class Patient:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            claimed = list(messages)
            assert journal.record([], claimed) == {message.delivery_id for message in claimed}
            for _beat in range(3):
                assert beats.acquire(timeout=20)
            bounced = [Receipt(one.delivery_id, one.token, Outcome.BOUNCED) for one in claimed]
            journal.record(bounced, [])

    site.ledger = Watched(site.database)
    site.sender(Patient(), lease=timedelta(seconds=0.06), is_dead=lambda _owner: True).deliver(stop=never)
    assert site.counts == {_S.BOUNCED: 40}


def test_sender_logs_once_that_an_unreachable_server_keeps_messages_waiting(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Not each minute of an outage; after a message that was sent it is news again."""
    released = threading.Semaphore(0)

    class Watched(Deliveries):
        def release(self, owner: str) -> int:
            number = super().release(owner)
            released.release()
            return number

    class Unreachable:
        works = False

        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            message = next(iter(messages))
            if self.works:
                journal.record([], [message])
                journal.record([Receipt(message.delivery_id, message.token, Outcome.SENT)], [])
            site.clock.moment += timedelta(seconds=30)
            assert released.acquire(timeout=20)
            raise MailError("the mail server cannot be used")

    site.ledger, mailer = Watched(site.database), Unreachable()
    sender, logged = site.sender(mailer, lease=timedelta(seconds=0.06)), []
    for mailer.works in (False, False, False, True):
        with pytest.raises(MailError), caplog.at_level(logging.WARNING):
            sender.deliver(stop=never)
        logged.append(sum("claimed messages are planned again" in one for one in caplog.messages))
    assert logged == [1, 1, 1, 2]


def test_sender_that_waits_sends_the_rows_of_a_vanished_owner(site: Site) -> None:
    """While it waits for a deferred message it does not leave recovered rows until that is due."""
    claims = site.ledger.claim(10, owner="far", now=NOON, lease=timedelta(seconds=30))
    first = iter(["450 4.2.0 later"])

    def wait(seconds: float) -> bool:
        site.clock.moment += timedelta(seconds=seconds)
        if site.clock.moment > NOON + timedelta(seconds=30):
            site.ledger.recover(site.clock.moment, lambda _owner: None)
        sent_at.extend([site.clock.moment] * (site.counts.get(_S.SENT) == 39 and not sent_at))
        return False

    sent_at: list[datetime] = []
    site.clock.wait = wait  # type: ignore[method-assign]  # a clock at which another sender vanishes
    with rogue_server(lambda step, _: next(first, None) if step == "RCPT" else None) as (port, _log):
        site.sender(mailer_for(port)).deliver(stop=never, wait=True)
    assert len(claims) == 10
    assert site.counts == {_S.SENT: 40}
    assert sent_at[0] < NOON + timedelta(minutes=4)


def test_sender_renews_leases_while_the_mailer_works(site: Site) -> None:
    """Work that takes longer than a lease keeps its rows: they are renewed meanwhile."""
    renewed = threading.Event()

    class WatchedDeliveries(Deliveries):
        def renew(self, owner: str, now: datetime, lease: timedelta) -> int:
            number = super().renew(owner, now, lease)
            if number:
                renewed.set()
            return number

    class SlowMailer:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            for message in messages:
                assert renewed.wait(20)
                sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
                journal.record([], [message])
                journal.record([sent], [])

    site.ledger = WatchedDeliveries(site.database)
    site.sender(SlowMailer(), lease=timedelta(seconds=0.06)).deliver(stop=never)
    assert site.counts == {_S.SENT: 40}
    assert not [thread for thread in threading.enumerate() if thread.name == "digest-leases"]


def test_sender_renews_leases_while_sent_messages_are_counted(site: Site, tmp_path: Path) -> None:
    """The count of a large issue may take longer than a lease."""
    counting, renewed = threading.Event(), threading.Event()

    class WatchedDeliveries(Deliveries):
        def renew(self, owner: str, now: datetime, lease: timedelta) -> int:
            if counting.is_set():
                renewed.set()
            return super().renew(owner, now, lease)

    class SlowGuard(RestoreGuard):
        def record(self, record: IssueRecord, tally: Tally) -> None:
            counting.set()
            assert renewed.wait(20)

    class OneByOne:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            for message in messages:
                journal.record([], [message])
                sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
                journal.record([sent], [])
                assert renewed.wait(20)

    site.ledger = WatchedDeliveries(site.database)
    guard = SlowGuard(tmp_path, b"secret")
    site.sender(OneByOne(), lease=timedelta(seconds=0.06), restore_guard=guard).deliver(stop=never)
    assert site.counts == {_S.SENT: 40}


@given(st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_next_try_after_each_attempt_follows_the_schedule(tries: int, draw: float) -> None:
    """5 min, 15 min, 1 h, then always 4 h, within a fifth; before any attempt as after the first."""
    wait = {0: 5, 1: 5, 2: 15, 3: 60}.get(tries, 240) * 60
    seconds = (next_try(tries, NOON, draw) - NOON).total_seconds()
    assert 0.8 * wait <= seconds <= 1.2 * wait
    assert next_try(tries, NOON, 0.5) == NOON + timedelta(seconds=wait)

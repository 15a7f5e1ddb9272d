"""Delivering from a real ledger to real servers: every row is accounted for, whatever happens on the way."""

import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.restore_guard import RestoreGuard
from digest.delivery.retries import next_try
from digest.delivery.sender import Sender
from digest.errors import MailError, RenderError, StoreError
from digest.mailers.outbox import OutboxMailer
from digest.model.deliveries import Claim, DeliveryState, Outcome, Outgoing, Receipt, Tally
from digest.model.issues import IssueState
from digest.protocols import Journal
from digest.store.deliveries import Deliveries
from tests.support.ledger import NOON, House, message_of, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import Behaviour, Do, at, honest_server, rogue_server
from tests.support.store import intend

_S = DeliveryState


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with forty readers."""
    built = House(tmp_path, 40)
    yield built
    built.database.close()


def _after_sixty(asked: Iterator[int]) -> bool:
    return next(asked) > 60


def test_everybody_gets_it_once_and_the_issue_is_done(house: House) -> None:
    """Forty readers, forty messages, forty rows sent; a second delivery sends nothing."""
    told: list[Receipt] = []
    with honest_server() as (port, log):
        for _turn in range(2):
            house.sender(mailer_for(port, connections=4), batch=7, progress=told.extend).deliver(stop=never)
    assert set(log.copies.values()) == {1}
    assert len(log.copies) == len(told) == 40
    assert house.counts == {_S.SENT: 40}
    assert house.state is IssueState.DONE


def test_an_outbox_is_a_way_like_any_other(house: House, tmp_path: Path) -> None:
    """The same loop fills a folder."""
    house.sender(OutboxMailer(tmp_path / "box")).deliver(stop=never)
    assert len(list((tmp_path / "box").glob("*.eml"))) == 40
    assert house.counts == {_S.SENT: 40}


def test_one_issue_alone(house: House) -> None:
    """With an issue's id only its rows are sent."""
    other = house.freeze("weekly")
    with honest_server() as (port, _log):
        house.sender(mailer_for(port)).deliver(stop=never, issue_id=other)
    assert house.counts == {_S.PLANNED: 40}
    assert house.tallies.of_issue(other)[_S.SENT] == 40


@pytest.mark.parametrize("error", [ValueError("reader3@readers.example"), RenderError("x"), KeyError("name")])
def test_one_bad_row_never_stops_the_others(house: House, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """A row whose message cannot be made is deferred; the log does not name the reader."""

    def compose(claim: Claim) -> Outgoing:
        if claim.address.startswith("reader3@"):
            raise error
        return message_of(claim)

    with honest_server() as (port, _log):
        house.sender(mailer_for(port), compose=compose).deliver(stop=never)
    assert house.counts == {_S.SENT: 39, _S.DEFERRED: 1}
    assert "could not be made" in caplog.text
    assert "reader3" not in caplog.text


def test_a_row_with_a_poisoned_address_bounces(house: House) -> None:
    """An address that got past the import is refused before a message is made of it."""

    def compose(claim: Claim) -> Outgoing:
        assert claim.address.isascii()
        return message_of(claim)

    with house.database.write() as connection:
        connection.exec_driver_sql("UPDATE delivery SET address = 'a@x.example>' || char(13, 10) WHERE id = 5")
    with honest_server() as (port, log):
        house.sender(mailer_for(port), compose=compose).deliver(stop=never)
    assert house.counts == {_S.SENT: 39, _S.BOUNCED: 1}
    assert len(log.accepted) == 39


def test_a_broken_database_is_no_bad_row(house: House) -> None:
    """When the content cannot be read, the delivery ends; nobody is deferred for it."""

    def compose(_claim: Claim) -> Outgoing:
        raise StoreError("the database is gone")

    with honest_server() as (port, log), pytest.raises(StoreError, match="gone"):
        house.sender(mailer_for(port), compose=compose).deliver(stop=never)
    assert house.counts == {_S.PLANNED: 40}
    assert log.accepted == []


def test_stop_ends_with_the_messages_in_flight(house: House) -> None:
    """After the stop nothing is begun; what was claimed is planned again, and nothing is unknown."""
    asked = threading.Event()

    def decide(step: str, _argument: str) -> Behaviour:
        if step == "MESSAGE":
            asked.set()
        return None

    with rogue_server(decide) as (port, log):
        house.sender(mailer_for(port, connections=2)).deliver(stop=asked.is_set)
        sent = len(log.accepted)
        assert 1 <= sent <= 2 + 2 + 2
        assert house.counts == {_S.SENT: sent, _S.PLANNED: 40 - sent}
        house.sender(mailer_for(port)).deliver(stop=never)
    assert set(log.copies.values()) == {1}
    assert house.counts == {_S.SENT: 40}


def test_a_refused_login_leaves_the_audience_planned(house: House) -> None:
    """535: nothing was sent, nobody is deferred, nothing stays claimed."""
    with rogue_server(at("AUTH", "535 5.7.8 no"), logins=True) as (port, _log), pytest.raises(MailError, match="535"):
        house.sender(mailer_for(port, username="u", connections=5)).deliver(stop=never)
    assert house.counts == {_S.PLANNED: 40}


def test_a_refusal_about_us_pauses_the_issue(house: House) -> None:
    """5.7.1 at MAIL: the issue pauses and says why; at most the messages in flight were refused."""
    with rogue_server(at("MAIL", "550 5.7.1 you are not welcome")) as (port, log):
        house.sender(mailer_for(port, connections=2)).deliver(stop=never)
    assert house.state is IssueState.PAUSED
    assert house.counts == {_S.PLANNED: 40}
    assert log.accepted == []


def test_deferred_rows_are_left_or_waited_for(house: House) -> None:
    """Without `wait` a deferred row is left for later; with it the sender stays until it is sent."""
    times = iter(["450 4.2.0 later"] * 3)
    with rogue_server(lambda step, _: next(times, None) if step == "RCPT" else None) as (port, log):
        house.sender(mailer_for(port)).deliver(stop=never)
        assert house.counts == {_S.SENT: 37, _S.DEFERRED: 3}
        assert house.clock.waits == 0
        house.sender(mailer_for(port)).deliver(stop=never, wait=True, issue_id=house.issue)
    assert house.counts == {_S.SENT: 40}
    assert house.clock.now() == NOON + timedelta(minutes=5)
    assert house.clock.waits > 0
    assert set(log.copies.values()) == {1}


def test_waiting_ends_with_the_deadline(house: House) -> None:
    """A server that says later for ever: the rows expire at the deadline, and the issue is done."""
    with rogue_server(at("RCPT", "450 4.2.0 later")) as (port, _log):
        house.sender(mailer_for(port, connections=4)).deliver(stop=never, wait=True)
    assert house.counts == {_S.EXPIRED: 40}
    assert house.state is IssueState.DONE
    assert house.clock.now() <= NOON + timedelta(hours=12, minutes=2)


def test_who_leaves_in_the_last_moment_gets_nothing(house: House) -> None:
    """A reader who unsubscribes while his message is on the wire does not get it."""

    def decide(step: str, argument: str) -> Behaviour:
        if step == "DATA" and argument == "reader7@readers.example":
            house.subscribers.remove(argument, "reader", NOON)
        return None

    with rogue_server(decide) as (port, log):
        house.sender(mailer_for(port)).deliver(stop=never)
    assert house.counts == {_S.SENT: 39, _S.CANCELLED: 1}
    assert "reader7@readers.example" not in {one.recipient for one in log.accepted}


def test_a_receipt_that_cannot_be_stored_is_unknown_and_stops_the_sender(house: House) -> None:
    """The worker stops; what may have left is unknown, the rest planned; a restart sends only the rest."""

    class Failing(Sender):
        def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
            if receipts:
                raise StoreError("the database is gone")
            return super().record(receipts, messages)

    with honest_server() as (port, log):
        failing = house.sender(mailer_for(port, connections=3))
        with pytest.raises(StoreError, match="gone"):
            Failing(**{name: getattr(failing, name) for name in failing.__dataclass_fields__}).deliver(stop=never)
        assert _S.SENDING not in house.counts
        assert 1 <= house.counts[_S.UNKNOWN] <= 3
        unknown = house.counts[_S.UNKNOWN]
        house.sender(mailer_for(port)).deliver(stop=never)
    assert house.counts == {_S.SENT: 40 - unknown, _S.UNKNOWN: unknown}
    assert max(log.copies.values()) == 1


def test_senders_count_each_other(house: House, tmp_path: Path) -> None:
    """Who holds rows is sending, unless he is known to be dead; the mailer learns how many share the server."""
    seen: list[int] = []

    class Counting(OutboxMailer):
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            pulled = iter(messages)
            first = next(pulled, None)
            seen.append(journal.senders)
            super().send(chain([first] if first is not None else [], pulled), journal)

    lease = timedelta(seconds=30)
    for owner in ("living", "dead", "elsewhere"):
        house.ledger.claim(3, owner=owner, now=house.clock.now(), lease=lease)
    facts = {"living": False, "dead": True}
    sender = house.sender(Counting(tmp_path / "box"))
    replace(sender, is_dead=facts.get).deliver(stop=never)
    house.ledger.recover(NOON, lambda owner: owner == "living")
    replace(sender, is_dead=facts.get).deliver(stop=never)
    assert seen == [3, 2]


def test_who_no_longer_renews_does_not_count(house: House) -> None:
    """A sender that died elsewhere holds rows until somebody recovers them, and shares nothing any more."""
    now, lease = house.clock.now(), timedelta(seconds=30)
    house.ledger.claim(3, owner="elsewhere", now=now, lease=lease)
    assert house.ledger.owners(leased_at=now) == ["elsewhere"]
    assert house.ledger.owners(leased_at=now + lease) == []
    assert house.ledger.owners() == ["elsewhere"]


def test_an_issue_that_comes_in_the_middle_is_compared_too(house: House, tmp_path: Path) -> None:
    """It is made again while another one goes out: the witness saw it leave, so it is paused, and a person decides."""
    restore_guard = RestoreGuard(tmp_path, b"a secret")

    class Publishing(OutboxMailer):
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            pulled = iter(messages)
            first = next(pulled)
            made = house.freeze("weekly")
            (again,) = [one for one in house.issues.sendable(NOON) if one.id == made]
            earlier = replace(again, frozen_at=NOON - timedelta(hours=1))
            restore_guard.record(earlier, Tally(counts={_S.SENT: 40}))
            super().send(chain([first], pulled), journal)

    sender = house.sender(Publishing(tmp_path / "box"), restore_guard=restore_guard)
    sender.deliver(stop=never)
    (weekly,) = [record for record, _tally in house.tallies.of_frozen_issues() if record.edition == "weekly"]
    assert weekly.state is IssueState.PAUSED
    assert "as after a restored backup" in (weekly.reason or "")
    assert house.tallies.of_issue(weekly.id).counts == {_S.PLANNED: 40}
    house.resends.consent(weekly.id, "the editor", NOON, 40)
    house.issues.move(weekly.id, {IssueState.PAUSED}, IssueState.SENDING, now=NOON)
    house.sender(OutboxMailer(tmp_path / "box"), restore_guard=restore_guard).deliver(stop=never)
    assert house.tallies.of_issue(weekly.id).counts == {_S.SENT: 40}


@pytest.mark.parametrize("seed", [1, 2])
def test_exactly_once_with_a_server_that_misbehaves_and_restarts(tmp_path: Path, seed: int) -> None:
    """Random misdeeds, sender after sender: sent is accepted once, unknown at most once, nobody served twice."""
    house = House(tmp_path, 200)
    dice = random.Random(seed)
    misdeeds: list[Behaviour] = [Do.DROP, Do.BABBLE, "421 4.3.2 bye", "450 4.2.0 later", "554 5.6.0 no"]

    def decide(step: str, _argument: str) -> Behaviour:
        if step in {"CONNECT", "EHLO", "QUIT", "RSET", "MAIL"} or dice.random() > 0.06:
            return None
        return Do.TAKE_AND_DROP if step == "MESSAGE" and dice.random() < 0.5 else dice.choice(misdeeds)

    with rogue_server(decide) as (port, log):
        for turn in range(12):
            mailer = mailer_for(port, connections=5, retry_delays=[0.001] * 50)
            asked = count(1)
            stopped = house.sender(mailer, owner=f"owner-{turn}")
            stopped.deliver(stop=partial(_after_sixty, asked) if turn < 2 else never)
            house.clock.moment += timedelta(minutes=20)
    counts = house.counts
    house.database.close()
    assert sum(counts.values()) == 200
    assert set(counts) <= {_S.SENT, _S.UNKNOWN, _S.BOUNCED, _S.DEFERRED}
    assert counts[_S.SENT] <= len(log.accepted) <= counts[_S.SENT] + counts[_S.UNKNOWN]
    assert max(log.copies.values()) == 1


_VICTIM = """
import sys
from pathlib import Path
from tests.support.ledger import House, never
from tests.support.mailing import mailer_for
house = House(Path(sys.argv[1]), 0)
house.sender(mailer_for(int(sys.argv[2]), connections=3), owner="victim").deliver(stop=never)
"""


@pytest.mark.parametrize("step", ["RCPT", "DATA", "BODY", "MESSAGE"])
def test_a_killed_sender_costs_nobody_a_second_message(house: House, step: str) -> None:
    """SIGKILL at a step of the tenth message: after the next start nothing is lost without a flag and nothing twice."""
    met = count(1)

    def decide(here: str, _argument: str) -> Behaviour:
        if here == step and next(met) == 10:
            victim.kill()
            victim.wait()
            return Do.TAKE_AND_DROP if step == "MESSAGE" else Do.DROP
        return None

    with rogue_server(decide) as (port, log):
        with subprocess.Popen([sys.executable, "-c", _VICTIM, house.folder, str(port)]) as victim:
            pass
        house.sender(mailer_for(port), is_dead=lambda owner: owner == "victim").deliver(stop=never)
    counts = Counter(house.counts)
    assert victim.returncode == -signal.SIGKILL
    assert counts[_S.SENT] + counts[_S.UNKNOWN] == 40
    assert counts[_S.UNKNOWN] <= 3
    assert counts[_S.SENT] <= len(log.accepted)
    assert max(log.copies.values()) == 1


def test_dead_owners_rows_are_recovered(house: House) -> None:
    """What a dead owner had claimed is planned again and sent; what it had begun is unknown and not sent again."""
    claims = house.ledger.claim(10, owner="dead", now=NOON, lease=timedelta(seconds=30))
    begun = [(claim.delivery_id, claim.token) for claim in claims[:4]]
    assert len(intend(house.ledger, begun, NOON)) == 4
    with honest_server() as (port, log):
        house.sender(mailer_for(port), is_dead=lambda owner: owner == "dead").deliver(stop=never)
    assert house.counts == {_S.SENT: 36, _S.UNKNOWN: 4}
    assert len(log.accepted) == 36


def test_a_living_owners_rows_are_left_alone(house: House) -> None:
    """Rows of a sender that lives are neither taken nor recovered."""
    house.ledger.claim(10, owner="alive", now=NOON, lease=timedelta(seconds=30))
    with honest_server() as (port, _log):
        house.sender(mailer_for(port), is_dead=lambda _owner: False).deliver(stop=never)
    assert house.counts == {_S.SENT: 30, _S.CLAIMED: 10}


def test_leases_are_renewed_while_a_mailer_works(house: House) -> None:
    """Work that takes longer than a lease keeps its rows: the keeper renews them meanwhile."""
    renewed = threading.Event()

    class Watched(Deliveries):
        def renew(self, owner: str, now: datetime, lease: timedelta) -> int:
            number = super().renew(owner, now, lease)
            if number:
                renewed.set()
            return number

    class Patient:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            for message in messages:
                assert renewed.wait(20)
                sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
                journal.record([], [message])
                journal.record([sent], [])

    house.ledger = Watched(house.database)
    house.sender(Patient(), lease=timedelta(seconds=0.06)).deliver(stop=never)
    assert house.counts == {_S.SENT: 40}
    assert not [thread for thread in threading.enumerate() if thread.name == "digest-leases"]


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_the_schedule_of_tries(tries: int, draw: float) -> None:
    """5 min, 15 min, 1 h, 4 h and 4 h ever after, within a fifth."""
    wait = {1: 5, 2: 15, 3: 60}.get(tries, 240) * 60
    seconds = (next_try(tries, NOON, draw) - NOON).total_seconds()
    assert 0.8 * wait <= seconds <= 1.2 * wait
    assert next_try(tries, NOON, 0.5) == NOON + timedelta(seconds=wait)

"""The SMTP mailer when a server vanishes or the ledger fails: surely not sent, or unknown, and never twice."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Sequence
from itertools import count

import pytest

from digest.errors import MailError, StoreError
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.model.deliveries import Outcome, Outgoing, Receipt
from tests.support.mailing import HASTY, Notes, mailer_for, outgoing, send_one, watch_for_unproven
from tests.support.smtp_server import HOST, Behaviour, Do, at, rogue_server


class TestLostConnections:
    """Before the last bytes a message is surely not sent; after them, without an answer, nobody knows."""

    @pytest.mark.parametrize("misdeed", [Do.DROP, Do.HANG, Do.BABBLE])
    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BODY", "MESSAGE"])
    def test_no_answer_at_each_step(self, step: str, misdeed: Do) -> None:
        """Dropped, silent or babbling: deferred up to the message's end, unknown after it; the next message is sent."""
        notes = Notes()
        first = iter([misdeed])
        big = outgoing(1, b"x" * 70 + b"\r\n" if step != "BODY" else (b"x" * 70 + b"\r\n") * 200_000)
        with rogue_server(lambda here, _: next(first, None) if here == step else None) as (port, log):
            mailer_for(port, deadlines=HASTY).send([big, outgoing(2)], notes)
        assert notes.outcomes == {1: Outcome.UNKNOWN if step == "MESSAGE" else Outcome.DEFERRED, 2: Outcome.SENT}
        assert [one.message_id for one in log.accepted] == ["<2@gazette.example>"]
        assert log.connections == 2
        assert notes.receipts[0].text

    def test_accepted_without_a_word_is_unknown(self) -> None:
        """A server that takes the message and goes away leaves it unknown: never sent, never tried again."""
        with rogue_server(at("MESSAGE", Do.TAKE_AND_DROP)) as (port, log):
            receipt, _notes = send_one(port)
        assert (receipt.outcome, len(log.accepted)) == (Outcome.UNKNOWN, 1)

    def test_an_early_refusal_is_heard(self) -> None:
        """A server that says 552 in the middle of a message has refused it, and its end does not leave."""
        with rogue_server(at("BODY", "552 5.3.4 too big")) as (port, log):
            notes = Notes()
            mailer_for(port).send([outgoing(1, (b"x" * 70 + b"\r\n") * 100_000)], notes)
        assert notes.outcomes == {1: Outcome.REFUSED}
        assert log.accepted == []

    @pytest.mark.parametrize(("step", "outcome"), [("RCPT", Outcome.DEFERRED), ("MESSAGE", Outcome.UNKNOWN)])
    def test_a_byte_at_a_time_meets_the_deadline(self, step: str, outcome: Outcome) -> None:
        """A reply that drips byte by byte is not awaited for ever: the deadline is for the whole reply."""
        with rogue_server(at(step, Do.DRIP)) as (port, _log):
            receipt, _notes = send_one(port, deadlines=HASTY)
        assert receipt.outcome is outcome
        assert "0.3 s" in receipt.text

    def test_a_session_closed_while_idle_costs_nothing(self) -> None:
        """A server that says 421 between two messages is met again on a new connection; nothing is deferred."""
        notes = Notes()
        with rogue_server(at("MESSAGE", "250 2.0.0 Ok\r\n421 4.4.2 idle for too long")) as (port, log):
            mailer_for(port, retry_delays=()).send(map(outgoing, range(1, 6)), notes)
        assert notes.outcomes == dict.fromkeys(range(1, 6), Outcome.SENT)
        assert log.connections == 5

    @pytest.mark.parametrize("behaviour", ["421 too busy", "454 later", Do.DROP, Do.HANG])
    def test_a_server_that_takes_no_connection_closes_the_way(self, behaviour: Behaviour) -> None:
        """After the last pause the mailer says so; nothing was begun and no row is touched."""
        notes = Notes()
        with (
            rogue_server(at("CONNECT", behaviour)) as (port, log),
            pytest.raises(MailError, match=f"{HOST}:{port} cannot be used after 3 attempts"),
        ):
            mailer_for(port, connections=5, deadlines=HASTY, retry_delays=(0.01, 0.01)).send(
                map(outgoing, range(1, 10)), notes
            )
        assert notes.receipts == []
        assert log.connections == 3

    def test_nobody_listens(self) -> None:
        """A closed port is one sentence, not a traceback."""
        with rogue_server(lambda *_: None) as (port, _log):
            pass
        with pytest.raises(MailError, match="Connect"):
            mailer_for(port).send([outgoing(1)], Notes())

    def test_a_server_with_few_places_is_served_by_few(self) -> None:
        """Where the server takes two connections only, the others leave their messages to those two."""
        connected = count(1)
        first_two = at("CONNECT", "421 too many connections")
        notes = Notes()
        with rogue_server(
            lambda step, _: first_two(step, "") if step == "CONNECT" and next(connected) > 2 else None
        ) as (
            port,
            log,
        ):
            mailer_for(port, connections=6).send(map(outgoing, range(1, 101)), notes)
        assert Counter(notes.outcomes.values()) == {Outcome.SENT: 100}
        assert len(log.accepted) == 100

    def test_a_server_that_drops_everything_is_left(self) -> None:
        """It costs as many rows as there are attempts, not the whole audience."""
        notes = Notes()
        with rogue_server(at("MESSAGE", Do.DROP)) as (port, _log), pytest.raises(MailError, match="cannot be used"):
            mailer_for(port, retry_delays=(0.01, 0.01)).send(map(outgoing, range(1, 100)), notes)
        assert notes.outcomes == dict.fromkeys((1, 2, 3), Outcome.UNKNOWN)


class TestJournal:
    """Without the ledger nothing is finished."""

    def test_an_intent_that_fails_sends_nothing(self) -> None:
        """When the ledger cannot record the intent, the error comes out and no message was finished."""

        class Broken(Notes):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                raise StoreError("the database is gone")

        with rogue_server(lambda *_: None) as (port, log), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 50)), Broken())
        assert log.accepted == []

    def test_a_receipt_that_cannot_be_stored_stops_the_sending(self) -> None:
        """After it at most what every connection had in flight has left."""

        class Broken(Notes):
            def settle(self, receipts: Sequence[Receipt]) -> None:
                raise StoreError("the database is gone")

        notes = Broken()
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=3).send(map(outgoing, range(1, 200)), notes)
        assert 1 <= len(log.accepted) <= sum(map(len, notes.intended)) <= 3

    def test_an_intent_never_passes_the_receipt_before_it(self) -> None:
        """A receipt given while the journal is busy is stored before an intent given after it is granted."""
        written: list[str] = []
        busy, go_on = threading.Event(), threading.Event()

        class Busy(Notes):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                written.extend(f"intent {message.delivery_id}" for message in messages)
                return super().intend(messages)

            def settle(self, receipts: Sequence[Receipt]) -> None:
                busy.set()
                assert go_on.wait(10)
                written.extend(f"receipt {receipt.delivery_id}" for receipt in receipts)

        async def work() -> None:
            committer = GroupCommitter(Busy())
            receipts = [Receipt(delivery_id=number, token="t", outcome=Outcome.SENT) for number in (1, 2)]
            granted: asyncio.Future[set[int]] = asyncio.get_running_loop().create_future()
            committer.record_receipts(receipts[:1])
            await asyncio.to_thread(busy.wait, 10)
            committer.record_receipts(receipts[1:])
            committer.record_intents(
                [QueuedMessage(outgoing(3))], lambda _parcels, allowed: granted.set_result(allowed)
            )
            go_on.set()
            assert await granted == {3}
            assert await committer.close() is None

        asyncio.run(work())
        assert written == ["receipt 1", "receipt 2", "intent 3"]

    def test_the_intent_is_durable_before_the_end_of_the_message(self) -> None:
        """Whatever the server has whole was intended before: at the moment of acceptance the intent is on record."""
        notes = Notes()
        decide, unproven = watch_for_unproven(notes)
        with rogue_server(decide) as (port, log):
            mailer_for(port, connections=5).send(map(outgoing, range(1, 101)), notes)
        assert len(log.accepted) == 100
        assert unproven == []


class TestAccounts:
    """Whatever a server does, every message is accounted for and nobody gets it twice."""

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_two_hundred_recipients_and_a_server_that_misbehaves_at_random(self, seed: int) -> None:
        """Sent was accepted once, unknown at most once, anything else never."""
        dice = random.Random(seed)
        replies = ["421 4.3.2 bye", "450 4.2.0 later", "451 4.3.0 later", "550 5.1.1 no", "552 full", "554 no"]
        misdeeds: list[Behaviour] = [Do.DROP, Do.BABBLE, *replies]

        def decide(step: str, _argument: str) -> Behaviour:
            if step in {"CONNECT", "EHLO", "QUIT", "RSET"} or dice.random() > 0.05:
                return None
            return Do.TAKE_AND_DROP if step == "MESSAGE" and dice.random() < 0.5 else dice.choice(misdeeds)

        notes = Notes()
        plan = {number: outgoing(number) for number in range(1, 201)}
        with rogue_server(lambda step, what: None if step in {"CONNECT", "EHLO"} else decide(step, what)) as (
            port,
            log,
        ):
            mailer_for(port, connections=6, retry_delays=[0.001] * 50).send(plan.values(), notes)
        copies = {number: log.copies[f"<{number}@gazette.example>"] for number in plan}
        assert set(notes.outcomes) == set(plan)
        for number, outcome in notes.outcomes.items():
            most = 1 if outcome in {Outcome.SENT, Outcome.UNKNOWN} else 0
            assert (1 if outcome is Outcome.SENT else 0) <= copies[number] <= most
        assert len(set(notes.outcomes.values())) >= 4

"""The SMTP mailer when connections or the ledger fail: surely not sent, or unknown, and never sent twice."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from unittest import mock

import pytest

from digest.errors import MailError, StoreError
from digest.mailers.smtp import connection_worker, pool
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.model.deliveries import Outcome, Outgoing, Receipt
from tests.support.mailing import BRIEF, RecordingJournal, hasty, mailer_for, outgoing, send_one, watch_for_unproven
from tests.support.smtp_server import HOST, Behaviour, Do, at, rogue_server


class TestLostConnections:
    """Before its last bytes a message is surely not sent; after them, without a reply, it is unknown."""

    @pytest.mark.parametrize("fault", [Do.DROP, Do.HANG, Do.BABBLE])
    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BODY", "MESSAGE"])
    def test_mailer_no_reply_at_each_step_is_deferred_or_unknown(self, step: str, fault: Do) -> None:
        """Closed, silent or not SMTP: deferred before the end of the message, unknown after it; the next is sent."""
        journal = RecordingJournal()
        first = iter([fault])
        big = outgoing(1, b"x" * 70 + b"\r\n" if step != "BODY" else (b"x" * 70 + b"\r\n") * 200_000)
        with rogue_server(lambda here, _: next(first, None) if here == step else None) as (port, log):
            mailer_for(port, deadlines=hasty(step) if fault is Do.HANG else BRIEF).send([big, outgoing(2)], journal)
        assert journal.outcomes == {1: Outcome.UNKNOWN if step == "MESSAGE" else Outcome.DEFERRED, 2: Outcome.SENT}
        assert [one.message_id for one in log.accepted] == ["<2@gazette.example>"]
        assert log.connections >= 2  # more where a busy machine misses the deadline of 0.3 s while connecting
        assert journal.receipts[0].text

    def test_mailer_message_accepted_without_reply_is_unknown(self) -> None:
        """A server that accepts the message and closes the connection leaves it unknown; it is not sent again."""
        with rogue_server(at("MESSAGE", Do.TAKE_AND_DROP)) as (port, log):
            receipt, _journal = send_one(port)
        assert (receipt.outcome, len(log.accepted)) == (Outcome.UNKNOWN, 1)

    def test_mailer_refusal_inside_the_message_is_refused(self) -> None:
        """A 552 in the middle of a message is a refusal, and the end of the message is not sent."""
        with rogue_server(at("BODY", "552 5.3.4 too big")) as (port, log):
            journal = RecordingJournal()
            mailer_for(port).send([outgoing(1, (b"x" * 70 + b"\r\n") * 100_000)], journal)
        assert journal.outcomes == {1: Outcome.REFUSED}
        assert log.accepted == []

    @pytest.mark.parametrize(("step", "outcome"), [("RCPT", Outcome.DEFERRED), ("MESSAGE", Outcome.UNKNOWN)])
    def test_mailer_slow_reply_is_ended_by_the_deadline(self, step: str, outcome: Outcome) -> None:
        """The deadline is for the whole reply, even if it arrives byte by byte."""
        with rogue_server(at(step, Do.DRIP)) as (port, _log):
            receipt, _journal = send_one(port, deadlines=hasty(step))
        assert receipt.outcome is outcome
        assert "0.3 s" in receipt.text

    def test_mailer_421_between_messages_defers_nothing(self) -> None:
        """After a 421 between two messages the next one is sent on a new connection."""
        journal = RecordingJournal()
        with rogue_server(at("MESSAGE", "250 2.0.0 Ok\r\n421 4.4.2 idle for too long")) as (port, log):
            mailer_for(port, retry_delays=()).send(map(outgoing, range(1, 6)), journal)
        assert journal.outcomes == dict.fromkeys(range(1, 6), Outcome.SENT)
        assert log.connections == 5

    @pytest.mark.parametrize("behaviour", ["421 too busy", "454 later", Do.DROP, Do.HANG])
    def test_mailer_server_without_connections_raises_mail_error(self, behaviour: Behaviour) -> None:
        """After the last retry delay; no message was started, and there is no receipt."""
        journal = RecordingJournal()
        with (
            rogue_server(at("CONNECT", behaviour)) as (port, log),
            pytest.raises(MailError, match=f"{HOST}:{port} cannot be used after 3 attempts"),
        ):
            mailer_for(port, connections=5, deadlines=hasty("CONNECT"), retry_delays=(0.01, 0.01)).send(
                map(outgoing, range(1, 10)), journal
            )
        assert journal.receipts == []
        assert log.connections == 3

    def test_mailer_server_that_stops_working_raises_mail_error_since_when(self) -> None:
        """From its last message: an alert is due once the server could not be used for a quarter of an hour."""
        now, steps = 0, Counter[str]()

        def behave(step: str, _text: str) -> Behaviour | None:
            nonlocal now
            steps[step] += 1
            if step == "MESSAGE":
                now = 5000  # the first message takes long, but arrives
                return Do.DROP if steps[step] > 1 else None
            if step == "CONNECT" and steps[step] > 1:
                now += 100
                return "421 too busy"
            return None

        with (
            rogue_server(behave) as (port, _log),
            mock.patch.object(connection_worker, "time", mock.Mock(monotonic=lambda: now)),
            pytest.raises(MailError, match="cannot be used after 3 attempts") as raised,
        ):
            mailer_for(port, retry_delays=(0.01, 0.01), window=1).send(map(outgoing, range(1, 4)), RecordingJournal())
        assert raised.value.lasted == 200

    def test_mailer_server_that_is_gone_after_a_quiet_time_raises_mail_error_since_it_was_tried(self) -> None:
        """The hours in which nothing was to be sent are no outage."""
        now, ended, connections = 0, threading.Event(), count(1)

        def behave(step: str, _text: str) -> Behaviour | None:
            nonlocal now
            if step == "QUIT":
                ended.set()
            if step == "CONNECT" and next(connections) > 1:
                now += 100
                return "421 too busy"
            return None

        def messages() -> Iterator[Outgoing]:
            nonlocal now
            yield outgoing(1)
            assert ended.wait(10)
            now += 5000
            yield outgoing(2)

        with (
            rogue_server(behave) as (port, _log),
            mock.patch.object(connection_worker, "time", mock.Mock(monotonic=lambda: now)),
            pytest.raises(MailError, match="cannot be used after 3 attempts") as raised,
        ):
            mailer_for(port, retry_delays=(0.01, 0.01), most_messages=1).send(messages(), RecordingJournal())
        assert raised.value.lasted == 300

    def test_mailer_closed_port_raises_mail_error(self) -> None:
        """The error names the reason."""
        with rogue_server(lambda *_: None) as (port, _log):
            pass
        with pytest.raises(MailError, match="connection refused"):
            mailer_for(port).send([outgoing(1)], RecordingJournal())

    @pytest.mark.parametrize("code", [421, 554])
    def test_mailer_server_with_few_connections_gets_everything(self, code: int) -> None:
        """If the server accepts only two connections, these two send all messages."""
        connected = count(1)
        first_two = at("CONNECT", f"{code} too many connections")
        journal = RecordingJournal()
        with rogue_server(
            lambda step, _: first_two(step, "") if step == "CONNECT" and next(connected) > 2 else None
        ) as (
            port,
            log,
        ):
            mailer_for(port, connections=6).send(map(outgoing, range(1, 101)), journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 100}
        assert len(log.accepted) == 100
        assert log.connections <= 2 + 4 * 2  # each of the others gives up after a second attempt

    @pytest.mark.parametrize("reply", ["500 what?", "502 5.5.1 not implemented", "503 bad sequence of commands"])
    def test_mailer_server_that_announces_chunking_without_bdat_gets_everything(self, reply: str) -> None:
        """Some proxies repeat what the server behind them announces; DATA is used then, and nothing is unknown."""
        decided = {"EHLO": "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING", "BDAT": reply}
        journal = RecordingJournal()
        with rogue_server(lambda step, _: decided.get(step)) as (port, log):
            mailer_for(port, connections=3).send(map(outgoing, range(1, 31)), journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 30}
        assert set(log.copies.values()) == {1}
        assert len(log.copies) == 30

    def test_mailer_server_without_bdat_gets_no_text_as_commands(self) -> None:
        """What it does not take for a message it reads as commands, and an article's text may be some."""
        commands = b"RSET\r\nMAIL FROM:<x@evil.example>\r\nRCPT TO:<victim@readers.example>\r\nDATA\r\nBuy!\r\n.\r\n"
        decided = {"EHLO": "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING", "BDAT": "500 what?"}
        journal = RecordingJournal()
        with rogue_server(lambda step, _: decided.get(step)) as (port, log):
            mailer_for(port, connections=3).send([outgoing(number, commands) for number in range(1, 31)], journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 30}
        assert {one.recipient for one in log.accepted} == {outgoing(number).recipient for number in range(1, 31)}
        assert len(log.accepted) == 30

    @pytest.mark.parametrize("extension", ["HELP", "PIPELINING"])
    def test_mailer_server_that_closes_after_each_message_gets_everything_at_once(self, extension: str) -> None:
        """The next message was announced and not begun, so that it need not wait for a retry."""
        state = {"sent": 0}

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "EHLO":
                state["sent"] = 0
                return f"250-mail.example\r\n250 {extension}"
            state["sent"] += step == "MESSAGE"
            return Do.DROP if step in {"RSET", "MAIL"} and state["sent"] else None

        journal = RecordingJournal()
        with rogue_server(decide) as (port, log):
            mailer_for(port).send(map(outgoing, range(1, 11)), journal)
        assert journal.outcomes == dict.fromkeys(range(1, 11), Outcome.SENT)
        assert log.connections == 10

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "MESSAGE"])
    def test_mailer_server_that_says_why_it_ends_each_session_is_quoted(self, step: str) -> None:
        """Instead of "connection lost"."""
        with (
            rogue_server(at(step, "421 4.3.2 going down")) as (port, _log),
            pytest.raises(MailError, match="attempts: 421 going down;"),
        ):
            mailer_for(port).send(map(outgoing, range(1, 11)), RecordingJournal())

    def test_mailer_server_that_drops_every_message_is_given_up(self) -> None:
        """It costs one message for each attempt, not the whole audience."""
        journal = RecordingJournal()
        with rogue_server(at("MESSAGE", Do.DROP)) as (port, _log), pytest.raises(MailError, match="cannot be used"):
            mailer_for(port, retry_delays=(0.01, 0.01)).send(map(outgoing, range(1, 100)), journal)
        assert journal.outcomes == dict.fromkeys((1, 2, 3), Outcome.UNKNOWN)


class TestJournal:
    """Without the ledger no message is finished."""

    def test_mailer_intent_that_fails_sends_nothing(self) -> None:
        """If the ledger cannot record the intent, its error is raised and no message is finished."""

        class BrokenJournal(RecordingJournal):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                raise StoreError("the database is gone")

        with rogue_server(lambda *_: None) as (port, log), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 50)), BrokenJournal())
        assert log.accepted == []

    def test_mailer_receipt_that_cannot_be_stored_stops_sending(self) -> None:
        """At most the messages in flight have been sent."""

        class BrokenJournal(RecordingJournal):
            def settle(self, receipts: Sequence[Receipt]) -> None:
                raise StoreError("the database is gone")

        journal = BrokenJournal()
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=3).send(map(outgoing, range(1, 200)), journal)
        assert 1 <= len(log.accepted) <= sum(map(len, journal.intended)) <= 3

    def test_group_committer_intent_never_overtakes_an_earlier_receipt(self) -> None:
        """A receipt submitted while the journal is busy is stored before a later intent is granted."""
        written: list[str] = []
        busy, go_on = threading.Event(), threading.Event()

        class BusyJournal(RecordingJournal):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                written.extend(f"intent {message.delivery_id}" for message in messages)
                return super().intend(messages)

            def settle(self, receipts: Sequence[Receipt]) -> None:
                busy.set()
                assert go_on.wait(10)
                written.extend(f"receipt {receipt.delivery_id}" for receipt in receipts)

        async def work() -> None:
            committer = GroupCommitter(BusyJournal(), lambda _error: None, lambda: 1)
            receipts = [Receipt(delivery_id=number, token="t", outcome=Outcome.SENT) for number in (1, 2)]
            granted: asyncio.Future[set[int]] = asyncio.get_running_loop().create_future()
            committer.record_receipts(receipts[:1])
            await asyncio.to_thread(busy.wait, 10)
            committer.record_receipts(receipts[1:])
            committer.record_intents(
                [QueuedMessage(outgoing(3))], lambda _messages, allowed: granted.set_result(allowed)
            )
            go_on.set()
            assert await granted == {3}
            assert await committer.close() is None

        asyncio.run(work())
        assert written == ["receipt 1", "receipt 2", "intent 3"]

    def test_mailer_intent_is_recorded_before_the_end_of_the_message(self) -> None:
        """When the server accepts a message, its intent is recorded."""
        journal = RecordingJournal()
        decide, unproven = watch_for_unproven(journal)
        with rogue_server(decide) as (port, log):
            mailer_for(port, connections=5).send(map(outgoing, range(1, 101)), journal)
        assert len(log.accepted) == 100
        assert unproven == []


class TestRandomFaults:
    """Whatever a server does, every message is accounted for and nobody gets it twice."""

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_mailer_random_faults_account_for_every_message(self, seed: int) -> None:
        """A sent message was accepted once, an unknown one at most once, any other never."""
        rng = random.Random(seed)
        replies = ["421 4.3.2 bye", "450 4.2.0 later", "451 4.3.0 later", "550 5.1.1 no", "552 full", "554 no"]
        faults: list[Behaviour] = [Do.DROP, Do.BABBLE, *replies]

        def decide(step: str, _argument: str) -> Behaviour:
            if step in {"CONNECT", "EHLO", "QUIT", "RSET"} or rng.random() > 0.05:
                return None
            return Do.TAKE_AND_DROP if step == "MESSAGE" and rng.random() < 0.5 else rng.choice(faults)

        journal = RecordingJournal()
        messages = {number: outgoing(number) for number in range(1, 201)}
        with rogue_server(lambda step, what: None if step in {"CONNECT", "EHLO"} else decide(step, what)) as (
            port,
            log,
        ):
            mailer_for(port, connections=6, retry_delays=[0.001] * 50).send(messages.values(), journal)
        copies = {number: log.copies[f"<{number}@gazette.example>"] for number in messages}
        assert set(journal.outcomes) == set(messages)
        for number, outcome in journal.outcomes.items():
            most = 1 if outcome in {Outcome.SENT, Outcome.UNKNOWN} else 0
            assert (1 if outcome is Outcome.SENT else 0) <= copies[number] <= most
        assert len(set(journal.outcomes.values())) >= 4


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_mailer_that_is_stopped_leaves_a_server_that_is_silent_before_the_message(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was accepted, and whoever stops it does not wait for the five minutes of a reply."""
    monkeypatch.setattr(pool, "_LOOK", 0.01)
    monkeypatch.setattr(pool, "_GRACE", 0.01)
    journal = RecordingJournal()

    def decide(at_step: str, _recipient: str) -> Behaviour:
        journal.is_stopped = journal.is_stopped or at_step == step
        return Do.HANG if at_step == step else None

    with rogue_server(decide) as (port, log):
        mailer_for(port).send([outgoing(1)], journal)
    assert log.accepted == []
    assert set(journal.outcomes.values()) <= {Outcome.DEFERRED}
    assert not any("no reply" in receipt.text for receipt in journal.receipts)


def test_mailer_that_is_stopped_waits_for_the_result_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unknown only once the time of the reply is over, also where the next one was begun behind it."""
    monkeypatch.setattr(pool, "_LOOK", 0.01)
    monkeypatch.setattr(pool, "_GRACE", 0.01)
    journal = RecordingJournal()

    def decide(step: str, _recipient: str) -> Behaviour:
        journal.is_stopped = journal.is_stopped or step == "MESSAGE"
        if step == "EHLO":
            return "250-mail.example\r\n250 PIPELINING"
        return Do.HANG if step == "MESSAGE" else None

    with rogue_server(decide) as (port, _log):
        mailer_for(port, deadlines=hasty("MESSAGE", 0.1)).send([outgoing(1), outgoing(2)], journal)
    (receipt,) = (one for one in journal.receipts if one.outcome is Outcome.UNKNOWN)
    assert receipt.text == "no reply within 0.1 s after the end of the message"

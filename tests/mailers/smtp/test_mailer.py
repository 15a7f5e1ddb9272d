"""The SMTP mailer against real servers: what each behaviour of a server becomes in the ledger's words."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

import pytest

from digest.errors import MailError, StoreError
from digest.model.deliveries import Outcome, Outgoing
from tests.support.mailing import HASTY, Notes, mailer_for, outgoing, send_one
from tests.support.smtp_server import Behaviour, Do, at, honest_server, rogue_server


class TestSending:
    """An honest server gets every message once, as it was made."""

    def test_every_message_arrives_once_with_its_envelope(self) -> None:
        """Sent means accepted: the content byte for byte, one recipient in each transaction, the queue id kept."""
        notes = Notes()
        with honest_server() as (port, log):
            mailer_for(port, connections=4).send((outgoing(number) for number in range(1, 51)), notes)
        assert notes.outcomes == dict.fromkeys(range(1, 51), Outcome.SENT)
        assert sorted((one.recipient, one.sender, one.content) for one in log.accepted) == sorted(
            (one.recipient, one.sender, one.content) for one in map(outgoing, range(1, 51))
        )
        assert all(receipt.queue_id and receipt.queue_id.startswith("Q") for receipt in notes.receipts)
        assert {receipt.token for receipt in notes.receipts} == {f"token-{number}" for number in range(1, 51)}

    def test_connections_are_kept_and_not_more_than_messages(self) -> None:
        """Two messages need at most two connections, and fifty are carried by the permitted few."""
        for messages, most in ((2, 2), (50, 3)):
            with rogue_server(lambda *_: None) as (port, log):
                connections = 10 if messages == 2 else 3
                mailer_for(port, connections=connections).send(map(outgoing, range(1, messages + 1)), Notes())
            assert log.connections <= most
            assert len(log.accepted) == messages
            assert log.commands.count("QUIT") == log.connections

    def test_a_connection_ends_after_its_share_of_messages(self) -> None:
        """With two messages to a connection, five messages take three connections."""
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port, most_messages=2).send(map(outgoing, range(1, 6)), Notes())
        assert (log.connections, len(log.accepted)) == (3, 5)

    def test_no_message_no_connection(self) -> None:
        """An iterable without messages opens no connection."""
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port).send([], Notes())
        assert log.connections == 0

    def test_intents_are_grouped(self) -> None:
        """Many connections share the ledger's transactions: fewer intend calls than messages, all in one thread."""
        notes = Notes()
        gate = threading.Barrier(2)

        class Slow(Notes):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                if not self.intended:
                    gate.wait(10)
                return super().intend(messages)

        def decide(step: str, _argument: str) -> Behaviour:
            arrived.append(step == "DATA")
            if sum(arrived) == 8 and step == "DATA":
                threading.Thread(target=gate.wait, args=(10,)).start()
            return None

        arrived: list[bool] = []
        notes = Slow()
        with rogue_server(decide) as (port, _log):
            mailer_for(port, connections=8).send(map(outgoing, range(1, 41)), notes)
        assert len(notes.intended) < 40
        assert max(map(len, notes.intended)) > 1
        assert sum(map(len, notes.intended)) == 40
        assert len(notes.threads) == 1

    def test_messages_are_pulled_lazily(self) -> None:
        """No more messages are pulled than are in flight and a few ahead."""
        sent = Notes()
        pulled = count(1)
        ahead: list[int] = []

        def messages() -> Iterator[Outgoing]:
            for number in range(1, 61):
                ahead.append(next(pulled) - len(sent.receipts))
                yield outgoing(number)

        with honest_server() as (port, _log):
            mailer_for(port, connections=2).send(messages(), sent)
        assert len(sent.receipts) == 60
        assert max(ahead) <= 2 + 2 + 2 + 1  # in flight, ahead, receipts on their way to the journal, and this one

    @pytest.mark.parametrize(("senders", "pause"), [(1, 0.02), (2, 0.04)])
    def test_the_rate_holds_messages_back(self, senders: int, pause: float) -> None:
        """At 50 a second no message is pulled sooner than 20 ms after the one before it; where two send, than 40."""
        moments: list[float] = []

        def messages() -> Iterator[Outgoing]:
            for number in range(1, 6):
                moments.append(time.monotonic())
                yield outgoing(number)

        with honest_server() as (port, log):
            mailer_for(port, connections=2, rate="50/s").send(messages(), Notes(senders=senders))
        assert len(log.accepted) == 5
        assert moments[-1] - moments[0] >= 4 * pause - 0.004

    @pytest.mark.parametrize(("senders", "most"), [(1, 6), (2, 3), (4, 1), (9, 1)])
    def test_the_connections_are_those_of_all_senders(self, senders: int, most: int) -> None:
        """Each has its part of them, and one at least."""
        notes = Notes(senders=senders)
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port, connections=6).send(map(outgoing, range(1, 61)), notes)
        assert len(notes.receipts) == len(log.accepted) == 60
        assert log.most_at_once == most

    def test_a_sender_makes_room_for_others_and_takes_it_back(self) -> None:
        """Another comes while it sends with four connections, and goes again: it leaves two, and opens two."""
        notes = Notes()
        at_once: dict[int, int] = {}
        counts = count(1)

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "MESSAGE":
                number = next(counts)
                at_once[number] = log.open
                notes.senders = 2 if 100 <= number < 300 else 1
            return None

        with rogue_server(decide) as (port, log):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 601)), notes)
        assert Counter(notes.outcomes.values()) == {Outcome.SENT: 600}
        assert max(at_once[number] for number in range(1, 100)) == 4
        assert {at_once[number] for number in range(250, 300)} == {2}
        assert max(at_once[number] for number in range(400, 601)) == 4

    def test_who_serves_stays_while_others_only_try(self) -> None:
        """The one good connection is not given up for those that never come to serve."""
        notes = Notes()
        connects = count(1)

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "MESSAGE":
                notes.senders = 2
                time.sleep(0.01)  # it lasts until the others have given up
            return Do.HANG if step == "CONNECT" and next(connects) > 1 else None

        with rogue_server(decide) as (port, _log):
            mailer_for(port, connections=4, deadlines=HASTY).send(map(outgoing, range(1, 121)), notes)
        assert Counter(notes.outcomes.values()) == {Outcome.SENT: 120}
        assert next(connects) > 2

    def test_who_only_tries_is_excused_when_nothing_is_left(self) -> None:
        """One connection serves and sends everything: that the others never came is no error, and not waited for."""
        notes = Notes()
        connects = count(1)

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "MESSAGE" and len(log.accepted) == 39:
                time.sleep(0.1)  # the others have begun to try
            return Do.HANG if step == "CONNECT" and next(connects) > 1 else None

        with rogue_server(decide) as (port, log):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 41)), notes)
        assert Counter(notes.outcomes.values()) == {Outcome.SENT: 40}
        assert next(connects) > 2

    def test_a_server_that_loses_a_connection_now_and_then_is_used_on(self) -> None:
        """Each of them carries three messages and takes a fourth without a word: more of them than there are pauses."""
        notes = Notes()
        messages = count(1)

        def decide(step: str, _argument: str) -> Behaviour:
            return Do.TAKE_AND_DROP if step == "MESSAGE" and next(messages) % 4 == 0 else None

        with rogue_server(decide) as (port, log):
            mailer_for(port, retry_delays=(0.01, 0.01)).send(map(outgoing, range(1, 41)), notes)
        assert Counter(notes.outcomes.values()) == {Outcome.SENT: 30, Outcome.UNKNOWN: 10}
        assert log.connections == 10

    def test_the_iterables_error_ends_the_sending(self) -> None:
        """What the iterable raises comes out, after the messages in flight have been settled."""
        notes = Notes()

        def messages() -> Iterator[Outgoing]:
            yield outgoing(1)
            while not notes.receipts:
                threading.Event().wait(0.01)
            raise StoreError("the database is gone")

        with honest_server() as (port, log), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=3).send(messages(), notes)
        assert len(log.accepted) == 1
        assert notes.outcomes == {1: Outcome.SENT}


class TestRefusals:
    """Each step × each reply has one outcome, and the connection is used again where it may be."""

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "MESSAGE"])
    @pytest.mark.parametrize("code", [421, 450, 451, 452, 550, 552, 554])
    def test_a_refusal_at_each_step(self, step: str, code: int) -> None:
        """4xx is tried later; 5xx is about the recipient or the message, but about us at MAIL and for 552."""
        about_us = code == 552 or (step == "MAIL" and code >= 500)
        expected = Outcome.DEFERRED if code < 500 else Outcome.REFUSED if about_us else Outcome.BOUNCED
        notes = Notes()
        first = iter([f"{code} no"])
        with rogue_server(lambda here, _: next(first, None) if here == step else None) as (port, log):
            mailer_for(port).send(map(outgoing, (1, 2)), notes)
        assert notes.outcomes == {1: expected, 2: Outcome.SENT}
        assert notes.receipts[0].code == code
        assert [one.message_id for one in log.accepted] == ["<2@gazette.example>"]
        assert log.connections == (2 if code == 421 else 1)
        assert ("RSET" in log.commands) == (code != 421)
        assert any(1 in group for group in notes.intended) == (step == "MESSAGE")

    @pytest.mark.parametrize("reply", ["530 5.7.0 login first", "550 5.7.1 policy", "535 5.7.8 no", "503 bad sequence"])
    @pytest.mark.parametrize("step", ["RCPT", "MESSAGE"])
    def test_a_refusal_about_us(self, step: str, reply: str) -> None:
        """Replies that would meet every message are refusals, never a reader's bounce."""
        with rogue_server(at(step, reply)) as (port, _log):
            receipt, _notes = send_one(port)
        assert receipt.outcome is Outcome.REFUSED

    def test_a_full_mailbox_is_the_recipients(self) -> None:
        """552 5.2.2 is about one mailbox (RFC 3463, 3.3): it must not stop the issue."""
        with rogue_server(at("RCPT", "552 5.2.2 over quota")) as (port, _log):
            receipt, _notes = send_one(port)
        assert (receipt.outcome, receipt.enhanced) == (Outcome.BOUNCED, "5.2.2")

    def test_the_reply_is_kept_without_addresses(self) -> None:
        """Code, enhanced code and words are kept; no address, control character or endless text is."""
        reply = (
            f"550-5.1.1 <reader1@readers.example>: no\x07 such user\r\n550 5.1.1 ask postmaster@x.example {'z ' * 300}"
        )
        with rogue_server(at("RCPT", reply)) as (port, _log):
            receipt, _notes = send_one(port)
        assert (receipt.code, receipt.enhanced) == (550, "5.1.1")
        assert receipt.text.startswith("<…>: no such user ask <…>")
        assert "@" not in receipt.text
        assert len(receipt.text) <= 300

    def test_the_ledger_takes_a_message_back(self) -> None:
        """A message whose intent is refused is never finished and gets no receipt; the next one goes out."""
        notes = Notes(refuse={1})
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port).send(map(outgoing, (1, 2)), notes)
        assert [one.message_id for one in log.accepted] == ["<2@gazette.example>"]
        assert notes.outcomes == {2: Outcome.SENT}

    @pytest.mark.parametrize(
        "address",
        [
            "b@x.example>\r\nRCPT TO:<evil@y.example",
            "a b@x.example",
            "<a@x.example>",
            "я@x.example",
            "a@пример.example",
            '"a b"@x.example',
            f"{'a' * 65}@x.example",
            f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.example",
            "a@x.example ",
            "a@x.example\x00",
            "a@[127.0.0.1]",
            "a",
            "",
        ],
    )
    def test_an_address_that_is_not_plain_is_never_written(self, address: str) -> None:
        """It bounces by our own check; the server hears nothing of it, and the others get theirs."""
        odd = Outgoing(delivery_id=1, token="t", sender="b@x.example", recipient=address, parts=(b"\r\n",))
        notes = Notes()
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port).send([odd, outgoing(2)], notes)
        assert notes.outcomes == {1: Outcome.BOUNCED, 2: Outcome.SENT}
        assert notes.receipts[0].text == "address refused by our own check"
        assert log.commands.count("MAIL") == 1
        assert [one.recipient for one in log.accepted] == ["reader2@readers.example"]

    @pytest.mark.parametrize(
        "body",
        [b"a\nb\r\n", b"a\rb\r\n", b"\n.\r\n", b"\r.\r\r\n", b"x" * 999 + b"\r\n", b"no end", b"\x00\r\n", b"\xff\r\n"],
    )
    def test_content_that_could_smuggle_is_not_sent(self, body: bytes) -> None:
        """Bare CR or LF, long lines, NUL and 8-bit octets are a fault of ours: nothing of the message leaves."""
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(MailError, match="delivery 1 was not sent"):
            mailer_for(port).send([outgoing(1, body)], Notes())
        assert log.accepted == []
        assert "MAIL" not in log.commands

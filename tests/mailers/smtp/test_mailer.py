"""The SMTP mailer with real servers: the outcome of each behaviour of a server."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, count, repeat, takewhile

import pytest

from digest.errors import MailError, StoreError
from digest.mailers.smtp import pacing
from digest.model.deliveries import Outcome, Outgoing
from tests.support.fast_sink import sinking
from tests.support.mailing import BRIEF, RecordingJournal, hasty, mailer_for, outgoing, send_one
from tests.support.smtp_server import HOST, Behaviour, Do, at, honest_server, rogue_server


class TestSending:
    """A server without faults gets every message once and unchanged."""

    def test_mailer_every_message_arrives_once_with_its_envelope(self) -> None:
        """Each arrives byte for byte, with one recipient in its transaction; the queue id is kept."""
        journal = RecordingJournal()
        with honest_server() as (port, log):
            mailer_for(port, connections=4).send((outgoing(number) for number in range(1, 51)), journal)
        assert journal.outcomes == dict.fromkeys(range(1, 51), Outcome.SENT)
        assert sorted((one.recipient, one.sender, one.content) for one in log.accepted) == sorted(
            (one.recipient, one.sender, one.content) for one in map(outgoing, range(1, 51))
        )
        assert all(receipt.queue_id and receipt.queue_id.startswith("Q") for receipt in journal.receipts)
        assert {receipt.token for receipt in journal.receipts} == {f"token-{number}" for number in range(1, 51)}

    def test_mailer_connections_are_reused_and_limited(self) -> None:
        """Two messages use at most two connections, and fifty the three permitted ones."""
        for messages, most in ((2, 2), (50, 3)):
            with rogue_server(lambda *_: None) as (port, log):
                connections = 10 if messages == 2 else 3
                mailer_for(port, connections=connections).send(
                    map(outgoing, range(1, messages + 1)), RecordingJournal()
                )
            assert log.connections <= most
            assert len(log.accepted) == messages

    def test_mailer_connection_ends_after_its_allowance(self) -> None:
        """With two messages to a connection, five messages take three connections, and each ends with QUIT."""
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port, most_messages=2).send(map(outgoing, range(1, 6)), RecordingJournal())
        assert (log.connections, len(log.accepted), log.commands.count("QUIT")) == (3, 5, 3)

    def test_mailer_without_messages_opens_no_connection(self) -> None:
        """An iterable without messages opens no connection."""
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port).send([], RecordingJournal())
        assert log.connections == 0

    def test_mailer_intents_of_connections_are_grouped(self) -> None:
        """Connections share the ledger's transactions: fewer calls than messages, all in one thread."""
        gate = threading.Barrier(2)

        class SlowJournal(RecordingJournal):
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
        journal = SlowJournal()
        with rogue_server(decide) as (port, _log):
            mailer_for(port, connections=8).send(map(outgoing, range(1, 41)), journal)
        assert len(journal.intended) < 40
        assert max(map(len, journal.intended)) > 1
        assert sum(map(len, journal.intended)) == 40
        assert len(journal.threads) == 1

    def test_mailer_pulls_few_messages_ahead(self) -> None:
        """The messages pulled are those in flight and a few more."""
        sent = RecordingJournal()
        pulled = count(1)
        ahead: list[int] = []

        def messages() -> Iterator[Outgoing]:
            for number in range(1, 61):
                ahead.append(next(pulled) - len(sent.receipts))
                yield outgoing(number)

        with honest_server() as (port, _log):
            mailer_for(port, connections=2).send(messages(), sent)
        assert len(sent.receipts) == 60
        assert max(ahead) <= 2 + 4 + 2 + 1  # in flight, ahead, receipts on their way to the journal, and this one

    @pytest.mark.parametrize("at_first", [10, 1])
    def test_mailer_beside_other_senders_pulls_for_its_own_connections(self, at_first: int) -> None:
        """What it has pulled is claimed, and waits for the end of its lease if this host is lost.

        Of ten connections it has one, with a window of 8: from the beginning, or once nine other senders have started.
        """
        journal = RecordingJournal(senders=at_first)
        ahead: list[int] = []

        def messages() -> Iterator[Outgoing]:
            for number in range(1, 3001):
                ahead.append(number - len(journal.receipts))
                if number == 1000:
                    journal.senders, journal.place = 10, 9
                yield outgoing(number)

        with sinking() as (port, _taken):
            mailer_for(port, connections=10, window=8).send(messages(), journal)
        assert len(journal.receipts) == 3000
        most = 2 * 8 + 8 + 8  # ahead of the connection, in flight, and receipts
        assert max(ahead[2000:]) <= most
        assert (max(ahead) > most) == (at_first == 1)

    def test_mailer_rate_pulls_each_message_in_its_turn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """At 50 a second the two messages of a block are 20 ms apart; those of other senders lie between the blocks."""
        looked: list[float] = []  # the times from which the mailer counts
        pulled: list[float] = []
        reserved: list[float] = []
        blocks = chain([(0.0, 2), (0.1, 0), (0.2, 2)], repeat((0.0, 2)))

        def clock() -> float:
            looked.append(time.monotonic())
            return looked[-1]

        class Shared(RecordingJournal):
            def reserve_turns(self, name: str, rate: float) -> tuple[float, int]:
                assert (name, rate) == ("smtp", 50)
                reserved.append(looked[-1])
                return next(blocks)

        def messages() -> Iterator[Outgoing]:
            for number in range(1, 6):
                pulled.append(time.monotonic())
                yield outgoing(number)

        monkeypatch.setattr(pacing, "take_turn", partial(pacing.take_turn, clock=clock))
        monkeypatch.setattr(pacing, "LATEST", 60)  # on a busy machine no turn is given up
        with honest_server() as (port, log):
            mailer_for(port, connections=2, rate="50/s").send(messages(), Shared())
        assert len(log.accepted) == 5
        rounding = 1e-6
        assert pulled[1] - reserved[0] >= 0.02 - rounding  # the first one was pulled by the mailer itself
        assert reserved[2] - reserved[1] >= 0.1 - rounding
        assert pulled[2] - reserved[2] >= 0.2 - rounding
        assert pulled[3] - reserved[2] >= 0.22 - rounding

    def test_mailer_store_fails_while_turns_are_reserved_raises_its_error(self) -> None:
        """Of all messages together, or of a relay; what was not started is left."""

        class Failing(RecordingJournal):
            def reserve_turns(self, _name: str, _rate: float) -> tuple[float, int]:
                raise StoreError("the database is full")

        with honest_server() as (one, log), honest_server() as (other, _log):
            relays = [{"host": HOST, "port": port, "rate": "50/s"} for port in (one, other)]
            for more in ({"rate": "50/s"}, {"relays": relays}):
                with pytest.raises(StoreError, match="full"):
                    mailer_for(one, **more).send(map(outgoing, range(1, 4)), Failing())
        assert len(log.accepted) <= 1

    @pytest.mark.parametrize(("senders", "most"), [(1, 6), (2, 3), (4, 1), (9, 1)])
    def test_mailer_connections_are_shared_by_all_senders(self, senders: int, most: int) -> None:
        """Each sender uses its part of them, but at least one."""
        journal = RecordingJournal(senders=senders)
        with rogue_server(lambda *_: None) as (port, log):
            # More than 60 where the others connect late: on a busy machine the first connection has sent them by then.
            numbers = takewhile(lambda number: number <= 60 or log.most_at_once < most, range(1, 10_000))
            mailer_for(port, connections=6).send(map(outgoing, numbers), journal)
        assert len(journal.receipts) == len(log.accepted) >= 60
        assert log.most_at_once == most

    def test_mailer_other_sender_starts_and_ends_adapts_connections(self) -> None:
        """While another sender is there, it uses two of its four connections; afterwards four again."""
        journal = RecordingJournal()
        at_once: dict[int, int] = {}
        counts = count(1)

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "MESSAGE":
                number = next(counts)
                at_once[number] = log.open
                journal.senders = 2 if 100 <= number < 300 else 1
            return None

        with rogue_server(decide) as (port, log):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 601)), journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 600}
        assert max(at_once[number] for number in range(1, 100)) == 4
        assert {at_once[number] for number in range(250, 300)} == {2}
        assert max(at_once[number] for number in range(400, 601)) == 4

    def test_mailer_serving_connection_is_kept_while_others_connect(self) -> None:
        """The only working connection is not closed in favour of those that cannot connect."""
        journal = RecordingJournal()
        connects = count(1)
        others_gave_up = threading.Event()

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "MESSAGE":
                journal.senders = 2
            if step != "CONNECT":
                return None
            number = next(connects)
            if number == 6:  # of four connections
                others_gave_up.set()
            return Do.HANG if number > 1 else None

        def paced() -> Iterator[Outgoing]:
            yield from map(outgoing, range(1, 60))
            assert others_gave_up.wait(60)
            yield from map(outgoing, range(60, 121))

        with rogue_server(decide) as (port, _log):
            mailer_for(port, connections=4, deadlines=hasty("CONNECT", 0.8)).send(paced(), journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 120}

    def test_mailer_hanging_connections_are_cancelled_at_the_end(self) -> None:
        """One connection sends everything: the others that hang are no error and are not waited for."""
        journal = RecordingJournal()
        connects = count(1)
        others_connect = threading.Event()

        def decide(step: str, _argument: str) -> Behaviour:
            if step != "CONNECT" or next(connects) == 1:
                return None
            others_connect.set()
            return Do.HANG

        def paced() -> Iterator[Outgoing]:
            yield from map(outgoing, range(1, 40))
            assert others_connect.wait(30)
            yield outgoing(40)

        with rogue_server(decide) as (port, _log):
            patient = replace(BRIEF, connect=3600, greeting=3600)
            mailer_for(port, connections=4, deadlines=patient).send(paced(), journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 40}

    def test_mailer_server_that_drops_some_connections_is_used_further(self) -> None:
        """Each connection carries three messages and is lost at the fourth, more often than there are retry delays."""
        journal = RecordingJournal()
        messages = count(1)

        def decide(step: str, _argument: str) -> Behaviour:
            return Do.TAKE_AND_DROP if step == "MESSAGE" and next(messages) % 4 == 0 else None

        with rogue_server(decide) as (port, log):
            mailer_for(port, retry_delays=(0.01, 0.01)).send(map(outgoing, range(1, 41)), journal)
        assert Counter(journal.outcomes.values()) == {Outcome.SENT: 30, Outcome.UNKNOWN: 10}
        assert log.connections == 10

    def test_mailer_error_of_the_iterable_is_raised(self) -> None:
        """It is raised after the messages in flight have been settled."""
        journal = RecordingJournal()

        def messages() -> Iterator[Outgoing]:
            yield outgoing(1)
            while not journal.receipts:
                threading.Event().wait(0.01)
            raise StoreError("the database is gone")

        with honest_server() as (port, log), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=3).send(messages(), journal)
        assert len(log.accepted) == 1
        assert journal.outcomes == {1: Outcome.SENT}


class TestRefusals:
    """Each step and reply has one outcome, and the connection is reused where possible."""

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "MESSAGE"])
    @pytest.mark.parametrize("code", [421, 450, 451, 452, 550, 552, 554])
    def test_mailer_refusal_at_each_step_has_its_outcome(self, step: str, code: int) -> None:
        """4xx is deferred; 5xx bounces, or is a refusal of the sender at MAIL and for 552 from DATA on."""
        of_sender = code >= 500 and (step == "MAIL" or (code == 552 and step != "RCPT"))
        expected = Outcome.DEFERRED if code < 500 else Outcome.REFUSED if of_sender else Outcome.BOUNCED
        journal = RecordingJournal()
        first = iter([f"{code} no"])
        with rogue_server(lambda here, _: next(first, None) if here == step else None) as (port, log):
            mailer_for(port).send(map(outgoing, (1, 2)), journal)
        assert journal.outcomes == {1: expected, 2: Outcome.SENT}
        assert journal.receipts[0].code == code
        assert [one.message_id for one in log.accepted] == ["<2@gazette.example>"]
        assert log.connections == (2 if code == 421 else 1)
        assert ("RSET" in log.commands) == (code != 421)
        assert any(1 in group for group in journal.intended) == (step == "MESSAGE")

    @pytest.mark.parametrize(
        "reply",
        [
            "500 5.5.1 what?",
            "502 5.5.1 not implemented",
            "503 5.5.1 bad sequence",
            "504 5.5.4 no such parameter",
            "530 5.7.0 login first",
            "534 5.7.9 another mechanism",
            "535 5.7.8 no",
            "538 5.7.11 encrypt first",
            "550 5.7.1 policy",
            "552 5.3.4 too big",
            "554 5.7.26 no DKIM",
        ],
    )
    @pytest.mark.parametrize(
        ("step", "outcome"),
        [
            ("MAIL", Outcome.REFUSED),
            ("RCPT", Outcome.BOUNCED),
            ("DATA", Outcome.REFUSED),
            ("MESSAGE", Outcome.REFUSED),
        ],
    )
    def test_mailer_reply_about_the_sender_bounces_only_at_rcpt(self, step: str, outcome: Outcome, reply: str) -> None:
        """At RCPT every 5xx concerns that recipient; elsewhere these replies concern every message."""
        with rogue_server(at(step, reply)) as (port, _log):
            receipt, _journal = send_one(port)
        assert receipt.outcome is outcome

    @pytest.mark.parametrize(
        ("step", "reply", "outcome"),
        [
            ("RCPT", "552 5.2.2 over quota", Outcome.BOUNCED),
            ("MESSAGE", "552 5.2.2 over quota", Outcome.DEFERRED),
            ("MESSAGE", "554 5.2.2 mailbox full", Outcome.DEFERRED),
            ("MESSAGE", "552 5.2.3 longer than this mailbox allows", Outcome.BOUNCED),
            ("MESSAGE", "550 5.2.1 mailbox disabled", Outcome.BOUNCED),
        ],
    )
    def test_mailer_reply_about_a_mailbox_concerns_one_message(self, step: str, reply: str, outcome: Outcome) -> None:
        """5.2.x concerns one mailbox (RFC 3463, 3.3) and never pauses the issue; a full one may have room later."""
        with rogue_server(at(step, reply)) as (port, _log):
            receipt, _journal = send_one(port)
        assert (receipt.outcome, receipt.enhanced) == (outcome, reply[4:9])

    def test_mailer_receipt_has_the_reply_without_addresses(self) -> None:
        """Code, enhanced code and text are kept, without addresses or control characters, and shortened."""
        reply = (
            f"550-5.1.1 <reader1@readers.example>: no\x07 such user\r\n550 5.1.1 ask postmaster@x.example {'z ' * 300}"
        )
        with rogue_server(at("RCPT", reply)) as (port, _log):
            receipt, _journal = send_one(port)
        assert (receipt.code, receipt.enhanced) == (550, "5.1.1")
        assert receipt.text.startswith("<…>: no such user ask <…>")
        assert "@" not in receipt.text
        assert len(receipt.text) <= 300

    def test_mailer_refused_intent_sends_nothing(self) -> None:
        """A message whose intent is refused is not finished and gets no receipt; the next one is sent."""
        journal = RecordingJournal(refuse={1})
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port).send(map(outgoing, (1, 2)), journal)
        assert [one.message_id for one in log.accepted] == ["<2@gazette.example>"]
        assert journal.outcomes == {2: Outcome.SENT}

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
    def test_mailer_invalid_address_bounces_without_a_command(self, address: str) -> None:
        """It bounces, the server gets no command with it, and the others get their messages."""
        invalid = Outgoing(delivery_id=1, token="t", sender="b@x.example", recipient=address, parts=(b"\r\n",))
        journal = RecordingJournal()
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port).send([invalid, outgoing(2)], journal)
        assert journal.outcomes == {1: Outcome.BOUNCED, 2: Outcome.SENT}
        assert journal.receipts[0].text == "address refused by our own check"
        assert log.commands.count("MAIL") == 1
        assert [one.recipient for one in log.accepted] == ["reader2@readers.example"]

    @pytest.mark.parametrize(
        "body",
        [b"a\nb\r\n", b"a\rb\r\n", b"\n.\r\n", b"\r.\r\r\n", b"x" * 999 + b"\r\n", b"no end", b"\x00\r\n", b"\xff\r\n"],
    )
    def test_mailer_invalid_content_is_not_sent(self, body: bytes) -> None:
        """Bare CR or LF (SMTP smuggling), long lines, NUL and 8-bit octets: nothing of the message is sent."""
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(MailError, match="delivery 1 was not sent"):
            mailer_for(port).send([outgoing(1, body)], RecordingJournal())
        assert log.accepted == []
        assert "MAIL" not in log.commands


@pytest.mark.parametrize("offers", [True, False])
def test_mailer_states_the_size_to_servers_that_offer_size(offers: bool) -> None:
    """Others refuse the parameter (RFC 1870); the octets are those of the message, with its dots as they are."""
    message = outgoing(1, b".dots\r\n" * 100)
    arguments: list[str] = []

    def decide(step: str, argument: str) -> Behaviour:
        arguments.extend([argument] * (step == "MAIL"))
        return "250-mail.example\r\n250 HELP" if step == "EHLO" and not offers else None

    with rogue_server(decide) as (port, _log):
        send_one(port, message)
    assert arguments == [f"FROM:<{message.sender}>" + (f" SIZE={len(message.content)}" if offers else "")]

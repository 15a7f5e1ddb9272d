"""The SMTP mailer against real servers: what each behaviour of a server becomes in the ledger's words."""

import asyncio
import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from digest.errors import ConfigurationError, MailError, StoreError
from digest.mailers.smtp import SmtpMailer
from digest.mailers.smtp_clerk import Clerk
from digest.mailers.smtp_replies import Step, judge, make_reply
from digest.mailers.smtp_rules import content_defect, dot_stuffed, is_plain_address
from digest.mailers.smtp_session import Deadlines
from digest.model import Outcome, Outgoing, Receipt
from digest.settings import SmtpSettings
from tests.certificates import Authority, make_authority, self_signed
from tests.smtp_server import HOST, PASSWORD, USER, Behaviour, Do, at, honest_server, rogue_server

BRIEF = Deadlines(connect=5, command=5, transfer=5, answer=5, quit=2)
HASTY = Deadlines(connect=0.3, command=0.3, transfer=0.3, answer=0.3, quit=0.3)


def mailer_for(
    port: int,
    *,
    connections: int = 1,
    deadlines: Deadlines = BRIEF,
    root: Path = Path(),
    most_messages: int = 1000,
    pauses: Sequence[float] = (0.01, 0.01, 0.01, 0.01),
    **more: Any,
) -> SmtpMailer:
    """A mailer for a server on this machine, with short deadlines and pauses."""
    smtp = SmtpSettings(host=HOST, port=port, connections=connections, **more)
    return SmtpMailer(smtp, root, deadlines=deadlines, pauses=pauses, most_messages=most_messages)


def outgoing(number: int, body: bytes = b"Hello.\r\n", recipient: str | None = None) -> Outgoing:
    """A small message whose Message-ID tells its number."""
    return Outgoing(
        delivery_id=number,
        token=f"token-{number}",
        sender="bounce@gazette.example",
        recipient=recipient or f"reader{number}@readers.example",
        content=b"Message-ID: <%d@gazette.example>\r\nSubject: News\r\n\r\n" % number + body,
    )


class Notes:
    """A journal that keeps what it is told, in the order in which it was told; `refuse` may not be finished."""

    def __init__(self, refuse: Iterable[int] = ()) -> None:
        self.refuse = set(refuse)
        self.intended: list[set[int]] = []
        self.receipts: list[Receipt] = []
        self.threads: set[str] = set()

    def intend(self, messages: Sequence[Outgoing]) -> set[int]:
        self.threads.add(threading.current_thread().name)
        allowed = {message.delivery_id for message in messages} - self.refuse
        self.intended.append(allowed)
        return allowed

    def settle(self, receipts: Sequence[Receipt]) -> None:
        self.receipts += receipts

    @property
    def outcomes(self) -> dict[int, Outcome]:
        assert len({receipt.delivery_id for receipt in self.receipts}) == len(self.receipts)
        return {receipt.delivery_id: receipt.outcome for receipt in self.receipts}


def send_one(port: int, message: Outgoing | None = None, **more: Any) -> tuple[Receipt, Notes]:
    """Send one message and return its receipt."""
    notes = Notes()
    mailer_for(port, **more).send([message or outgoing(1)], notes)
    return notes.receipts[0], notes


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that the mailer is told to trust."""
    return make_authority(tmp_path_factory.mktemp("authority"))


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

    def test_the_rate_holds_messages_back(self) -> None:
        """At 50 a second no message is pulled sooner than 20 ms after the one before it."""
        moments: list[float] = []

        def messages() -> Iterator[Outgoing]:
            for number in range(1, 6):
                moments.append(time.monotonic())
                yield outgoing(number)

        with honest_server() as (port, log):
            mailer_for(port, connections=2, rate="50/s").send(messages(), Notes())
        assert len(log.accepted) == 5
        assert moments[-1] - moments[0] >= 4 * 0.019

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
        odd = Outgoing(delivery_id=1, token="t", sender="b@x.example", recipient=address, content=b"\r\n")
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
            mailer_for(port, pauses=()).send(map(outgoing, range(1, 6)), notes)
        assert notes.outcomes == dict.fromkeys(range(1, 6), Outcome.SENT)
        assert log.connections == 5

    @pytest.mark.parametrize("behaviour", ["421 too busy", "454 later", Do.DROP, Do.HANG])
    def test_a_server_that_takes_no_connection_closes_the_way(self, behaviour: Behaviour) -> None:
        """After the last pause the mailer says so; nothing was begun and no row is touched."""
        notes = Notes()
        with (
            rogue_server(at("CONNECT", behaviour)) as (port, log),
            pytest.raises(MailError, match=f"{HOST}:{port} cannot be used, in 3 attempts"),
        ):
            mailer_for(port, connections=5, deadlines=HASTY, pauses=(0.01, 0.01)).send(
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
            mailer_for(port, pauses=(0.01, 0.01)).send(map(outgoing, range(1, 100)), notes)
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
            clerk = Clerk(Busy())
            receipts = [Receipt(delivery_id=number, token="t", outcome=Outcome.SENT) for number in (1, 2)]
            clerk.settle(receipts[0])
            await asyncio.to_thread(busy.wait, 10)
            clerk.settle(receipts[1])
            granted = asyncio.ensure_future(clerk.intend(outgoing(3)))
            await asyncio.sleep(0)
            go_on.set()
            assert await granted
            assert await clerk.close() is None

        asyncio.run(work())
        assert written == ["receipt 1", "receipt 2", "intent 3"]

    def test_the_intent_is_durable_before_the_end_of_the_message(self) -> None:
        """Whatever the server has whole was intended before: at the moment of acceptance the intent is on record."""
        notes = Notes()
        unproven: list[str] = []

        def decide(step: str, recipient: str) -> Behaviour:
            if step == "MESSAGE":
                number = int(recipient.partition("@")[0].removeprefix("reader"))
                unproven.extend([recipient] * (not any(number in group for group in notes.intended)))
            return None

        with rogue_server(decide) as (port, log):
            mailer_for(port, connections=5).send(map(outgoing, range(1, 101)), notes)
        assert len(log.accepted) == 100
        assert unproven == []


class TestLogin:
    """A password leaves only over TLS (or on this machine), and a refusal stops everything before the first message."""

    def test_login_over_starttls(self, authority: Authority, tmp_path: Path) -> None:
        """An aiosmtpd server that demands STARTTLS and a login gets both."""
        context = authority.server(tmp_path)
        with honest_server(context) as (port, log):
            receipt, _notes = send_one(
                port, security="starttls", username=USER, password=SecretStr(PASSWORD), ca_file=str(authority.file)
            )
        assert receipt.outcome is Outcome.SENT
        assert log.secure_logins == 1

    def test_a_refused_login_stops_everything(self) -> None:
        """535: one attempt with each offered method on one connection, one sentence, no message, no receipt."""
        notes = Notes()
        with (
            rogue_server(at("AUTH", "535 5.7.8 wrong for digest@gazette.example"), logins=True) as (port, log),
            pytest.raises(MailError) as caught,
        ):
            mailer_for(port, connections=8, security="none", username=USER, password=SecretStr(PASSWORD)).send(
                map(outgoing, range(1, 30)), notes
            )
        assert f"{HOST}:{port}" in str(caught.value)
        assert "535" in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert "@" not in str(caught.value)
        assert notes.receipts == []
        assert log.connections == 1
        assert "MAIL" not in log.commands

    def test_no_login_offered(self) -> None:
        """A user name for a server without AUTH is a fault of the settings, said so."""
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(MailError, match="offers no login"):
            send_one(port, security="none", username=USER, password=SecretStr(PASSWORD))
        assert "MAIL" not in log.commands

    def test_a_login_that_is_refused_for_now_is_tried_again(self) -> None:
        """454 is not a wrong password."""
        first = iter(["454 4.7.0 later", "454 4.7.0 later"])  # PLAIN and LOGIN of the first connection
        with rogue_server(lambda here, _: next(first, None) if here == "AUTH" else None, logins=True) as (port, log):
            receipt, _notes = send_one(port, security="none", username=USER, password=SecretStr(PASSWORD))
        assert (receipt.outcome, log.connections) == (Outcome.SENT, 2)


class TestTls:
    """TLS is verified, and never silently absent."""

    def _refused(self, port: int, says: str, authority: Authority | None, security: str = "starttls") -> None:
        notes = Notes()
        file = str(authority.file) if authority else ""
        with pytest.raises(MailError, match=says):
            mailer_for(
                port, security=security, username=USER, password=SecretStr(PASSWORD), ca_file=file, connections=3
            ).send(map(outgoing, range(1, 5)), notes)
        assert notes.receipts == []

    @pytest.mark.parametrize("kind", ["self-signed", "wrong name", "expired", "unknown authority"])
    def test_a_certificate_that_proves_nothing_is_refused(
        self, kind: str, authority: Authority, tmp_path: Path
    ) -> None:
        """No login and no message for a server that cannot prove its name."""
        contexts = {
            "self-signed": lambda: self_signed(tmp_path),
            "wrong name": lambda: authority.server(tmp_path, name="other.example"),
            "expired": lambda: authority.server(tmp_path, days=-1),
            "unknown authority": lambda: authority.server(tmp_path),
        }
        trusted = None if kind == "unknown authority" else authority
        with rogue_server(lambda *_: None, tls=contexts[kind](), logins=True) as (port, log):
            self._refused(port, "certificate of the mail server .* is not to be trusted", trusted)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_starttls_that_is_not_offered_is_missed(self, authority: Authority) -> None:
        """A server without STARTTLS, or one from whose EHLO somebody has cut it, gets neither password nor mail."""
        with rogue_server(lambda *_: None, logins=True) as (port, log):
            self._refused(port, "does not offer STARTTLS", authority)
        assert not {"STARTTLS", "AUTH", "MAIL"} & set(log.commands)

    def test_starttls_that_is_refused_ends_it(self, authority: Authority, tmp_path: Path) -> None:
        """Announced and then refused is no way either."""
        with rogue_server(at("STARTTLS", "501 no"), tls=authority.server(tmp_path), logins=True) as (port, log):
            self._refused(port, "refused STARTTLS with 501", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_what_is_injected_before_tls_is_not_believed(self, authority: Authority, tmp_path: Path) -> None:
        """A reply put behind the 220 by somebody in the middle announces a login; the server itself offers none."""
        injected = "\r\n250-mail.example\r\n250 AUTH PLAIN LOGIN"
        with rogue_server(lambda *_: None, tls=authority.server(tmp_path), injected=injected) as (port, log):
            self._refused(port, "offers no login|agree on no TLS|cannot be used", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_tls_from_the_first_byte(self, authority: Authority, tmp_path: Path) -> None:
        """Security "tls" works with the authority's file, and is refused without it."""
        context = authority.server(tmp_path)
        with rogue_server(lambda *_: None, immediate=context) as (port, log):
            receipt, _notes = send_one(port, security="tls", ca_file=str(authority.file))
            assert receipt.outcome is Outcome.SENT
            self._refused(port, "not to be trusted", None, security="tls")
        assert len(log.accepted) == 1

    def test_old_tls_is_refused(self, authority: Authority, tmp_path: Path) -> None:
        """A server that speaks at most TLS 1.1 gets nothing."""
        context = authority.server(tmp_path)
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with rogue_server(lambda *_: None, tls=context, logins=True) as (port, log):
            self._refused(port, "agree on no TLS|STARTTLS failed", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_a_missing_authority_file_is_a_setting_to_mend(self, tmp_path: Path) -> None:
        """The file is looked for from the root, and named when it cannot be read."""
        (tmp_path / "empty.pem").write_text("")
        for name in ("missing.pem", "empty.pem"):
            with pytest.raises(ConfigurationError, match=f'smtp.ca_file = "{name}"'):
                mailer_for(9, security="starttls", root=tmp_path, ca_file=name).send([outgoing(1)], Notes())


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
            mailer_for(port, connections=6, pauses=[0.001] * 50).send(plan.values(), notes)
        copies = {number: log.copies[f"<{number}@gazette.example>"] for number in plan}
        assert set(notes.outcomes) == set(plan)
        for number, outcome in notes.outcomes.items():
            most = 1 if outcome in {Outcome.SENT, Outcome.UNKNOWN} else 0
            assert (1 if outcome is Outcome.SENT else 0) <= copies[number] <= most
        assert len(set(notes.outcomes.values())) >= 4


_LINE = st.one_of(
    st.sampled_from([b"", b".", b"..", b".x", b"...", b". ", b"x."]),
    st.binary(max_size=60).map(lambda raw: bytes(byte & 0x7F for byte in raw if byte & 0x7F not in (0, 10, 13))),
)


class TestLines:
    """The receiver's bytes are the sender's, dots and all."""

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(bodies=st.lists(st.lists(_LINE, max_size=40), min_size=1, max_size=5))
    def test_bytes_received_are_bytes_sent(self, bodies: list[list[bytes]]) -> None:
        """Any lines of 7-bit text survive the wire, read by aiosmtpd and by our own server."""
        messages = [
            outgoing(number, b"".join(line + b"\r\n" for line in lines)) for number, lines in enumerate(bodies, start=1)
        ]
        for server in (honest_server(), rogue_server(lambda *_: None)):
            with server as (port, log):
                mailer_for(port).send(messages, Notes())
            assert [one.content for one in log.accepted] == [one.content for one in messages]

    @given(st.binary(max_size=300))
    def test_the_law_of_lines(self, raw: bytes) -> None:
        """Content without a defect, stuffed, holds the end of data nowhere, and un-stuffs to itself."""
        if content_defect(raw) is None:
            stuffed = dot_stuffed(raw)
            assert b"\r\n.\r\n" not in b"\r\n" + stuffed
            lines = stuffed.split(b"\r\n")
            assert b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines) == raw

    @pytest.mark.parametrize("secure", [False, True])
    @pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
    def test_large_messages_pass(
        self, loop: str, secure: bool, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A message far larger than any buffer arrives whole, with and without TLS, on both event loops."""
        if loop == "asyncio":
            monkeypatch.setattr("digest.mailers.smtp._loop_factory", lambda: None)
        big = outgoing(1, (b"." + b"x" * 97 + b"\r\n") * 30_000)
        tls = authority.server(tmp_path) if secure else None
        with rogue_server(lambda *_: None, tls=tls) as (port, log):
            more = {"security": "starttls", "ca_file": str(authority.file)} if secure else {}
            receipt, _notes = send_one(port, message=big, **more)
        assert receipt.outcome is Outcome.SENT
        assert log.accepted[0].content == big.content


class TestReplies:
    """What is read in a reply."""

    @pytest.mark.parametrize(
        ("text", "queue_id"),
        [
            ("2.0.0 Ok: queued as 4F3Xyz12", "4F3Xyz12"),
            ("OK id=1tAbCd-000000001-2xYz", "1tAbCd-000000001-2xYz"),
            ("2.0.0 4ABCdef0123 Message accepted for delivery", "4ABCdef0123"),
            ("2.0.0 OK  1700000000 a640c23a62f3a-abc.12 - gsmtp", "a640c23a62f3a-abc.12"),
            ("Ok 0100018c1234abcd-5678-000000", "0100018c1234abcd-5678-000000"),
            ("2.6.0 [InternalId=1234567890, Hostname=x.example] Queued mail for delivery", "1234567890"),
            ("2.0.0 Ok", None),
            ("Message accepted", None),
        ],
    )
    def test_queue_ids(self, text: str, queue_id: str | None) -> None:
        """The usual servers' forms are known; nothing is made up."""
        assert make_reply(250, [text]).queue_id == queue_id

    @given(st.text(max_size=200), st.emails())
    def test_no_address_survives(self, noise: str, address: str) -> None:
        """Whatever stands around it, an address is not in the words."""
        words = make_reply(550, [f"{noise} <{address}> {noise}"]).words
        assert address not in words
        assert len(words) <= 300

    @given(st.sampled_from(Step), st.integers(400, 599))
    def test_a_4xx_is_always_deferred_and_a_5xx_never(self, step: Step, code: int) -> None:
        """Temporary is temporary, permanent is permanent."""
        assert (judge(step, make_reply(code, ["no"])) is Outcome.DEFERRED) == (code < 500)

    @given(st.emails())
    def test_plain_addresses_have_no_room_for_commands(self, address: str) -> None:
        """Whatever is called plain holds no control, space, bracket, and keeps the limits."""
        if is_plain_address(address):
            assert len(address) <= 254
            assert not set(address) & set('<>\r\n\t "')
            assert address.isascii()

"""Sessions that end early: the password stays here, a refusal stays a refusal, and pauses grow."""

import asyncio
import threading
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from digest.errors import MailError, SenderRefusedError
from digest.mailers.smtp.mailer import SmtpMailer
from digest.model.deliveries import Outcome, Receipt
from digest.settings.mail import SmtpSettings
from tests.support.mailing import RecordingJournal, mailer_for, outgoing, send_one
from tests.support.smtp_server import HOST, PASSWORD, USER, Behaviour, at, rogue_server, serving

_LOGIN: dict[str, Any] = {"username": USER, "password": SecretStr(PASSWORD)}


class TestPassword:
    """Without TLS a password is sent on this machine only."""

    def test_mailer_password_without_tls_to_another_machine_is_not_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What counts is the address of the peer, not the name in the settings."""
        peers: list[str | None] = []

        def is_elsewhere(host: str | None) -> bool:
            peers.append(host)
            return False

        monkeypatch.setattr("digest.mailers.smtp.connect.is_loopback", is_elsewhere)
        with (
            rogue_server(lambda *_: None, logins=True) as (port, log),
            pytest.raises(MailError, match="would send the password unencrypted"),
        ):
            send_one(port, security="none", **_LOGIN)
        assert peers == ["127.0.0.1"]
        assert set(log.commands) <= {"EHLO", "QUIT"}

    def test_mailer_password_without_tls_on_this_machine_is_sent(self) -> None:
        """A server on this machine needs no TLS."""
        with rogue_server(lambda *_: None, logins=True) as (port, log):
            receipt, _journal = send_one(port, security="none", **_LOGIN)
        assert receipt.outcome is Outcome.SENT
        assert "AUTH" in log.commands


class _AcceptsEmptyMessages(asyncio.Protocol):
    """A server that refuses each recipient, replies 354 to DATA nevertheless, and accepts what follows."""

    ends = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._rest = b""
        transport.write(b"220 mail.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            self._transport.write(self._reply(line.partition(b" ")[0]) + b"\r\n")

    def _reply(self, verb: bytes) -> bytes:
        type(self).ends += verb == b"."
        replies = {
            b"EHLO": b"250-mail.example\r\n250 PIPELINING",
            b"RCPT": b"550 5.1.1 nobody",
            b"DATA": b"354 go on",
            b".": b"250 2.0.0 Ok: queued as Q1",
        }
        return replies.get(verb, b"250 2.0.0 Ok")


class TestRefusedTransactions:
    """A refused message is never sent, whatever the server replies later."""

    def test_mailer_refused_recipient_and_accepted_empty_message_is_not_sent(self) -> None:
        """The reply to RCPT decides; 250 to the empty message behind it is no acceptance."""
        journal = RecordingJournal()
        with serving(_AcceptsEmptyMessages) as port:
            mailer_for(port).send(map(outgoing, range(1, 6)), journal)
        assert _AcceptsEmptyMessages.ends == 5
        assert journal.outcomes == dict.fromkeys(range(1, 6), Outcome.BOUNCED)
        assert {(one.code, one.enhanced, one.queue_id) for one in journal.receipts} == {(550, "5.1.1", None)}

    def test_mailer_refused_rset_continues_on_another_connection(self) -> None:
        """The message behind a refused RSET is restarted, not deferred, and no retry is used up."""
        refused = iter(["550 5.1.1 nobody"])
        reset = iter(["502 5.5.1 no RSET here"])

        def decide(step: str, _argument: str) -> Behaviour:
            return next({"RCPT": refused, "RSET": reset}.get(step, iter(())), None)

        journal = RecordingJournal()
        with rogue_server(decide) as (port, log):
            mailer_for(port, retry_delays=()).send(map(outgoing, (1, 2, 3)), journal)
        assert journal.outcomes == {1: Outcome.BOUNCED, 2: Outcome.SENT, 3: Outcome.SENT}
        assert log.connections == 2

    def test_mailer_withdrawn_messages_are_no_failures_of_the_server(self) -> None:
        """Sessions that end because the ledger denies a message use up no retry."""
        journal = RecordingJournal(refuse=range(1, 8))
        with rogue_server(lambda *_: None) as (port, log):
            mailer_for(port, retry_delays=()).send(map(outgoing, range(1, 10)), journal)
        assert journal.outcomes == {8: Outcome.SENT, 9: Outcome.SENT}
        assert log.connections == 8


def test_mailer_slow_ledger_slows_the_connection_down() -> None:
    """While receipts wait to be stored, no more messages are tried than the backlog holds."""
    tried = count(1)
    latest = [0, 0.0]  # how many recipients were tried, and when the last one was

    def decide(step: str, _argument: str) -> Behaviour:
        if step != "RCPT":
            return None
        latest[:] = [next(tried), time.monotonic()]
        return "550 5.1.1 nobody"

    class SlowJournal(RecordingJournal):
        most = 0

        def settle(self, receipts: Sequence[Receipt]) -> None:
            if not self.receipts:
                while time.monotonic() < latest[1] + 0.3:
                    time.sleep(0.01)
                self.most = int(latest[0])
            super().settle(receipts)

    journal = SlowJournal()
    with rogue_server(decide) as (port, _log):
        mailer_for(port).send(map(outgoing, range(1, 101)), journal)
    assert journal.outcomes == dict.fromkeys(range(1, 101), Outcome.BOUNCED)
    assert 1 <= journal.most <= 4  # one on the wire, and a backlog of a window (1) and one more


class TestConnecting:
    """What happens before the first message."""

    @pytest.fixture
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """The pauses of the mailer, which take no time."""
        pauses: list[float] = []
        sleep = asyncio.sleep
        here = threading.current_thread()

        async def record(seconds: float) -> None:
            if seconds and threading.current_thread() is here:
                pauses.append(seconds)
                seconds = 0
            await sleep(seconds)

        monkeypatch.setattr(asyncio, "sleep", record)
        return pauses

    def test_mailer_pauses_between_attempts_grow(self, pauses: list[float]) -> None:
        """1, 2, 4 and 8 seconds in this order, and then it gives up."""
        with (
            rogue_server(at("CONNECT", "421 later")) as (port, log),
            pytest.raises(MailError, match="cannot be used after 5 attempts: the connection failed with 421"),
        ):
            SmtpMailer(SmtpSettings(host=HOST, port=port), Path()).send([outgoing(1)], RecordingJournal())
        assert pauses == [1, 2, 4, 8]
        assert log.connections == 5

    def test_mailer_pauses_after_a_success_start_again(self, pauses: list[float]) -> None:
        """A connection that delivers a message forgets the failures before it."""
        faults = iter(["421 later", "421 later", None, "421 later", None])

        def decide(step: str, _argument: str) -> Behaviour:
            return next(faults, None) if step == "CONNECT" else None

        with rogue_server(decide) as (port, log):
            mailer_for(port, retry_delays=(1, 2), most_messages=1).send(map(outgoing, (1, 2)), RecordingJournal())
        assert pauses == [1, 2, 1]
        assert len(log.accepted) == 2

    @pytest.mark.parametrize("code", [500, 501, 502, 504])
    def test_mailer_server_that_does_not_know_ehlo_gets_helo(self, code: int) -> None:
        """Each of the codes that an old server may reply with (RFC 5321, 3.2)."""
        with rogue_server(at("EHLO", f"{code} what?")) as (port, log):
            receipt, _journal = send_one(port)
        assert receipt.outcome is Outcome.SENT
        assert log.commands[:2] == ["EHLO", "HELO"]

    @pytest.mark.parametrize(("step", "reply"), [("CONNECT", "554 5.7.1 go away"), ("EHLO", "550 5.7.1 go away")])
    def test_mailer_refused_session_refuses_the_sender(self, step: str, reply: str) -> None:
        """A 5xx before the first message is not tried again."""
        with rogue_server(at(step, reply)) as (port, log), pytest.raises(SenderRefusedError, match=reply[:3]):
            send_one(port)
        assert log.connections == 1
        assert log.accepted == []

"""The wire in each of its manners against real sockets: chosen from EHLO, accounted for, whatever the server does."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import pytest

from digest.errors import MailError, StoreError
from digest.failpoints import FailpointError, armed
from digest.mailers.smtp.replies import Step
from digest.model.deliveries import Outcome, Outgoing, Receipt
from tests.mailers.smtp.test_dialogue import MANNERS, PLACES
from tests.support.certificates import make_authority
from tests.support.fast_sink import FastSink, Keep, Taken, sinking
from tests.support.mailing import HASTY, Notes, mailer_for, outgoing, watch_for_unproven
from tests.support.smtp_server import Behaviour, Decide, Do, rogue_server, serving


def _sink(manner: str, decide: Decide | None = None) -> AbstractContextManager[tuple[int, Taken]]:
    pipelining, chunking = MANNERS[manner]
    return sinking(decide, pipelining=pipelining, chunking=chunking)


def _second(step: str, behaviour: Behaviour) -> Decide:
    """Behave so at the second such step of all connections."""
    met = count(1)
    return lambda here, _what: behaviour if here == step and next(met) == 2 else None


class TestChoice:
    """What EHLO announces decides."""

    @pytest.mark.parametrize("manner", MANNERS)
    def test_each_manner_is_chosen_and_keeps_its_rules(self, manner: str) -> None:
        """DATA without CHUNKING, BDAT with it; nothing runs ahead of a reply unless PIPELINING says that it may."""
        notes = Notes()
        with _sink(manner) as (port, taken):
            mailer_for(port, connections=3).send(map(outgoing, range(1, 101)), notes)
        verbs = Counter(taken.commands)
        assert notes.outcomes == dict.fromkeys(range(1, 101), Outcome.SENT)
        assert set(taken.copies.values()) == {1}
        assert (verbs["DATA"], verbs["BDAT"]) == ((0, 100) if manner == "chunked" else (100, 0))
        assert taken.breaches == Counter()
        assert sorted((one.recipient, one.content) for one in taken.accepted) == sorted(
            (one.recipient, one.content) for one in map(outgoing, range(1, 101))
        )

    def test_chunking_alone_is_not_enough(self) -> None:
        """Without PIPELINING a server gets DATA, a step at a time."""
        with sinking(pipelining=False, chunking=True) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 6)), Notes())
        assert "BDAT" not in taken.commands
        assert taken.breaches == Counter()
        assert taken.messages == 5

    def test_the_ehlo_behind_starttls_decides(self, tmp_path: Path) -> None:
        """What was announced in the clear is forgotten: somebody in the middle may have put it there."""
        authority = make_authority(tmp_path)
        lies = iter(["250-mail.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 STARTTLS"])
        with rogue_server(
            lambda step, _: next(lies, None) if step == "EHLO" else None, tls=authority.server(tmp_path)
        ) as (port, log):
            mailer_for(port, security="starttls", ca_file=str(authority.file)).send(map(outgoing, (1, 2)), Notes())
        assert len(log.accepted) == 2
        assert "BDAT" not in log.commands

    @pytest.mark.parametrize("manner", MANNERS)
    def test_dots_and_long_messages_arrive_as_they_are(self, manner: str) -> None:
        """Stuffed for DATA, plain for BDAT; in one piece or with the end kept back."""
        bodies = [b".\r\n", b"..\r\n.x\r\n", b"x\r\n", (b"." + b"y" * 97 + b"\r\n") * 12_000, b"last\r\n.\r\n"]
        messages = [outgoing(number, body) for number, body in enumerate(bodies, start=1)]
        with _sink(manner) as (port, taken):
            mailer_for(port).send(messages, Notes())
        assert [one.content for one in taken.accepted] == [one.content for one in messages]

    @pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
    @pytest.mark.parametrize("chunking", [False, True])
    def test_behind_tls_and_on_both_loops(
        self, chunking: bool, loop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Flow control holds where a transport encrypts: long and short messages arrive whole."""
        if loop == "asyncio":
            monkeypatch.setattr("digest.mailers.smtp.mailer._loop_factory", lambda: None)
        authority = make_authority(tmp_path)
        sink = FastSink(chunking=chunking, keep=Keep.ALL)
        long = (b"." + b"y" * 97 + b"\r\n") * 20_000
        messages = [outgoing(number, long if number % 5 == 0 else b"Hello.\r\n") for number in range(1, 31)]
        notes = Notes()
        with serving(sink.protocol, authority.server(tmp_path)) as port:
            mailer_for(port, connections=2, security="tls", ca_file=str(authority.file)).send(messages, notes)
        assert set(notes.outcomes.values()) == {Outcome.SENT}
        assert {one.content for one in sink.taken.accepted} == {one.content for one in messages}

    def test_a_connection_grows_old(self) -> None:
        """After its time a connection takes nothing more; even one that is old at once has carried a window."""
        with _sink("chunked") as (port, taken):
            mailer_for(port, window=4, max_age=0.000001).send(map(outgoing, range(1, 41)), Notes())
        assert taken.messages == 40
        assert taken.connections >= 10


class _Slow(asyncio.Protocol):
    """Hands what it gets to a sink's connection once `verbs` have come so many times; then it listens no more."""

    def __init__(self, sink: FastSink, verb: bytes, times: int) -> None:
        self._visit = sink.protocol()
        self._verb, self._times = verb, times
        self._kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._visit.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._visit.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._kept += data
        if self._kept.startswith((b"EHLO", b"QUIT")) or self._kept.count(self._verb) >= self._times:
            kept, self._kept = self._kept, b""
            assert isinstance(self._visit, asyncio.Protocol)
            self._visit.data_received(kept)


class TestFlights:
    """What the server has before it says a word: it is silent until that is there, so else nothing would come."""

    @pytest.mark.parametrize(("chunking", "verb", "times"), [(False, b"DATA\r\n", 1), (True, b" LAST\r\n", 8)])
    def test_nothing_waits_that_need_not(self, chunking: bool, verb: bytes, times: int) -> None:
        """A whole envelope, and behind the dot the next; or eight whole messages: in one flight."""
        sink = FastSink(chunking=chunking)
        notes = Notes()
        messages = 24 if chunking else 10
        last = outgoing(messages + 1, b"DATA\r\n LAST\r\n" * 8)  # a message that sets itself free
        with serving(lambda: _Slow(sink, verb, times)) as port:
            mailer_for(port, most_messages=messages + (not chunking)).send(
                [*map(outgoing, range(1, messages + 1)), *([] if chunking else [last])], notes
            )
        assert set(notes.outcomes.values()) == {Outcome.SENT}
        assert sink.taken.messages == messages + (not chunking)
        assert sink.taken.connections == 1


class TestRefusals:
    """Replies are matched to messages when several are in flight."""

    @pytest.mark.parametrize("code", [421, 450, 451, 550, 552, 554])
    @pytest.mark.parametrize(("manner", "step"), PLACES)
    def test_the_second_of_five(self, manner: str, step: Step, code: int) -> None:
        """Its own row has the reply; no other is lost, sent twice or wrongly blamed."""
        verb = "MESSAGE" if step is Step.MESSAGE else step.value
        notes = Notes()
        with _sink(manner, _second(verb, f"{code} no")) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 6)), notes)
        told = {receipt.delivery_id: receipt for receipt in notes.receipts}
        assert set(notes.outcomes) == {1, 2, 3, 4, 5}
        assert told[2].code == code
        assert (told[2].outcome is Outcome.DEFERRED) == (code < 500)
        accepted = {one.message_id for one in taken.accepted}
        for number in (1, 3, 4, 5):
            unknown = code == 421 and manner == "chunked" and number > 2
            assert told[number].outcome in ({Outcome.SENT, Outcome.UNKNOWN} if unknown else {Outcome.SENT})
            assert (f"<{number}@gazette.example>" in accepted) == (told[number].outcome is Outcome.SENT)
        assert set(taken.copies.values()) == {1}
        assert taken.connections == (2 if code == 421 else 1) or manner == "chunked"

    def test_a_refused_bdat_is_swallowed_whole(self) -> None:
        """BDAT refused: its octets are the server's to skip, and the next message is read from its beginning."""
        notes = Notes()
        with _sink("chunked", _second("BDAT", "451 4.3.0 later")) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 6)), notes)
        assert notes.outcomes[2] is Outcome.DEFERRED
        assert taken.messages == 4


class TestLosses:
    """A connection that ends, in each manner and at each step."""

    @pytest.mark.parametrize("misdeed", [Do.DROP, Do.HANG, Do.BABBLE, Do.TAKE_AND_DROP])
    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BDAT", "BODY", "MESSAGE"])
    @pytest.mark.parametrize("manner", MANNERS)
    def test_the_second_of_five_is_met_by_a_misdeed(self, manner: str, step: str, misdeed: Do) -> None:
        """All are accounted for; who is deferred was not accepted, and those behind it are sent or unknown."""
        notes = Notes()
        with _sink(manner, _second(step, misdeed)) as (port, taken):
            mailer_for(port, deadlines=HASTY).send(map(outgoing, range(1, 6)), notes)
        assert set(notes.outcomes) == {1, 2, 3, 4, 5}
        for number, outcome in notes.outcomes.items():
            copies = taken.copies[f"<{number}@gazette.example>"]
            assert copies <= (outcome in {Outcome.SENT, Outcome.UNKNOWN})
            assert copies or outcome is not Outcome.SENT
        assert notes.outcomes[1] is Outcome.SENT
        if manner != "chunked":
            counts = Counter(notes.outcomes.values())
            assert counts[Outcome.SENT] >= 4

    @pytest.mark.parametrize("manner", ["pipelined", "chunked"])
    def test_what_was_not_begun_is_begun_again_without_asking(self, manner: str) -> None:
        """Intents are recorded once: a message that a lost connection leaves behind goes out with the one it has."""
        notes = Notes()
        with _sink(manner, _second("MAIL", Do.DROP)) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 30)), notes)
        asked = Counter(number for group in notes.intended for number in group)
        assert set(asked.values()) == {1}
        assert set(notes.outcomes) == set(range(1, 30))
        assert max(taken.copies.values()) == 1

    @pytest.mark.parametrize("manner", ["pipelined", "chunked"])
    def test_what_nobody_can_begin_any_more_is_deferred(self, manner: str) -> None:
        """The way is closed while intended messages wait to be begun again: surely not sent, and not called unknown."""
        notes = Notes()
        with _sink(manner, _second("MAIL", Do.DROP)) as (port, taken), pytest.raises(MailError, match="cannot be used"):
            mailer_for(port, retry_delays=()).send(map(outgoing, range(1, 30)), notes)
        assert set(notes.outcomes) == set().union(*notes.intended)
        assert taken.messages == Counter(notes.outcomes.values())[Outcome.SENT]


class TestLedger:
    """The window bounds what a crash can leave unknown."""

    @pytest.mark.parametrize("manner", MANNERS)
    def test_no_more_is_intended_than_the_windows_hold(self, manner: str) -> None:
        """Intended and without a stored receipt: at most connections × window at every moment (I12)."""

        class Watchful(Notes):
            most = 0

            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                allowed = super().intend(messages)
                self.most = max(self.most, sum(map(len, self.intended)) - len(self.receipts))
                return allowed

        notes = Watchful()
        with _sink(manner) as (port, _taken):
            mailer_for(port, connections=3, window=4).send(map(outgoing, range(1, 301)), notes)
        assert len(notes.receipts) == 300
        assert notes.most <= 3 * (1 if manner == "steps" else 4)

    @pytest.mark.parametrize("manner", MANNERS)
    def test_nothing_whole_leaves_before_its_intent(self, manner: str) -> None:
        """At the moment when the server has a message whole, the intent is on record."""
        notes = Notes()
        decide, unproven = watch_for_unproven(notes)
        with _sink(manner, decide) as (port, taken):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 201)), notes)
        assert taken.messages == 200
        assert unproven == []

    @pytest.mark.parametrize("manner", MANNERS)
    def test_a_receipt_that_cannot_be_stored_stops_the_sending(self, manner: str) -> None:
        """At most what the windows held has left, and the journal's error comes out."""

        class Broken(Notes):
            def settle(self, receipts: Sequence[Receipt]) -> None:
                raise StoreError("the database is gone")

        notes = Broken()
        with _sink(manner) as (port, taken), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=2, window=3).send(map(outgoing, range(1, 200)), notes)
        assert 1 <= taken.messages <= sum(map(len, notes.intended)) <= 6

    @pytest.mark.parametrize("manner", ["pipelined", "chunked"])
    def test_an_iterable_that_fails_leaves_nothing_unsettled(self, manner: str) -> None:
        """What was intended by then is sent or given up, and said so: nothing is left to be called unknown."""
        notes = Notes()

        def messages() -> Iterator[Outgoing]:
            yield from map(outgoing, range(1, 40))
            raise StoreError("the database is gone")

        with _sink(manner) as (port, taken), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=2).send(messages(), notes)
        assert set(notes.outcomes) == set().union(*notes.intended)
        assert taken.messages == Counter(notes.outcomes.values())[Outcome.SENT]


class TestOurOwnFaults:
    """An error in our own work ends the sending with that error, and with accounts that hold."""

    @pytest.mark.parametrize("step", ["before_mail", "after_envelope", "before_end", "after_end", "on_reply"])
    @pytest.mark.parametrize("manner", MANNERS)
    def test_an_error_anywhere(self, manner: str, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It comes out; sent was accepted, and what was accepted is sent or unknown."""
        monkeypatch.setattr("digest.failpoints.reach", armed(f"wire.{step}=raise@7"))
        notes = Notes()
        with _sink(manner) as (port, taken), pytest.raises(FailpointError, match=step):
            mailer_for(port, connections=2).send(map(outgoing, range(1, 60)), notes)
        intended = set().union(*notes.intended)
        for number in range(1, 60):
            outcome = notes.outcomes.get(number)
            if taken.copies[f"<{number}@gazette.example>"]:
                assert number in intended
                assert outcome in {Outcome.SENT, Outcome.UNKNOWN}
            else:
                assert outcome is not Outcome.SENT


class TestAccounts:
    """Two thousand messages and a server that misbehaves at random: nobody twice, nobody missed."""

    @pytest.mark.parametrize("seed", [1, 2])
    @pytest.mark.parametrize("manner", ["pipelined", "chunked"])
    def test_two_thousand(self, manner: str, seed: int) -> None:
        """Sent was accepted once, unknown at most once, anything else never."""
        dice = random.Random(seed)
        replies = ["421 4.3.2 bye", "450 4.2.0 later", "451 4.3.0 later", "550 5.1.1 no", "552 5.2.2 full", "554 no"]

        def decide(step: str, _argument: str) -> Behaviour:
            if step in {"CONNECT", "EHLO", "QUIT"} or dice.random() > 0.01:
                return None
            misdeeds: list[Behaviour] = [
                Do.DROP,
                Do.BABBLE,
                *replies,
                *([Do.TAKE_AND_DROP] * 4 if step == "MESSAGE" else []),
            ]
            return dice.choice(misdeeds)

        notes = Notes()
        numbers = range(1, 2001)
        with _sink(manner, decide) as (port, taken):
            mailer_for(port, connections=6, retry_delays=[0.001] * 50).send(map(outgoing, numbers), notes)
        assert set(notes.outcomes) == set(numbers)
        for number, outcome in notes.outcomes.items():
            copies = taken.copies[f"<{number}@gazette.example>"]
            most = 1 if outcome in {Outcome.SENT, Outcome.UNKNOWN} else 0
            assert (1 if outcome is Outcome.SENT else 0) <= copies <= most
        assert taken.breaches == Counter()
        assert len(set(notes.outcomes.values())) >= 4

"""The modes of the dialogue with real sockets: chosen by EHLO, with each message accounted for."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import pytest

from digest import bootstrap
from digest.errors import MailError, StoreError
from digest.failpoints import FailpointError, armed
from digest.mailers.smtp.allowance import Allowance
from digest.mailers.smtp.connect import Connector
from digest.mailers.smtp.dialogue_modes import BdatTrial, make_dialogue
from digest.mailers.smtp.replies import Step
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.settings.mail import SmtpSettings
from tests.mailers.smtp.test_dialogue import MODES, REFUSALS
from tests.support.certificates import make_authority
from tests.support.checking import settings
from tests.support.fast_sink import FastSink, Keep, Taken, sinking
from tests.support.mailing import BRIEF, RecordingJournal, hasty, mailer_for, outgoing, watch_for_unproven
from tests.support.smtp_server import HOST, Behaviour, Decide, Do, rogue_server, serving


def _sink(mode: str, decide: Decide | None = None) -> AbstractContextManager[tuple[int, Taken]]:
    pipelining, chunking = MODES[mode]
    return sinking(decide, pipelining=pipelining, chunking=chunking)


def _second(step: str, behaviour: Behaviour) -> Decide:
    """Behave like that at this step of the second message; the first one takes two BDAT."""
    steps, number = count(1), 3 if step == "BDAT" else 2
    return lambda here, _what: behaviour if here == step and next(steps) == number else None


class TestChoice:
    """EHLO decides the mode."""

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_extensions_of_ehlo_choose_the_mode(self, mode: str) -> None:
        """DATA without CHUNKING, BDAT with it (for the first message twice); nothing is ahead without PIPELINING."""
        journal = RecordingJournal()
        with _sink(mode) as (port, taken):
            mailer_for(port, connections=3).send(map(outgoing, range(1, 101)), journal)
        verbs = Counter(taken.commands)
        assert journal.outcomes == dict.fromkeys(range(1, 101), Outcome.SENT)
        assert set(taken.copies.values()) == {1}
        assert (verbs["DATA"], verbs["BDAT"]) == ((0, 101) if mode == "chunked" else (100, 0))
        assert taken.breaches == Counter()
        assert sorted((one.recipient, one.content) for one in taken.accepted) == sorted(
            (one.recipient, one.content) for one in map(outgoing, range(1, 101))
        )

    def test_mailer_chunking_without_pipelining_uses_data(self) -> None:
        """Without PIPELINING a server gets DATA, one command at a time."""
        with sinking(pipelining=False, chunking=True) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 6)), RecordingJournal())
        assert "BDAT" not in taken.commands
        assert taken.breaches == Counter()
        assert taken.messages == 5

    def test_mailer_ehlo_after_starttls_chooses_the_mode(self, tmp_path: Path) -> None:
        """Extensions announced without TLS are forgotten (RFC 3207, 4.2): an attacker may have added them."""
        authority = make_authority(tmp_path)
        unencrypted = iter(["250-mail.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 STARTTLS"])
        with rogue_server(
            lambda step, _: next(unencrypted, None) if step == "EHLO" else None, tls=authority.server(tmp_path)
        ) as (port, log):
            mailer_for(port, security="starttls", ca_file=str(authority.file)).send(
                map(outgoing, (1, 2)), RecordingJournal()
            )
        assert len(log.accepted) == 2
        assert "BDAT" not in log.commands

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_dots_and_long_messages_arrive_unchanged(self, mode: str) -> None:
        """Stuffed for DATA, plain for BDAT; at once or with the end held back."""
        bodies = [b".\r\n", b"..\r\n.x\r\n", b"x\r\n", (b"." + b"y" * 97 + b"\r\n") * 12_000, b"last\r\n.\r\n"]
        messages = [outgoing(number, body) for number, body in enumerate(bodies, start=1)]
        with _sink(mode) as (port, taken):
            mailer_for(port).send(messages, RecordingJournal())
        assert [one.content for one in taken.accepted] == [one.content for one in messages]

    @pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
    @pytest.mark.parametrize("chunking", [False, True])
    def test_mailer_with_tls_and_both_event_loops_sends_everything(
        self, chunking: bool, loop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Flow control works on encrypted transports: long and short messages arrive whole."""
        if loop == "asyncio":
            monkeypatch.setattr("digest.mailers.smtp.mailer._loop_factory", lambda: None)
        authority = make_authority(tmp_path)
        sink = FastSink(chunking=chunking, keep=Keep.ALL)
        long = (b"." + b"y" * 97 + b"\r\n") * 20_000
        messages = [outgoing(number, long if number % 5 == 0 else b"Hello.\r\n") for number in range(1, 31)]
        journal = RecordingJournal()
        with serving(sink.protocol, authority.server(tmp_path)) as port:
            mailer_for(port, connections=2, security="tls", ca_file=str(authority.file)).send(messages, journal)
        assert set(journal.outcomes.values()) == {Outcome.SENT}
        assert {one.content for one in sink.taken.accepted} == {one.content for one in messages}

    def test_mailer_old_connection_takes_no_more_messages(self) -> None:
        """A connection that is too old at once still carries one window."""
        with _sink("chunked") as (port, taken):
            mailer_for(port, window=4, max_age=0.000001).send(map(outgoing, range(1, 41)), RecordingJournal())
        assert taken.messages == 40
        assert taken.connections >= 10


class _Slow(asyncio.Protocol):
    """Passes its input to a sink's connection once `verb` has arrived `times` times, and is silent until then.

    After `most` verbs in all there are no more to wait for.
    """

    def __init__(self, sink: FastSink, verb: bytes, times: int, most: int) -> None:
        self._connection = sink.protocol()
        self._verb, self._times, self._left = verb, times, most
        self._buffer = b""
        self._next = 1  # the reply to the first line shows that BDAT works, and its whole window follows

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connection.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        arrived = self._buffer.count(self._verb)
        is_released = arrived >= min(self._next, self._left)
        if self._buffer.startswith((b"EHLO", b"QUIT")) or is_released:
            received, self._buffer = self._buffer, b""
            self._left -= arrived
            self._next = self._times if is_released else self._next
            assert isinstance(self._connection, asyncio.Protocol)
            self._connection.data_received(received)


class TestFlights:
    """What the server has before its first reply: it is silent until then."""

    @pytest.mark.parametrize(("chunking", "verb", "times"), [(False, b"DATA\r\n", 1), (True, b"BDAT ", 7)])
    def test_mailer_sends_whole_flights(self, chunking: bool, verb: bytes, times: int) -> None:
        """A whole envelope, and the next one behind the final dot; or after one line a window of eight messages.

        The eighth, if it comes later than the others, waits for room for two.
        """
        sink = FastSink(chunking=chunking)
        journal = RecordingJournal()
        messages = 24 if chunking else 10
        last = outgoing(messages + 1, b"DATA\r\n LAST\r\n" * 8)  # releases itself
        with serving(lambda: _Slow(sink, verb, times, messages + 1)) as port:
            mailer_for(port, window=8, most_messages=messages + (not chunking)).send(
                [*map(outgoing, range(1, messages + 1)), *([] if chunking else [last])], journal
            )
        assert set(journal.outcomes.values()) == {Outcome.SENT}
        assert sink.taken.messages == messages + (not chunking)
        assert sink.taken.connections == 1


class TestRefusals:
    """Replies belong to the right message when several are in flight."""

    @pytest.mark.parametrize(("mode", "step", "code"), REFUSALS)
    def test_mailer_refusal_settles_only_its_message(self, mode: str, step: Step, code: int) -> None:
        """Its own receipt has the reply; no other message is lost, sent twice or refused."""
        verb = "MESSAGE" if step is Step.MESSAGE else step.value
        journal = RecordingJournal()
        with _sink(mode, _second(verb, f"{code} no")) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 6)), journal)
        receipts = {receipt.delivery_id: receipt for receipt in journal.receipts}
        assert set(journal.outcomes) == {1, 2, 3, 4, 5}
        assert receipts[2].code == code
        assert (receipts[2].outcome is Outcome.DEFERRED) == (code < 500)
        accepted = {one.message_id for one in taken.accepted}
        for number in (1, 3, 4, 5):
            unknown = code == 421 and mode == "chunked" and number > 2
            assert receipts[number].outcome in ({Outcome.SENT, Outcome.UNKNOWN} if unknown else {Outcome.SENT})
            assert (f"<{number}@gazette.example>" in accepted) == (receipts[number].outcome is Outcome.SENT)
        assert set(taken.copies.values()) == {1}
        assert taken.connections == (2 if code == 421 else 1) or mode == "chunked"

    def test_mailer_refused_bdat_does_not_affect_the_next_message(self) -> None:
        """The server skips the octets of a refused BDAT and reads the next message from its beginning."""
        journal = RecordingJournal()
        with _sink("chunked", _second("BDAT", "451 4.3.0 later")) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 6)), journal)
        assert journal.outcomes[2] is Outcome.DEFERRED
        assert taken.messages == 4


class TestLosses:
    """A connection that ends, in each mode and at each step."""

    @pytest.mark.parametrize("fault", [Do.DROP, Do.HANG, Do.BABBLE, Do.TAKE_AND_DROP])
    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BDAT", "BODY", "MESSAGE"])
    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_lost_connection_leaves_no_message_unaccounted(self, mode: str, step: str, fault: Do) -> None:
        """A deferred message was not accepted; those behind it are sent or unknown."""
        journal = RecordingJournal()
        deadlines = hasty(step) if fault is Do.HANG else BRIEF
        with _sink(mode, _second(step, fault)) as (port, taken):
            mailer_for(port, deadlines=deadlines).send(map(outgoing, range(1, 6)), journal)
        assert set(journal.outcomes) == {1, 2, 3, 4, 5}
        for number, outcome in journal.outcomes.items():
            copies = taken.copies[f"<{number}@gazette.example>"]
            assert copies <= (outcome in {Outcome.SENT, Outcome.UNKNOWN})
            assert copies or outcome is not Outcome.SENT
        assert journal.outcomes[1] is Outcome.SENT
        if mode != "chunked":
            counts = Counter(journal.outcomes.values())
            assert counts[Outcome.SENT] >= 4

    @pytest.mark.parametrize("mode", ["pipelined", "chunked"])
    def test_mailer_restarted_message_keeps_its_intent(self, mode: str) -> None:
        """Intents are recorded once: a message from a lost connection is sent with the intent that it has."""
        journal = RecordingJournal()
        with _sink(mode, _second("MAIL", Do.DROP)) as (port, taken):
            mailer_for(port).send(map(outgoing, range(1, 30)), journal)
        intents = Counter(number for group in journal.intended for number in group)
        assert set(intents.values()) == {1}
        assert set(journal.outcomes) == set(range(1, 30))
        assert max(taken.copies.values()) == 1

    @pytest.mark.parametrize("mode", ["pipelined", "chunked"])
    def test_mailer_intent_that_outlives_its_connection_is_recorded_once(self, mode: str) -> None:
        """The ledger answers after the connection is lost; another connection sends the message with that intent."""
        first_intended, second_requested, lost = threading.Event(), threading.Event(), threading.Event()

        class SlowJournal(RecordingJournal):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                if any(message.delivery_id == 2 for message in messages):
                    second_requested.set()
                    assert lost.wait(30)
                    time.sleep(0.2)  # until the mailer has noticed it, too
                allowed = super().intend(messages)
                first_intended.set()
                return allowed

        def messages() -> Iterator[Outgoing]:
            yield outgoing(1)
            assert first_intended.wait(30)
            yield outgoing(2)

        def decide(step: str, _what: str) -> Behaviour:
            if step != "MAIL" or lost.is_set():
                return None
            assert second_requested.wait(30)
            lost.set()
            return Do.DROP

        journal = SlowJournal()
        with _sink(mode, decide) as (port, _taken):
            mailer_for(port).send(messages(), journal)
        assert journal.intended == [{1}, {2}]
        assert journal.outcomes == {1: Outcome.DEFERRED, 2: Outcome.SENT}

    @pytest.mark.parametrize("mode", ["pipelined", "chunked"])
    def test_mailer_intended_message_without_connection_is_deferred(self, mode: str) -> None:
        """If the mailer gives up while intended messages wait for a restart, they are deferred, not unknown."""
        journal = RecordingJournal()
        with _sink(mode, _second("RCPT", Do.DROP)) as (port, taken), pytest.raises(MailError, match="cannot be used"):
            mailer_for(port, retry_delays=()).send(map(outgoing, range(1, 30)), journal)
        assert set(journal.outcomes) == set().union(*journal.intended)
        assert taken.messages == Counter(journal.outcomes.values())[Outcome.SENT]


class TestLedger:
    """The window limits what a crash can leave unknown."""

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_open_intents_are_limited_by_the_windows(self, mode: str) -> None:
        """Intended and without a stored receipt: at most connections × window at any time (I12 in docs/faults.md)."""

        class CountingJournal(RecordingJournal):
            most = 0

            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                allowed = super().intend(messages)
                self.most = max(self.most, sum(map(len, self.intended)) - len(self.receipts))
                return allowed

        journal = CountingJournal()
        with _sink(mode) as (port, _taken):
            mailer_for(port, connections=3, window=4).send(map(outgoing, range(1, 301)), journal)
        assert len(journal.receipts) == 300
        assert journal.most <= 3 * (1 if mode == "sequential" else 4)

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_intent_is_recorded_before_the_whole_message_is_sent(self, mode: str) -> None:
        """When the server has the whole message, its intent is recorded."""
        journal = RecordingJournal()
        decide, unproven = watch_for_unproven(journal)
        with _sink(mode, decide) as (port, taken):
            mailer_for(port, connections=4).send(map(outgoing, range(1, 201)), journal)
        assert taken.messages == 200
        assert unproven == []

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_receipt_that_cannot_be_stored_stops_sending(self, mode: str) -> None:
        """At most the windows' messages have been sent, and the journal's error is raised."""

        class BrokenJournal(RecordingJournal):
            def settle(self, receipts: Sequence[Receipt]) -> None:
                raise StoreError("the database is gone")

        journal = BrokenJournal()
        with _sink(mode) as (port, taken), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=2, window=3).send(map(outgoing, range(1, 200)), journal)
        assert 1 <= taken.messages <= sum(map(len, journal.intended)) <= 6

    @pytest.mark.parametrize("mode", ["pipelined", "chunked"])
    def test_mailer_error_of_the_iterable_leaves_nothing_unsettled(self, mode: str) -> None:
        """Every message with an intent has a receipt, so none becomes unknown."""
        journal = RecordingJournal()

        def messages() -> Iterator[Outgoing]:
            yield from map(outgoing, range(1, 40))
            raise StoreError("the database is gone")

        with _sink(mode) as (port, taken), pytest.raises(StoreError, match="gone"):
            mailer_for(port, connections=2).send(messages(), journal)
        assert set(journal.outcomes) == set().union(*journal.intended)
        assert taken.messages == Counter(journal.outcomes.values())[Outcome.SENT]


class TestInternalErrors:
    """An error in Digest's own code ends the sending with that error, and each receipt is true."""

    @pytest.mark.parametrize("step", ["before_mail", "after_envelope", "before_end", "after_end", "on_reply"])
    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_internal_error_is_raised_with_true_receipts(
        self, mode: str, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A sent message was accepted, and an accepted message is sent or unknown."""
        monkeypatch.setattr("digest.failpoints.reach", armed(f"wire.{step}=raise@7"))
        journal = RecordingJournal()
        with _sink(mode) as (port, taken), pytest.raises(FailpointError, match=step):
            mailer_for(port, connections=2).send(map(outgoing, range(1, 60)), journal)
        intended = set().union(*journal.intended)
        for number in range(1, 60):
            outcome = journal.outcomes.get(number)
            if taken.copies[f"<{number}@gazette.example>"]:
                assert number in intended
                assert outcome in {Outcome.SENT, Outcome.UNKNOWN}
            else:
                assert outcome is not Outcome.SENT


class TestRandomFaults:
    """A server that fails at random: nobody gets a message twice, and nobody is missed."""

    @pytest.mark.parametrize("seed", [1, 2])
    @pytest.mark.parametrize("mode", ["pipelined", "chunked"])
    def test_mailer_random_faults_account_for_every_message(self, mode: str, seed: int) -> None:
        """A sent message was accepted once, an unknown one at most once, any other never."""
        rng = random.Random(seed)
        replies = ["421 4.3.2 bye", "450 4.2.0 later", "451 4.3.0 later", "550 5.1.1 no", "552 5.2.2 full", "554 no"]

        def decide(step: str, _argument: str) -> Behaviour:
            if step in {"CONNECT", "EHLO", "QUIT"} or rng.random() > 0.02:
                return None
            faults: list[Behaviour] = [
                Do.DROP,
                Do.BABBLE,
                *replies,
                *([Do.TAKE_AND_DROP] * 4 if step == "MESSAGE" else []),
            ]
            return rng.choice(faults)

        journal = RecordingJournal()
        numbers = range(1, 1001)
        with _sink(mode, decide) as (port, taken):
            mailer_for(port, connections=6, retry_delays=[0.001] * 50).send(map(outgoing, numbers), journal)
        assert set(journal.outcomes) == set(numbers)
        for number, outcome in journal.outcomes.items():
            copies = taken.copies[f"<{number}@gazette.example>"]
            most = 1 if outcome in {Outcome.SENT, Outcome.UNKNOWN} else 0
            assert (1 if outcome is Outcome.SENT else 0) <= copies <= most
        assert taken.breaches == Counter()
        assert len(set(journal.outcomes.values())) >= 4


class TestWindow:
    """How many messages a session holds follows the mode and the round trip, unless the settings fix it."""

    @pytest.mark.parametrize(
        ("round_trip", "window"),
        [(0.0, 4), (0.001, 4), (0.0099, 4), (0.01, 8), (0.05, 8), (0.099, 8), (0.1, 16), (9.0, 16)],
    )
    def test_window_follows_the_round_trip_with_chunking_only(self, round_trip: float, window: int) -> None:
        """4 beside the server, 8 and 16 far away; one message a round trip needs no more than 4."""
        assert _window(chunking=True, round_trip=round_trip) == window
        assert _window(chunking=False, round_trip=round_trip) == 4
        assert _window(pipelining=False, chunking=True, round_trip=round_trip) == 1

    @pytest.mark.parametrize(("round_trip", "window"), [(0.001, 8), (0.05, 8), (0.1, 16)])
    def test_window_is_at_least_the_smallest_one(self, round_trip: float, window: int) -> None:
        """Without CHUNKING it is that, and the sequential mode still holds one message."""
        assert _window(chunking=True, round_trip=round_trip, smallest=8) == window
        assert _window(chunking=False, round_trip=round_trip, smallest=8) == 8
        assert _window(pipelining=False, chunking=True, round_trip=round_trip, smallest=8) == 1

    @pytest.mark.parametrize("chunking", [True, False])
    @pytest.mark.parametrize("smallest", [4, 8])
    def test_window_of_the_settings_is_fixed(self, smallest: int, *, chunking: bool) -> None:
        """Whatever the round trip, and wherever the ledger is."""
        for round_trip in (0.001, 0.05, 1.0):
            assert _window(chunking=chunking, round_trip=round_trip, window=7, smallest=smallest) == 7

    @pytest.mark.parametrize(
        ("url", "window"), [("sqlite:///digest.db", 4), ("postgresql://digest@db.example/digest", 8)]
    )
    def test_smtp_mailer_with_postgresql_holds_more_messages(self, url: str, window: int) -> None:
        """A transaction of the ledger takes longer there, and the connections would wait for it."""
        is_full = threading.Event()

        class WatchedJournal(RecordingJournal):
            def intend(self, messages: Sequence[Outgoing]) -> set[int]:
                allowed = super().intend(messages)
                if sum(map(len, self.intended)) == window:
                    is_full.set()
                return allowed

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "BODY" and not held:
                is_full.wait(10)
                time.sleep(0.05)  # in which a larger window would show
                held.append(sum(map(len, journal.intended)))
            return None

        held: list[int] = []
        journal = WatchedJournal()
        with _sink("pipelined", decide) as (port, _taken):
            smtp = {"host": HOST, "port": port, "connections": 1}
            bootstrap.smtp_mailer(settings(smtp=smtp, database={"url": url})).send(map(outgoing, range(1, 31)), journal)
        assert len(journal.receipts) == 30
        assert held == [window]

    @pytest.mark.parametrize(("delay", "windows"), [(0.0, {4, 8, 16}), (0.03, {8, 16}), (0.12, {16})])
    def test_connector_measures_the_round_trip_at_ehlo(self, delay: float, windows: set[int]) -> None:
        """A slow reply to EHLO widens the window; a fast one is slow where the test's machine is busy."""

        def decide(step: str, _argument: str) -> Behaviour:
            if step == "EHLO":
                time.sleep(delay)
            return None

        async def opened(port: int) -> int:
            settings = SmtpSettings(host=HOST, port=port)
            session = await Connector(settings, None, None, BRIEF, settings).open()
            await session.close()
            return session.queue.window

        with _sink("chunked", decide) as (port, _taken):
            assert asyncio.run(opened(port)) in windows


def _window(
    *, pipelining: bool = True, chunking: bool, round_trip: float, window: int | None = None, smallest: int = 4
) -> int:
    dialogue = make_dialogue(
        pipelining=pipelining,
        chunking=chunking,
        window=window,
        round_trip=round_trip,
        allowance=Allowance(100),
        takes_size=True,
        trial=BdatTrial(works=True),
        smallest_window=smallest,
    )
    return dialogue.queue.window

"""The talk on a connection, without sockets: whatever happens when, each message's outcome is what can be known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mailers.smtp import dialogue_modes
from digest.mailers.smtp.dialogue import Dialogue
from digest.mailers.smtp.dialogue_modes import make_dialogue
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.model.deliveries import Outcome, Outgoing
from tests.support.mailing import outgoing
from tests.support.scripted_server import ScriptedServer

MANNERS = {"steps": (False, False), "pipelined": (True, False), "chunked": (True, True)}
PLACES = [
    (manner, step)
    for manner in MANNERS
    for step in (Step.MAIL, Step.RCPT, Step.DATA, Step.MESSAGE)
    if (manner, step) != ("chunked", Step.DATA)  # none is said there
]
_CODES = (421, 450, 451, 550, 552, 554)
_REFUSED = (Outcome.DEFERRED, Outcome.BOUNCED, Outcome.REFUSED)


def talk_of(manner: str, window: int = 8, allowance: int = 1000) -> Dialogue:
    """A talk in that manner."""
    pipelining, chunking = MANNERS[manner]
    return make_dialogue(pipelining=pipelining, chunking=chunking, window=window, allowance=allowance, takes_size=True)


def letter(number: int, body: bytes = b"Hello.\r\n.\r\n..dots\r\n") -> Outgoing:
    """A message whose envelope tells its number on both sides."""
    return outgoing(number, body)._replace(sender=f"bounce+{number}@gazette.example")


@dataclass
class Line:
    """A connection between a talk and a server, one event at a time."""

    dialogue: Dialogue
    server: ScriptedServer
    waiting: list[QueuedMessage]
    refused_intents: set[int] = field(default_factory=set)
    intended: set[int] = field(default_factory=set)
    written: bytes = b""
    turns: int = 0
    taken_back: list[QueuedMessage] = field(default_factory=list)
    asked: list[list[QueuedMessage]] = field(default_factory=list)

    def supply(self) -> None:
        """Give the talk what it has room for."""
        room = max(0, self.dialogue.room)
        given, self.waiting = self.waiting[:room], self.waiting[room:]
        self.dialogue.queue.add(given)
        assert self.dialogue.queue.held <= self.dialogue.queue.window

    def write(self) -> bool:
        """Let the talk write one flight; whether it did."""
        if self.dialogue.broken is not None:
            return False
        parts = self.dialogue.next_flight()
        self.written += b"".join(parts)
        asks = self.dialogue.queue.take_requests()
        if asks:
            self.asked.append(asks)
        return bool(parts)

    def permit(self) -> bool:
        """Answer one request for permission; whether there was one."""
        if not self.asked:
            return False
        asks = self.asked.pop(0)
        allowed = {message_.message.delivery_id for message_ in asks} - self.refused_intents
        self.intended |= allowed
        if self.dialogue.broken is None:
            self.dialogue.answer_intents(asks, allowed)
        return True

    def deliver(self, size: int | None = None) -> bool:
        """Let the server read so many octets; whether there were any."""
        part, self.written = (self.written, b"") if size is None else (self.written[:size], self.written[size:])
        self.server.feed(part)
        assert self.server.seen_whole <= self.intended, "a whole message left before its intent"
        return bool(part)

    def reply(self) -> bool:
        """Let the talk hear one reply; whether there was one."""
        if not self.server.replies:
            return False
        self.dialogue.take_reply(self.server.replies.popleft(), [b"2.0.0 as the script says"])
        return True

    def run(self) -> None:
        """Each side in its turn, as over a long distance: all is written, all is read, all is heard."""
        while self.dialogue.broken is None:
            self.supply()
            while self.write() or self.permit():
                pass
            if not self.deliver():
                return
            self.turns += 1
            while self.reply():
                pass

    def lose(self) -> None:
        """The connection is gone."""
        self.taken_back += self.dialogue.lose("connection lost")
        while self.permit():
            pass

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """What the receipts say, at most one for each message."""
        numbers = [receipt.delivery_id for receipt in self.dialogue.in_flight.receipts]
        assert len(set(numbers)) == len(numbers)
        return {receipt.delivery_id: receipt.outcome for receipt in self.dialogue.in_flight.receipts}


def line_of(manner: str, messages: int, script: Mapping[tuple[int, Step], int] | None = None, **more: int) -> Line:
    """A line with so many messages waiting."""
    waiting = [QueuedMessage(letter(number)) for number in range(1, messages + 1)]
    return Line(talk_of(manner, **more), ScriptedServer(script or {}), waiting)


class TestRoundTrips:
    """How often both sides wait for each other: what makes a distant server slow."""

    @pytest.mark.parametrize(
        ("manner", "window", "turns"),
        [
            ("steps", 8, 4 * 40),
            ("pipelined", 8, 40 + 1),
            ("pipelined", 1, 2 * 40),
            ("chunked", 8, 5),
            ("chunked", 1, 40),
        ],
    )
    def test_forty_messages(self, manner: str, window: int, turns: int) -> None:
        """Step by step four for each message; pipelined one for each; chunked one for a whole window."""
        line = line_of(manner, 40, window=window)
        line.run()
        assert line.turns == turns
        assert line.server.accepted == list(range(1, 41))
        assert line.outcomes == dict.fromkeys(range(1, 41), Outcome.SENT)

    @pytest.mark.parametrize("manner", MANNERS)
    def test_a_share_of_messages(self, manner: str) -> None:
        """With an allowance of three a connection takes three, however many wait."""
        line = line_of(manner, 10, allowance=3)
        line.run()
        assert line.server.accepted == [1, 2, 3]
        assert line.dialogue.queue.is_exhausted
        assert len(line.waiting) == 7


class TestRefusals:
    """A refusal settles its own message, and the others go on."""

    @pytest.mark.parametrize("lax", [False, True])
    @pytest.mark.parametrize("code", _CODES)
    @pytest.mark.parametrize(("manner", "step"), PLACES)
    def test_the_second_of_five(self, manner: str, step: Step, code: int, lax: bool) -> None:
        """The four others are sent (after 421 those before it), each in its own envelope; the second has its reply."""
        line = line_of(manner, 5, {(2, step): code})
        line.server.lax = lax
        line.run()
        if code == 421:
            line.lose()
        receipts = {receipt.delivery_id: receipt for receipt in line.dialogue.in_flight.receipts}
        assert receipts[2].code == code
        assert receipts[2].outcome in _REFUSED
        assert (receipts[2].outcome is Outcome.DEFERRED) == (code < 500)
        if code != 421:
            assert line.server.accepted == [1, 3, 4, 5]
            assert {number for number, outcome in line.outcomes.items() if outcome is Outcome.SENT} == {1, 3, 4, 5}
            return
        assert line.server.accepted == [1]
        back = {message_.message.delivery_id for message_ in line.taken_back}
        unknown = {number for number, outcome in line.outcomes.items() if outcome is Outcome.UNKNOWN}
        waiting = {message_.message.delivery_id for message_ in line.waiting}
        assert back | unknown | waiting == {3, 4, 5}
        assert (unknown == {3, 4, 5}) == (manner == "chunked")

    @pytest.mark.parametrize("manner", ["pipelined", "chunked"])
    def test_all_recipients_refused(self, manner: str) -> None:
        """Nobody's refusal is taken for another's: each row has its own reply."""
        codes = {number: 550 + number % 5 for number in range(1, 20)}
        line = line_of(manner, 19, {(number, Step.RCPT): code for number, code in codes.items()})
        line.run()
        assert {receipt.delivery_id: receipt.code for receipt in line.dialogue.in_flight.receipts} == codes
        assert line.server.accepted == []

    @pytest.mark.parametrize("manner", MANNERS)
    def test_an_intent_that_is_refused(self, manner: str) -> None:
        """The message does not leave; ahead of the envelope the others do not even notice."""
        line = line_of(manner, 5)
        line.refused_intents = {2}
        line.run()
        assert 2 not in line.server.seen_whole
        assert 2 not in line.outcomes
        assert line.server.accepted == ([1] if manner == "steps" else [1, 3, 4, 5])

    @pytest.mark.parametrize("manner", ["pipelined", "chunked"])
    def test_a_message_refused_and_accepted_is_unknown(self, manner: str) -> None:
        """Where MAIL is refused and the message is accepted all the same, nobody knows whose envelope it had."""
        line = line_of(manner, 1)
        line.supply()
        while line.write() or line.permit():
            pass
        for code in (503, 250, 354 if manner == "pipelined" else 250):
            line.dialogue.take_reply(code, [b"?"])
        assert line.dialogue.broken is not None
        assert line.outcomes == {1: Outcome.UNKNOWN if manner == "chunked" else Outcome.REFUSED}

    @pytest.mark.parametrize("manner", MANNERS)
    @pytest.mark.parametrize("code", [220, 354])
    def test_a_reply_that_makes_no_sense_breaks_the_talk(self, manner: str, code: int) -> None:
        """354 to MAIL, or a yes that nobody asked for."""
        line = line_of(manner, 2)
        if code == 354:
            line.supply()
            while line.write() or line.permit():
                pass
        line.dialogue.take_reply(code, [b"?"])
        assert line.dialogue.broken is not None
        assert Outcome.SENT not in line.outcomes.values()


@pytest.mark.parametrize("manner", MANNERS)
def test_a_yes_before_the_end_of_the_message_is_none(manner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """250 while the message's end is kept back: nobody can have accepted it, so it is surely not sent."""
    monkeypatch.setattr(dialogue_modes, "_LONG_MESSAGE", 1)
    line = line_of(manner, 1)
    line.supply()
    line.write()
    line.permit()
    line.write()
    for code in (250, 250) if manner == "chunked" else (250, 250, 354):
        line.dialogue.take_reply(code, [b"?"])
        if manner != "chunked":
            line.write()
    assert line.dialogue.is_transferring
    line.dialogue.take_reply(250, [b"?"])
    assert line.dialogue.broken == "the server replied before the end of the message"
    assert line.outcomes == {1: Outcome.DEFERRED}


_SCRIPT = st.dictionaries(
    st.tuples(st.integers(1, 6), st.sampled_from([Step.MAIL, Step.RCPT, Step.DATA, Step.MESSAGE])),
    st.sampled_from([*_CODES, 354]),
    max_size=4,
)


class TestAnyOrder:
    """Events in any order, a loss at any moment."""

    @settings(max_examples=600)
    @given(
        manner=st.sampled_from(sorted(MANNERS)),
        window=st.integers(1, 8),
        script=_SCRIPT,
        lax=st.booleans(),
        whole=st.sampled_from([1, 10_000]),
        refused=st.sets(st.integers(1, 6), max_size=2),
        events=st.lists(st.tuples(st.sampled_from("swprd"), st.integers(1, 400)), max_size=150),
        loses=st.booleans(),
    )
    def test_the_outcome_is_what_can_be_known(
        self,
        manner: str,
        window: int,
        script: dict[tuple[int, Step], int],
        lax: bool,
        whole: int,
        refused: set[int],
        events: list[tuple[str, int]],
        loses: bool,
    ) -> None:
        """Sent: accepted, and its 250 was heard. Accepted: sent or unknown. What may have left is never begun again."""
        line = line_of(manner, 6, script, window=window)
        line.server.lax, line.refused_intents = lax, refused
        before = dialogue_modes._LONG_MESSAGE, dialogue_modes._HELD_BACK
        dialogue_modes._LONG_MESSAGE, dialogue_modes._HELD_BACK = whole, 10
        try:
            for event, size in events:
                {"s": line.supply, "w": line.write, "p": line.permit, "r": line.reply}.get(
                    event, lambda size=size: line.deliver(size)
                )()
            if not loses:
                line.run()
            line.lose()
        finally:
            dialogue_modes._LONG_MESSAGE, dialogue_modes._HELD_BACK = before
        self._account(line)

    def _account(self, line: Line) -> None:
        # What was written and not read may yet arrive, in part or whole, after the connection is given up.
        line.server.feed(line.written)
        back = [message_.message.delivery_id for message_ in line.taken_back]
        assert len(set(back)) == len(back)
        assert not set(back) & set(line.outcomes)
        accepted = line.server.accepted
        assert len(set(accepted)) == len(accepted)
        for number in range(1, 7):
            outcome = line.outcomes.get(number)
            if number in accepted:
                assert outcome in {Outcome.SENT, Outcome.UNKNOWN}
            if outcome is Outcome.SENT:
                assert number in accepted
            innocent = all(number != told for told, _step in line.server.script)
            if number in back or (outcome is Outcome.DEFERRED and innocent):
                assert number not in line.server.seen_whole

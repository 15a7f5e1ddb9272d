"""Servers that limit the messages on one connection: what they refuse is sent on another one at once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import MailError
from digest.mailers.smtp.allowance import Allowance, announced_messages
from digest.mailers.smtp.replies import Step
from digest.model.deliveries import Outcome
from tests.mailers.smtp.test_dialogue import MODES, connect
from tests.support.fast_sink import FastSink, Keep, Taken, sinking
from tests.support.mailing import RecordingJournal, mailer_for, outgoing
from tests.support.smtp_server import Behaviour, Decide, rogue_server, serving

_TEMPORARY = [421, 450, 451, 452]


def limited_to(messages: int, reply: str = "421 4.7.0 Too many messages on this connection") -> Decide:
    """Refuse MAIL after this number of messages on a connection; for one connection at a time."""
    carried = [0]

    def decide(step: str, _argument: str) -> Behaviour:
        if step == "EHLO":
            carried[0] = 0
        carried[0] += step == "MAIL"
        return reply if step == "MAIL" and carried[0] > messages else None

    return decide


def offers(mode: str) -> dict[str, Any]:
    """The extensions that make a client use this mode."""
    pipelining, chunking = MODES[mode]
    return {"pipelining": pipelining, "chunking": chunking}


def like_exim(is_refused: Callable[[int], bool]) -> Decide:
    """Refuse recipients, and the eleventh RSET behind one on a connection; for one connection at a time."""
    resets, left_open = [0], [False]

    def decide(step: str, argument: str) -> Behaviour:
        if step == "EHLO":
            resets[0], left_open[0] = 0, False
        if step == "RSET":
            resets[0] += left_open[0]
            left_open[0] = False
            return "554 Too many nonmail commands" if resets[0] > 10 else None
        if step == "RCPT":
            left_open[0] = is_refused(int("".join(filter(str.isdigit, argument))))
            return "550 5.1.1 no such user" if left_open[0] else None
        return None

    return decide


@contextmanager
def limited_sink(messages: int, mode: str, *, announces: bool = False) -> Iterator[tuple[int, Taken]]:
    """A sink that takes this number of messages on each of its connections, and may announce it."""
    sink = FastSink(keep=Keep.ALL, **offers(mode))
    if announces:
        sink.welcome = sink.welcome.replace(b"250 ", b"250-") + b"250 LIMITS RCPTMAX=50 MAILMAX=%d\r\n" % messages

    def protocol() -> asyncio.Protocol:
        one = copy(sink)  # with the log of all connections
        one.decide = limited_to(messages)
        return one.protocol()

    with serving(protocol) as port:
        yield port, sink.taken


class TestDialogue:
    """What becomes of the message whose MAIL was refused, and of those behind it."""

    @pytest.mark.parametrize("lax", [False, True])
    @pytest.mark.parametrize("code", _TEMPORARY)
    @pytest.mark.parametrize("mode", MODES)
    def test_dialogue_mail_refused_behind_an_accepted_message_is_restarted(
        self, mode: str, code: int, lax: bool
    ) -> None:
        """It has no receipt, and another connection gets it first; nothing more is started on this one."""
        connection = connect(mode, 5, {(2, Step.MAIL): code}, window=2)
        connection.server.lax = lax
        connection.run()
        dialogue = connection.dialogue
        assert (dialogue.is_over or code == 421, dialogue.room) == (True, 0)
        connection.lose()
        assert connection.outcomes == {1: Outcome.SENT}
        left = [*connection.restartable, *connection.waiting]
        assert [(one.message.delivery_id, one.was_moved) for one in left] == [
            (2, True),
            (3, False),
            (4, False),
            (5, False),
        ]
        assert connection.restartable
        assert connection.server.accepted == [1]
        assert dialogue.queue.allowance.messages == 1

    @pytest.mark.parametrize("code", _TEMPORARY)
    @pytest.mark.parametrize("mode", MODES)
    def test_dialogue_first_mail_of_a_connection_that_is_refused_is_deferred(self, mode: str, code: int) -> None:
        """The server means more than the connection."""
        connection = connect(mode, 3, {(1, Step.MAIL): code}, window=1)
        connection.run()
        connection.lose()
        assert connection.outcomes[1] is Outcome.DEFERRED
        assert connection.dialogue.queue.allowance.messages == 1000

    @pytest.mark.parametrize("code", _TEMPORARY)
    @pytest.mark.parametrize("mode", MODES)
    def test_dialogue_mail_refused_again_is_deferred_unless_the_server_closes(self, mode: str, code: int) -> None:
        """A reply other than 421 may be about this message, and then no connection helps."""
        connection = connect(mode, 3, {(2, Step.MAIL): code}, window=1)
        connection.waiting[1].was_moved = True
        connection.run()
        connection.lose()
        assert connection.outcomes.get(2) is (None if code == 421 else Outcome.DEFERRED)
        assert connection.server.accepted == ([1] if code == 421 else [1, 3])


class TestMailer:
    """With real sockets: everything is sent at once, and once."""

    @pytest.mark.parametrize("code", _TEMPORARY)
    @pytest.mark.parametrize("mode", ["sequential", "pipelined"])
    def test_mailer_limit_of_messages_on_a_connection_defers_nothing(self, mode: str, code: int) -> None:
        """No retry is used up; the limit is met twice at most, and then connections end before it, with QUIT."""
        journal = RecordingJournal()
        with sinking(limited_to(7, f"{code} too many messages"), **offers(mode)) as (port, taken):
            mailer_for(port, retry_delays=()).send(map(outgoing, range(1, 101)), journal)
        assert journal.outcomes == dict.fromkeys(range(1, 101), Outcome.SENT)
        assert len(journal.receipts) == 100
        assert set(taken.copies.values()) == {1}
        assert taken.connections == 15
        assert taken.commands.count("MAIL") <= 102
        assert taken.commands.count("QUIT") >= 13

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_limit_met_by_many_connections_sends_nothing_twice(self, mode: str) -> None:
        """What was in flight behind the refused MAIL, with CHUNKING, may be unknown once; nothing is deferred."""
        journal = RecordingJournal()
        with limited_sink(10, mode) as (port, taken):
            mailer_for(port, connections=6).send(map(outgoing, range(1, 601)), journal)
        outcomes = Counter(journal.outcomes.values())
        assert set(outcomes) <= ({Outcome.SENT, Outcome.UNKNOWN} if mode == "chunked" else {Outcome.SENT})
        assert outcomes.total() == len(journal.receipts) == 600
        assert set(taken.copies.values()) == {1}
        assert outcomes[Outcome.SENT] == len(taken.copies)

    @pytest.mark.parametrize("mode", MODES)
    def test_mailer_limit_that_the_server_announces_is_never_met(self, mode: str) -> None:
        """As Exim since 4.98 (RFC 9422): each message is sent with one MAIL, and none is unknown."""
        journal = RecordingJournal()
        with limited_sink(7, mode, announces=True) as (port, taken):
            mailer_for(port, connections=6, retry_delays=()).send(map(outgoing, range(1, 101)), journal)
        assert journal.outcomes == dict.fromkeys(range(1, 101), Outcome.SENT)
        assert taken.commands.count("MAIL") == 100

    @pytest.mark.parametrize("every", [1, 2, 3, 10])
    @pytest.mark.parametrize("window", [4, 8])
    def test_mailer_server_that_counts_resets_leaves_nothing_unknown(self, window: int, every: int) -> None:
        """As Exim: a connection with CHUNKING ends with QUIT before the server ends it with messages in flight."""
        journal = RecordingJournal()
        with sinking(like_exim(lambda number: number % every == 0), **offers("chunked")) as (port, taken):
            mailer_for(port, window=window, retry_delays=()).send(map(outgoing, range(1, 101)), journal)
        refused = dict.fromkeys(range(every, 101, every), Outcome.BOUNCED)
        assert journal.outcomes == dict.fromkeys(range(1, 101), Outcome.SENT) | refused
        assert len(journal.receipts) == 100
        assert taken.commands.count("QUIT") == taken.connections <= len(refused) // 5 + 1

    def test_mailer_server_that_refuses_more_than_the_connection_defers(self) -> None:
        """After seven messages each MAIL is refused, on any connection: one message is moved, then all are deferred."""
        mails = [0]

        def decide(step: str, _argument: str) -> Behaviour:
            mails[0] += step == "MAIL"
            return "450 4.7.1 too much mail from you" if step == "MAIL" and mails[0] > 7 else None

        journal = RecordingJournal()
        with rogue_server(decide) as (port, log):
            mailer_for(port).send(map(outgoing, range(1, 21)), journal)
        expected = dict.fromkeys(range(1, 8), Outcome.SENT) | dict.fromkeys(range(8, 21), Outcome.DEFERRED)
        assert journal.outcomes == expected
        assert {one.code for one in journal.receipts[7:]} == {450}
        assert log.connections == 3  # the third one because of the limit that seemed to be met

    def test_mailer_421_to_each_first_mail_is_given_up(self) -> None:
        """The server shuts down after seven messages: one is moved, and each attempt costs one message."""
        mails = [0]

        def decide(step: str, _argument: str) -> Behaviour:
            mails[0] += step == "MAIL"
            return "421 4.3.2 shutting down" if step == "MAIL" and mails[0] > 7 else None

        journal = RecordingJournal()
        with rogue_server(decide) as (port, log), pytest.raises(MailError, match="attempts: 421 shutting down;"):
            mailer_for(port, retry_delays=(0.01, 0.01)).send(map(outgoing, range(1, 21)), journal)
        outcomes = Counter(journal.outcomes.values())
        assert outcomes == {Outcome.SENT: 7, Outcome.DEFERRED: 3}
        assert (log.connections, len(log.accepted)) == (4, 7)


class TestAllowance:
    """A limit that was met once is an assumption."""

    def test_allowance_limit_that_was_met_once_is_given_up(self) -> None:
        """A server that was restarted does not slow down the rest of an issue."""
        allowance = Allowance(100)
        allowance.learn(7)
        lengths = []
        for _ in range(5):
            lengths.append(allowance.messages)
            allowance.note_used_up()
        assert lengths == [7, 7, 7, 100, 100]

    def test_allowance_limit_that_was_met_twice_is_kept(self) -> None:
        """At the same number; a lower one replaces it in the same way."""
        allowance = Allowance(100)
        for number in (7, 9, 7, 5):
            allowance.learn(number)
        assert allowance.messages == 5
        for _ in range(20):
            allowance.note_used_up()
        assert allowance.messages == 7

    def test_allowance_limit_that_is_announced_is_kept(self) -> None:
        """Where the settings allow as much; one that was met once is still given up for it."""
        allowance = Allowance(100)
        allowance.limit(1000)
        assert allowance.messages == 100
        allowance.learn(5)
        allowance.limit(20)
        for _ in range(3):
            assert allowance.messages == 5
            allowance.note_used_up()
        assert allowance.messages == 20

    @pytest.mark.parametrize(
        ("limits", "messages"),
        [
            ("MAILMAX=100", 100),
            ("RCPTMAX=50 mailmax=001000 RCPTDOMAINMAX=1", 1000),
            *(("", None), ("RCPTMAX=50", None), ("XMAILMAX=5", None), ("MAILMAX=5000000", None)),
            *(("MAILMAX=0", None), ("MAILMAX=ten", None), ("MAILMAX=10.5", None), ("MAILMAX=١", None)),
        ],
    )
    def test_announced_messages_are_read_from_the_values_of_limits(self, limits: str, messages: int | None) -> None:
        """What is not a number of one to six digits is no limit."""
        assert announced_messages(limits) == messages

    @given(
        st.lists(st.one_of(st.integers(1, 200), st.none()), max_size=50),
        st.integers(1, 200),
    )
    def test_allowance_is_at_least_one_and_at_most_that_of_the_settings(
        self, events: list[int | None], most: int
    ) -> None:
        """Whatever servers do."""
        allowance = Allowance(most)
        for number in events:
            allowance.note_used_up() if number is None else allowance.learn(number)
            assert 1 <= allowance.messages <= most

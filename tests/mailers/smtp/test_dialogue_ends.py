"""The end of a dialogue: why it ended, and what can still be known of its messages."""

import pytest

from digest.mailers.smtp.dialogue import Dialogue
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.model.deliveries import Outcome
from tests.mailers.smtp.test_dialogue import MODES, Connection, connect, make_message, make_mode


def awaited_step(dialogue: Dialogue) -> Step | None:
    """The step whose reply comes next."""
    return dialogue.awaited[1] if dialogue.awaited else None


def begun(mode: str, messages: int) -> Connection:
    """A connection whose first flights were written."""
    connection = connect(mode, messages)
    connection.supply()
    while connection.write() or connection.answer_request():
        pass
    return connection


@pytest.mark.parametrize("mode", MODES)
def test_dialogue_lost_connection_takes_no_more_replies(mode: str) -> None:
    """The reason is the first one."""
    connection = begun(mode, 3)
    dialogue = connection.dialogue
    assert awaited_step(dialogue) is Step.MAIL
    connection.lose()
    dialogue.take_reply(250, [b"ok"])
    dialogue.lose("another reason")
    assert awaited_step(dialogue) is None
    assert (dialogue.broken, dialogue.withdrawn, dialogue.room) == ("connection lost", False, 0)
    assert Outcome.SENT not in connection.outcomes.values()


@pytest.mark.parametrize("mode", ["sequential", "pipelined"])
def test_dialogue_lost_connection_defers_the_oldest_message_unless_excused(mode: str) -> None:
    """It may be the reason for the loss; nothing of it has an end yet."""
    for excused in (False, True):
        connection = begun(mode, 2)
        back = [queued.message.delivery_id for queued in connection.dialogue.lose("the reason", excused=excused)]
        waiting = [2] if mode == "pipelined" else []
        assert back == ([1, *waiting] if excused else waiting)
        receipts = [(one.delivery_id, one.text) for one in connection.dialogue.transactions.receipts]
        assert receipts == ([] if excused else [(1, "the reason")])


@pytest.mark.parametrize("mode", MODES)
def test_dialogue_reply_without_a_command_breaks_it(mode: str) -> None:
    """No message was started."""
    dialogue = make_mode(mode)
    assert (awaited_step(dialogue), dialogue.broken) == (None, None)
    assert (dialogue.withdrawn, dialogue.end_written, dialogue.is_transferring) == (False, False, False)
    dialogue.take_reply(421, [b"idle for too long"])
    assert dialogue.broken == "unexpected reply 421 from the server"
    assert (dialogue.transactions.receipts, dialogue.room) == ([], 0)


@pytest.mark.parametrize("code", [200, 250, 299, 300, 399, 400, 502, 550])
@pytest.mark.parametrize("mode", MODES)
def test_dialogue_refused_reset_restarts_the_message_behind_it(mode: str, code: int) -> None:
    """It is not the reason, so another connection sends it; 2xx lets the message go on."""
    connection = begun(mode, 1)
    dialogue = connection.dialogue
    for _ in range(1 if mode == "sequential" else 3):
        dialogue.take_reply(550, [b"5.7.1 no"])
    connection.waiting = [QueuedMessage(make_message(2))]
    connection.supply()
    while connection.write() or connection.answer_request():
        pass
    assert awaited_step(dialogue) is Step.RSET
    ended = mode == "chunked"  # its end is in the same flight
    dialogue.take_reply(code, [b"RSET?"])
    assert dialogue.broken == (None if code < 300 else "the server refused RSET")
    if code < 300:
        assert connection.write() is (mode == "sequential")
        assert awaited_step(dialogue) is Step.MAIL
        return
    back = [queued.message.delivery_id for queued in dialogue.lose(dialogue.broken or "")]
    assert back == ([] if ended else [2])
    assert connection.outcomes == {1: Outcome.REFUSED, **({2: Outcome.UNKNOWN} if ended else {})}


@pytest.mark.parametrize("mode", MODES)
def test_dialogue_impossible_reply_is_no_fault_of_the_messages_behind_it(mode: str) -> None:
    """The first message has the reply; those behind it are sent by another connection."""
    connection = begun(mode, 3)
    connection.dialogue.take_reply(333, [b"3.3.3 what"])
    connection.lose()
    (first, *others) = connection.dialogue.transactions.receipts
    assert (first.delivery_id, first.code, first.text, first.queue_id) == (1, 333, "3.3.3 what", None)
    back = [queued.message.delivery_id for queued in connection.restartable]
    if mode == "chunked":
        assert [one.outcome for one in (first, *others)] == [Outcome.UNKNOWN] * 3
        assert {one.text for one in others} == {"connection lost after the end of the message"}
    else:
        assert (first.outcome, others) == (Outcome.DEFERRED, [])
        assert back == ([2, 3] if mode == "pipelined" else [])


def test_dialogue_withdrawn_message_is_broken_off_before_its_end() -> None:
    """Only where it was written before its intent; it has no receipt, and is not restarted."""
    connection = connect("sequential", 2)
    connection.refused_intents = {1}
    connection.run()
    dialogue = connection.dialogue
    assert (dialogue.withdrawn, dialogue.broken) == (True, "the ledger withdrew the message")
    assert (dialogue.is_transferring, dialogue.end_written, dialogue.queue.held) == (False, False, 0)
    connection.lose()
    assert (connection.outcomes, connection.restartable, connection.server.seen_whole) == ({}, [], set())


def test_dialogue_message_that_is_settled_is_not_withdrawn() -> None:
    """The server refused it while its intent was requested, and the ledger denies the intent then."""
    connection = connect("sequential", 1, {})
    connection.refused_intents = {1}
    connection.supply()
    for code in (250, 250, 354):
        connection.write()
        connection.dialogue.take_reply(code, [b"ok"])
    connection.write()
    assert not connection.write()
    assert connection.dialogue.is_transferring
    connection.dialogue.take_reply(552, [b"5.3.4 too big"])
    connection.dialogue.answer_intents(connection.requests.pop(), set())
    assert (connection.dialogue.withdrawn, connection.outcomes) == (False, {1: Outcome.REFUSED})
    assert connection.dialogue.broken == "the server replied before the end of the message"


@pytest.mark.parametrize("mode", MODES)
def test_dialogue_end_of_a_message_is_marked(mode: str) -> None:
    """From then on it may have been sent; its owner resets the mark."""
    connection = connect(mode, 1)
    marks: list[bool] = []
    for _ in range(5):
        connection.supply()
        while connection.write() or connection.answer_request():
            marks.append(connection.dialogue.end_written)
        connection.deliver()
        connection.reply()
    assert marks[-1]
    assert marks.count(True) == 1

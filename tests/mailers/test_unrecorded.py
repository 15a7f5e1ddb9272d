"""The journal of messages without a row: everything may leave, and the last failure is kept for whoever waits."""

from digest.mailers.unrecorded import UnrecordedJournal
from digest.model.deliveries import Outcome, Receipt
from tests.support.mailing import mailer_for, outgoing
from tests.support.smtp_server import Behaviour, rogue_server


def _receipt(outcome: Outcome, code: int | None, text: str) -> Receipt:
    return Receipt(delivery_id=0, token="t", outcome=outcome, code=code, text=text)


def test_unrecorded_journal_permits_every_message() -> None:
    """It is one sender alone, which has all connections."""
    journal = UnrecordedJournal()
    assert journal.record([], map(outgoing, (1, 2))) == {1, 2}
    assert (journal.senders, journal.place, journal.outcomes, journal.reply) == (1, 0, {}, "")
    assert journal.reserve_turns("smtp", 5.0) == (0.0, 1)


def test_unrecorded_journal_keeps_the_reply_of_the_last_failure() -> None:
    """That of a message that was accepted afterwards does not replace it; without a code there is the reason alone."""
    journal = UnrecordedJournal()
    assert journal.record([_receipt(Outcome.SENT, 250, "queued as Q1")], []) == set()
    assert journal.reply == ""
    journal.record([_receipt(Outcome.DEFERRED, 450, "later"), _receipt(Outcome.SENT, 250, "queued as Q2")], [])
    assert journal.reply == "450 later"
    journal.record([_receipt(Outcome.UNKNOWN, None, "connection lost")], [])
    assert journal.reply == "connection lost"
    assert journal.outcomes == {Outcome.SENT: 2, Outcome.DEFERRED: 1, Outcome.UNKNOWN: 1}


def test_mailer_with_an_unrecorded_journal_tells_what_the_server_said() -> None:
    """One of two messages is refused."""

    def decide(step: str, argument: str) -> Behaviour:
        return "550 5.1.1 no such user" if step == "RCPT" and "reader2" in argument else None

    journal = UnrecordedJournal()
    with rogue_server(decide) as (port, _log):
        mailer_for(port).send(map(outgoing, (1, 2)), journal)
    assert journal.outcomes == {Outcome.SENT: 1, Outcome.BOUNCED: 1}
    assert journal.reply == "550 no such user"

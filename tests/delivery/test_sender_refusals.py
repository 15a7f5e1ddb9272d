"""Refusals with 5.7.x at RCPT: of one recipient they bounce that one, of many they mean that the sender is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from digest.delivery.sender_refusals import SenderRefusals
from digest.errors import MailError
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueState
from digest.model.subscribers import Subscriber
from digest.receivers.reply_class import reply_class
from digest.store.subscribers.subscribers import Subscribers
from tests.support.ledger import NOON, Site, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import Behaviour, at, rogue_server

_S = DeliveryState
_POLICY = "550 5.7.1 not from you"


def _result(number: int, enhanced: str = "5.7.1", outcome: Outcome = Outcome.BOUNCED) -> Receipt:
    refused = reply_class(550, enhanced, "") if outcome is not Outcome.SENT else None
    return Receipt(number, "t", outcome, code=550, enhanced=enhanced, reply_class=refused)


def _sent(number: int) -> Receipt:
    return _result(number, "2.0.0", Outcome.SENT)


def _review(results: list[Receipt], group_of: Callable[[int], str], size: int = 1) -> list[Outcome]:
    """The outcomes after review, in groups of `size`."""
    refusals = SenderRefusals()
    groups = [results[start : start + size] for start in range(0, len(results), size)]
    return [receipt.outcome for group in groups for receipt in refusals.review(group, group_of)]


def _two_groups(number: int) -> str:
    return f"d{number % 2}.example"


def _one_group(_number: int) -> str:
    return "d.example"


B, R, S = Outcome.BOUNCED, Outcome.REFUSED, Outcome.SENT


@pytest.mark.parametrize(
    ("results", "group_of", "expected"),
    [
        ([_result(1), _result(2), _result(3), _result(4)], _two_groups, [B, B, R, R]),
        ([_result(1), _result(3), _result(5), _result(7)], _two_groups, [B, B, B, B]),
        ([_result(1), _result(2), _result(3, "5.1.1")], _two_groups, [B, B, B]),
        ([_result(1), _result(2), _result(3, outcome=R), _result(4)], _two_groups, [B, B, R, R]),
        ([_result(number) for number in range(40)], _one_group, [B] * 40),
        ([_result(1), _result(2), *[_sent(3)] * 17, _result(4)], _two_groups, [B, B, *[S] * 17, R]),
        ([_result(1), _result(2), *[_sent(3)] * 18, _result(4)], _two_groups, [B, B, *[S] * 18, B]),
        ([_result(1), *[_sent(3)] * 60, _result(2), *[_sent(3)] * 60, _result(4)], _two_groups, None),
    ],
    ids=["three of two groups", "one of two", "two and 5.1.1", "refused once", "one group", "in 20", "in 21", "rare"],
)
def test_sender_refusals_three_recipients_of_two_groups_in_twenty_results(
    results: list[Receipt], group_of: Callable[[int], str], expected: list[Outcome] | None
) -> None:
    """From the third refusal among 20 consecutive results on, they concern the sender; fewer or rarer ones bounce."""
    assert _review(results, group_of) == (expected or [receipt.outcome for receipt in results])


def _unclear(number: int, text: str = "not now, and not later") -> Receipt:
    return Receipt(number, "t", B, code=550, text=text, reply_class=reply_class(550, None, text))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([_unclear(number) for number in range(6)], [B, B, B, B, R, R]),
        ([_unclear(1), _sent(2), *[_unclear(number) for number in range(3, 7)]], [B, S, B, B, B, B]),
        ([*[_unclear(number) for number in range(4)], _result(4, "5.1.1"), _unclear(5)], [B, B, B, B, B, R]),
        ([_unclear(number, "no such user") for number in range(9)], [B] * 9),
        ([_unclear(number, "mailbox full") for number in range(9)], [B] * 9),
    ],
    ids=["five", "one accepted between", "one unknown between", "unknown", "full"],
)
def test_sender_refusals_five_for_an_unknown_reason_and_none_accepted(
    results: list[Receipt], expected: list[Outcome]
) -> None:
    """Words that nobody knows, such as those of a provider's limit, are about the sender where nothing is accepted."""
    assert _review(results, _one_group) == expected


def test_sender_refusals_in_one_group_are_all_of_the_sender() -> None:
    """What arrives together is judged together: nobody bounces because they came first."""
    assert _review([_sent(9), _result(1), _result(2), _result(3)], _two_groups, size=4) == [S, R, R, R]


def test_sender_refusals_after_reset_start_again() -> None:
    """Earlier results do not pause an issue that was resumed."""
    refusals = SenderRefusals()
    refusals.review([_result(1), _result(2)], _two_groups)
    refusals.reset()
    assert [one.outcome for one in refusals.review([_result(3)], _two_groups)] == [B]


def _with_seven_domains(folder: Path) -> Site:
    """A ledger with sixty readers of an evening issue."""
    site = Site(folder, 0)
    readers = [Subscriber(email=f"r{number}@d{number % 7}.example") for number in range(60)]
    Subscribers(site.database).add_many(readers, NOON)
    site.issue = site.freeze("evening")
    return site


def _refusing(*readers: str) -> Callable[[str, str], Behaviour]:
    return lambda step, argument: _POLICY if step == "RCPT" and any(one in argument for one in readers) else None


def test_sender_one_recipient_refused_with_5_7_1_bounces_alone(site: Site) -> None:
    """All others get the issue, and it is done."""
    with rogue_server(_refusing("<reader7@")) as (port, log):
        site.sender(mailer_for(port, connections=3)).deliver(stop=never)
    assert site.counts == {_S.SENT: 39, _S.BOUNCED: 1}
    assert site.state is IssueState.DONE
    assert len(log.accepted) == 39


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("RCPT", "550 Domain gazette.example has exceeded the max emails per hour (9/9 (100%)) allowed."),
        ("MESSAGE", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException; cannot submit message"),
        ("MESSAGE", "550 5.6.0 the header is not as we like it"),
    ],
)
def test_sender_refused_by_a_limit_or_in_unknown_words_pauses_the_issue(tmp_path: Path, step: str, reply: str) -> None:
    """An audience is not lost to the limit of the sender's own provider."""
    site = _with_seven_domains(tmp_path)
    with rogue_server(at(step, reply)) as (port, _log):
        site.sender(mailer_for(port)).deliver(stop=never)
    (record,) = site.issues.history("evening", 1)
    assert record.state is IssueState.PAUSED
    assert site.counts.get(_S.BOUNCED, 0) < 5
    site.database.close()


def test_sender_refused_at_every_recipient_pauses_the_issue(tmp_path: Path) -> None:
    """A blocked sender bounces at most two readers; once resumed, the issue is not paused by what was before."""
    site = _with_seven_domains(tmp_path)
    refused = [""]  # the recipients whose RCPT is refused: at first everybody

    def decide(step: str, argument: str) -> Behaviour:
        return _POLICY if step == "RCPT" and any(one in argument for one in refused) else None

    with rogue_server(decide) as (port, _log):
        sender = site.sender(mailer_for(port, connections=2))
        sender.deliver(stop=never)
        bounced = site.counts.get(_S.BOUNCED, 0)
        assert bounced <= 2
        assert site.counts.get(_S.PLANNED, 0) + site.counts.get(_S.DEFERRED, 0) == 60 - bounced
        (record,) = site.issues.history("evening", 1)
        assert record.state is IssueState.PAUSED
        assert record.reason == "the mail server refuses us: 550 5.7.1 not from you"
        site.issues.move(site.issue, {IssueState.PAUSED}, IssueState.SENDING, now=NOON)
        refused[:] = ["<r5@"]  # one of the first of the rest
        sender.deliver(stop=never)
    assert site.counts == {_S.SENT: 59 - bounced, _S.BOUNCED: bounced + 1}
    site.database.close()


@pytest.mark.parametrize(
    ("step", "reply"), [("CONNECT", "554 5.7.1 go away"), ("EHLO", "550 no"), ("AUTH", "535 5.7.8 wrong password")]
)
def test_sender_refused_before_the_first_message_pauses_its_issue(site: Site, step: str, reply: str) -> None:
    """The reason is the server's reply, and the other issue is not affected."""
    other = site.freeze("weekly")
    with rogue_server(at(step, reply), logins=True) as (port, log):
        site.sender(mailer_for(port, username="u", connections=5)).deliver(stop=never, issue_id=site.issue, wait=True)
    (record,) = site.issues.history("daily", 1)
    assert record.state is IssueState.PAUSED
    assert reply[:3] in (record.reason or "")
    assert site.counts == {_S.PLANNED: 40}
    assert site.issues.history("weekly", 1)[0].state is not IssueState.PAUSED
    assert site.tallies.of_issue(other)[_S.PLANNED] == 40
    assert log.accepted == []


def test_sender_unreachable_server_pauses_nothing(site: Site) -> None:
    """A server that cannot be used now is an error, and the next round tries again."""
    with rogue_server(at("CONNECT", "421 later")) as (port, _log), pytest.raises(MailError, match="cannot be used"):
        site.sender(mailer_for(port)).deliver(stop=never)
    assert site.state is IssueState.SENDING


def test_sender_stores_replies_without_the_readers_name(tmp_path: Path) -> None:
    """Neither the parts of the name nor the local part of the address are stored, and codes are."""
    site = Site(tmp_path, 0)
    Subscribers(site.database).add(Subscriber(email="anna.petrova+news@post.example", name="Anna Petrova"), NOON)
    site.issue = site.freeze("evening")
    reply = "550 5.1.1 mailbox anna.petrova of ANNA, Mrs Petrova: <Anna.Petrova+news@post.example> is unknown"
    with rogue_server(at("RCPT", reply)) as (port, _log):
        site.sender(mailer_for(port)).deliver(stop=never)
    (row,) = site.recipients.in_state(site.issue, _S.BOUNCED)
    assert (row.code, row.enhanced) == (550, "5.1.1")
    assert row.text == "mailbox <…> of <…>, Mrs <…>: <…> is unknown"
    site.database.close()


@pytest.mark.parametrize(
    ("reply", "state"),
    [("451 4.2.1 later", _S.DEFERRED), ("550 5.1.1 unknown", _S.BOUNCED), ("552 5.2.2 full", _S.DEFERRED)],
)
def test_sender_stores_the_enhanced_code_of_a_refused_message(site: Site, reply: str, state: DeliveryState) -> None:
    """Code, enhanced code and text of deferred and bounced rows are in the ledger, with the time of the attempt."""
    with rogue_server(at("MESSAGE", reply)) as (port, _log):
        site.sender(mailer_for(port)).deliver(stop=never)
    rows = site.recipients.in_state(site.issue, state)
    assert len(rows) == 40
    code, enhanced, text = reply.split(" ")
    assert {(row.code, row.enhanced, row.text, row.at) for row in rows} == {(int(code), enhanced, text, NOON)}

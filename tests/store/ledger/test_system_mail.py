"""System mail: who gets it, when it leaves, and that an edition's history and status do not show it."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueState, Kind
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient, plan_system_mail
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import subscriber
from tests.support.store import LEASE, NOW, frozen, minutes, sending, settle, states, system_message

_ALERT = system_message("alert", "paused:daily")
_OPERATOR = SystemRecipient("operator@post.example")


def _plan(
    database: Database, *recipients: SystemRecipient, message: SystemMessage = _ALERT, later: float = 0
) -> list[int]:
    with database.write() as connection:
        return plan_system_mail(connection, message, recipients or (_OPERATOR,), NOW + minutes(later))


def _pending(database: Database) -> SystemRecipient:
    Subscribers(database).add_many([Subscriber(email="new@post.example", status=SubscriberStatus.PENDING)], NOW)
    return SystemRecipient("new@post.example", subscriber_id=1)


def test_system_mail_to_address_without_subscriber_is_sent_first(database: Database) -> None:
    """It does not wait behind an issue that was frozen before it, and is no issue of an edition."""
    frozen(database, 3)
    (number,) = _plan(database, later=5)
    (first, *_others) = Deliveries(database).claim(2, owner="me", now=NOW + minutes(5), lease=LEASE)
    assert (first.delivery_id, first.address) == (number, "operator@post.example")
    assert [record.edition for record in Issues(database).history(None, 10)] == ["daily"]
    assert [record.edition for record, _tally in Tallies(database).of_frozen_issues()] == ["daily"]


def test_system_mail_that_a_refusal_paused_is_resumed_and_no_issue_with_it(database: Database) -> None:
    """Nobody can name it, as they can an issue."""
    issues = Issues(database)
    _plan(database)
    frozen(database, 1)
    for record in issues.sendable(NOW):
        assert issues.pause(record.id, "the mail server refuses us: 535", NOW)
    assert issues.resume_system_mail(NOW) == 1
    assert [record.edition for record in issues.sendable(NOW)] == ["alert.en"]


def test_tallies_while_system_mail_is_being_sent_are_those_of_the_editions(database: Database) -> None:
    """Its issue is not listed."""
    frozen(database, 1)
    _plan(database)
    assert len(sending(Deliveries(database))) == 2
    assert [record.edition for record, _tally in Tallies(database).of_frozen_issues()] == ["daily"]


def test_system_mail_planned_for_later_is_not_cut_short_by_mail_that_is_due_now(database: Database) -> None:
    """Both are of one issue, such as invitations of the evening and a confirmation of the morning."""
    _plan(database, later=23 * 60)
    _plan(database, SystemRecipient("new@post.example"))
    deliveries = Deliveries(database)
    assert len(sending(deliveries)) == 1
    assert list(deliveries.expire(NOW + minutes(25 * 60))) == []
    assert "planned" in states(database)


def test_system_mail_of_pending_subscriber_is_permitted_and_settled(database: Database) -> None:
    """A reader who has not confirmed yet gets the message that asks for it."""
    _plan(database, _pending(database))
    (pair,) = sending(Deliveries(database))
    settle(Deliveries(database), [Receipt(*pair, Outcome.DEFERRED, code=450)])
    assert states(database) == ["deferred"]


@pytest.mark.parametrize("status", [SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.SUPPRESSED])
def test_system_mail_of_subscriber_who_left_is_cancelled_before_the_message(
    database: Database, status: SubscriberStatus
) -> None:
    """Also when the subscriber left after the claim."""
    _plan(database, _pending(database))
    (claim,) = Deliveries(database).claim(1, owner="me", now=NOW, lease=LEASE)
    with database.write() as connection:
        connection.execute(update(subscriber).values(status=status))
    permitted = Deliveries(database).record(
        [], [(claim.delivery_id, claim.token)], now=NOW, lease=LEASE, next_try=lambda _tries: None
    )
    assert permitted == set()
    assert states(database) == ["cancelled"]


def test_edition_of_pending_subscriber_is_not_sent(database: Database) -> None:
    """A row of an edition is for confirmed readers, whatever happened since it was planned."""
    frozen(database, 1)
    with database.write() as connection:
        connection.execute(update(subscriber).values(status=SubscriberStatus.PENDING))
    assert Deliveries(database).claim(1, owner="me", now=NOW, lease=LEASE) == []
    assert states(database) == ["cancelled"]


def test_system_mail_of_one_day_shares_issue_and_variant(database: Database) -> None:
    """The same message to another address later that day, after the first was sent and the issue was done."""
    (first,) = _plan(database)
    (pair,) = sending(Deliveries(database))
    settle(Deliveries(database), [Receipt(*pair, Outcome.SENT, code=250)])
    Deliveries(database).finish(NOW)
    (second,) = _plan(database, SystemRecipient("second@post.example"), later=90)
    (claim,) = Deliveries(database).claim(9, owner="me", now=NOW + minutes(90), lease=LEASE)
    (record,) = Issues(database).sendable(NOW + minutes(90))
    assert (claim.delivery_id, claim.variant_id, claim.planned_at) == (second, 1, NOW + minutes(90))
    assert first != second
    assert (record.kind, record.name) == (Kind.SYSTEM, "system mail alert.en/2026-10-01")
    variant = Issues(database).variant(1)
    assert (variant.kind, variant.edition, variant.rendered.subject) == (Kind.SYSTEM, "alert", "paused:daily")


def test_system_mail_paused_by_a_refusal_goes_on_with_the_next_message(database: Database) -> None:
    """Nobody resumes it by hand."""
    _plan(database)
    (record,) = Issues(database).sendable(NOW)
    assert Issues(database).pause(record.id, "530 authentication required", NOW)
    assert Issues(database).sendable(NOW) == []
    _plan(database, SystemRecipient("second@post.example"))
    (record,) = Issues(database).sendable(NOW)
    assert (record.state, record.reason) == (IssueState.SENDING, None)


def test_system_mail_expires_a_day_after_it_was_planned(database: Database) -> None:
    """An alert that could not be sent in a day is of no use."""
    _plan(database)
    assert Deliveries(database).expire(NOW + minutes(24 * 60 - 1)) == []
    assert [untried for _record, untried in Deliveries(database).expire(NOW + minutes(24 * 60))] == [1]


def test_system_mail_with_on_unknown_resend_is_sent_again(database: Database) -> None:
    """A missing confirmation would block a reader; an alert that may have been sent is not repeated."""
    confirmation = replace(_ALERT, purpose="confirmation", on_unknown="resend")
    _plan(database)
    _plan(database, _pending(database), message=confirmation)
    pairs = sending(Deliveries(database))
    settle(Deliveries(database), [Receipt(*pair, Outcome.UNKNOWN) for pair in pairs])
    assert Resends(database).resend_by_setting((), NOW + minutes(60), (minutes(5),)) == 1
    assert states(database) == [DeliveryState.UNKNOWN, DeliveryState.PLANNED]

"""One reader's rows: their copy, and that nothing of them is left once they are erased."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.subscribers import RowOutcome, Subscriber, SubscriberStatus
from digest.store.access.mail_limits import Asked
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.system_mail import SystemRecipient, plan_system_mail
from digest.store.subscribers.bounces import Bounces
from digest.store.subscribers.reader_data import Erasure, ReaderData
from digest.store.subscribers.row_merging import Resubscribe
from digest.store.subscribers.signups import Signups
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import delivery, metadata, subscriber
from digest.store.tables.web_schema import former_address
from tests.support.store import (
    LEASE,
    NOW,
    column,
    frozen,
    minutes,
    opened,
    reader,
    sending,
    settle,
    sign_up,
    system_message,
)

_READER, _OTHER = reader(0), reader(1)
_NAME = "Canary Nightingale"
_MESSAGE = system_message("confirmation")
_REQUEST = sign_up(_READER.capitalize())


@pytest.fixture
def issue(database: Database) -> int:
    """An issue that was sent to two readers; the first signed up, confirmed, bounced, and got system mail."""
    assert Signups(database).ask(_REQUEST, _MESSAGE, NOW) is Asked.MAILED
    assert Signups(database).confirm(1, NOW)
    Subscribers(database).add_many([Subscriber(email=_READER, name=_NAME)], NOW)
    issue_id = frozen(database, 2)
    _settle_all(database)
    bounced = Report(_READER, ReportClass.SOFT, "4.2.2", f"<{_READER}>: mailbox full")
    assert Bounces(database).apply([_proven(bounced)], NOW) == [True]
    with database.write() as connection:
        plan_system_mail(connection, _MESSAGE, [SystemRecipient(_READER.upper())], NOW)
    return issue_id


def _settle_all(database: Database) -> None:
    pairs = sending(Deliveries(database))
    texts = dict.fromkeys((1, 2), f"OK {_READER}")
    receipts = [Receipt(*pair, Outcome.SENT, code=250, text=texts.get(pair[0], "OK")) for pair in pairs]
    settle(Deliveries(database), receipts)


def _proven(report: Report, key: str = "one", delivery_id: int = 2) -> ProvenReport:
    return ProvenReport(message_key=key, delivery_id=delivery_id, report=report, may_unsubscribe=False)


def _dump(database: Database) -> dict[str, list[Any]]:
    with database.read() as connection:
        return {table.name: list(map(tuple, connection.execute(select(table)))) for table in metadata.sorted_tables}


def _is_known(database: Database) -> bool:
    text = str(_dump(database)).casefold()
    return _READER in text or _NAME.casefold() in text


def _states(database: Database) -> dict[str, list[DeliveryState]]:
    with database.read() as connection:
        rows = connection.execute(select(delivery.c.address, delivery.c.state).order_by(delivery.c.id)).all()
    return {address: [row.state for row in rows if row.address == address] for address, _state in rows}


@pytest.mark.usefixtures("issue")
def test_export_contains_every_row_of_the_reader(database: Database) -> None:
    """The subscriber, the sign-up with its consent, issues and system mail, the bounce; nobody else's rows."""
    found = ReaderData(database).export(_READER.upper())
    assert found is not None
    assert (found["subscriber"]["name"], found["subscriber"]["status"]) == (_NAME, SubscriberStatus.CONFIRMED)
    assert [(one["consents"], one["confirmed_at"]) for one in found["signups"]] == [(("I agree",), NOW)]
    sent, planned = DeliveryState.SENT, DeliveryState.PLANNED
    rows = [(one["edition"], one["state"], one["smtp_code"]) for one in found["deliveries"]]
    assert rows == [("confirmation", sent, 250), ("daily", sent, 250), ("confirmation", planned, None)]
    assert [(one["report_class"], one["status"]) for one in found["bounces"]] == [(ReportClass.SOFT, "4.2.2")]
    assert _OTHER not in str(found)
    assert ReaderData(database).export("nobody@post.example") is None


@pytest.mark.usefixtures("issue")
def test_erase_leaves_the_ledger_without_the_reader(database: Database) -> None:
    """No row of any table names them; their messages still count, what was planned is cancelled, others stay."""
    assert _is_known(database)
    assert ReaderData(database).erase(_READER.upper(), NOW) is Erasure.ERASED
    assert not _is_known(database)
    sent = DeliveryState.SENT
    assert _states(database) == {"": [sent, sent, DeliveryState.CANCELLED], _OTHER: [sent]}
    assert Subscribers(database).find(_OTHER) is not None
    assert ReaderData(database).erase(_READER, NOW) is Erasure.ERASED_BEFORE
    assert ReaderData(database).erase("nobody@post.example", NOW) is Erasure.UNKNOWN


def test_erase_of_a_former_address_reaches_what_was_sent_to_it(database: Database) -> None:
    """Another reader had the address before: their rows of then lose it, and their later rows stay."""
    frozen(database, 1)
    with database.write() as connection:
        ids = list(connection.scalars(select(delivery.c.id)))
        values = {"subscriber_id": 1, "email_key": reader(0), "at": NOW}
        connection.execute(former_address.insert(), values)
        new = {"email": "new@post.example", "email_key": "new@post.example"}
        connection.execute(subscriber.update().values(new))
    assert ids
    assert ReaderData(database).export(reader(0)) is not None
    found = ReaderData(database).export("new@post.example")
    assert found is not None
    assert found["former_addresses"] == [{"address": reader(0), "until": NOW}]
    assert ReaderData(database).erase(reader(0), NOW) is Erasure.ERASED
    assert column(database, "address") == [""]
    assert ReaderData(database).export(reader(0)) is None
    assert Subscribers(database).find("new@post.example") is not None


def test_reader_rows_are_found_without_reading_the_ledger(sqlite_url: str) -> None:
    """No query of an export or an erasure reads all deliveries."""
    with opened(sqlite_url) as database:
        frozen(database, 3)
        plans: list[str] = []

        def explain(_connection: object, cursor: Any, statement: str, parameters: Any, *_more: object) -> None:
            if statement.startswith("SELECT delivery.id"):
                plans.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

        event.listen(database._engine, "before_cursor_execute", explain)
        assert ReaderData(database).export(reader(1)) is not None
    assert any("delivery_address" in plan for plan in plans)
    assert not [plan for plan in plans if plan.startswith("SCAN delivery")]


@pytest.mark.usefixtures("issue")
def test_erase_includes_reports_about_others_that_name_the_reader(database: Database) -> None:
    """Their mail is forwarded to the erased reader; that their message bounced is still known."""
    named = Report(_OTHER, ReportClass.SOFT, "4.2.2", f"<{_READER.upper()}> (expanded from <{_OTHER}>): mailbox full")
    reported = _proven(named, "two", 3)
    assert Bounces(database).apply([reported], NOW) == [True]
    ReaderData(database).erase(_READER, NOW)
    assert not _is_known(database)
    assert Bounces(database).apply([reported], NOW) == [False]


@pytest.mark.usefixtures("issue")
def test_late_bounce_of_an_erased_reader_does_not_store_the_address(database: Database) -> None:
    """The report is recorded once, without address and text."""
    ReaderData(database).erase(_READER, NOW)
    late = _proven(Report(_READER, ReportClass.HARD, "5.1.1", f"<{_READER}>: no such user"), "two")
    Bounces(database).apply([late], NOW)
    assert not _is_known(database)
    assert Bounces(database).apply([late], NOW) == [False]


@pytest.mark.usefixtures("issue")
def test_erased_reader_is_subscribed_again_only_by_their_own_confirmation(database: Database) -> None:
    """An import leaves the address out, also with `resubscribe` and while a sign-up waits; a confirmation ends that."""
    subscribers, row = Subscribers(database), [Subscriber(email=_READER.upper())]
    ReaderData(database).erase(_READER, NOW)
    assert subscribers.preview_rows(row, Resubscribe.EVERYBODY).results == [(RowOutcome.LEFT, "confirmed")]
    assert subscribers.import_rows(row, NOW, Resubscribe.EVERYBODY).results == [(RowOutcome.LEFT, "confirmed")]
    assert subscribers.add(row[0], NOW) == RowOutcome.LEFT
    assert not _is_known(database)
    later = NOW + timedelta(days=2)
    assert Signups(database).ask(_REQUEST, _MESSAGE, later) is Asked.MAILED
    assert subscribers.add(row[0], later) == RowOutcome.LEFT
    (newest,) = _dump(database)["signup"]
    assert Signups(database).confirm(newest[2], later)
    found = subscribers.find(_READER)
    assert found is not None
    assert found.status is SubscriberStatus.CONFIRMED
    assert subscribers.add(row[0], later) != RowOutcome.LEFT


def test_erase_waits_for_a_live_sender_and_not_for_a_dead_one(database: Database) -> None:
    """Nothing is erased while a message is being sent; after the lease it is unknown, and is never sent again."""
    issue_id = frozen(database, 1)
    sending(Deliveries(database))
    assert ReaderData(database).erase(_READER, NOW + LEASE / 2) is Erasure.IN_FLIGHT
    assert _is_known(database)
    assert ReaderData(database).erase(_READER, NOW + 2 * LEASE) is Erasure.ERASED
    assert _states(database) == {"": [DeliveryState.UNKNOWN]}
    assert Resends(database).resend(issue_id, DeliveryState.UNKNOWN, "anna", NOW + minutes(5)) == 0


def test_claimed_message_of_an_erased_reader_is_not_sent(database: Database) -> None:
    """The sender that claimed it gets no permission."""
    frozen(database, 1)
    (claim,) = Deliveries(database).claim(1, owner="me", now=NOW, lease=LEASE)
    assert ReaderData(database).erase(_READER, NOW) is Erasure.ERASED
    pair = (claim.delivery_id, claim.token)
    assert Deliveries(database).record([], [pair], now=NOW, lease=LEASE, next_try=lambda _tries: None) == set()


@pytest.mark.usefixtures("issue")
def test_cancel_ends_the_subscription_and_keeps_the_reader(database: Database) -> None:
    """What is planned for the address is cancelled, system mail included."""
    ReaderData(database).cancel(_READER, NOW)
    found = Subscribers(database).find(_READER)
    assert found is not None
    assert found.status is SubscriberStatus.UNSUBSCRIBED
    assert DeliveryState.PLANNED not in [one for states in _states(database).values() for one in states]

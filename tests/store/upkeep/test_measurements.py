"""What is measured, on each database."""

from datetime import timedelta

from digest.model.bounces import ReportClass
from digest.model.receivers import AlertKind
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import bounce
from digest.store.upkeep.alerts import Alerts
from digest.store.upkeep.beats import Beats
from digest.store.upkeep.measurements import Measurements
from tests.support.store import NOW, SLOT, frozen, reader


def test_measured_of_an_empty_database_is_empty(database: Database) -> None:
    """No row, no error."""
    measured = Measurements(database).read(NOW)
    assert (measured.subscribers, measured.issues, measured.due, measured.oldest_due) == ({}, [], 0, None)


def test_measured_counts_readers_deliveries_beats_and_alerts(database: Database) -> None:
    """An issue whose messages wait for a sender, and what is beside it."""
    frozen(database, 3)
    Subscribers(database).add_many([Subscriber(email=reader(99), status=SubscriberStatus.SUPPRESSED)], NOW)
    Beats(database).record("run", ["daily", "weekly"], NOW)
    Alerts(database).report(AlertKind.ISSUE_HELD, "x", "held", NOW)
    measured = Measurements(database).read(NOW + timedelta(minutes=5))
    assert measured.subscribers == {"confirmed": 3, "suppressed": 1}
    (issue,) = measured.issues
    assert (issue.record.slot, issue.deliveries) == (SLOT, {"planned": 3})
    assert (measured.due, measured.oldest_due) == (3, NOW)
    assert measured.beats == {"run": NOW}
    assert measured.alerts == {"issue-held": 1}


def test_measured_bounces_are_those_of_the_last_day(database: Database) -> None:
    """By what they mean."""
    frozen(database, 1)
    row = {"address": "", "delivery_id": 1, "subscriber_id": 1, "status": "", "text": "", "counted": False}
    moments = {"a": NOW, "b": NOW + timedelta(microseconds=1), "c": NOW + timedelta(hours=1)}
    with database.write() as connection:
        for key, moment in moments.items():
            report_class = ReportClass.SOFT if key == "c" else ReportClass.HARD
            connection.execute(bounce.insert(), {**row, "message_key": key, "report_class": report_class, "at": moment})
    assert Measurements(database).read(NOW + timedelta(days=1)).bounces == {"hard": 1, "soft": 1}

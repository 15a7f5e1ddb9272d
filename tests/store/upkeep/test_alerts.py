"""Alerts in the store: one of a kind and subject is open at a time, whoever reports it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from digest.model.receivers import AlertKind
from digest.store.engine.database import Database
from digest.store.ledger.system_mail import SystemRecipient
from digest.store.upkeep.alerts import Alerts
from tests.support.store import NOW, column, minutes, opened, system_message

_DAY = timedelta(days=1)
_MOMENT = timedelta(seconds=1)


def test_report_by_several_at_once_opens_one_alert(store_url: str) -> None:
    """Two hosts see the same fault at the same moment: the operator gets one mail about it."""
    with opened(store_url) as database:
        alerts = Alerts(database)

        def report(number: int) -> bool:
            return alerts.report(AlertKind.RECEIVER_REFUSES, f"post{number // 4}.example", "no", NOW)

        with ThreadPoolExecutor(4) as pool:
            opened_ones = list(pool.map(report, range(40)))
        assert sum(opened_ones) == len(alerts.open()) == 10


def test_report_again_keeps_the_beginning_and_the_latest_words(database: Database) -> None:
    """Until it is cleared: what comes back afterwards is a new alert. Kinds and subjects are apart."""
    alerts, silent = Alerts(database), AlertKind.SOURCE_SILENT
    assert alerts.report(silent, "a", "for an hour", NOW)
    assert not alerts.report(silent, "a", "for two hours", NOW + minutes(60))
    assert alerts.report(silent, "b", "no", NOW + minutes(1))
    assert alerts.report(AlertKind.BOUNCES, "a", "no", NOW + minutes(2))
    found = [(one.kind, one.subject, one.message, one.first_seen, one.last_seen) for one in alerts.open()]
    assert found == [
        (AlertKind.BOUNCES, "a", "no", NOW + minutes(2), NOW + minutes(2)),
        (silent, "b", "no", NOW + minutes(1), NOW + minutes(1)),
        (silent, "a", "for two hours", NOW, NOW + minutes(60)),
    ]
    assert alerts.open_subjects(silent) == {"a", "b"}
    alerts.clear(silent, ["a", "x"], NOW + minutes(61))
    assert alerts.open_subjects(silent) == {"b"}
    assert [(one.kind, one.subject) for one in alerts.open()] == [(AlertKind.BOUNCES, "a"), (silent, "b")]
    assert alerts.report(silent, "a", "again", NOW + minutes(62))
    assert alerts.open()[0].first_seen == NOW + minutes(62)


def test_mail_about_an_alert_is_repeated_each_day_and_ends_with_it(database: Database) -> None:
    """Not a moment earlier, once however many ask, and nothing about the end of what there was no mail about."""
    alerts, silent = Alerts(database), AlertKind.SOURCE_SILENT
    for subject in "ab":
        alerts.report(silent, subject, "silent", NOW)

    def due(after: timedelta) -> list[int]:
        return [number for number, _alert in alerts.unmailed(NOW + after)]

    def mail(after: timedelta, *, ended: bool = False) -> bool:
        to = [SystemRecipient("op@gazette.example")]
        return alerts.mail(1, system_message("alert"), to, NOW + after, ended=ended)

    assert due(timedelta()) == [1, 2]
    assert (mail(timedelta()), mail(timedelta()), mail(_DAY - _MOMENT)) == (True, False, False)
    assert (due(_DAY - _MOMENT), due(_DAY)) == ([2], [1, 2])
    assert mail(_DAY)
    alerts.clear(silent, ["a", "b"], NOW + _DAY + minutes(1))
    assert (due(_DAY + minutes(2)), due(2 * _DAY), due(2 * _DAY + minutes(1))) == ([1], [1], [])
    assert not mail(2 * _DAY), "it was read before it ended, and would be mailed as open"
    assert [mail(_DAY + minutes(2), ended=True) for _again in range(2)] == [True, False]
    assert due(_DAY + minutes(3)) == []
    assert column(database, "address") == ["op@gazette.example"] * 3

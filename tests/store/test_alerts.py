"""Alerts in the store: one of a kind and subject is open at a time, whoever reports it."""

from concurrent.futures import ThreadPoolExecutor

from digest.model.receivers import AlertKind
from digest.store.alerts import Alerts
from tests.support.store import NOW, opened


def test_report_by_several_at_once_opens_one_alert(store_url: str) -> None:
    """Two hosts see the same fault at the same moment: the operator gets one mail about it."""
    with opened(store_url) as database:
        alerts = Alerts(database)

        def report(number: int) -> bool:
            return alerts.report(AlertKind.RECEIVER_REFUSES, f"post{number // 4}.example", "no", NOW)

        with ThreadPoolExecutor(4) as pool:
            opened_ones = list(pool.map(report, range(40)))
        assert sum(opened_ones) == len(alerts.open()) == 10

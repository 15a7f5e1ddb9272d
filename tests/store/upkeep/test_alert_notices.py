"""Notices of alerts to chat and push services: each target hears of each alert, again each day, and of its end."""

from datetime import timedelta

import pytest

from digest.model.receivers import AlertKind
from digest.store.engine.database import Database
from digest.store.upkeep.alert_notices import AlertNotices
from digest.store.upkeep.alerts import Alerts
from tests.support.store import NOW, minutes

_DAY = timedelta(days=1)
_MOMENT = timedelta(seconds=1)
_CHAT, _PUSH = "chat", "push"


@pytest.fixture
def notices(database: Database) -> AlertNotices:
    """Two alerts: 1 about `a`, which is seen first, and 2 about `b`."""
    for subject in "ab":
        assert Alerts(database).report(AlertKind.SOURCE_SILENT, subject, "silent", NOW)
    return AlertNotices(database)


def _due(notices: AlertNotices, target: str = _CHAT, after: timedelta = timedelta()) -> list[int]:
    return [number for number, _alert in notices.due(target, NOW + after)]


def test_due_open_alerts_of_each_target(notices: AlertNotices) -> None:
    """In the order in which they were seen, with what they say."""
    assert [(one.subject, one.message) for _number, one in notices.due(_CHAT, NOW)] == [
        ("a", "silent"),
        ("b", "silent"),
    ]
    assert notices.claim(1, _CHAT, NOW)
    notices.record(1, _CHAT, NOW, ended=False)
    assert (_due(notices), _due(notices, _PUSH)) == ([2], [1, 2])


def test_claim_is_held_until_its_process_may_have_died(notices: AlertNotices) -> None:
    """For five minutes; other alerts and targets are not held up."""
    assert notices.claim(1, _CHAT, NOW)
    assert not notices.claim(1, _CHAT, NOW + minutes(5) - _MOMENT)
    assert _due(notices, after=minutes(5) - _MOMENT) == [2]
    assert (notices.claim(1, _PUSH, NOW), notices.claim(2, _CHAT, NOW)) == (True, True)
    assert _due(notices, after=minutes(5)) == [1, 2]
    assert notices.claim(1, _CHAT, NOW + minutes(5))
    assert not notices.claim(1, _CHAT, NOW + minutes(5))
    assert _due(notices, after=minutes(10) - _MOMENT) == [2]


def test_due_again_a_day_after_the_last_notice(notices: AlertNotices) -> None:
    """An alert that lasts is repeated, not a moment earlier."""
    notices.claim(1, _CHAT, NOW)
    notices.record(1, _CHAT, NOW, ended=False)
    assert (_due(notices, after=_DAY - _MOMENT), _due(notices, after=_DAY)) == ([2], [1, 2])
    assert notices.claim(1, _CHAT, NOW + _DAY)
    notices.record(1, _CHAT, NOW + _DAY, ended=False)
    assert (_due(notices, after=2 * _DAY - _MOMENT), _due(notices, after=2 * _DAY)) == ([2], [1, 2])


def test_due_end_of_what_there_was_a_notice_of(notices: AlertNotices, database: Database) -> None:
    """For a day, and once; nobody is told of the end of what they were not told of."""
    notices.claim(1, _CHAT, NOW)
    notices.record(1, _CHAT, NOW, ended=False)
    Alerts(database).clear(AlertKind.SOURCE_SILENT, ["a", "b"], NOW + minutes(1))
    (found,) = notices.due(_CHAT, NOW + minutes(2))
    assert (found[0], found[1].cleared_at) == (1, NOW + minutes(1))
    assert _due(notices, _PUSH, minutes(2)) == []
    assert (_due(notices, after=_DAY), _due(notices, after=_DAY + minutes(1))) == ([1], [])
    assert notices.claim(1, _CHAT, NOW + minutes(2))
    notices.record(1, _CHAT, NOW + minutes(2), ended=True)
    assert _due(notices, after=minutes(20)) == []

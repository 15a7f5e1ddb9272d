"""A mailbox for returned messages that cannot be read for long: an alert, also hours before the next daily check."""

from datetime import timedelta
from pathlib import Path

import pytest

from digest.clock import SystemClock
from digest.cluster.jobs import JobKind
from digest.errors import MailError
from digest.model.receivers import AlertKind
from digest.scheduler.mailbox_outage import MailboxOutage
from digest.store.upkeep.alerts import Alerts
from digest.store.upkeep.beats import Beats
from tests.support.installation import SLOT
from tests.support.store import opened

_REASON = "the mailbox at mail.example cannot be read: connection refused"


class _Clock(SystemClock):
    minutes = 0

    def elapsed(self) -> float:
        return self.minutes * 60.0


def test_mailbox_that_cannot_be_read_for_an_hour_is_an_alert_until_it_is_read(tmp_path: Path) -> None:
    """Not after the first failures: its server may be restarted. A check's alert ends at the first success, too."""
    clock, away = _Clock(), [True]

    def read() -> None:
        if away[0]:
            raise MailError(_REASON)

    with opened(f"sqlite:///{tmp_path}/digest.db") as database:
        alerts, beats = Alerts(database), Beats(database)

        def alerts_at(minute: int, outage: MailboxOutage) -> list[tuple[AlertKind, str, str]]:
            clock.minutes = minute
            if away[0]:
                with pytest.raises(MailError, match="connection refused"):
                    outage.read()
            else:
                outage.read()
            return [(one.kind, one.subject, one.message) for one in alerts.open()]

        outage = MailboxOutage(read, alerts, beats, clock)
        assert alerts_at(0, outage) == alerts_at(59, outage) == []
        assert alerts_at(60, outage) == [(AlertKind.CHECK_FAILS, "bounces", _REASON)]
        away[0] = False
        assert alerts_at(70, outage) == []
        away[0] = True
        assert alerts_at(80, outage) == alerts_at(139, outage) == []
        alerts.report(AlertKind.CHECK_FAILS, "bounces", _REASON, clock.now())  # by a check
        away[0] = False
        assert alerts_at(140, MailboxOutage(read, alerts, beats, clock)) == []


def test_mailbox_that_another_host_has_read_meanwhile_is_no_outage(tmp_path: Path) -> None:
    """The hosts take turns: one of them may have failed hours ago, and fail again."""
    clock = _Clock()

    def fail() -> None:
        raise MailError(_REASON)

    with opened(f"sqlite:///{tmp_path}/digest.db") as database:
        alerts, beats = Alerts(database), Beats(database)
        outage = MailboxOutage(fail, alerts, beats, clock)

        def is_alert_at(minute: int) -> bool:
            clock.minutes = minute
            with pytest.raises(MailError):
                outage.read()
            return bool(alerts.open())

        assert not is_alert_at(0)
        beats.record(JobKind.READ_BOUNCES, [""], SLOT + timedelta(minutes=1))
        assert not is_alert_at(120)
        assert not is_alert_at(179)
        assert is_alert_at(180)

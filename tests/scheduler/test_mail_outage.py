"""A mail server that cannot be used for long: an alert, also hours before the next daily check."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.errors import ConfigurationError, MailError
from digest.model.deliveries import Outcome, Receipt
from digest.model.receivers import AlertKind
from digest.scheduler.mail_outage import MailOutage
from digest.scheduler.sending import keep_sending
from digest.store.upkeep.alerts import Alerts
from tests.support.ledger import NOON, Site
from tests.support.mailing import mailer_for


class _FastClock(SystemClock):
    """Whoever waits gets the time at once; it is stopped half an hour after noon."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def elapsed(self) -> float:
        return self.moment.timestamp()

    def wait(self, seconds: float) -> bool:
        if seconds >= 30:  # the sender's waits; those of jobs are shorter
            self.moment += timedelta(seconds=seconds)
            if self.moment - NOON >= timedelta(minutes=30):
                self.stop()
        return super().wait(0.001 if seconds else 0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An issue that is frozen for a reader."""
    built = Site(tmp_path, 1)
    yield built
    built.database.close()


def test_mail_outage_of_a_quarter_of_an_hour_is_an_alert_until_mail_is_sent(site: Site) -> None:
    """Not the first minutes, in which a server may be restarted: they leave the alert of a check as it is."""
    clock, alerts = _FastClock(), Alerts(site.database)
    seen: dict[int, list[tuple[AlertKind, str]]] = {}

    class Away(Sender):
        def deliver(self, **_more: Any) -> None:
            minute = (clock.now() - NOON) // timedelta(minutes=1)
            if minute == 0:
                raise MailError("the server is restarted")
            if minute == 1:
                return
            seen[minute] = [(one.kind, one.message) for one in alerts.open()]
            if minute < 23:
                raise MailError("the mail server cannot be used")

        def wait_for_work(self, _seconds: float) -> None:
            clock.wait(60)

    sender = site.sender(mailer_for(1))
    away = Away(**{name: getattr(sender, name) for name in sender.__dataclass_fields__})
    alerts.report(AlertKind.CHECK_FAILS, "smtp", "the login is refused", NOON)
    keep_sending(away, clock, outage=MailOutage(alerts, clock))
    assert seen[2] == seen[17] == [(AlertKind.CHECK_FAILS, "the login is refused")]
    assert seen[18] == seen[23] == [(AlertKind.CHECK_FAILS, "the mail server cannot be used")]
    assert seen[24] == []


def test_mail_outage_for_a_file_that_became_unreadable_is_an_alert(site: Site) -> None:
    """Such as an authority's certificate that root has renewed: the server is as useless as one that is away."""
    clock, alerts = _FastClock(), Alerts(site.database)
    outage, failure = MailOutage(alerts, clock), ConfigurationError("smtp.ca_file: cannot be read")
    outage.note(failure)
    assert alerts.open() == []
    clock.moment += timedelta(minutes=15)
    outage.note(failure)
    assert [one.message for one in alerts.open()] == ["smtp.ca_file: cannot be read"]
    outage.note(None)
    assert alerts.open() == []


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1)], ids=["back", "forward"])
def test_mail_outage_while_the_clock_jumps_is_an_alert_after_a_quarter_of_an_hour(site: Site, jump: timedelta) -> None:
    """Not a day later, and not after the first attempt."""
    clock, alerts, failure = _FastClock(), Alerts(site.database), MailError("the mail server cannot be used")
    outage = MailOutage(alerts, clock)
    began = clock.elapsed()
    outage.note(failure)
    clock.moment += jump
    seen = []
    for minutes in (1, 14, 15):
        with mock.patch.object(clock, "elapsed", return_value=began + minutes * 60):
            outage.note(failure)
        seen.append([one.kind for one in alerts.open()])
    assert seen == [[], [], [AlertKind.CHECK_FAILS]]


@pytest.mark.parametrize(("lasted", "is_open"), [(14 * 60, False), (15 * 60, True)])
def test_mail_outage_within_one_attempt_counts_from_its_begin(site: Site, lasted: float, is_open: bool) -> None:
    """A server that accepts connections and is silent then makes an attempt last for 25 minutes."""
    alerts = Alerts(site.database)
    MailOutage(alerts, _FastClock()).note(MailError("the mail server cannot be used", lasted))
    assert bool(alerts.open()) is is_open


def test_mail_outage_that_ends_within_a_long_attempt_closes_its_alert(site: Site) -> None:
    """A sender that reaches the server again may send for hours; a message at each attempt alone is not enough."""
    clock, alerts, failure = _FastClock(), Alerts(site.database), MailError("the mail server cannot be used")
    outage, sent = MailOutage(alerts, clock), [Receipt(1, "token", Outcome.SENT)]
    seen = []
    for minute in range(42):
        clock.moment = NOON + timedelta(minutes=minute)
        if minute <= 15 or minute in {25, 40, 41}:  # the last ones are other outages
            outage.note(failure)
        else:
            outage.note_receipts(sent)
        outage.close_if_over()
        seen.append(bool(alerts.open()))
    assert [minute for minute, is_open in enumerate(seen) if is_open] == [15, 16, 17, 18, 19]


def test_mail_outage_ends_with_a_message_that_is_sent_and_leaves_a_later_alert_to_the_check(site: Site) -> None:
    """A server that postpones all it is given is no better than one that is away."""
    clock, alerts = _FastClock(), Alerts(site.database)
    outage, seen = MailOutage(alerts, clock), []
    for minute in (0, 15):
        clock.moment = NOON + timedelta(minutes=minute)
        outage.note(MailError("the mail server cannot be used"))
    clock.moment += timedelta(minutes=5)
    for outcome in (Outcome.DEFERRED, Outcome.SENT):
        outage.note_receipts([Receipt(1, "token", outcome)])
        outage.close_if_over()
        seen.append(len(alerts.open()))
    alerts.report(AlertKind.CHECK_FAILS, "smtp", "the login is refused", clock.moment)
    outage.close_if_over()
    assert [*seen, len(alerts.open())] == [1, 0, 1]


def test_keep_sending_reports_receipts_to_the_outage(site: Site) -> None:
    """While an attempt lasts; what the sender reported them to before gets them, too."""
    clock, receipts = _FastClock(), [Receipt(1, "token", Outcome.SENT)]
    earlier = mock.Mock()

    class Lasting(Sender):
        def deliver(self, **_more: Any) -> None:
            assert self.progress is not None
            self.progress(receipts)
            clock.stop()

    sender = site.sender(mailer_for(1), progress=earlier)
    lasting = Lasting(**{name: getattr(sender, name) for name in sender.__dataclass_fields__})
    with mock.patch.object(MailOutage, "note_receipts") as note_receipts:
        keep_sending(lasting, clock, outage=MailOutage(Alerts(site.database), clock))
    earlier.assert_called_once_with(receipts)
    note_receipts.assert_called_once_with(receipts)

"""The jobs that keep an installation in order: alerts, erasing readers who asked for it, retention, skipped issues."""

import logging

from digest.app import App
from digest.diagnostics.alerts.alert_causes import (
    report_failing_sources,
    report_late_issues,
    report_returned_mail,
    report_silent_sources,
)
from digest.diagnostics.alerts.alerts import close_signup_alert, mail_alerts, report_issues
from digest.diagnostics.alerts.target_alerts import TargetAlerts
from digest.errors import StoreUnavailableError
from digest.model.issues import IssueState
from digest.operations.clock_guard import find_gap
from digest.operations.job_timer import Job
from digest.operations.retention import DailyRetention
from digest.scheduler.intervals import HOUR, MINUTE, QUARTER
from digest.timetable import moment

_log = logging.getLogger(__name__)


def upkeep(app: App) -> list[Job]:
    """The jobs that keep an installation in order."""
    return [
        (MINUTE, lambda: alert_operator(app)),
        (QUARTER, lambda: report_causes(app)),
        (MINUTE, TargetAlerts(app=app)),
        *erasing(app),
        (MINUTE, lambda: plan_skipped_early(app)),
        (MINUTE, DailyRetention(app=app)),
    ]


def alert_operator(app: App) -> None:
    """Report issues that need a person, close what is over, and plan mail about alerts."""
    report_issues(app)
    report_late_issues(app)
    close_signup_alert(app)
    mail_alerts(app)


def report_causes(app: App) -> None:
    """Report sources that fail or are silent, bounces and complaints, and close what is over."""
    report_failing_sources(app)
    report_silent_sources(app)
    report_returned_mail(app)


def erasing(app: App) -> list[Job]:
    """The jobs that finish what readers asked for on the page: erasing, also from the database's files."""
    return [(MINUTE, lambda: erase_accepted(app)), (HOUR, lambda: overwrite_erased(app))]


def erase_accepted(app: App) -> None:
    """Erase the readers who asked for it while a message to them was being sent."""
    for email in app.reader_requests.to_erase():
        app.reader_data.cancel(email, app.ledger_clock.now())
        app.reader_data.erase(email, app.ledger_clock.now())


def plan_skipped_early(app: App) -> None:
    """Plan the issues again that are skipped though their hour is yet to come.

    They were skipped by a clock that was ahead, or at an earlier hour of the edition. A clock that is months behind,
    as of a machine that has just started, would plan all of them, and none is skipped again.
    """
    now = app.clock.now()
    gap = find_gap(app, now)
    if gap is not None and not gap.is_ahead:
        return
    for edition in app.settings.all_editions:
        for record in app.history(edition):
            due_at = moment(edition, record.slot, app.zone)
            if record.state is IssueState.SKIPPED and due_at is not None and now < due_at:
                app.issues.move(record.id, {IssueState.SKIPPED}, IssueState.PLANNED, now=now)
                _log.info("%s: planned again, for its hour is yet to come", record.name)


def overwrite_erased(app: App) -> None:
    """Rewrite the database's files after readers were erased, unless mail is being sent; tried again next time."""
    try:
        if app.reader_data.overwrite_erased(app.ledger_clock.now()):
            _log.info("erased readers were removed from the database's files")
    except StoreUnavailableError as error:
        _log.warning("the database's files may still contain erased readers, will retry in an hour: %s", error)

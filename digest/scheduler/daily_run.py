"""What `digest run` does on one host, from its start until it is stopped."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from digest.app import App
from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.diagnostics.alerts.notices import Notices
from digest.model.articles import Window
from digest.operations.background import BackgroundJobs, Start
from digest.operations.change_log import ChangeLog
from digest.operations.collecting import collect_window
from digest.operations.job_timer import Job
from digest.scheduler.bounce_reading import reading_bounces
from digest.scheduler.intervals import DAY, LOOK, MINUTE
from digest.scheduler.mail_outage import MailOutage
from digest.scheduler.publisher import Publisher
from digest.scheduler.sending import keep_sending
from digest.scheduler.upkeep import upkeep
from digest.store.upkeep.beats import RUN
from digest.timetable import required_moment

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DailyRun:
    """What `digest run` does until its clock is stopped; `start_checks` returns at once."""

    app: App
    sender: Sender
    clock: SystemClock
    start_checks: Callable[[], None] = lambda: None
    read_bounces: Callable[[], None] | None = None

    def run(self) -> None:
        """Collect, publish and send until the clock is stopped; messages in flight are finished."""
        log_next_issues(self.app)
        bounces = reading_bounces(self.read_bounces, self.app.settings.bounces.every, self.clock)
        with bounces, BackgroundJobs(self.clock) as background:
            keep_sending(self.sender, self.clock, self.jobs(background.start), outage=self.outage)

    @property
    def outage(self) -> MailOutage:
        """Who is told of attempts to reach the mail server."""
        return MailOutage(self.app.alerts, self.clock)

    def jobs(self, start: Start) -> list[Job]:
        """What it does beside sending, and how often; `start` begins what may take minutes."""
        changes, app = ChangeLog(self.clock), replace(self.app, collecting=threading.Lock())
        notices = Notices(app=app)
        publisher = Publisher(app=app, changes=changes, start=start)
        return [
            (MINUTE, lambda: record_beat(app)),
            (app.settings.collect.every, lambda: start("collect", lambda: collect_now(app, changes))),
            (LOOK, publisher.publish_due),
            (MINUTE, lambda: start("notices", notices.mail_due)),
            *upkeep(app),
            (DAY, self.start_checks),
        ]


def log_next_issues(app: App) -> None:
    """Log when each edition is due next, and the slot that is passed over because the edition is new here."""
    for edition in app.settings.all_editions:
        slot, passed_over = app.coming_slot(edition), app.passed_over(edition)
        due_at = required_moment(edition, slot, app.zone).astimezone(app.zone)
        _log.info("%s/%s: due at %s", edition.name, slot, f"{due_at:%Y-%m-%d %H:%M}")
        if passed_over is not None:
            send = f"digest send --edition {edition.name} --date {passed_over.day}"
            _log.warning(
                "%s/%s: not published: it was due before `digest run` first saw this edition; `%s` sends it",
                *(edition.name, passed_over, send),
            )


def record_beat(app: App) -> None:
    """Store that `digest run` is running now and knows its editions."""
    app.beats.record(RUN, [edition.name for edition in app.settings.all_editions], app.clock.now())


def collect_now(app: App, changes: ChangeLog) -> None:
    """Ask every source once; a source that fails is logged, and the others count."""
    collect_window(app, collecting_window(app), report=changes.log_source)


def collecting_window(app: App) -> Window:
    """From the earliest start of the editions' coming windows, at least a day back, to now."""
    now = app.clock.now()
    editions = app.settings.all_editions
    starts = [app.window(one, app.coming_slot(one)).start for one in editions]
    return Window(start=min([*starts, now - timedelta(hours=24)]), end=now + timedelta(minutes=1))

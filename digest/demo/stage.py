"""Puts the demo together: portal, mail server, inbox, pages and console of one process, in a folder of its own."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.demo.clock import SPEED, DemoClock
from digest.demo.configuration import EDITOR, PREFIX, demo_settings, readers, sample_tables
from digest.demo.days import HOUR
from digest.demo.front import CONSOLE, Front, OneTimeLink
from digest.demo.inbox_pages import InboxPages
from digest.demo.mail_server import HOST, Inbox, receiving
from digest.demo.portal import Portal
from digest.demo.simulated_readers import SimulatedReaders
from digest.demo.tour import Tour
from digest.demo.tour_page import TourPage
from digest.model.users import UserRole
from digest.operations.background import at_once
from digest.operations.change_log import ChangeLog
from digest.operations.job_timer import Job
from digest.scheduler.daily_run import DailyRun, collect_now, record_beat
from digest.scheduler.sending import keep_sending
from digest.settings.schema import Settings
from digest.store.upkeep.beats import RUN
from digest.web.application import make_application
from digest.web.server import serving

_BEFORE = timedelta(minutes=1)  # the first issue, when the clock begins to run
_LEASE = timedelta(days=2)  # of what is being sent, minutes of real time: no other process takes over
_MORNING = timedelta(hours=6)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A demo that is open: its addresses, and what runs it."""

    app: App
    sender: Sender
    clock: DemoClock
    inbox: Inbox
    origin: str
    smtp_port: int
    link: OneTimeLink

    @property
    def start_url(self) -> str:
        """The address that signs a browser in to the console, once."""
        return self.origin + self.link.path

    @property
    def inbox_url(self) -> str:
        """Where the received mail is."""
        return f"{self.origin}{CONSOLE}/inbox"

    @property
    def readers_url(self) -> str:
        """The readers' pages."""
        return self.origin + PREFIX

    def run(self, *more: Job) -> None:
        """Let the days pass until the clock is stopped: `digest run`, whose intervals are as short as its days."""
        record_beat(self.app)
        self.clock.run()
        daily_run = DailyRun(app=self.app, sender=self.sender, clock=self.clock)
        own = (self._skip_the_first_morning, SimulatedReaders(self.inbox).read)
        jobs = self.at_speed(daily_run.jobs(at_once))
        keep_sending(self.sender, self.clock, [*jobs, *((_SECOND, job) for job in own), *more])

    def at_speed(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs of `digest run` at the speed of the demo; its beat, the first one, is ahead of the clock.

        Otherwise it would be old before the next one: minutes pass within a second, and the visitor may skip a day.
        """
        (every, beat), *others = jobs

        def beat_ahead() -> None:
            beat()
            names = [edition.name for edition in self.app.settings.all_editions]
            self.app.beats.record(RUN, names, self.clock.now() + _DAY)

        return [(interval / SPEED, job) for interval, job in ((every, beat_ahead), *others)]

    def _skip_the_first_morning(self) -> None:
        """Once the first issue has arrived, go on at noon: until then the next one would have too few articles.

        A visitor on a page that is valid for a time is not disturbed.
        """
        morning = self.clock.start + _BEFORE
        is_early = self.clock.now() < morning + _MORNING
        if is_early and self.inbox.received >= len(readers()) and not self.clock.rests:
            self.clock.skip_to(morning + _MORNING)
            collect_now(self.app, ChangeLog(self.clock))


def make_clock(real: SystemClock) -> DemoClock:
    """A clock that shows a moment before the hour of today's issue in the zone of the portal."""
    zone = ZoneInfo(sample_tables()["portal"]["timezone"])
    return DemoClock(datetime.combine(real.now().astimezone(zone).date(), HOUR, zone) - _BEFORE)


@contextmanager
def open_demo(folder: Path, clock: DemoClock) -> Iterator[Demo]:
    """A demo that waits for `run`; everything ends with the block, except for the folder."""
    with ExitStack() as closing:
        inbox, link = Inbox(clock.now), OneTimeLink()
        front = Front(link, clock.rest)
        smtp_port = closing.enter_context(receiving(inbox))
        origin = f"http://{HOST}:{closing.enter_context(serving(front, f'{HOST}:0'))}"
        settings = demo_settings(folder, origin=origin, smtp_port=smtp_port)
        first_day = clock.now().astimezone(settings.portal.zone).date()
        front.portal = _portal(settings, clock, first_day).application()
        app = replace(closing.enter_context(bootstrap.open_app(settings, clock)), ledger_clock=clock)
        _add_people(app)
        tour = Tour(
            app=app, inbox=inbox, seen=front.seen, first_day=first_day, readers_before=list(app.subscribers.list())
        )
        tour_page = TourPage(tour, clock)
        front.pages = make_application(app, (*tour_page.routes, *InboxPages(inbox).routes), tour_page.guide)
        lock = closing.enter_context(bootstrap.process_lock(settings))
        sender = replace(bootstrap.sender(app, bootstrap.smtp_mailer(settings), lock), lease=_LEASE)
        yield Demo(app=app, sender=sender, clock=clock, inbox=inbox, origin=origin, smtp_port=smtp_port, link=link)


def _portal(settings: Settings, clock: DemoClock, first_day: date) -> Portal:
    titles = {settings.language_of(one): one.title for one in settings.editions if one.title}
    return Portal(settings.portal, titles, clock, first_day)


def _add_people(app: App) -> None:
    now = app.clock.now()
    app.subscribers.add_many(readers(), now)
    app.users.invite(EDITOR, UserRole.EDITOR, bootstrap.operator(), now)

"""A portal whose feed grows with the time, and days of `digest run` that pass in moments under a controlled clock."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import format_datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import time_machine

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.model.articles import Window
from digest.model.subscribers import Subscriber
from digest.operations.background import THREADS
from digest.scheduler.daily_run import DailyRun
from digest.settings.load import find_settings
from digest.store.engine.database import Database
from digest.store.subscribers.subscribers import Subscribers
from digest.store.upkeep.beats import RUN, Beats
from tests.support.feed_server import FeedServer
from tests.support.ledger import NoNotices

HOME = "https://gazette.example"
FEED = "/rss.xml"
_TURN = 60.0  # real seconds in which all threads must come to wait, or the test has gone wrong


@dataclass(frozen=True, kw_only=True)
class Item:
    """An article of a feed; None: the element is missing."""

    url: str
    title: str
    published: datetime
    summary: str = ""
    views: int | None = None
    comments: int | None = None
    image: str = ""
    section: str = ""


def rss(items: Sequence[Item]) -> str:
    """A feed of the items, with comments as `slash:comments` and views as `media:statistics`."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>Harbour Gazette</title><link>{HOME}</link>{''.join(map(_item, items))}</channel></rss>"
    )


def _item(one: Item) -> str:
    elements = [
        f"<title>{escape(one.title)}</title><link>{escape(one.url)}</link>",
        f"<pubDate>{format_datetime(one.published)}</pubDate>",
        f"<description>{escape(escape(one.summary))}</description>" if one.summary else "",
        f"<slash:comments>{one.comments}</slash:comments>" if one.comments is not None else "",
        f'<media:community><media:statistics views="{one.views}"/></media:community>' if one.views is not None else "",
        f"<category>{escape(one.section)}</category>" if one.section else "",
        f'<media:content medium="image" url="{escape(one.image, {chr(34): "&quot;"})}"/>' if one.image else "",
    ]
    return f"<item>{''.join(elements)}</item>"


class Portal:
    """An article every two hours from `since` on, whose counters grow with its age."""

    def __init__(self, server: FeedServer, since: datetime) -> None:
        self._server = server
        self._since = since
        self.address = server.url(FEED)
        self.broken = False

    @property
    def visits(self) -> int:
        """How often the feed was requested."""
        return len(self._server.requests)

    def items(self, now: datetime) -> list[Item]:
        """What has been published by now, newest first, at most four days of it."""
        count = max(0, (now - self._since) // timedelta(hours=2) + 1)
        return [self._item(number, now) for number in range(count, max(0, count - 48), -1)]

    def published(self, window: Window) -> set[str]:
        """The URLs of what was published in the window."""
        return {one.url for one in self.items(window.end) if one.published in window}

    def show(self, now: datetime) -> None:
        """Let the feed have the present articles, or an error where the portal is broken."""
        body = rss(self.items(now))
        if self.broken:
            self._server.answer(FEED, "out of order", status=500)
        else:
            self._server.answer(FEED, body, headers={"ETag": f'"{sha256(body.encode()).hexdigest()}"'})

    def hang(self) -> None:
        """Let the feed take very long."""
        self._server.answer(FEED, rss([]), drip=5.0)

    def _item(self, number: int, now: datetime) -> Item:
        published = self._since + timedelta(hours=2) * (number - 1)
        age = int((now - published).total_seconds()) // 3600
        return Item(
            url=f"{HOME}/news/{number}",
            title=f"News number {number} of the harbour",
            published=published,
            summary=f"What happened at berth {number}.",
            views=age * (1 + number * 7 % 12) * 10,
            comments=age * (number % 3),
        )


def configuration(
    *,
    port: int,
    feed: str = "",
    source: str = "",
    database: str = "sqlite:///digest.db",
    zone: str = "Europe/Moscow",
    every: str = "1h",
    editions: Sequence[str] = ('name = "daily"',),
    smtp: str = "",
) -> str:
    """A configuration file with one source: a feed's address, or the lines of its table."""
    tables = [
        f'[portal]\nname = "Harbour Gazette"\nurl = "{HOME}"\ntimezone = "{zone}"\npostal_address = "1 Quay Street"',
        f'[collect]\nevery = "{every}"',
        "[[sources]]\n" + (source or f'name = "main"\nkind = "feed"\nurl = "{feed}"'),
        *(f"[[editions]]\n{edition}" for edition in editions),
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nfrom = "Harbour Gazette <news@gazette.example>"\n{smtp}',
        '[web]\nbase_url = "https://news.gazette.example"',
        f'[database]\nurl = "{database}"',
    ]
    return "\n\n".join(tables) + "\n"


def install(folder: Path, text: str, readers: int = 0, *, known_since: datetime | None = None) -> Path:
    """Write the configuration, bring the database up to date and subscribe readers; the file.

    `known_since`: when an earlier `digest run` first saw the editions.
    """
    file = folder / "config" / "digest.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    settings = find_settings(file)
    database = Database.open(settings.database.url, settings.root)
    database.migrate()
    everybody = [Subscriber(email=address(number), name=f"Reader {number}") for number in range(1, readers + 1)]
    Subscribers(database).add_many(everybody, datetime(2026, 1, 1, tzinfo=UTC))
    if known_since is not None:
        Beats(database).record(RUN, [edition.name for edition in settings.editions], known_since)
    database.close()
    return file


@contextmanager
def due_site(folder: Path, port: int, readers: int, due: datetime, **more: Any) -> Iterator[Portal]:
    """A portal, and an installation in a folder whose issue is due at that moment; `more` goes to `configuration`."""
    with FeedServer() as server:
        portal = Portal(server, due - timedelta(days=2))
        portal.show(due)
        edition = f'name = "daily"\nat = "{due:%H:%M}"'
        text = configuration(feed=portal.address, port=port, zone="UTC", editions=[edition], **more)
        install(folder, text, readers, known_since=due - timedelta(hours=1))
        yield portal


def address(number: int) -> str:
    """The address of the reader of that number."""
    return f"reader{number}@readers.example"


def parsed(content: bytes) -> EmailMessage:
    """A message as a reader's program understands it, which must find nothing wrong with it."""
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def body(message: EmailMessage, kind: str) -> str:
    """The text of the part of that kind, html or plain."""
    part = message.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


class SimulatedClock(SystemClock):
    """A clock whose time passes only while all `waiting_threads` wait: it then moves to when the first of them wakes.

    Before that the jobs that run beside them end. No thread wakes before `pace` has passed, because days are long.
    The events of `at` happen at their moments, in wall time.
    """

    def __init__(
        self,
        traveller: time_machine.Traveller,
        *,
        waiting_threads: int,
        pace: timedelta,
        passed: Callable[[datetime], object],
    ) -> None:
        super().__init__()
        self._traveller = traveller
        self._waiting_threads = waiting_threads
        self.pace = pace
        self._passed = passed
        self._turn = threading.Condition()
        self._elapsed = timedelta()
        self._waiting: dict[int, timedelta] = {}
        self._events: list[tuple[datetime, Callable[[], object]]] = []

    def at(self, moment: datetime, event: Callable[[], object]) -> None:
        """Let something happen at a moment."""
        self._events = sorted([*self._events, (moment, event)], key=lambda pair: pair[0])

    def shift_wall_clock(self, span: timedelta) -> None:
        """Move the wall clock forward or back; no thread wakes for it."""
        self._traveller.shift(span)

    def elapsed(self) -> float:
        """The seconds that have passed in simulated time."""
        return self._elapsed.total_seconds()

    def wait(self, seconds: float) -> bool:
        """Wait in simulated time."""
        if seconds <= 0:
            return self.stopped
        me = threading.get_ident()
        with self._turn:
            self._waiting[me] = self._elapsed + max(timedelta(seconds=seconds), self.pace)
            if len(self._waiting) == self._waiting_threads:
                self._go_on()
            assert self._turn.wait_for(lambda: self.stopped or me not in self._waiting, _TURN), "time has stopped"
            self._waiting.pop(me, None)
            return self.stopped

    def stop(self) -> None:
        """Wake all threads that wait, to end."""
        super().stop()
        with self._turn:
            self._turn.notify_all()

    def _go_on(self) -> None:
        for thread in threading.enumerate():
            if thread.name.startswith(THREADS):
                thread.join(_TURN)
        while not self.stopped and min(self._waiting.values()) > self._elapsed:
            span = min(self._waiting.values()) - self._elapsed
            if self._events:
                span = min(span, max(self._events[0][0] - self.now(), timedelta()))
            self._traveller.shift(span)
            self._elapsed += span
            while self._events and self._events[0][0] <= self.now():
                self._events.pop(0)[1]()
            self._passed(self.now())
        self._waiting = {who: due for who, due in self._waiting.items() if due > self._elapsed}
        self._turn.notify_all()


Event = Callable[[SimulatedClock], object]


@dataclass
class Days:
    """The days of one installation: `run` lets `digest run` work from one moment to another, in `zone`."""

    config: Path
    portal: Portal
    traveller: time_machine.Traveller
    zone: ZoneInfo
    alter: Callable[[DailyRun], DailyRun] = field(default=lambda run: run)

    def moment(self, text: str) -> datetime:
        """A moment written in the portal's zone."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def run(
        self,
        start: str,
        end: str,
        *,
        schedulers: int = 1,
        pace: timedelta = timedelta(minutes=5),
        events: Mapping[str, Event] | None = None,
    ) -> None:
        """Run one process, or several at once, until a signal stops them."""
        self.traveller.shift(self.moment(start) - datetime.now(UTC))
        self.portal.show(datetime.now(UTC))
        clock = SimulatedClock(self.traveller, waiting_threads=2 * schedulers, pace=pace, passed=self.portal.show)
        clock.at(self.moment(end), clock.stop)
        for when, event in (events or {}).items():
            clock.at(self.moment(when), partial(event, clock))
        with ExitStack() as stack:
            daily_runs = [self.alter(stack.enter_context(scheduler(self.config, clock))) for _ in range(schedulers)]
            threads = [threading.Thread(target=one.run) for one in daily_runs]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def published(self, start: str, end: str) -> set[str]:
        """The addresses of what the portal published between two moments."""
        return self.portal.published(Window(start=self.moment(start), end=self.moment(end)))

    @contextmanager
    def app(self) -> Iterator[App]:
        """The app of the installation."""
        with bootstrap.open_app(find_settings(self.config), SystemClock()) as app:
            yield app

    def issues(self, edition: str = "daily") -> dict[str, str]:
        """The state of each issue by its slot, oldest first."""
        with self.app() as app:
            return {str(one.slot): str(one.state) for one in reversed(app.issues.history(edition, 100))}

    def windows(self) -> dict[str, tuple[str, str]]:
        """The windows of the frozen issues by slot, in the portal's zone."""

        def shown(moment: datetime) -> str:
            return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

        with self.app() as app:
            frozen = [one for one in reversed(app.issues.history("daily", 100)) if one.frozen_at]
        return {str(one.slot): (shown(one.window.start), shown(one.window.end)) for one in frozen}


@contextmanager
def scheduler(config: Path, clock: SystemClock) -> Iterator[DailyRun]:
    """What `digest run` makes of a configuration."""
    settings = find_settings(config)
    with bootstrap.open_app(settings, clock) as app, bootstrap.process_lock(settings) as process_lock:
        sender = bootstrap.sender(app, bootstrap.smtp_mailer(settings), process_lock)
        sender = replace(sender, notices=NoNotices())  # the real ones would take real time
        yield DailyRun(app=app, sender=sender, clock=clock)


@contextmanager
def days(config: Path, portal: Portal, zone: str, **more: Any) -> Iterator[Days]:
    """Stop the machine's time, whose zone is the portal's."""
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    with (
        time_machine.travel(start, tick=False) as traveller,
        mock.patch.object(Database, "server_time", side_effect=partial(datetime.now, UTC)),
    ):
        yield Days(config=config, portal=portal, traveller=traveller, zone=ZoneInfo(zone), **more)

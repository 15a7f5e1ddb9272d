"""A newsroom before the hour of an issue: `digest run --serve` in this process, a real mail server, a clock to set."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

from digest.web.application import make_application
from digest.web.server import serving
from tests.support.growing_portal import scheduler
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.ports import reserved_port
from tests.support.smtp_server import Log, honest_server
from tests.support.web import WallClock, Web

READERS = ("anna@readers.example", "boris@readers.example", "clara@readers.example")
_LONGEST = 60  # seconds until what was done has had its effect


class PassingClock(WallClock):
    """The clock of the machine, which `Newsroom.set` sets; nobody waits for long, so that they see it at once."""

    def now(self) -> datetime:
        """The time of the machine."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """The seconds up to now, those that were skipped included."""
        return self.now().timestamp()

    def wait(self, seconds: float) -> bool:
        """Wait for 50 ms at most."""
        return super().wait(min(seconds, 0.05))


@dataclass(frozen=True)
class Newsroom:
    """The pages, what the mail server has received, and the time."""

    web: Web
    log: Log
    traveller: time_machine.Traveller

    def set(self, time_of_day: str) -> None:
        """Set the clock to a time of the issue's day in Moscow."""
        moment = datetime.fromisoformat(f"{DAY} {time_of_day}").replace(tzinfo=ZoneInfo("Europe/Moscow"))
        self.traveller.move_to(moment, tick=True)

    def until(self, condition: Callable[[], object]) -> None:
        """Let `digest run` work until something is so."""
        for _ in range(_LONGEST * 20):
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(f"nothing happened: {[one.recipient for one in self.log.accepted]}")

    def mails(self, *recipients: str) -> int:
        """How many messages of the mail server are to these."""
        return sum(one.recipient in recipients for one in self.log.accepted)


@contextmanager
def newsroom(folder: Path, edition: str) -> Iterator[Newsroom]:
    """At 06:20, with three readers and today's articles, which have been collected."""
    with (
        honest_server() as (smtp, log),
        time_machine.travel(SLOT, tick=True) as traveller,
        reserved_port() as port,
    ):
        site = Installation(folder).configure(
            editions=[f'name = "daily"\n{edition}'], smtp=f"port = {smtp}", web=f'base_url = "http://127.0.0.1:{port}"'
        )
        site.write("feed.xml", day(5))
        site.subscribe(*READERS)
        site.known_since(datetime.fromisoformat("2025-05-30T04:00:00Z"))
        clock = PassingClock()
        with scheduler(folder / "config" / "digest.toml", clock) as run:
            web = Web(port=port, app=run.app, database=run.app.beats._database, clock=clock, site=site)
            room = Newsroom(web, log, traveller)
            room.set("06:20")
            with serving(make_application(run.app), f"127.0.0.1:{port}"):
                thread = threading.Thread(target=run.run, name="digest-run")
                thread.start()
                try:
                    room.until(lambda: run.app.articles.first_sight() is not None)  # the sources have been asked
                    yield room
                finally:
                    clock.stop()
                    thread.join()

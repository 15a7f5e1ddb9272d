"""A simulated year: the size of the database, and the time and memory of each command, at day 1, 30 and 365.

Five sources list 200 items each every 15 minutes, and an issue a day goes to 100,000 readers; `--scale 100` takes a
hundredth of the items and of the readers. The clock is simulated, and no message is sent: a day's readings and its
results are stored at once, in the rows that `digest run` would have stored. Issues are frozen, and what is old is
deleted, by the real code. `python -m benchmarks.year` runs on SQLite, with `--postgres URL` on PostgreSQL too, which is
vacuumed once a day.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from sqlalchemy import Connection, NullPool, create_engine, func, select, text

from benchmarks import material
from benchmarks.measure import peak_memory
from benchmarks.places import environment, module
from benchmarks.report import Goal, conclude, conditions
from digest import bootstrap
from digest.app import App
from digest.cli.main import main as digest
from digest.clock import SystemClock
from digest.model.articles import Role, Window
from digest.model.deliveries import DeliveryState
from digest.model.issues import Audience, Content, Coverage, IssueState, Slot
from digest.model.subscribers import Subscriber
from digest.model.web import DayArticle
from digest.operations.retention import clean
from digest.settings.load import find_settings
from digest.store.engine.database import Database
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import article, delivery, insert, reading, sighting
from digest.store.upkeep.beats import RETENTION

_SOURCES, _ITEMS, _READERS = 5, 200, 100_000
_FIRST = datetime(2026, 1, 1, 7, tzinfo=UTC)
_CHUNK = 500  # keys in a statement
_DAY, _VISIT = timedelta(days=1), timedelta(minutes=15)
_CHOSEN = 10  # articles of an issue
_COMMANDS = {
    "collect": ["collect"],
    "rank": ["rank", "--json"],
    "preview": ["preview", "--json"],
    "status": ["status", "--json"],
    "storage": ["status", "--storage", "--json"],
    "editions": ["editions", "--json"],
    "evaluate": ["evaluate", "--target", "comments", "--top", "3", "--json"],
}
_CONFIGURATION = """
[portal]
name = "Harbour Gazette"
url = "https://gazette.example"

{sources}
[[editions]]
name = "daily"
on_doubt = "send"
minimum = 1

[database]
url = "{url}"

[retention]
{retention}
"""
_SOURCE = '[[sources]]\nname = "source-{number}"\nkind = "feed"\nurl = "source-{number}.xml"\n'
_FEED = (
    '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'
    "<channel><title>News</title>{}</channel></rss>"
)
_ITEM = (
    "<item><title>{title}</title><link>{url}</link><pubDate>{at:%a, %d %b %Y %H:%M:%S +0000}</pubDate>"
    "<slash:comments>{comments}</slash:comments></item>"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An article of one source: its number counts those of all sources."""

    number: int
    source: int
    published: datetime

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://gazette.example/{self.source}/{self.number}"

    @property
    def title(self) -> str:
        """Its title, in which no two are alike."""
        return f"{material.name(self.number)} {material.name(self.number * 7 + 3)} opens pier {self.number}"

    def comments(self, at: datetime) -> int:
        """Its comments at that moment: half of them after four hours."""
        age = max((at - self.published) / timedelta(hours=4), 0.0)
        return round((self.number * 7919 % 400 + 20) * (1 - math.exp2(-age)))


class FixedClock(SystemClock):
    """A clock that shows one moment until it is set."""

    moment = _FIRST

    def now(self) -> datetime:
        """The moment."""
        return self.moment


class Year:
    """An installation whose days pass at once."""

    def __init__(self, folder: Path, url: str, scale: int, retention: str = "") -> None:
        self.folder, self.url, self.clock = folder, url, FixedClock()
        self.listed, self.readers = max(1, _ITEMS // scale), max(1, _READERS // scale)
        (folder / "config").mkdir()
        sources = "\n".join(_SOURCE.format(number=number) for number in range(_SOURCES))
        configuration = _CONFIGURATION.format(sources=sources, url=url, retention=retention)
        (folder / "config" / "digest.toml").write_text(configuration)
        database = Database.open(url, folder)
        database.migrate()
        subscribers = (Subscriber(email=material.address(one), name=material.name(one)) for one in range(self.readers))
        Subscribers(database).add_many(list(subscribers), _FIRST)
        self.database = database

    def opened(self) -> AbstractContextManager[App]:
        """The application of the installation."""
        return bootstrap.open_app(find_settings(self.folder / "config" / "digest.toml"), self.clock)

    def pass_day(self, app: App, day: int) -> dict[str, float]:
        """Collect for a day, publish, settle and delete; the seconds of what the real code did."""
        end = _FIRST + day * _DAY
        self.clock.moment = end
        self._collect(end)
        start = time.perf_counter()
        issue_id = self._publish(app, end)
        planned = time.perf_counter()
        self._settle(app, issue_id, end)
        settled = time.perf_counter()
        for _what, _number in clean(app, end):
            pass
        app.beats.record(RETENTION, [""], end)
        deleted = time.perf_counter()
        self._vacuum()
        return {"plan": planned - start, "retention": deleted - settled}

    def items(self, source: int, at: datetime) -> list[Item]:
        """What a source lists at a moment: as many new ones a day as it lists."""
        every = _DAY / self.listed
        newest = int((at - _FIRST + 2 * _DAY) / every)
        return [
            Item(
                number=(newest - place) * _SOURCES + source,
                source=source,
                published=_FIRST - 2 * _DAY + (newest - place) * every + timedelta(seconds=source),
            )
            for place in range(self.listed)
        ]

    def write_feeds(self, at: datetime) -> None:
        """Write what the sources list at a moment, for `digest collect`."""
        for source in range(_SOURCES):
            shown = self.items(source, at)
            rows = "".join(
                _ITEM.format(title=one.title, url=one.url, at=one.published, comments=one.comments(at)) for one in shown
            )
            (self.folder / f"source-{source}.xml").write_text(_FEED.format(rows))

    def _collect(self, end: datetime) -> None:
        """Store the readings of a day, as 96 visits of each source would have."""
        visits = [end - _VISIT * turn for turn in range(96)][::-1]
        seen: dict[str, tuple[Item, list[datetime]]] = {}
        for at in visits:
            for source in range(_SOURCES):
                for one in self.items(source, at):
                    if one.published <= at:
                        seen.setdefault(one.url, (one, []))[1].append(at)
        with self.database.write() as connection:
            ids = _add_articles(connection, {url: (one.published, at[0]) for url, (one, at) in seen.items()})
            sightings = insert(connection, sighting)
            latest = sightings.on_conflict_do_update(
                index_elements=["article_id", "source"], set_={"taken_at": sightings.excluded.taken_at}
            )
            rows = [_sighting(ids[one.url], one, at[-1]) for one, at in seen.values()]
            connection.execute(latest, rows)
            readings = [_reading(ids[one.url], one, moment) for one, moments in seen.values() for moment in moments]
            connection.execute(insert(connection, reading).on_conflict_do_nothing(), readings)

    def _vacuum(self) -> None:
        """Do what PostgreSQL's autovacuum does within a day, and has no time for when a day takes a second."""
        if not self.database.is_sqlite:
            with create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
                connection.execute(text("VACUUM (ANALYZE) delivery, reading, sighting, article"))

    def _publish(self, app: App, end: datetime) -> int:
        """Freeze an issue of the day for all readers; its id."""
        slot, window = Slot(day=end.date()), Window(start=end - _DAY, end=end)
        record = app.issues.open("daily", slot, window, end)
        shown = [one for source in range(_SOURCES) for one in self.items(source, end)]
        app.day_articles.keep(record.id, [DayArticle(url=one.url, title=one.title, section=None) for one in shown])
        content = material.rendered(material.sender_identity(self.database.secret()), "daily", slot)
        planned = app.issues.freeze(
            record.id,
            content=Content(rendered=content, article_keys=[one.url for one in shown[:_CHOSEN]]),
            audience=Audience(edition="daily"),
            coverage=Coverage(window, end),
            now=end,
            deadline=end + _DAY / 2,
        )
        assert planned == self.readers
        return record.id

    def _settle(self, app: App, issue_id: int, now: datetime) -> None:
        """Store that every message was sent: one in a thousand bounced."""
        outcome = {"tries": 1, "smtp_code": 250, "enhanced_code": "2.0.0", "smtp_text": "Ok: queued as 4XbC5G2zzPz1234"}
        moments = {"first_attempt_at": now, "last_attempt_at": now, "remote_queue_id": "4XbC5G2zzPz1234"}
        of_issue = delivery.c.issue_id == issue_id
        with self.database.write() as connection:
            sent = delivery.update().where(of_issue).values(state=DeliveryState.SENT, **outcome, **moments)
            connection.execute(sent)
            bounced = delivery.update().where(of_issue, delivery.c.id % 1000 == 0)
            connection.execute(bounced.values(state=DeliveryState.BOUNCED))
        app.issues.move(issue_id, {IssueState.FROZEN}, IssueState.SENDING, now=now)
        app.issues.move(issue_id, {IssueState.SENDING}, IssueState.DONE, now=now)


def _add_articles(connection: Connection, seen: dict[str, tuple[datetime, datetime]]) -> dict[str, int]:
    """Rows for the articles, each with its date and its first visit: their ids by address."""
    rows = [{"key": url, "published_at": at, "first_seen_at": first} for url, (at, first) in seen.items()]
    connection.execute(insert(connection, article).on_conflict_do_nothing(), rows)
    ids: dict[str, int] = {}
    for start in range(0, len(rows), _CHUNK):
        keys = [row["key"] for row in rows[start : start + _CHUNK]]
        known = connection.execute(select(article.c.key, article.c.id).where(article.c.key.in_(keys)))
        ids.update((row.key, row.id) for row in known)
    return ids


def _sighting(article_id: int, one: Item, at: datetime) -> dict[str, Any]:
    row = {"article_id": article_id, "source": f"source-{one.source}", "role": Role.ARTICLES, "url": one.url}
    moments = {"published_at": one.published, "taken_at": at}
    return {**row, **moments, "title": one.title, "summary": material.name(one.number) * 12}


def _reading(article_id: int, one: Item, at: datetime) -> dict[str, Any]:
    return {"article_id": article_id, "source": f"source-{one.source}", "taken_at": at, "comments": one.comments(at)}


def measure(year: Year, app: App, day: int) -> dict[str, Any]:
    """What the database holds after a day, and what each command takes."""
    size = app.storage.size(year.clock.now())
    with year.database.read() as connection:
        rows = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in (article, reading, delivery)
        }
    year.write_feeds(year.clock.now() + timedelta(minutes=5))
    used = {"free": size.free or 0, "families": {one.name: one.bytes for one in size.families}}
    commands = {name: _ran(year, arguments) for name, arguments in _COMMANDS.items()}
    return {"day": day, "bytes": size.bytes, **used, "rows": rows, "commands": commands}


def _ran(year: Year, arguments: Sequence[str]) -> dict[str, float]:
    """The seconds and the peak memory of a command, in a process of its own, five minutes after the day's issue."""
    now = (year.clock.now() + timedelta(minutes=5)).isoformat()
    command = module("benchmarks.year", "--run", now, *arguments)
    ended = subprocess.run(command, cwd=year.folder, env=environment(), capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{arguments}: {ended.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ended.stderr.strip().splitlines()[-1])
    return found


def run_at(now: str, arguments: Sequence[str]) -> int:
    """Run a command at a moment, and print what it took as the last line of stderr."""
    clock = FixedClock()
    clock.moment = datetime.fromisoformat(now)
    start = time.perf_counter()
    with (
        mock.patch.object(sys, "argv", ["digest", *arguments]),
        mock.patch("digest.cli.arguments.options.SystemClock", return_value=clock),
    ):
        try:
            digest()
        except SystemExit as ended:
            if ended.code:
                return int(ended.code)
    took = {"seconds": round(time.perf_counter() - start, 3), "peak": peak_memory()}
    print(json.dumps(took), file=sys.stderr)
    return 0


def simulate(folder: Path, url: str, scale: int, days: int, measured: Sequence[int]) -> list[dict[str, Any]]:
    """Let the days pass, and measure after some of them."""
    year, results = Year(folder, url, scale), []
    with year.opened() as app:
        for day in range(1, days + 1):
            took = year.pass_day(app, day)
            if day in measured:
                seconds = {name: round(one, 3) for name, one in took.items()}
                results.append({**measure(year, app, day), "seconds": seconds})
                print(f"day {day}: {results[-1]['bytes'] / 1e6:.1f} MB", file=sys.stderr, flush=True)
    year.database.close()
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    told = _arguments(arguments)
    if told.run:
        return run_at(told.run[0], told.run[1:])
    results = {}
    for kind, url in {"SQLite": "sqlite:///digest.db", "PostgreSQL": told.postgres}.items():
        if url:
            with TemporaryDirectory(prefix="digest-bench-") as folder:
                results[kind] = simulate(Path(folder), url, told.scale, told.days, told.measure)
    known = conditions(scale=f"1 : {told.scale}", days=told.days)
    goals = [
        Goal(
            says=f"{kind}: `digest status --storage` after {told.days} days",
            wanted=1.0,
            reached=days[-1]["commands"]["storage"]["seconds"],
            most=True,
            unit=" s",
        )
        for kind, days in results.items()
    ]
    conclude(told.json, known, results, goals, table="\n".join(_table(kind, days) for kind, days in results.items()))
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description=__doc__)
    parser.add_argument("--scale", type=int, default=10, help="100: a hundredth of the items and readers")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--measure", type=int, nargs="+", default=[1, 30, 60, 120, 180, 240, 300, 365], metavar="DAY")
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--run", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _table(kind: str, days: Sequence[dict[str, Any]]) -> str:
    """What was measured, as a table of Markdown."""
    rows = {"database": [f"{day['bytes'] / 1e6:.1f} MB" for day in days]}
    for name in sorted({name for day in days for name, size in day["families"].items() if size}):
        rows[name] = [f"{day['families'][name] / 1e6:.1f} MB" for day in days]
    for name in ("plan", "retention"):
        rows[name] = [f"{day['seconds'][name]:.2f} s" for day in days]
    for name in _COMMANDS:
        rows[name] = [
            f"{took['seconds']:.2f} s, {took['peak'] / 1e6:.0f} MB" for took in (day["commands"][name] for day in days)
        ]
    heads = " | ".join(f"day {day['day']}" for day in days)
    lines = ["", f"| {kind} | {heads} |", f"|---|{'---|' * len(days)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())])


if __name__ == "__main__":
    sys.exit(main())

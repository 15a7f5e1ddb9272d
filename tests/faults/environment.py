"""What a run of the fault suite happens in: a folder with a configuration, a copy of a database, a server."""

import itertools
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.checker import Ledger, read_ledger, read_record
from tests.faults.processes import Child, ForkServer
from tests.faults.sender import Conditions
from tests.faults.server import HOST, NEVER_ANSWERED, Entry, Plan
from tests.support.databases import Server

READERS = 12
CONNECTIONS = 3
WINDOW = 4  # intents that one connection may hold
BAD = "no address@post.example"  # is in the table, and no mail server may ever see it
CROWD_SIZE = 600
_SOON = 1.0  # seconds
STAGES = EMPTY, IMPORTED, FROZEN, CROWD = "empty", "imported", "frozen", "crowd"

_OPEN = """SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""
_CONFIG = """
[portal]
name = "Harbour Gazette"
url = "https://gazette.example"
[[sources]]
name = "main"
kind = "feed"
url = "feed.xml"
[[editions]]
name = "daily"
minimum = 1
at = "{at}"
on_unknown = "{on_unknown}"
[smtp]
host = "{host}"
port = {port}
connections = {connections}
window = {window}
from = "Gazette <news@gazette.example>"
[database]
url = "{database}"
"""
_ITEM = """<item><title>Harbour news {n}</title><link>https://gazette.example/{n}</link><description>{words}</description>
<pubDate>{at}</pubDate></item>"""


@dataclass
class Templates:
    """Databases as they are before a run, made once: SQLite files in `folder`, and on a PostgreSQL server."""

    fork_server: ForkServer
    folder: Path
    postgres: Server | None = None
    crowd: int = CROWD_SIZE
    moment: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=2))
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def day(self) -> str:
        """The slot that every run sends."""
        return self.moment.date().isoformat()

    def make(self, stages: Sequence[str] = STAGES, *, with_sqlite: bool = True) -> "Templates":
        """Make them; raises AssertionError with the output of a command that failed."""
        for stage in stages:
            if with_sqlite:
                self._make(stage, f"sqlite:///{self._file(stage)}")
            if self.postgres is not None:
                self.postgres.create(f"template_{stage}")
                self._make(stage, self.postgres.url_of(f"template_{stage}"))
        return self

    def drop(self) -> None:
        """Remove those on the PostgreSQL server."""
        assert self.postgres is not None
        for stage in STAGES:
            self.postgres.drop(f"template_{stage}")

    @contextmanager
    def site(self, kind: str, stage: str, plan: Plan, **more: Any) -> Iterator["Site"]:
        """What one run has to itself, on `sqlite` or `postgres`."""
        number = next(self.numbers)
        folder = self.folder / f"run{number}"
        folder.mkdir()
        with self._database(kind, stage, folder, number) as url:
            readers = self.crowd if stage == CROWD else READERS
            site = Site(templates=self, folder=folder, url=url, readers=readers, **more)
            try:
                site.serve(plan)
                yield site
            finally:
                site.end()
        shutil.rmtree(folder)

    @contextmanager
    def _database(self, kind: str, stage: str, folder: Path, number: int) -> Iterator[str]:
        if kind == "sqlite":
            shutil.copyfile(self._file(stage), folder / "digest.db")
            yield f"sqlite:///{folder / 'digest.db'}"
            return
        assert self.postgres is not None
        name = f"run_{number}"
        execute(self.postgres.url_of("postgres"), f"CREATE DATABASE {name} TEMPLATE template_{stage}")
        try:
            yield self.postgres.url_of(name)
        finally:
            self.postgres.drop(name)

    def _file(self, stage: str) -> Path:
        return self.folder / f"{stage}.db"

    def _make(self, stage: str, url: str) -> None:
        folder = self.folder / f"making-{stage}-{next(self.numbers)}"
        folder.mkdir()
        site = Site(templates=self, folder=folder, url=url, readers=self.crowd if stage == CROWD else READERS)
        site.configure(25)
        site.must("migrate", "--config", site.config)
        seen = f"'{self.moment - timedelta(hours=1):%Y-%m-%dT%H:%M:%S.%f+00:00}'"
        execute(
            url, f"INSERT INTO beat (process, edition, first_seen, last_seen) VALUES ('run', 'daily', {seen}, {seen})"
        )
        if stage != EMPTY:
            site.must("subscribers", "import", site.people, "--config", site.config)
            execute(url, f"UPDATE subscriber SET email = '{BAD}' WHERE email = 'bad@post.example'")
        if stage in {FROZEN, CROWD}:
            site.must("publish", site.config, self.day)
        shutil.rmtree(folder)


@dataclass
class Site:
    """What one run has to itself: a folder, a database, a mail server and processes."""

    templates: Templates
    folder: Path
    url: str
    on_unknown: str = "hold"
    readers: int = READERS
    connections: int = CONNECTIONS
    crashes: int = 0
    server: Child | None = None
    answer: float = Conditions.answer
    children: list[Child] = field(default_factory=list)

    @property
    def config(self) -> str:
        """The configuration's path."""
        return str(self.folder / "digest.toml")

    @property
    def people(self) -> str:
        """The file of subscribers."""
        return str(self.folder / "people.csv")

    @property
    def log(self) -> Path:
        """The output of the processes."""
        return self.folder / "log"

    @property
    def record(self) -> list[Entry]:
        """What the server has recorded so far."""
        return read_record(self.folder / "record")

    @property
    def ledger(self) -> Ledger:
        """The rows as they are now."""
        return read_ledger(self.url)

    def serve(self, plan: Plan) -> None:
        """Start the mail server, and write the configuration that names it.

        Its answer is given up soon only if it never comes: a busy machine may be late with any other.
        """
        if plan.do in NEVER_ANSWERED:
            self.answer = _SOON
        port = self.folder / "port"
        arguments = (plan.written(), str(self.folder / "record"), str(port))
        self.server = self.templates.fork_server.start("server", arguments, log=self.log)
        until = time.monotonic() + 60
        while not port.exists():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.003)
        self.configure(int(port.read_text()))

    def configure(self, port: int) -> None:
        """Write the configuration, the feed and the list of subscribers."""
        words = {"host": HOST, "port": port, "connections": self.connections, "window": WINDOW, "database": self.url}
        at = f"{self.templates.moment:%H:%M}"
        Path(self.config).write_text(_CONFIG.format(at=at, on_unknown=self.on_unknown, **words))
        published = format_datetime(self.templates.moment - timedelta(hours=1))
        items = (_ITEM.format(n=n, words="Quay and crane. " * 20, at=published) for n in range(5))
        feed = f"<rss version='2.0'><channel><title>Gazette</title>{''.join(items)}</channel></rss>"
        (self.folder / "feed.xml").write_text(feed)
        people = (f"reader{number}@post.example" for number in range(self.readers))
        Path(self.people).write_text("\n".join(("email", *people, "bad@post.example")) + "\n")

    def start(self, *arguments: str, limit: int | None = None, host: int | None = None, **changed: Any) -> Child:
        """Start a command under conditions of which some are `changed`, on the `host` of that process."""
        conditions = Conditions(**{"answer": self.answer, **changed})
        child = self.templates.fork_server.start(
            "sender", (conditions.written(), list(arguments)), log=self.log, limit=limit, host=host
        )
        self.children.append(child)
        return child

    def must(self, *arguments: str, **changed: Any) -> None:
        """Run a command that must succeed."""
        status = self.start(*arguments, **changed).wait(60)
        assert status == 0, f"{arguments} ended with {status}:\n{self.log.read_text()}"

    def send(self, *more: str, **changed: Any) -> Child:
        """Start `digest send` for the day's issue."""
        return self.start("send", "--yes", "--date", self.templates.day, *more, "--config", self.config, **changed)

    def sent(self, *more: str, **changed: Any) -> int:
        """Run `digest send` to its end; the exit code or minus the signal, counted as a crash when it was SIGKILL."""
        return self.ended(self.send(*more, **changed))

    def ended(self, child: Child) -> int:
        """Wait for a process; its exit code or minus its signal, counted as a crash when it was SIGKILL."""
        status = child.wait(90)
        assert status is not None, f"it did not end:\n{self.log.read_text()}"
        self.crashes += status == -signal.SIGKILL
        return status

    def quiet(self, child: Child) -> bool:
        """Wait until it has stopped itself while no other thread is in a transaction; false: it never stops."""
        stopped = child.stopped(30)
        while stopped and not self._free():
            child.signal(signal.SIGCONT)
            time.sleep(0.002)
            child.signal(signal.SIGSTOP)
            stopped = child.stopped(1)
        return stopped

    def _free(self) -> bool:
        if not self.url.startswith("sqlite"):
            return not query(self.url, _OPEN)
        lite = sqlite3.connect(self._path, timeout=0.05, isolation_level=None)
        try:
            lite.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        finally:
            lite.close()
        return True

    def behave(self) -> None:
        """Let the server behave normally from now on."""
        assert self.server is not None
        self.server.signal(signal.SIGUSR1)

    def settle(self) -> None:
        """Send until the issue is done, resuming a paused one: 0, 7 and 25 minutes, 1½ and 6 hours later."""
        for shift in (0.0, 420.0, 1500.0, 5400.0, 21600.0):
            if "paused" in self.ledger.issues.values():
                self.sent_on(shift=shift)
            else:
                self.sent(shift=shift)
            if set(self.ledger.issues.values()) == {"done"}:
                return

    def sent_on(self, **changed: Any) -> int:
        """Run `digest send --resume` to its end."""
        name = f"daily/{self.templates.day}"
        return self.ended(self.start("send", "--resume", name, "--config", self.config, **changed))

    def back_up(self) -> None:
        """Copy the database; there is one backup at a time."""
        if self.url.startswith("sqlite"):
            with sqlite3.connect(self._path) as lite, sqlite3.connect(self.folder / "backup.db") as copy:
                lite.backup(copy)
            lite.close()
            copy.close()
            return
        execute(self._other_database, f"CREATE DATABASE {self._name}_backup TEMPLATE {self._name}")

    def restore(self) -> None:
        """Replace the database by the copy; no process may use it."""
        if self.url.startswith("sqlite"):
            for leftover in self.folder.glob("digest.db*"):
                leftover.unlink()
            (self.folder / "backup.db").rename(self._path)
            return
        execute(
            self._other_database,
            f"DROP DATABASE {self._name}",
            f"ALTER DATABASE {self._name}_backup RENAME TO {self._name}",
        )

    @property
    def _path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def _name(self) -> str:
        return self.url.partition("@/")[2].partition("?")[0]

    @property
    def _other_database(self) -> str:
        return self.url.replace(f"@/{self._name}?", "@/postgres?")

    def end(self) -> None:
        """End every process of the run."""
        for child in (*self.children, *([self.server] if self.server else [])):
            child.signal(signal.SIGCONT)
            child.kill()


def query(url: str, question: str) -> list[tuple[Any, ...]]:
    """What the PostgreSQL database answers."""
    with _postgres(url) as server:
        return server.execute(question.encode()).fetchall()


def _postgres(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    name, _, host = url.removeprefix("postgresql+psycopg://postgres@/").partition("?host=")
    return psycopg.connect(host=host, user="postgres", dbname=name, autocommit=True)


def execute(url: str, *statements: str) -> None:
    """Run plain statements on the database."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as lite:
            for statement in statements:
                lite.execute(statement)
        lite.close()
        return
    with _postgres(url) as server:
        for statement in statements:
            server.execute(statement.encode())

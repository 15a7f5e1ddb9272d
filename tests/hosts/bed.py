"""One send from many hosts: their configurations, the senders on them, and what can happen to a host."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.faults import server
from tests.faults.environment import CROWD, Site, Templates
from tests.faults.processes import Child
from tests.faults.sender import Conditions
from tests.faults.server import HOST, Plan
from tests.hosts.network import ADDRESSES, DATABASE, LINKS, MAIL, Host
from tests.support.certificates import make_authority

LEASE = 3.0  # seconds
RATE = 50  # messages a second, by either limit: the slow server takes a message in a fifth of a second
CONNECTIONS = 10
READERS = 1900
BATCH = 500
PAUSE = 0.045  # seconds before each of the slow server's four replies
CLOCK_STEP = 90  # seconds

AUTHORITY = "authority.pem"
LINK, DATABASE_LINK, MAIL_LINK = "link cut", "database link cut", "mail link cut"
KILL, STOP, CLOCK = "kill", "stop", "clock"
HOST_FAULTS = (LINK, DATABASE_LINK, MAIL_LINK, KILL, STOP, CLOCK)
_CUT = {LINK: LINKS, DATABASE_LINK: (DATABASE,), MAIL_LINK: (MAIL,)}
_MAIL_SERVER = f'host = "{ADDRESSES[MAIL]}"\nsecurity = "tls"\nca_file = "../{AUTHORITY}"'
_HELD = """SELECT id, state, claim_token FROM delivery
WHERE claim_token > '' AND state IN ('claimed', 'sending')"""


def _certificate(folder: Path) -> str:
    """The file of the mail server's certificate, issued by an authority in that folder."""
    if not (folder / AUTHORITY).exists():
        make_authority(folder).server(folder, name=ADDRESSES[MAIL])
    (certificate,) = folder.glob("[0-9]*.pem")
    return str(certificate)


def _pid(token: str) -> int:
    """The process that has claimed a row with that token."""
    return int(token.split("-")[1])


@dataclass(frozen=True, kw_only=True)
class Held:
    """The rows that are claimed or being sent at a moment: their state, and the pid of their owner."""

    at: float
    rows: dict[int, tuple[str, int]]

    def of(self, pid: int | None) -> set[int]:
        """The rows of an owner."""
        return {row for row, (_state, owner) in self.rows.items() if owner == pid}


@dataclass
class Machine:
    """A host with its sender; `fault` is what has happened to it."""

    host: Host
    site: Site
    more: str
    sender: Child | None = None
    fault: str = ""
    pids: list[int] = field(default_factory=list)

    def start(self) -> None:
        """Start its sender."""
        config = self.site.folder / f"{self.host.name}.toml"
        config.write_text(self._configured(Path(self.site.config).read_text()))
        conditions = Conditions(lease=LEASE, batch=BATCH, patient=True, jump=str(self._jump))
        self.sender = self.site.start("worker", "--config", str(config), host=self.host.holder, **vars(conditions))
        self.pids.append(self.sender.pid)

    def suffer(self, fault: str) -> None:
        """Let the fault happen."""
        assert self.sender is not None
        self.fault = fault
        self.host.cut(*_CUT.get(fault, ()))
        if fault == KILL:
            self.sender.kill()
        elif fault == STOP:
            self.sender.signal(signal.SIGSTOP)
        elif fault == CLOCK:
            self._jump.write_text(str(CLOCK_STEP))

    def heal(self) -> None:
        """Undo what has happened; a process that was killed is started again."""
        assert self.sender is not None
        self.host.join(*_CUT.get(self.fault, ()))
        self.sender.signal(signal.SIGCONT)
        self._jump.unlink(missing_ok=True)
        if self.fault == KILL:
            self.start()
        self.fault = ""

    @property
    def _jump(self) -> Path:
        return self.site.folder / f"{self.host.name}.jump"

    def _configured(self, text: str) -> str:
        name = make_url(self.site.url).database
        url = f"postgresql+psycopg://postgres@{ADDRESSES[DATABASE]}:5432/{name}"
        return text.replace(self.site.url, url).replace("[smtp]", f"[smtp]\n{self.more}")


@dataclass
class Bed:
    """A send of one issue: by rate, or by connections to a slow server."""

    site: Site
    machines: list[Machine]
    paced: bool
    samples: list[Held] = field(default_factory=list)
    _connection: psycopg.Connection[Any] | None = None

    @classmethod
    @contextmanager
    def open(cls, templates: Templates, hosts: list[Host], *, paced: bool) -> "Iterator[Bed]":
        """An issue, a mail server, and a sender on each of the hosts, which start at the same time."""
        plan = Plan(
            do=None if paced else server.SLOW,
            pause=PAUSE,
            host=ADDRESSES[MAIL],
            certificate=_certificate(templates.folder),
        )
        with templates.site("postgres", CROWD, plan, connections=CONNECTIONS) as site:
            config = Path(site.config)
            config.write_text(config.read_text().replace(f'host = "{HOST}"', _MAIL_SERVER))
            more = f'rate = "{RATE}/s"' if paced else ""
            bed = cls(site, [Machine(host, site, more) for host in hosts], paced)
            try:
                for machine in bed.machines:
                    machine.start()
                yield bed
            finally:
                bed.forget_connection()
                for machine in bed.machines:
                    machine.host.join(*LINKS)

    def watch(self, seconds: float) -> None:
        """Look at the ledger again and again for this number of seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            time.sleep(0.2)

    def look(self) -> Held | None:
        """Look at the ledger now; None where the database does not answer."""
        rows = self.ask(_HELD)
        if rows is None:
            return None
        found = {row: (str(state), _pid(token)) for row, state, token in rows}
        self.samples.append(Held(at=time.monotonic(), rows=found))
        return self.samples[-1]

    def states(self, rows: set[int]) -> dict[int, tuple[str, str]]:
        """The states and tokens of these rows now."""
        listed = ",".join(map(str, rows)) or "0"
        found = self.ask(f"SELECT id, state, claim_token FROM delivery WHERE id IN ({listed})") or []
        return {row: (str(state), str(token)) for row, state, token in found}

    def name_of(self, token: str) -> str:
        """The host whose sender has claimed a row with that token."""
        pid = _pid(token)
        return next((machine.host.name for machine in self.machines if pid in machine.pids), "nobody")

    def is_left(self) -> bool:
        """Whether anything is left that nobody has claimed."""
        waiting = "SELECT count(*) FROM delivery WHERE state = 'planned'"
        return bool((self.ask(waiting) or [(0,)])[0][0])

    def ask(self, question: str) -> list[tuple[Any, ...]] | None:
        """What the database answers, over a link that is never cut; None if it is away."""
        try:
            if self._connection is None:
                url = make_url(self.site.url)
                self._connection = psycopg.connect(
                    host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
                )
            return self._connection.execute(question.encode()).fetchall()
        except psycopg.OperationalError:
            self.forget_connection()
            return None

    def forget_connection(self) -> None:
        """Close the connection that asks."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def end(self) -> list[str]:
        """Stop the senders as an operator does; what went wrong."""
        for machine in self.machines:
            assert machine.sender is not None
            machine.sender.signal(signal.SIGTERM)
        ended = {machine.host.name: machine.sender.wait(60) for machine in self.machines if machine.sender}
        return [f"the sender of {name} ended with {status}" for name, status in ended.items() if status != 0]

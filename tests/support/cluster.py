"""An installation of several hosts: folders of their own, one PostgreSQL database, a portal and a mail server."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.cluster.host_run import HostRun
from digest.cluster.host_work import HostWork
from digest.cluster.job_queue import JobQueue
from digest.cluster.job_schema import make_job_tables
from digest.diagnostics.alerts.notices import Notices
from digest.operations.change_log import ChangeLog
from digest.operations.job_timer import Job as TimedJob
from digest.scheduler.publisher import Publisher
from digest.scheduler.upkeep import upkeep
from digest.settings.load import find_settings
from digest.store.tables.schema import beat
from tests.support.growing_portal import Portal, due_site
from tests.support.installation import Installation
from tests.support.smtp_server import Log, honest_server

READERS = 40
_PATIENCE = 90.0  # seconds until a process must have done what it is waited for


@dataclass
class Cluster:
    """Hosts are numbered from 1; the issue is due at `due`, in UTC, this minute."""

    folder: Path
    portal: Portal
    log: Log
    due: datetime
    stack: ExitStack

    def host(self, number: int) -> Path:
        """The folder of a host, installed when it is first asked for."""
        folder = self.folder / f"host{number}"
        if not folder.exists():
            shutil.copytree(self.folder / "host1" / "config", folder / "config")
        return folder

    @contextmanager
    def app(self, number: int = 1) -> Iterator[App]:
        """The parts of a process on a host."""
        settings = find_settings(self.host(number) / "config" / "digest.toml")
        with bootstrap.open_app(settings, SystemClock()) as app:
            yield app

    def start(self, number: int, env: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Start `digest run` on a host; it is killed at the end of the test."""
        running = Installation(self.host(number)).running("run", env=env, under=_named(number))
        return self.stack.enter_context(running)

    def output(self, number: int) -> str:
        """What the processes of a host have logged so far."""
        return Installation(self.host(number)).output()

    def begin_later(self) -> None:
        """Let no issue be due today: `digest run` never saw the edition before."""
        with self.app() as app, app.beats._database.write() as connection:
            connection.execute(beat.delete())

    @contextmanager
    def running(self) -> Iterator[App]:
        """What `digest run` does on the first host, in a thread of this process."""
        clock = SystemClock()
        settings = find_settings(self.host(1) / "config" / "digest.toml")
        with bootstrap.open_app(settings, clock) as app, bootstrap.process_lock(settings) as lock:
            sender = bootstrap.sender(app, bootstrap.smtp_mailer(settings), lock)
            thread = threading.Thread(target=HostRun(app=app, sender=sender, clock=clock).run)
            thread.start()
            try:
                yield app
            finally:
                clock.stop()
                thread.join()

    def until(self, done: Callable[[], bool], patience: float = _PATIENCE) -> None:
        """Wait for something."""
        began = time.monotonic()
        while not done():
            logs = "\n".join(self.output(int(one.name[4:])) for one in sorted(self.folder.glob("host*")))
            assert time.monotonic() < began + patience, logs
            time.sleep(0.05)


@contextmanager
def cluster(folder: Path, url: str, *, readers: int = READERS) -> Iterator[Cluster]:
    """An installation whose issue is due this minute, and no host of which runs yet."""
    now = datetime.now(UTC)
    with (
        honest_server() as (port, log),
        due_site(folder / "host1", port, readers, now, every="1h", database=url, smtp="connections = 4") as portal,
        ExitStack() as stack,
    ):
        built = Cluster(folder, portal, log, now, stack)
        with built.app() as app:
            make_job_tables(app.job_tables)
        yield built


def name_of(number: int) -> str:
    """What the processes of a host call it: root gives them a name of their own."""
    return f"host{number}" if os.getuid() == 0 else socket.gethostname()


def _named(number: int) -> list[str]:
    """The begin of a command line whose program sees that name."""
    return ["unshare", "--uts", "sh", "-c", f'hostname host{number}; exec "$@"', "sh"] if os.getuid() == 0 else []


def work_of(app: App, host: str = "one") -> HostWork:
    """What a host does for each job."""
    changes = ChangeLog(app.clock)
    steps: list[TimedJob] = upkeep(app)
    return HostWork(
        app=app,
        queue=JobQueue(app.job_tables),
        host=host,
        changes=changes,
        publisher=Publisher(app=app, changes=changes),
        upkeep=[step for _every, step in steps],
        notify=Notices(app=app).mail_due,
        read_bounces=None,
    )

"""Stops a test's PostgreSQL server in the middle of everything, and starts it again."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url


@dataclass
class PostgresProcess:
    """A server as it was started: its folder, command line, working folder and user."""

    data: Path
    host: str
    command: list[str]
    folder: str
    user: int
    group: int

    @classmethod
    def of(cls, url: str) -> "PostgresProcess":
        """The server at this address."""
        host = str(make_url(url).query["host"])
        with psycopg.connect(host=host, user="postgres", dbname="postgres") as connection:
            found = connection.execute("SHOW data_directory").fetchone()
        assert found is not None
        data = Path(str(found[0]))
        process = Path("/proc") / _pid(data)
        command = (process / "cmdline").read_text().rstrip("\0").split("\0")
        owner = process.stat()
        return cls(data, host, command, str((process / "cwd").resolve()), owner.st_uid, owner.st_gid)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it, usually at once: every connection is cut in the middle of what it does."""
        process = Path("/proc") / _pid(self.data)
        os.kill(int(process.name), how)
        until = time.monotonic() + 30
        while process.exists() and _lives(process) and time.monotonic() < until:
            time.sleep(0.01)

    def listening(self) -> "PostgresProcess":
        """The server as it is to be started next: also at port 5432 of every address, open to every user."""
        with (self.data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write("host all all all trust\n")
        return replace(self, command=[*self.command, "-h", "*", "-p", "5432"])

    def restart(self) -> None:
        """End all connections as an upgrade of the server does, and start it again."""
        self.stop(signal.SIGINT)
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        nothing = subprocess.DEVNULL
        # PostgreSQL refuses to run as root; only root may start a process as somebody else.
        owner: dict[str, Any] = {"user": self.user, "group": self.group, "extra_groups": []} if not os.geteuid() else {}
        subprocess.run(
            ["sh", "-c", '"$@" &', "sh", *self.command],  # so that it is no child of ours
            cwd=self.folder, start_new_session=True, **owner,
            stdin=nothing, stdout=nothing, stderr=nothing, check=True,
        )  # fmt: skip
        until = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(host=self.host, user="postgres", dbname="postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return


def _pid(data: Path) -> str:
    return (data / "postmaster.pid").read_text().splitlines()[0]


def _lives(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

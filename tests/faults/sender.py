"""`digest …` as a test drives it: the real command line with short deadlines and a clock that may be set forward.

`python -m tests.faults.sender --shift 0 -- send --yes …`. `publish DAY` is a command of its own here: it makes the
issue and sends nothing.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import digest.cli.cancel
import digest.cli.editions
import digest.cli.pause
import digest.cli.send
import digest.cli.status
import digest.cli.subscribers
import digest.cli.worker
from digest import bootstrap, failpoints, scheduler
from digest.app import App
from digest.cli.main import main as digest_main
from digest.clock import SystemClock
from digest.delivery import outage
from digest.delivery.process_lock import ProcessLock
from digest.delivery.sender import Sender
from digest.mailers.smtp.mailer import SmtpMailer
from digest.mailers.smtp.reply_timer import Deadlines
from digest.model.issues import Kind, Slot
from digest.pipeline import IssueRun
from digest.protocols import Mailer
from digest.settings.load import find_settings
from digest.settings.schema import Settings
from digest.store.engine import sqlite_engine
from digest.store.engine.database import Database

_DEADLINES = {"connect": 60.0, "command": 60.0, "envelope": 60.0, "transfer": 60.0, "quit": 0.3}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a test changes: the time, the lease, SQLite's busy timeout, the folder of the locks.

    With `patient` the deadlines of mail servers and the pauses are the real ones; else the server has `answer` seconds
    for the answer to a message.
    `shift` seconds have passed for everybody; only this process's clock is `skew` seconds ahead. Once the file `jump`
    exists, its clock jumps forward by the seconds written there.
    """

    shift: float = 0.0
    skew: float = 0.0
    jump: str = ""
    lease: float = 30.0
    batch: int = 5
    busy_timeout: int = 30
    locks: str = ""
    failpoints: str = ""
    patient: bool = False
    answer: float = 60.0

    def written(self) -> str:
        """As an argument."""
        return json.dumps({field.name: getattr(self, field.name) for field in fields(self)})


class _ShiftedClock(SystemClock):
    def __init__(self, shift: float, jump: str) -> None:
        super().__init__()
        self._shift = shift
        self._jump = Path(jump) if jump else None

    def now(self) -> datetime:
        jump = float(self._jump.read_text()) if self._jump is not None and self._jump.exists() else 0.0
        return super().now() + timedelta(seconds=self._shift + jump)


def main(written: str, arguments: list[str]) -> None:
    """Run one command of `digest` under these conditions."""
    conditions = Conditions(**json.loads(written))
    _arrange(conditions)
    if arguments[0] == "publish":
        _publish(Path(arguments[1]), arguments[2])
    else:
        sys.argv = ["digest", *arguments]
        digest_main()


def _arrange(conditions: Conditions) -> None:
    changes: list[tuple[Any, str, Any]] = [
        (failpoints, "reach", failpoints.armed(conditions.failpoints)),
        (sqlite_engine, "BUSY", conditions.busy_timeout),
        (Database, "server_time", _later(Database.server_time, conditions.shift)),
        (bootstrap, "sender", _with(conditions, bootstrap.sender)),
        *([] if conditions.patient else _haste(conditions.answer)),
    ]
    clock = partial(_ShiftedClock, conditions.shift + conditions.skew, conditions.jump)
    changes += [(module, "clock", clock) for module in _COMMANDS]
    if conditions.locks:
        changes += [(bootstrap, "process_lock", lambda _settings: ProcessLock.acquire(Path(conditions.locks)))]
    for owner, name, value in changes:
        setattr(owner, name, value)


_COMMANDS = (
    digest.cli.cancel,
    digest.cli.editions,
    digest.cli.pause,
    digest.cli.send,
    digest.cli.status,
    digest.cli.subscribers,
    digest.cli.worker,
)


def _mailer(settings: Settings, answer: float) -> Mailer:
    deadlines = Deadlines(**_DEADLINES, answer=answer)
    return SmtpMailer(settings.smtp, settings.root, deadlines=deadlines, retry_delays=(0.02, 0.05, 0.1, 0.2))


def _haste(answer: float) -> list[tuple[Any, str, Any]]:
    return [
        (scheduler, "LOOK", timedelta(seconds=0.1)),
        (scheduler, "MINUTE", timedelta(seconds=0.3)),
        (outage, "_PAUSES", (0.1, 0.2, 0.4, 0.8)),
        (bootstrap, "smtp_mailer", partial(_mailer, answer=answer)),
    ]


def _with(conditions: Conditions, make: Any) -> Any:
    def sender(app: App, mailer: Mailer, process_lock: ProcessLock, kind: Kind | None = None) -> Sender:
        made: Sender = make(app, mailer, process_lock, kind)
        return replace(made, lease=timedelta(seconds=conditions.lease), batch=conditions.batch)

    return sender


def _later(server_time: Callable[[Database], datetime], shift: float) -> Callable[[Database], datetime]:
    return lambda ledger: server_time(ledger) + timedelta(seconds=shift)


def _publish(config: Path, day: str) -> None:
    with bootstrap.open_app(find_settings(config), SystemClock()) as app:
        IssueRun.of(app, app.settings.editions[0], Slot(day=date.fromisoformat(day)), report=print).publish()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

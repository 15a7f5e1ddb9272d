"""The clock by which leases and deadlines count: PostgreSQL's own; on SQLite that of the machine, while it is even."""

import logging
from datetime import UTC, datetime, timedelta

from digest.protocols import Clock, LedgerClock
from digest.store.engine.database import Database

_log = logging.getLogger(__name__)

_JUMP = timedelta(minutes=1)  # smaller differences are corrections of a clock that is right
_SLOW = 1.0  # seconds of a reading that says too little about the server's clock


def ledger_clock(database: Database, own: Clock) -> LedgerClock:
    """The clock of this database, for a process whose clock is `own`."""
    return _MachineClock(own) if database.is_sqlite else _ServerClock(database, own)


class _ServerClock:
    """PostgreSQL's clock as of the last reading, plus the time that has passed since, whatever the own clock shows."""

    def __init__(self, database: Database, own: Clock) -> None:
        self._database = database
        self._own = own
        self._read: tuple[datetime, float] | None = None  # the server's time, and the elapsed time at that moment
        self._is_logged = False

    def now(self) -> datetime:
        moment, at = self._read or self._reading()
        return moment + timedelta(seconds=self._own.elapsed() - at)

    certain = now

    def wait(self, seconds: float) -> bool:
        return self._own.wait(seconds)

    def elapsed(self) -> float:
        return self._own.elapsed()

    def synchronize(self) -> None:
        self._reading()
        ahead = self._own.now() - self.now()
        if abs(ahead) >= _JUMP and not self._is_logged:
            self._is_logged = True
            _log.warning(
                "this machine's clock is %s the database's, by which leases and deadlines count; set it right",
                f"{_duration(ahead)} {'ahead of' if ahead > timedelta() else 'behind'}",
            )

    def _reading(self) -> tuple[datetime, float]:
        before = self._own.elapsed()
        moment = self._database.server_time()
        after = self._own.elapsed()
        if self._read is None or after - before <= _SLOW:
            self._read = moment.astimezone(UTC), (before + after) / 2
        return self._read


class _MachineClock:
    """The machine's clock; after a jump forward only the time that has passed since the start is certain."""

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._start, self._started = own.now(), own.elapsed()
        self._is_logged = False

    def now(self) -> datetime:
        return self._own.now()

    def certain(self) -> datetime:
        return min(self._own.now(), self._even())

    def wait(self, seconds: float) -> bool:
        return self._own.wait(seconds)

    def elapsed(self) -> float:
        return self._own.elapsed()

    def synchronize(self) -> None:
        jump = self._own.now() - self._even()
        if abs(jump) >= _JUMP and not self._is_logged:
            self._is_logged = True
            _log.warning(
                "the clock jumped %s by %s: until it is right, or Digest is restarted, no message expires and no"
                " sender counts as vanished because of the jump",
                "forward" if jump > timedelta() else "back",
                _duration(jump),
            )

    def _even(self) -> datetime:
        return self._start + timedelta(seconds=self._own.elapsed() - self._started)


def _duration(length: timedelta) -> str:
    minutes = round(abs(length) / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} min"

"""Deletes what is older than `[retention]` says, once a day, in short transactions between sends.

`digest run` does it bit by bit; where none is alive, commands that cron starts do it at their end.
A run that ends early is begun again: what was deleted before is not found again. Several hosts may do it at once.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time

from digest.app import App
from digest.errors import StoreError, StoreUnavailableError
from digest.model.receivers import AlertKind
from digest.operations.clock_guard import CONFIRMATION, ClockGap, find_gap, is_about_gap, moment_of, note_time
from digest.ranking.thinning import Thinning
from digest.store.articles.reading_index import REBUILD
from digest.store.upkeep.beats import RETENTION, RUN

_SLICE = 5.0  # seconds: nothing is collected or published meanwhile
_AFTER_COMMAND = 30.0  # seconds by which a command takes longer; the next one continues

_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class DailyRetention:
    """Works for a few seconds each time that it is called, until the work of the day is done.

    While the clock is in doubt nothing is deleted, and an alert says so.
    """

    app: App
    slice_seconds: float = _SLICE
    _work: Iterator[tuple[str, int]] | None = field(default=None, repr=False)
    _deleted: Counter[str] = field(default_factory=Counter, repr=False)

    def __call__(self) -> None:
        """Continue the work of the day unless mail is being sent; raises StoreError."""
        now = moment_of(self.app)
        if self._work is None and not self._is_due(now):
            return
        gap = find_gap(self.app, now)
        if gap is not None and gap.is_ahead:
            self._work = None
            self._open_alert(gap)
            return
        if gap is None:
            self._close_alert()
        end = self.app.clock.elapsed() + self.slice_seconds
        self._work = self._work or clean(self.app, now)
        try:
            if not self._must_wait():
                self._continue(end, now)
        except BaseException:
            self._work = None  # begun again next time
            raise

    def _continue(self, end: float, now: datetime) -> None:
        for what, number in self._work or ():
            self._deleted[what] += number
            if self.app.clock.elapsed() > end or self._must_wait():
                return
        self.app.beats.record(RETENTION, [""], now)
        note_time(self.app, now)
        done = ", ".join(f"{number} {what}" for what, number in self._deleted.items() if number)
        _log.info("retention: %s", f"deleted {done}" if done else "nothing to delete")
        self._work, self._deleted = None, Counter()

    def _open_alert(self, gap: ClockGap) -> None:
        """Open the alert of the check `clock`, which closes it as well."""
        if self.app.alerts.report(AlertKind.CHECK_FAILS, "clock", gap.message, self.app.clock.now()):
            _log.warning("retention: %s; %s", gap.message, CONFIRMATION)

    def _close_alert(self) -> None:
        """Close that alert once the clock is believed again: the check may have no other clock to compare it with."""
        about_gap = [one for one in self.app.alerts.open() if one.subject == "clock" and is_about_gap(one.message)]
        if about_gap:
            self.app.alerts.clear(AlertKind.CHECK_FAILS, ["clock"], self.app.clock.now())

    def _must_wait(self) -> bool:
        return self.app.clock.wait(0) or self.app.deliveries.is_sending()

    def _is_due(self, now: datetime) -> bool:
        last = self.app.beats.latest(RETENTION)
        return last is None or last.astimezone(self.app.zone).date() != now.astimezone(self.app.zone).date()


def clean_after_command(app: App) -> None:
    """Do the work of the day, or a part of it, unless a `digest run` does it; a failure is logged, and tried again."""
    try:
        if not app.beats.is_alive(RUN, app.clock.now()):
            DailyRetention(app=app, slice_seconds=_AFTER_COMMAND)()
    except StoreError as error:
        _log.warning("retention: nothing more was deleted, the next command will retry: %s", error)


def clean(app: App, now: datetime) -> Iterator[tuple[str, int]]:
    """Delete everything that is too old now; after each transaction, what it deleted and how much."""
    kept = app.settings.retention
    for number in app.reading_retention.thin(thinning(app, now)):
        yield "readings", number
    for number in app.reading_retention.delete_articles(now - kept.articles):
        yield "articles", number
    for number in app.folding.fold(now - kept.deliveries):
        yield "deliveries", number
    for number in app.audit.delete(now - kept.audit):
        yield "entries of the audit log", number
    yield from app.expired_rows.purge(now, audit=kept.audit, deliveries=kept.deliveries)
    _rebuild_index(app)
    for number in app.storage.count(now):
        yield "", number


def _rebuild_index(app: App) -> None:
    """Give back what deleted readings left of their index; one that cannot be rebuilt is logged."""
    try:
        rebuilt = app.reading_retention.rebuild_index()
    except StoreUnavailableError:
        raise
    except StoreError as error:
        _log.warning("the index of the readings is too large, and was not rebuilt; `%s` does that: %s", REBUILD, error)
        return
    if rebuilt is not None:
        before, after = rebuilt.before / 1_000_000, rebuilt.after / 1_000_000
        _log.info("the index of the readings was rebuilt: %.1f MB, before %.1f MB", after, before)


def thinning(app: App, now: datetime) -> Thinning:
    """The readings that are kept now, for the slots of all editions."""
    hours: set[time] = {edition.at for edition in app.settings.all_editions}
    return Thinning.at(now, app.settings.retention.readings, hours, app.zone)

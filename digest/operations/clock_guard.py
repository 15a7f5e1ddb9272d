"""Whether the clock can be believed: what only looks old because a clock is ahead must not be deleted.

A clock that jumped and one that passed a long standstill look the same, so a person decides. The time that was believed
last is stored: by it a jump is also noticed after a restart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.app import App
from digest.store.upkeep.beats import CLOCK, RETENTION

# Longer than between two runs of a weekly edition by cron, one of which was missed. What is deleted first, sign-ups
# after 30 days, is then still older than its links.
LONGEST_GAP = timedelta(days=21)
CONFIRMATION = "set the clock right; if it is right, as after a long standstill: digest check --clock-is-right"
_JUST_STORED = timedelta(hours=1)  # what a process stored since its start, by the clock that is in doubt


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockGap:
    """The clock shows `now`, more than three weeks after or before the time that was believed last."""

    now: datetime
    believed: datetime
    zone: ZoneInfo

    @property
    def is_ahead(self) -> bool:
        """Whether time seems to have been skipped."""
        return self.now > self.believed

    @property
    def message(self) -> str:
        """What is doubtful about it, and what follows from that."""
        shown, believed = (f"{moment.astimezone(self.zone):%Y-%m-%d}" for moment in (self.now, self.believed))
        if self.is_ahead:
            return f"the clock shows {shown}, and Digest last worked on {believed}: nothing old is deleted for now"
        return f"the clock shows {shown}, and Digest has already worked on {believed}: one of them is wrong"


def is_about_gap(message: str) -> bool:
    """Whether the message is that of a gap, and not about another clock."""
    return message.startswith("the clock shows ")


def moment_of(app: App) -> datetime:
    """The time by which old rows are deleted: that of the database's clock, or of this machine's if it is earlier."""
    return min(app.clock.now(), app.ledger_clock.now())


def find_gap(app: App, now: datetime) -> ClockGap | None:
    """Why the time is not believed, None where it is; raises StoreError."""
    believed = _believed(app, now)
    if believed is None or abs(now - believed) <= LONGEST_GAP:
        return None
    return ClockGap(now=now, believed=believed, zone=app.zone)


def note_time(app: App, now: datetime) -> None:
    """Store the time as believed, unless a later one is; raises StoreError."""
    believed = app.beats.latest(CLOCK)
    if believed is None or believed < now:
        confirm_time(app, now)


def confirm_time(app: App, now: datetime) -> None:
    """Store the time as believed, whatever was believed before; raises StoreError."""
    app.beats.record(CLOCK, [""], now)


def _believed(app: App, now: datetime) -> datetime | None:
    """The time that was believed last, else that of the last retention, else of the last issue."""
    return app.beats.latest(CLOCK) or app.beats.latest(RETENTION) or app.issues.last_change(before=now - _JUST_STORED)

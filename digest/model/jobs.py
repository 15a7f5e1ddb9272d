"""What is known of the hosts that share the work of an installation, and of the jobs that they share."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenJob:
    """A job that waits or runs: its number, when it may begin (None: at once), and the arguments of its task."""

    id: int
    is_running: bool
    not_before: datetime | None
    arguments: dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class HostJobs:
    """A host that is alive, and the names of the jobs that it does."""

    name: str
    jobs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCounts:
    """How many jobs are in which state; `oldest` is how long the first of those that could begin has waited."""

    waiting: int = 0
    scheduled: int = 0
    running: int = 0
    failed: int = 0
    oldest: timedelta = timedelta()

"""The jobs that hosts share: what each is about, and what it is called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from digest.model.issues import Slot

MOST_GROUPS = 8  # of sources, each of which is one job


class JobKind(StrEnum):
    """What a job does."""

    BUILD = "build"
    COLLECT = "collect"
    MAINTAIN = "maintain"
    NOTICES = "notices"
    READ_BOUNCES = "read-bounces"


FIRST = JobKind.BUILD
"""An issue whose hour has come is built before anything else is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job: of those with one name, one waits and one runs at most. No argument names a reader."""

    kind: JobKind
    about: str = ""
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, such as `build:daily/2026-11-25`."""
        return f"{self.kind}:{self.about}" if self.about else str(self.kind)


def build_job(edition: str, slot: Slot, decision: int) -> Job:
    """The job that publishes an issue; `decision` is the edition's last one, which has a held issue tried again."""
    arguments = {"edition": edition, "slot": str(slot), "decision": decision}
    return Job(kind=JobKind.BUILD, about=f"{edition}/{slot}", arguments=arguments)


def collect_job(sources: Sequence[str], at: datetime) -> Job:
    """The job that asks these sources; what they answer is stored as of `at`, however often the job runs."""
    arguments = {"sources": list(sources), "at": at.isoformat()}
    return Job(kind=JobKind.COLLECT, about=",".join(sources), arguments=arguments)


def timed_job(kind: JobKind, at: datetime) -> Job:
    """The job of a kind of which there is one at intervals; `at` is the moment when it was due."""
    return Job(kind=kind, arguments={"at": at.isoformat()})


def source_groups(sources: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The names of sources, given with their URLs, in at most MOST_GROUPS groups; those of one host stay together."""
    by_host: dict[str, list[str]] = {}
    for name, url in sources:
        by_host.setdefault(_host(url) or name, []).append(name)
    groups: list[list[str]] = [[] for _ in range(min(len(by_host), MOST_GROUPS))]
    for place, names in enumerate(by_host.values()):
        groups[place % MOST_GROUPS] += names
    return [tuple(group) for group in groups]


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None

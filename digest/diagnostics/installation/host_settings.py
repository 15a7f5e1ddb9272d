"""Whether all processes on one database have the same secret and the same configuration.

Links that are signed with one secret fail with another. An issue is made by whichever host gets the job, and its time,
ranking and theme are those of that host. A process keeps what it read at its start until it is restarted.
"""

import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from digest.app import App
from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.store.upkeep.beats import SETTINGS
from digest.tokens import fingerprint

_KEY = "DIGEST_SECRET"


def check_hosts(context: CheckContext) -> Iterator[CheckResult]:
    """What is configured here, compared with every process that is running."""
    yield from compared(context.app)


def marks(app: App, process: str) -> list[str]:
    """What a running `digest PROCESS` stores: for each subject its fingerprint, the process and the host."""
    return [f"{mark} {subject} {process} {socket.gethostname()}" for subject, mark in _fingerprints(app).items()]


def compared(app: App) -> Iterator[CheckResult]:
    """This configuration, compared with the processes whose last marks are recent; raises StoreError."""
    own, here = _fingerprints(app), socket.gethostname()
    others: dict[str, set[str]] = defaultdict(set)  # the processes that differ, by subject
    running = set()
    for mark in app.beats.recent(SETTINGS, app.ledger_clock.now()):
        found, subject, process, host = mark.split(" ", 3)
        running.add(f"`digest {process}` ({host})")
        if own.get(subject, found) != found:
            others[subject].add(f"`digest {process}` ({host})")
    if not running:
        yield ok("no `digest run`, `serve` or `worker` is running")
    elif not others:
        yield ok(f"one DIGEST_SECRET and one configuration: {_listed(running)}")
    if differing := others.pop(_KEY, None):
        yield fail(
            f"DIGEST_SECRET on {here} is not that of {_listed(differing)};"
            " links in mail of one fail on the pages of the other",
            "set the same DIGEST_SECRET in .env on every host, or on none, and restart all processes",
        )
    for subject, differing in sorted(others.items()):
        yield warn(
            f"{subject} in the configuration on {here} is not what these have read: {_listed(differing)}",
            "make the configuration the same on every host, and restart all processes",
        )


def _fingerprints(app: App) -> Mapping[str, str]:
    """16 bits of the secret, and of each part of the configuration that decides what readers get."""
    settings = app.settings
    tables = {"portal": settings.portal, "ranking": settings.ranking}
    tables |= {f"editions.{edition.name}": edition for edition in settings.editions}
    parts = {
        name: blake2b(table.model_dump_json().encode(), digest_size=2).hexdigest() for name, table in tables.items()
    }
    return {_KEY: fingerprint(app.sender_identity.secret), **parts}


def _listed(processes: Iterable[str]) -> str:
    return ", ".join(sorted(processes))

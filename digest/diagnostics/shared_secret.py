"""Whether all processes on one database sign links with the same secret; links signed with one fail with another."""

import socket
from collections.abc import Iterable, Iterator

from digest.app import App
from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok
from digest.store.beats import SIGNING
from digest.tokens import fingerprint


def check_hosts(context: CheckContext) -> Iterator[CheckResult]:
    """The secret here, compared with that of every process that is running."""
    yield compared(context.app)


def signing_mark(app: App, process: str) -> str:
    """What a running `digest PROCESS` stores: the fingerprint of its secret, its name, and that of its host."""
    return f"{fingerprint(app.sender_identity.secret)} {process} {socket.gethostname()}"


def compared(app: App) -> CheckResult:
    """The secret of this configuration, compared with the processes whose last mark is recent; raises StoreError."""
    marks = app.beats.recent(SIGNING, app.ledger_clock.now())
    own = fingerprint(app.sender_identity.secret)
    if not marks:
        return ok("no `digest run`, `serve` or `worker` is running")
    others = [mark for mark in marks if not mark.startswith(f"{own} ")]
    if not others:
        return ok(f"one DIGEST_SECRET signs the links of {_names(marks)}")
    return fail(
        f"DIGEST_SECRET on {socket.gethostname()} is not that of {_names(others)};"
        " links in mail of one fail on the pages of the other",
        "set the same DIGEST_SECRET in .env on every host, or on none, and restart all processes",
    )


def _names(marks: Iterable[str]) -> str:
    named = (mark.split(" ", 2) for mark in marks)
    return ", ".join(sorted({f"`digest {process}` ({host})" for _fingerprint, process, host in named}))

"""Failpoints: named places where a fault test can kill, stop, delay or fail this process.

DIGEST_FAILPOINTS says what to do, for example `deliver.after_intend=kill@3,store.before_settle_commit=raise`: SIGKILL
at the third visit of one place, an exception at the first visit of another. Actions: `kill`, `stop` (SIGSTOP), `raise`,
`sleep:SECONDS`; without `@N` at the first visit, with `@N+` at the Nth and every later one. Without the variable
`reach` does nothing. docs/faults.md describes every failpoint.
"""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digest.errors import ConfigurationError

VARIABLE = "DIGEST_FAILPOINTS"

NAMES = (
    "store.before_migrate_commit",
    "store.before_import_commit",
    "store.after_import",
    "store.before_erase_commit",
    "publish.before_freeze",
    "store.freezing",
    "store.before_freeze_commit",
    "publish.after_freeze",
    "deliver.before_recover",
    "store.half_recovered",
    "deliver.before_claim",
    "store.before_claim_commit",
    "deliver.after_claim",
    "wire.before_mail",
    "wire.after_envelope",
    "deliver.before_intend",
    "store.before_intend_commit",
    "deliver.after_intend",
    "wire.before_end",
    "wire.after_end",
    "wire.on_reply",
    "deliver.before_settle",
    "store.before_settle_commit",
    "deliver.after_settle",
    "deliver.before_finish",
    "store.before_finish_commit",
)
"""Every failpoint: a migration's, then those that an issue passes, in their order."""

_ACTION = re.compile(r"([a-z_.]+)=(kill|stop|raise|sleep:\d+(?:\.\d+)?)(?:@([1-9]\d*)(\+?))?")


class FailpointError(Exception):
    """The exception of the action `raise`, which nothing handles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Action:
    """What to do at a failpoint, at which visit, and whether at every later one."""

    name: str
    visit: int
    repeated: bool

    def applies_to(self, visit: int) -> bool:
        return visit >= self.visit if self.repeated else visit == self.visit


class _Failpoints:
    """Counts the visits of each failpoint in all threads together, and performs its action."""

    def __init__(self, actions: Mapping[str, _Action]) -> None:
        self._actions = actions
        self._visits: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, name: str) -> None:
        action = self._actions.get(name)
        if action is None:
            return
        with self._lock:
            self._visits[name] += 1
            applies = action.applies_to(self._visits[name])
        if applies:
            _perform(action.name, name)


def armed(text: str) -> Callable[[str], None]:
    """`reach` for this value of the variable; raises ConfigurationError for an invalid one."""
    actions = dict(_parsed_action(part.strip()) for part in text.split(",") if part.strip())
    return _Failpoints(actions) if actions else _do_nothing


def _parsed_action(part: str) -> tuple[str, _Action]:
    match = _ACTION.fullmatch(part)
    if match is None or match[1] not in NAMES:
        raise ConfigurationError(f"{VARIABLE}: {part!r} is invalid; expected for example deliver.after_intend=kill@3")
    return match[1], _Action(name=match[2], visit=int(match[3] or 1), repeated=bool(match[4]))


def _perform(action: str, name: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # takes effect before this thread continues
    elif action == "raise":
        raise FailpointError(name)
    else:
        time.sleep(float(action.removeprefix("sleep:")))


def _do_nothing(_name: str) -> None:
    """Failpoints are off."""


reach: Callable[[str], None] = armed(os.environ.get(VARIABLE, ""))

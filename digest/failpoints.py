"""Named places where a fault test can kill, stop, delay or fail this process; nothing happens there unless it asks.

DIGEST_FAILPOINTS holds what to do, such as `deliver.after_intend=kill@3,store.before_settle_commit=raise`: at the third
visit of one place SIGKILL, at the first of another an exception. Actions: `kill`, `stop` (SIGSTOP), `raise`,
`sleep:SECONDS`; without `@N` at the first visit, with `@N+` at the Nth and each one after it. Without the variable
`reach` is a function that does nothing. docs/faults.md describes every place.
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
    "store.before_import_commit",
    "store.after_import",
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
"""Every place, in the order in which an issue passes them."""

_ORDER = re.compile(r"([a-z_.]+)=(kill|stop|raise|sleep:\d+(?:\.\d+)?)(?:@([1-9]\d*)(\+?))?")


class FailpointError(Exception):
    """What `raise` raises: no error that anybody expects."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """What to do at a place, from which visit on, and whether at each one after it."""

    action: str
    first: int
    always: bool

    def holds(self, visit: int) -> bool:
        return visit >= self.first if self.always else visit == self.first


class _Armed:
    """Counts the visits of each place, in all threads together, and does there what was ordered."""

    def __init__(self, orders: Mapping[str, _Order]) -> None:
        self._orders = orders
        self._visits: Counter[str] = Counter()
        self._turn = threading.Lock()

    def __call__(self, name: str) -> None:
        order = self._orders.get(name)
        if order is None:
            return
        with self._turn:
            self._visits[name] += 1
            holds = order.holds(self._visits[name])
        if holds:
            _act(order.action, name)


def armed(text: str) -> Callable[[str], None]:
    """What `reach` is for this value of the variable; raises ConfigurationError for one that it cannot read."""
    orders = dict(_order(part.strip()) for part in text.split(",") if part.strip())
    return _Armed(orders) if orders else _nothing


def _order(part: str) -> tuple[str, _Order]:
    match = _ORDER.fullmatch(part)
    if match is None or match[1] not in NAMES:
        raise ConfigurationError(f"{VARIABLE}: {part!r} is no order such as deliver.after_intend=kill@3")
    return match[1], _Order(action=match[2], first=int(match[3] or 1), always=bool(match[4]))


def _act(action: str, name: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # at once: this thread takes not a step more
    elif action == "raise":
        raise FailpointError(name)
    else:
        time.sleep(float(action.removeprefix("sleep:")))


def _nothing(_name: str) -> None:
    """Nobody asks."""


reach: Callable[[str], None] = armed(os.environ.get(VARIABLE, ""))

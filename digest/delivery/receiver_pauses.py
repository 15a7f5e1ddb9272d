"""Holds back the messages of paused receiver groups, and pauses those that refuse this sender or throttle it."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from digest.delivery.sender_refusals import SenderRefusals, is_objection
from digest.model.deliveries import Claim, Outcome, Receipt
from digest.model.quantities import counted
from digest.model.receivers import AlertKind, GroupPause, PauseCause
from digest.protocols import Clock
from digest.receivers.groups import Hosts, domain_of, receiver_group
from digest.receivers.pauses import LIMITED_FOR, TRIAL_MESSAGES, next_limit
from digest.receivers.reply_class import is_throttling
from digest.store.ledger.group_pauses import GroupPauses
from digest.store.upkeep.alerts import Alerts

_log = logging.getLogger(__name__)


class _Limit(NamedTuple):
    """How many messages to a group may be in flight, until a moment of `elapsed`."""

    messages: int
    until: float


@dataclass
class _State:
    """What changes while a sender delivers."""

    active: Mapping[str, GroupPause] = field(default_factory=dict)  # by group
    trials: dict[str, int] = field(default_factory=dict)  # by group, how many messages may still be tried
    postponed: list[tuple[Claim, datetime]] = field(default_factory=list)
    limits: dict[str, _Limit] = field(default_factory=dict)  # by group
    reopened: bool = False
    refusals: SenderRefusals = field(default_factory=SenderRefusals)


@dataclass(frozen=True, kw_only=True)
class ReceiverPauses:
    """The receiver groups as one sender sees them; the pauses are shared with the other senders of the ledger.

    `mx_hosts` returns the MX records of a domain that are known now. The thread that takes messages uses it beside that
    of the journal. The methods raise StoreError.
    """

    pauses: GroupPauses
    alerts: Alerts
    clock: Clock
    mx_hosts: Callable[[str], Hosts]
    _state: _State = field(default_factory=_State, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)  # a pause and its trial belong together

    def reset(self) -> None:
        """Forget the latest results, and read the pauses."""
        self._state.refusals.reset()
        self._state.reopened = False
        self._state.postponed = []
        self.refresh()

    def refresh(self) -> None:
        """Read the pauses, which other senders may have changed."""
        with self._lock:
            self._refresh()

    def admits(self, claim: Claim) -> bool:
        """Whether a claim's message may be sent now; else it waits for `postpone`."""
        group = self._group_of(domain_of(claim.address))
        if group not in self._state.active:
            return True  # the usual case
        with self._lock:
            if self._may_try(group):
                return True
            self._state.postponed.append((claim, self._state.active[group].until))
            return False

    def is_limited(self, claim: Claim) -> bool:
        """Whether the claim's group has a limit of messages in flight."""
        return bool(self._state.limits) and self._limit(self._group_of(domain_of(claim.address))) is not None

    def has_room(self, claim: Claim, with_mailer: Collection[Claim]) -> bool:
        """Whether another message to the claim's group may be in flight beside those that the mailer has."""
        group = self._group_of(domain_of(claim.address))
        limit = self._limit(group)
        return limit is None or self._in_flight(group, with_mailer) < limit

    def postpone(self) -> None:
        """Release the claims that were not admitted until their group's pause ends."""
        self.pauses.postpone(self._state.postponed)
        self._state.postponed = []

    def take_reopened(self) -> bool:
        """Whether a pause ended since the last call, so that more messages are due."""
        reopened, self._state.reopened = self._state.reopened, False
        return reopened

    def recognise(self, receipts: Sequence[Receipt], claims: Mapping[int, Claim]) -> Sequence[Receipt]:
        """The receipts, `claims` by delivery; where several groups refuse at the same time, the sender is refused."""
        return self._state.refusals.review(receipts, lambda delivery_id: self._group_of_claim(claims, delivery_id))

    def review(
        self, receipts: Sequence[Receipt], claims: Mapping[int, Claim], begun: Collection[int]
    ) -> Sequence[Receipt]:
        """The receipts as they are stored, after the pauses that they begin or end; it may be repeated.

        `begun` are the deliveries whose messages are in flight. Recipients that a paused group refused because of this
        sender are tried again after the pause.
        """
        if not self._state.active and all(receipt.outcome is Outcome.SENT for receipt in receipts):
            return receipts  # the usual case
        by_group = [(self._group_of_claim(claims, receipt.delivery_id), receipt) for receipt in receipts]
        with self._lock:
            self._end_trials({group for group, receipt in by_group if receipt.outcome is Outcome.SENT})
            self._count_objections([(group, one) for group, one in by_group if is_objection(one)], claims)
            for group, receipt in by_group:
                if _is_throttled(receipt):
                    self._slow_down(group, receipt, [claims[one] for one in begun if one in claims])
            return [self._held_back(group, receipt) for group, receipt in by_group]

    def _refresh(self) -> None:
        self._state.active = {pause.group: pause for pause in self.pauses.active()}

    def _group_of(self, domain: str) -> str:
        return receiver_group(domain, self.mx_hosts)

    def _group_of_claim(self, claims: Mapping[int, Claim], delivery_id: int) -> str:
        claim = claims.get(delivery_id)
        return self._group_of(domain_of(claim.address)) if claim is not None else ""

    def _may_try(self, group: str) -> bool:
        """Whether the message may be sent: to a group that is paused no more, or to try whether it accepts mail."""
        pause = self._state.active.get(group)
        if pause is None:
            return True
        left = self._state.trials.get(group, 0)
        if left:
            self._state.trials[group] = left - 1
            return True
        now = self.clock.now()
        if now < pause.until:
            return False
        is_ours = self.pauses.begin_trial(group, now)
        self._state.trials[group] = TRIAL_MESSAGES - 1 if is_ours else 0
        self._refresh()
        return is_ours or group not in self._state.active

    def _end_trials(self, accepting: Iterable[str]) -> None:
        """End the pauses of groups that accepted a message as a trial."""
        for group in accepting:
            pause = self._state.active.get(group)
            if pause is not None and pause.trial_at is not None:
                now = self.clock.now()
                self.pauses.clear(now, group)
                self.alerts.clear(AlertKind.RECEIVER_REFUSES, [group], now)
                self._state.reopened = True
                _log.info("the receiver %s accepts mail again", group)
                self._refresh()

    def _count_objections(self, objections: Sequence[tuple[str, Receipt]], claims: Mapping[int, Claim]) -> None:
        if not objections:
            return
        refused = [(one.delivery_id, domain_of(claims[one.delivery_id].address)) for group, one in objections if group]
        refusing = self.pauses.add_refusals(refused, self.clock.now(), self._group_of)
        for group, receipt in objections:
            pause = self._state.active.get(group)
            if group in refusing or (pause is not None and pause.trial_at is not None):
                self._pause(group, PauseCause.REFUSED, receipt)

    def _slow_down(self, group: str, receipt: Receipt, in_flight: Collection[Claim]) -> None:
        if not self._pause(group, PauseCause.THROTTLED, receipt):
            return
        limit = next_limit(self._in_flight(group, in_flight), self._limit(group))
        self._state.limits[group] = _Limit(limit, self.clock.elapsed() + LIMITED_FOR.total_seconds())
        _log.info("after the pause %s gets at most %s at once", group, counted(limit, "message"))

    def _limit(self, group: str) -> int | None:
        limit = self._state.limits.get(group)
        return None if limit is None or self.clock.elapsed() >= limit.until else limit.messages

    def _in_flight(self, group: str, claims: Iterable[Claim]) -> int:
        return sum(self._group_of(domain_of(claim.address)) == group for claim in claims)

    def _pause(self, group: str, cause: PauseCause, receipt: Receipt) -> bool:
        """Pause a group; false where it is paused already."""
        is_new = pause_group(self.pauses, self.alerts, group, cause, receipt.reply, self.clock.now())
        self._state.trials.pop(group, None)
        self._refresh()
        return is_new

    def _held_back(self, group: str, receipt: Receipt) -> Receipt:
        pause = self._state.active.get(group)
        if pause is None or pause.cause is not PauseCause.REFUSED or not is_objection(receipt):
            return receipt
        return receipt._replace(outcome=Outcome.DEFERRED, retry_at=pause.until)


def pause_group(pauses: GroupPauses, alerts: Alerts, group: str, cause: PauseCause, reply: str, now: datetime) -> bool:
    """Pause a receiver group and report it; false where it is paused already. Raises StoreError."""
    pause = pauses.pause(group, cause, reply, now)
    if pause is None:
        return False
    if cause is PauseCause.THROTTLED:
        _log.warning("the receiver %s asks for a slower pace: paused until %s: %s", group, _time(pause), reply)
        return True
    message = f"the receiver {group} refuses our mail: {reply}"
    is_new = alerts.report(AlertKind.RECEIVER_REFUSES, group, message, now)
    _log.log(logging.ERROR if is_new else logging.WARNING, "%s; paused until %s", message, _time(pause))
    return True


def _is_throttled(receipt: Receipt) -> bool:
    # Without a class it is a reply to MAIL, where 421 only ends the connection.
    refused_later = receipt.outcome is Outcome.DEFERRED and (receipt.reply_class is not None or receipt.code != 421)
    return refused_later and is_throttling(receipt.code, receipt.enhanced, receipt.text)


def _time(pause: GroupPause) -> str:
    return f"{pause.until:%Y-%m-%d %H:%M} UTC"

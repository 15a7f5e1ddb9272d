"""Walks the ledger: claims what is due, hands it to a mailer, records what became of it; stops and resumes anywhere."""

import logging
import random
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest import failpoints
from digest.delivery.restore_guard import RestoreGuard
from digest.errors import DigestError, StoreError
from digest.message.wire_format import is_plain_address
from digest.model.deliveries import Claim, DeliveryState, Outcome, Outgoing, Receipt
from digest.model.issues import IssueRecord
from digest.protocols import Clock, Mailer
from digest.store.deliveries import Deliveries

_log = logging.getLogger(__name__)

_WAITS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
_JITTER = 0.2
_FIRST_LOOK = 1.0  # seconds after which a sender first does what it later does each time that it renews its leases
_LONGEST_WAIT = 60.0  # seconds between two looks at the ledger while only deferred messages are left


def next_try(tries: int, now: datetime, draw: float) -> datetime:
    """When to try again after `tries` attempts: 5 min, 15 min, 1 h, then each 4 h; `draw` in [0, 1) spreads by 20 %."""
    wait = _WAITS[min(max(tries, 1), len(_WAITS)) - 1]
    return now + wait * (1 + _JITTER * (2 * draw - 1))


@dataclass
class _Round:
    """What one delivery learns: the issues that may be sent, the other senders at the last look, and whether messages
    were sent of which the witness was not told.
    """

    issues: dict[int, IssueRecord] = field(default_factory=dict)
    others: int = 0
    news: bool = False


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One owner's way through the ledger; an owner delivers once at a time.

    `compose` makes a claimed row's message (any error it raises concerns that row alone, except StoreError); `is_dead`
    proves an owner dead or alive, `None` where it cannot; `progress` gets each group of receipts once it is stored;
    `resends` are the editions whose unknown messages are tried again like deferred ones; `witness` knows what left if
    the database should forget it.
    """

    ledger: Deliveries
    mailer: Mailer
    compose: Callable[[Claim], Outgoing]
    owner: str
    clock: Clock
    is_dead: Callable[[str], bool | None]
    progress: Callable[[Sequence[Receipt]], None] | None = None
    resends: Collection[str] = ()
    restore_guard: RestoreGuard | None = None
    draw: Callable[[], float] = random.random
    batch: int = 500
    lease: timedelta = timedelta(seconds=30)
    _in_hand: set[int] = field(default_factory=set, repr=False)  # rows whose messages a mailer has
    _round: _Round = field(default_factory=_Round, repr=False)

    @property
    def senders(self) -> int:
        """How many processes send through the ledger, as of our start, and later as of the last renewal."""
        return 1 + self._round.others

    def deliver(self, *, stop: Callable[[], bool], issue_id: int | None = None, wait: bool = False) -> None:
        """Send what is due, of one issue or of all; with `wait`, deferred ones too, until all are settled or expired.

        Once `stop()` is true nothing more is claimed or begun, and messages in flight end. Whatever happens, nothing
        stays claimed, and what left without an answer is unknown. Raises MailError, StoreError.
        """
        failpoints.reach("deliver.before_recover")
        self.ledger.recover(self.clock.now(), self._is_gone)
        self._look_around()
        self._round.issues.clear()
        self._look_at_issues()
        self.ledger.resend_by_rule(self.resends, self.clock.now(), _WAITS)
        with self._accounts_closed(), self._leases_kept():
            self._send_due(stop, issue_id)
            while wait and self._wait_for_next(stop, issue_id):
                self._send_due(stop, issue_id)

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        """The Journal's step: what became of messages, and permission for others, in one transaction of the ledger."""
        now = self.clock.now()
        if receipts:
            failpoints.reach("deliver.before_settle")
        if messages:
            failpoints.reach("deliver.before_intend")
        allowed = self.ledger.record(
            receipts,
            [(message.delivery_id, message.token) for message in messages],
            now=now,
            lease=self.lease,
            next_try=lambda tries: next_try(tries, now, self.draw()),
        )
        if messages:
            failpoints.reach("deliver.after_intend")
        if receipts:
            failpoints.reach("deliver.after_settle")
        self._round.news = self._round.news or any(receipt.outcome is Outcome.SENT for receipt in receipts)
        self._in_hand.difference_update(receipt.delivery_id for receipt in receipts)
        self._in_hand.difference_update({message.delivery_id for message in messages} - allowed)
        if receipts and self.progress is not None:
            self.progress(receipts)
        return allowed

    def _look_at_issues(self) -> None:
        """Learn of new issues; what a restored database would send again is paused, and left to a person."""
        for record in self.ledger.going(self.clock.now()):
            if record.id in self._round.issues:
                continue
            doubt = self._doubt(record)
            if doubt is None:
                self._round.issues[record.id] = record
            elif self.ledger.pause(record.id, doubt, self.clock.now()):
                _log.error("%s/%s: paused: %s", record.edition, record.slot, doubt)

    def _doubt(self, record: IssueRecord) -> str | None:
        memory = self.restore_guard.load(record) if self.restore_guard is not None else None
        if memory is None:
            return None
        doubt = memory.mismatch(record, self.ledger.tally(record.id))  # younger than the memory: others may be sending
        return None if doubt is None or self.ledger.has_consent(record.id) else doubt

    def _look_around(self) -> None:
        owners = self.ledger.owners(leased_at=self.clock.now())
        self._round.others = sum(owner != self.owner and self.is_dead(owner) is not True for owner in owners)

    def _tell_witness(self) -> None:
        if self.restore_guard is None or not self._round.news:
            return
        self._round.news = False
        for record in list(self._round.issues.values()):
            self.restore_guard.record(record, self.ledger.tally(record.id))

    def _send_due(self, stop: Callable[[], bool], issue_id: int | None) -> None:
        self._in_hand.clear()
        with closing(self._messages(stop, issue_id)) as messages:
            self.mailer.send(messages, self)

    def _messages(self, stop: Callable[[], bool], issue_id: int | None) -> Generator[Outgoing, None, None]:
        while not stop():
            now = self.clock.now()
            self.ledger.expire(now)
            self._look_at_issues()
            ours = [known for known in self._round.issues if issue_id in {None, known}]
            failpoints.reach("deliver.before_claim")
            claims = self.ledger.claim(self.batch, owner=self.owner, now=now, lease=self.lease, issues=ours)
            failpoints.reach("deliver.after_claim")
            if not claims:
                return
            for claim in claims:
                if stop():
                    return
                message = self._composed(claim)
                if message is not None and self._is_new(claim):
                    yield message

    def _is_new(self, claim: Claim) -> bool:
        # A row that was taken from us while we slept can come back while the mailer still has its message. It must not
        # have it twice: the ledger's permission names the row. We keep the row until the accounts are closed.
        new = claim.delivery_id not in self._in_hand
        self._in_hand.add(claim.delivery_id)
        return new

    def _composed(self, claim: Claim) -> Outgoing | None:
        if not is_plain_address(claim.address):
            self._set_aside(claim, Outcome.BOUNCED, "address refused by our own check")
            return None
        try:
            return self.compose(claim)
        except StoreError:
            raise
        except (DigestError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            # The error's words may hold the reader's name or address, so only its kind is told.
            self._set_aside(claim, Outcome.DEFERRED, f"the message could not be made ({type(error).__name__})")
            return None

    def _set_aside(self, claim: Claim, outcome: Outcome, text: str) -> None:
        _log.warning("delivery %d: %s", claim.delivery_id, text)
        self.record([Receipt(delivery_id=claim.delivery_id, token=claim.token, outcome=outcome, text=text)], [])

    def _wait_for_next(self, stop: Callable[[], bool], issue_id: int | None) -> bool:
        waited = False
        while not stop():
            now = self.clock.now()
            due = self._next_due(now, issue_id)
            if due is None:
                return False
            left = (due - now).total_seconds()
            if waited and left <= 0:
                return True
            if self.clock.wait(min(max(left, 1.0), _LONGEST_WAIT)):
                return False
            waited = True
        return False

    def _next_due(self, now: datetime, issue_id: int | None) -> datetime | None:
        if issue_id is not None and not self.ledger.tally(issue_id)[DeliveryState.DEFERRED]:
            return None
        return self.ledger.next_due(now)

    def _is_gone(self, owner: str) -> bool | None:
        # What bears our own name at the start was left by an earlier delivery that could not close its accounts.
        return True if owner == self.owner else self.is_dead(owner)

    @contextmanager
    def _accounts_closed(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with suppress(StoreError):  # the first error is the one to tell; the next start recovers
                self._close_accounts()
            raise
        self._close_accounts()

    def _close_accounts(self) -> None:
        now = self.clock.now()
        failpoints.reach("deliver.before_finish")
        self.ledger.recover(now, lambda owner: owner == self.owner)
        self._tell_witness()
        self.ledger.expire(now)
        self.ledger.finish(now)

    @contextmanager
    def _leases_kept(self) -> Iterator[None]:
        done = threading.Event()
        keeper = threading.Thread(target=self._keep_leases, args=(done,), name="digest-leases", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep_leases(self, done: threading.Event) -> None:
        pause = _FIRST_LOOK
        while not done.wait(pause):
            pause = self.lease.total_seconds() / 3
            try:
                self.ledger.renew(self.owner, self.clock.now(), self.lease)
                self._look_around()
                self._tell_witness()
            except StoreError as error:
                _log.warning("leases were not renewed: %s", error)

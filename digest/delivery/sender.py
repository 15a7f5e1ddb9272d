"""The delivery loop: claims due messages, passes them to a mailer, records the receipts; it can stop anywhere."""

import logging
import random
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import TypeVar

from digest import failpoints
from digest.delivery.batch_size import BatchSize
from digest.delivery.guarded_issues import GuardedIssues
from digest.delivery.idle import wait_for_work, wait_until_due
from digest.delivery.lease import LeaseRenewal, SentCount, look_interval
from digest.delivery.outage import OutageRetry
from digest.delivery.ramp import Ramp
from digest.delivery.receiver_pauses import ReceiverPauses
from digest.delivery.recipient_refusals import recipient_refusals
from digest.delivery.retries import WAITS, next_try
from digest.errors import DigestError, SenderRefusedError, StoreError, StoreUnavailableError
from digest.model.deliveries import Claim, Outcome, Outgoing, Receipt
from digest.model.issues import Kind
from digest.parsing.addresses import is_address
from digest.parsing.redaction import without_name
from digest.protocols import LedgerClock, Mailer
from digest.store.bounces import Bounces
from digest.store.deliveries import Deliveries
from digest.store.resends import Resends
from digest.store.shared_rates import SharedRates
from digest.store.work_notices import WorkNotices

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_LONGEST_WAIT_FOR_ROOM = 10.0  # seconds without any result: the mailer may have failed
_LOOKS_BEFORE_SENDING = 2  # of the others: in this time each of them has counted us


class _StoppedError(Exception):
    """Sending is to stop: the mailer drops what it has not begun, and finishes what it has."""


@dataclass
class _Progress:
    """What changes while a sender delivers."""

    other_senders: int = 0
    place: int = 0
    has_joined: bool = False  # the other senders know of us
    batch_size: BatchSize = field(default_factory=lambda: BatchSize(1))
    last_result: float = 0.0  # when the mailer last began or settled a message, or rows were claimed
    has_released: bool = False  # rows that were claimed since then are planned again
    sent_since_recorded: bool = False
    with_mailer: dict[int, Claim] = field(default_factory=dict)  # rows whose messages the mailer has
    held_back: dict[int, Claim] = field(default_factory=dict)  # claimed again, while the mailer has an older message
    issues: set[int] = field(default_factory=set)  # whose rows were claimed for the mailer
    begun: set[int] = field(default_factory=set)  # deliveries whose messages may be in flight
    settled: threading.Event = field(default_factory=threading.Event)  # set when the mailer has fewer messages
    outages: OutageRetry = field(default_factory=OutageRetry)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends the messages of the ledger for one owner, one `deliver` at a time.

    `compose` makes a claimed row's message (any error it raises concerns that row alone, except StoreError); `in_turn`
    gives the claims of a batch one by one, and may let `compose` begin with the next ones; `is_dead` proves an owner
    dead or alive, `None` where it cannot; `progress` gets each group of receipts once it is stored;
    `resend_editions` are those whose unknown messages are tried again like deferred ones; `ramp` holds daily limits.
    """

    ledger: Deliveries
    issues: GuardedIssues
    resends: Resends
    receivers: ReceiverPauses
    bounces: Bounces
    rates: SharedRates
    mailer: Mailer
    compose: Callable[[Claim], Outgoing]
    owner: str
    clock: LedgerClock
    is_dead: Callable[[str], bool | None]
    in_turn: Callable[[Sequence[Claim]], Iterator[Claim]] = iter
    notices: WorkNotices | None = None
    ramp: Ramp | None = None
    progress: Callable[[Sequence[Receipt]], None] | None = None
    resend_editions: Collection[str] = ()
    jitter: Callable[[], float] = random.random
    batch: int = 500
    lease: timedelta = timedelta(seconds=30)
    _run: _Progress = field(default_factory=_Progress, repr=False)

    @property
    def senders(self) -> int:
        """How many processes send through the ledger, as of the last look: at our start, and every second."""
        return 1 + self._run.other_senders

    @property
    def place(self) -> int:
        """Our place among them, by the names of the owners."""
        return self._run.place

    def reserve_turns(self, name: str, rate: float) -> tuple[float, int]:
        """Implement `Journal`: the turns are times of the ledger's clock."""
        clock, rates = self.clock, self.rates
        began = clock.elapsed()
        turns = self._during_outages(lambda _repeated: rates.reserve(name, rate, self.senders, clock.now()))
        return (turns.first - clock.now()).total_seconds() + clock.elapsed() - began, turns.number

    def deliver(self, *, stop: Callable[[], bool], issue_id: int | None = None, wait: bool = False) -> None:
        """Send what is due, of one issue or of all; with `wait`, deferred ones too, until all are settled or expired.

        Once `stop()` is true nothing more is claimed or begun, and messages in flight are finished. Whatever happens,
        no row stays claimed, and a message that was sent without a reply is unknown. A server that refuses this sender
        pauses the issues. While the database is away, sending waits with its results in memory, unless `clock` is
        stopped. Raises MailError, StoreError.
        """
        failpoints.reach("deliver.before_recover")
        self.clock.synchronize()
        self._recover(self._is_dead_or_ours)
        self._run.has_joined = False
        self._run.batch_size = BatchSize(self.batch)
        self.issues.reset()
        self.receivers.reset()
        self.resends.resend_by_setting(self.resend_editions, self.clock.now(), WAITS)
        renewal, count = LeaseRenewal(self._look, self._renew, self.lease), SentCount(self._record_sent, self.lease)
        with self._finishing(), renewal, count:
            self._send_due(stop, issue_id)
            while self._has_more(stop, issue_id, wait=wait):
                self._send_due(stop, issue_id)

    def wait_for_work(self, look: float) -> None:
        """Wait until there may be something to deliver again: `look` seconds, or longer if notices of work arrive."""
        wait_for_work(self.notices, self.ledger, self.clock, look)

    def _has_more(self, stop: Callable[[], bool], issue_id: int | None, *, wait: bool) -> bool:
        # The mailer has ended: what is still claimed was denied to it, held back, or claimed in an outage without our
        # knowledge. As long as we find rows, we look again: some may have been released meanwhile, by us or by another.
        released = self._during_outages(lambda _repeated: self.ledger.release(self.owner))
        more = bool(released or self._run.issues) or self.receivers.take_reopened()
        return more or (wait and wait_until_due(partial(self._next_due, issue_id), self.clock, stop))

    def _next_due(self, issue_id: int | None) -> datetime | None:
        """When a message is due; now, while other senders hold the last ones, because these may come back."""
        due = self._during_outages(lambda _repeated: self.ledger.next_due(self.clock.now(), issue_id))
        if due is None and self._during_outages(lambda _repeated: self.ledger.is_sending(issue_id)):
            return self.clock.now()
        return due

    def _send_due(self, stop: Callable[[], bool], issue_id: int | None) -> None:
        self._run.with_mailer.clear()
        self._run.held_back.clear()
        self._run.begun.clear()
        self._run.issues.clear()
        with closing(self._due_messages(stop, issue_id)) as messages, suppress(_StoppedError):
            try:
                self.mailer.send(messages, self)
            except SenderRefusedError as error:
                if not self.issues.pause(self._run.issues, str(error)):
                    raise

    def _due_messages(self, stop: Callable[[], bool], issue_id: int | None) -> Generator[Outgoing, None, None]:
        """The messages that are due; the error at a stop makes the mailer drop those that it has not begun."""
        while not stop():
            claims = [*self._take_held_back(), *self._during_outages(lambda _repeated: self._claim(issue_id))]
            if not claims:
                return
            self._join()
            self._run.issues.update(claim.issue_id for claim in claims)
            for claim in self._in_turn(claims, stop):
                message = self._compose(claim) if self._admits(claim) else None
                if message is not None and self._is_first(claim):
                    yield message
            self._during_outages(lambda _repeated: self.receivers.postpone())
        raise _StoppedError

    def _in_turn(self, claims: Sequence[Claim], stop: Callable[[], bool]) -> Iterator[Claim]:
        """The claims until `stop()`; those of receivers with a limit come last, each once there is room for it."""
        limited = {claim.delivery_id for claim in claims if self.receivers.is_limited(claim)}
        ordered = sorted(claims, key=lambda claim: claim.delivery_id in limited) if limited else claims
        for claim in self.in_turn(ordered):
            if claim.delivery_id in limited:
                self._wait_for_room(claim, stop)
            if stop() or self._run.has_released:
                return
            yield claim

    def _join(self) -> None:
        """Count the senders once they can see our claims, and give those that were here time to count us."""
        if self._run.has_joined:
            return
        self._run.has_joined = True
        self._during_outages(lambda _repeated: self._count_senders())
        if self._run.other_senders:
            self.clock.wait(_LOOKS_BEFORE_SENDING * look_interval(self.lease))

    def _wait_for_room(self, claim: Claim, stop: Callable[[], bool]) -> None:
        """Wait, in the mailer's thread, until a result has made room for the message; not for ever without results."""
        settled = self._run.settled
        settled.clear()
        while not stop() and not self.receivers.has_room(claim, list(self._run.with_mailer.values())):
            if not settled.wait(_LONGEST_WAIT_FOR_ROOM):
                return
            settled.clear()

    def _during_outages(self, action: Callable[[bool], _T]) -> _T:
        return self._run.outages.call(action, self.clock.wait)

    def _claim(self, issue_id: int | None) -> list[Claim]:
        self._expire()
        self.issues.refresh()
        self.receivers.refresh()
        issues = [known for known in self.issues.ids if issue_id in {None, known}]
        failpoints.reach("deliver.before_claim")
        now = self.clock.now()
        if self.ramp is not None:
            self.ramp.apply(self.issues.records, now)
        size = self._run.batch_size.next(self.clock.elapsed())
        self._run.last_result = self.clock.elapsed()  # now, too: what is being claimed has not waited
        self._run.has_released = False
        claims = self.ledger.claim(size, owner=self.owner, now=now, lease=self.lease, issues=issues)
        self._run.last_result = self.clock.elapsed()
        failpoints.reach("deliver.after_claim")
        return claims

    def _admits(self, claim: Claim) -> bool:
        return self._during_outages(lambda _repeated: self.receivers.admits(claim))

    def _compose(self, claim: Claim) -> Outgoing | None:
        if not is_address(claim.address):
            self._settle_unsent(claim, Outcome.BOUNCED, "address refused by our own check")
            return None
        try:
            return self._during_outages(lambda _repeated: self.compose(claim))
        except StoreError:
            raise
        except (DigestError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            # Only the error's type: its text may hold the reader's name or address.
            self._settle_unsent(claim, Outcome.DEFERRED, f"the message could not be made ({type(error).__name__})")
            return None

    def _settle_unsent(self, claim: Claim, outcome: Outcome, text: str) -> None:
        _log.warning("delivery %d: %s", claim.delivery_id, text)
        self.record([Receipt(delivery_id=claim.delivery_id, token=claim.token, outcome=outcome, text=text)], [])

    def _is_first(self, claim: Claim) -> bool:
        # After a pause longer than the lease another sender may have released a row whose message our mailer still
        # has. The mailer must not get it twice, because the ledger permits a row and not a copy of its message. Such a
        # row waits until the mailer has been denied the older message, at most until `_finish` releases it.
        is_first = self._run.with_mailer.setdefault(claim.delivery_id, claim) is claim
        if not is_first:
            self._run.held_back[claim.delivery_id] = claim
        return is_first

    def _take_held_back(self) -> list[Claim]:
        """The claims that were held back and can be sent now."""
        held, with_mailer = self._run.held_back, self._run.with_mailer
        return [held.pop(delivery_id) for delivery_id in list(held) if delivery_id not in with_mailer]

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        """Implement `Journal`: store receipts and permit messages in one transaction of the ledger."""
        receipts = self._review(receipts)
        if receipts:
            failpoints.reach("deliver.before_settle")
        if messages:
            failpoints.reach("deliver.before_intend")
        permitted = self._during_outages(partial(self._store, receipts, messages))
        self._run.last_result = self.clock.elapsed()
        self._count_refusals(receipts)
        if messages:
            failpoints.reach("deliver.after_intend")
        if receipts:
            failpoints.reach("deliver.after_settle")
        self._run.begun |= permitted
        self._note(receipts, {message.delivery_id for message in messages} - permitted)
        return permitted

    def _count_refusals(self, receipts: Sequence[Receipt]) -> None:
        refusals = recipient_refusals(receipts, self._run.with_mailer)
        if refusals:
            self._during_outages(lambda _repeated: self.bounces.count_refusals(refusals, self.clock.now()))

    def _store(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing], repeated: bool) -> set[int]:
        now = self.clock.now()
        if repeated:
            self.ledger.renew(self.owner, now, self.lease)  # before another sender takes over
        return self.ledger.record(
            receipts,
            [(message.delivery_id, message.token) for message in messages],
            now=now,
            lease=self.lease,
            next_try=lambda tries: next_try(tries, now, self.jitter()),
            repeated=repeated,
        )

    def _review(self, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        """The receipts as they are stored: without the readers' names, and with refusals of this sender recognised."""
        claims = self._run.with_mailer
        anonymous = [_without_name(receipt, claims.get(receipt.delivery_id)) for receipt in receipts]
        recognised = self.receivers.recognise(anonymous, claims)
        return self._during_outages(lambda _repeated: self.receivers.review(recognised, claims, self._run.begun))

    def _note(self, receipts: Sequence[Receipt], denied: set[int]) -> None:
        if any(receipt.outcome is Outcome.SENT for receipt in receipts):
            self._run.sent_since_recorded = True
        for delivery_id in chain((receipt.delivery_id for receipt in receipts), denied):
            self._run.with_mailer.pop(delivery_id, None)
            self._run.begun.discard(delivery_id)
        self._run.settled.set()
        if receipts and self.progress is not None:
            self.progress(receipts)

    @contextmanager
    def _finishing(self) -> Iterator[None]:
        try:
            yield
        except StoreUnavailableError:
            raise  # the next start recovers
        except BaseException:
            with suppress(StoreError):  # the first error is the one to report
                self._finish()
            raise
        self._finish()

    def _finish(self) -> None:
        """Release what is still claimed, and mark the issues done that are."""
        failpoints.reach("deliver.before_finish")
        self._during_outages(lambda _repeated: self._end_rows())

    def _release_ours(self) -> tuple[int, int]:
        return self.ledger.recover(self.clock.certain(), lambda owner: owner == self.owner)

    def _end_rows(self) -> None:
        self._release_ours()
        self._record_sent()
        self._expire()
        self.ledger.finish(self.clock.now())

    def _expire(self) -> None:
        for record, untried in self.ledger.expire(self.clock.certain()):
            way_back = f"; `digest send --resend-expired {record.name}` plans them again"
            more = way_back if record.kind is Kind.EDITION else ""
            _log.warning("%s: %d messages expired untried: its deadline has passed%s", record.name, untried, more)

    def _renew(self) -> None:
        self.clock.synchronize()
        self.ledger.renew(self.owner, self.clock.now(), self.lease)

    def _look(self) -> None:
        self._count_senders()
        self._recover(self._is_dead_and_not_ours)
        self._release_what_waits()

    def _release_what_waits(self) -> None:
        """Leave to other senders what is only claimed, after half a lease in which the mailer has done nothing."""
        quiet = self.clock.elapsed() - self._run.last_result
        if self._run.has_released or quiet < self.lease.total_seconds() / 2:
            return
        self._run.has_released = True
        if released := self.ledger.release(self.owner):
            _log.warning("nothing was sent for %.0f s: %d claimed messages are planned again", quiet, released)

    def _record_sent(self) -> None:
        if self._run.sent_since_recorded:
            self._run.sent_since_recorded = False
            try:
                self.issues.record_sent()
            except StoreError:
                self._run.sent_since_recorded = True
                raise

    def _count_senders(self) -> None:
        owners = self.ledger.owners(leased_at=self.clock.certain())
        others = [owner for owner in owners if owner != self.owner and self.is_dead(owner) is not True]
        self._run.other_senders, self._run.place = len(others), sum(owner < self.owner for owner in others)

    def _recover(self, is_dead: Callable[[str], bool | None]) -> None:
        planned, unknown = self.ledger.recover(self.clock.certain(), is_dead)
        if planned or unknown:
            _log.warning("a sender ended: %d of its messages are planned again, %d are unknown", planned, unknown)

    def _is_dead_and_not_ours(self, owner: str) -> bool | None:
        return False if owner == self.owner else self.is_dead(owner)

    def _is_dead_or_ours(self, owner: str) -> bool | None:
        # Rows with our own name at the start were left by an earlier `deliver` that could not finish.
        return True if owner == self.owner else self.is_dead(owner)


def _without_name(receipt: Receipt, claim: Claim | None) -> Receipt:
    if claim is None or not claim.name or not receipt.text:
        return receipt
    text = without_name(receipt.text, claim.name)
    return receipt if text is receipt.text else receipt._replace(text=text)

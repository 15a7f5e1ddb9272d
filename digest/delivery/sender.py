"""The delivery loop: claims due messages, passes them to a mailer, records the receipts; it can stop anywhere."""

import logging
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial

from digest import failpoints
from digest.delivery.batch_size import BatchSize
from digest.delivery.due_messages import DueMessages, SendingStoppedError
from digest.delivery.guarded_issues import GuardedIssues
from digest.delivery.idle import wait_for_work, wait_until_due
from digest.delivery.lease import LeaseRenewal, SentCount
from digest.delivery.ledger_journal import LedgerJournal
from digest.delivery.mailer_claims import MailerClaims
from digest.delivery.outage import PatientCalls
from digest.delivery.peers import SenderPeers
from digest.delivery.ramp import Ramp
from digest.delivery.receiver_pauses import ReceiverPauses
from digest.delivery.retries import WAITS
from digest.errors import SenderRefusedError, StoreError, StoreUnavailableError
from digest.model.deliveries import Claim, Outgoing, Receipt
from digest.model.issues import Kind
from digest.model.quantities import counted
from digest.protocols import LedgerClock, Mailer
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.shared_rates import SharedRates
from digest.store.ledger.work_notices import WorkNotices
from digest.store.subscribers.bounces import Bounces

_log = logging.getLogger(__name__)


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
    in_turn: Callable[[Sequence[Claim]], Iterator[Claim]]
    notices: WorkNotices
    ramp: Ramp | None
    progress: Callable[[Sequence[Receipt]], None] = lambda _receipts: None
    resend_editions: Collection[str]
    jitter: Callable[[], float] = random.random
    batch: int = 500
    lease: timedelta = timedelta(seconds=30)

    @cached_property
    def _patient(self) -> PatientCalls:
        return PatientCalls(self.clock)

    @cached_property
    def _claims(self) -> MailerClaims:
        return MailerClaims()

    @cached_property
    def _peers(self) -> SenderPeers:
        return SenderPeers(self.ledger, self.owner, self.clock, self.lease, self._patient, self.is_dead)

    @cached_property
    def journal(self) -> LedgerJournal:
        """What its mailer gets."""
        return LedgerJournal(
            ledger=self.ledger,
            receivers=self.receivers,
            bounces=self.bounces,
            rates=self.rates,
            peers=self._peers,
            claims=self._claims,
            patient=self._patient,
            clock=self.clock,
            owner=self.owner,
            lease=self.lease,
            jitter=self.jitter,
            progress=self.progress,
        )

    def _due_messages(self, issue_id: int | None) -> DueMessages:
        return DueMessages(
            claim=partial(self._claim, BatchSize(self.batch), issue_id),
            compose=self.compose,
            in_turn=self.in_turn,
            receivers=self.receivers,
            peers=self._peers,
            claims=self._claims,
            journal=self.journal,
            patient=self._patient,
        )

    def deliver(self, *, stop: Callable[[], bool], issue_id: int | None = None, wait: bool = False) -> None:
        """Send what is due, of one issue or of all; with `wait`, deferred ones too, until all are settled or expired.

        Once `stop()` is true nothing more is claimed or begun, and messages in flight are finished. Whatever happens,
        no row stays claimed, and a message that was sent without a reply is unknown. A server that refuses this sender
        pauses the issues. While the database is away, sending waits with its results in memory, unless `clock` is
        stopped. Raises MailError, StoreError.
        """
        failpoints.reach("deliver.before_recover")
        self.clock.synchronize()
        self._peers.recover_with_ours()
        self._peers.leave()
        self.issues.reset()
        self.receivers.reset()
        self.journal.stop = stop
        self.resends.resend_by_setting(self.resend_editions, self.clock.now(), WAITS)
        due = self._due_messages(issue_id)
        renewal, count = LeaseRenewal(self._look, self._renew, self.lease), SentCount(self._record_sent, self.lease)
        with self._finishing(), renewal, count:
            self._send(due, stop)
            while self._has_more(stop, issue_id, wait=wait):
                self._send(due, stop)

    def wait_for_work(self, look: float) -> None:
        """Wait until there may be something to deliver: `look` seconds, or longer where notices of work arrive."""
        wait_for_work(self.notices, self.ledger, self.clock, look)

    def _has_more(self, stop: Callable[[], bool], issue_id: int | None, *, wait: bool) -> bool:
        # The mailer has ended: what is still claimed was denied to it, held back, or claimed in an outage without our
        # knowledge. As long as we find rows, we look again: some may have been released meanwhile, by us or by another.
        released = self._patient.call(lambda: self.ledger.release(self.owner))
        more = bool(released or self._claims.issues) or self.receivers.take_reopened()
        return more or (wait and wait_until_due(partial(self._next_due, issue_id), self.clock, stop))

    def _next_due(self, issue_id: int | None) -> datetime | None:
        """When a message is due; now, while other senders hold the last ones, because these may come back."""
        due = self._patient.call(lambda: self.ledger.next_due(self.clock.now(), issue_id))
        if due is None and self._patient.call(lambda: self.ledger.is_sending(issue_id)):
            return self.clock.now()
        return due

    def _send(self, due: DueMessages, stop: Callable[[], bool]) -> None:
        self._claims.reset()
        with closing(due.take(stop)) as messages, suppress(SendingStoppedError):
            try:
                self.mailer.send(messages, self.journal)
            except SenderRefusedError as error:
                if not self.issues.pause(self._claims.issues, str(error)):
                    raise

    def _claim(self, batch_size: BatchSize, issue_id: int | None) -> list[Claim]:
        self._expire()
        self.issues.refresh()
        self.receivers.refresh()
        issues = [known for known in self.issues.ids if issue_id in {None, known}]
        failpoints.reach("deliver.before_claim")
        now = self.clock.now()
        if self.ramp is not None:
            self.ramp.apply(self.issues.records, now)
        size = batch_size.next(self.clock.elapsed())
        self._claims.note_progress(self.clock.elapsed())  # now, too: what is being claimed has not waited
        self._claims.has_released = False
        claims = self.ledger.claim(size, owner=self.owner, now=now, lease=self.lease, issues=issues)
        self._claims.note_progress(self.clock.elapsed())
        failpoints.reach("deliver.after_claim")
        return claims

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
        self._patient.call(self._end_rows)

    def _end_rows(self) -> None:
        self.ledger.recover(self.clock.certain(), lambda owner: owner == self.owner)
        self._record_sent()
        self._expire()
        self.ledger.finish(self.clock.now())

    def _expire(self) -> None:
        for record, untried in self.ledger.expire(self.clock.certain()):
            way_back = f"; `digest send --resend-expired {record.name}` plans them again"
            more = way_back if record.kind is Kind.EDITION else ""
            expired = counted(untried, "message")
            _log.warning("%s: %s expired untried: its deadline has passed%s", record.name, expired, more)

    def _renew(self) -> None:
        self.clock.synchronize()
        self.ledger.renew(self.owner, self.clock.now(), self.lease)

    def _look(self) -> None:
        self._peers.count()
        self._peers.recover()
        self._release_what_waits()

    def _release_what_waits(self) -> None:
        """Leave to other senders what is only claimed, after half a lease in which the mailer has done nothing."""
        claims = self._claims
        quiet = claims.quiet_for(self.clock.elapsed())
        if claims.has_released or quiet < self.lease.total_seconds() / 2:
            return
        claims.has_released = True
        if released := self.ledger.release(self.owner):
            level = logging.DEBUG if claims.is_release_logged else logging.WARNING  # once in an outage
            _log.log(level, "nothing was sent for %.0f s: %d claimed messages are planned again", quiet, released)
            claims.is_release_logged = True

    def _record_sent(self) -> None:
        if self.journal.has_sent:
            self.journal.has_sent = False
            try:
                self.issues.record_sent()
            except StoreError:
                self.journal.has_sent = True
                raise

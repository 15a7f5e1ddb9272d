"""The journal of a mailer: stores its receipts in the ledger, and permits its messages to be finished."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import chain

from digest import failpoints
from digest.delivery.mailer_claims import MailerClaims
from digest.delivery.outage import PatientCalls
from digest.delivery.peers import SenderPeers
from digest.delivery.receiver_pauses import ReceiverPauses
from digest.delivery.recipient_refusals import recipient_refusals
from digest.delivery.retries import next_try
from digest.model.deliveries import Claim, Outcome, Outgoing, Receipt
from digest.parsing.redaction import without_name
from digest.protocols import LedgerClock
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.shared_rates import SharedRates
from digest.store.subscribers.bounces import Bounces


@dataclass(kw_only=True)
class LedgerJournal:
    """Implements `Journal` for one sender.

    `progress` gets each group of receipts once it is stored; `has_sent`: a message was sent since somebody reset it;
    `stop` is that of the delivery in hand.
    """

    ledger: Deliveries
    receivers: ReceiverPauses
    bounces: Bounces
    rates: SharedRates
    peers: SenderPeers
    claims: MailerClaims
    patient: PatientCalls
    clock: LedgerClock
    owner: str
    lease: timedelta
    jitter: Callable[[], float]
    progress: Callable[[Sequence[Receipt]], None]
    has_sent: bool = False
    stop: Callable[[], bool] = lambda: False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def senders(self) -> int:
        """How many processes send through the ledger, as of the last look: at our start, and every second."""
        return self.peers.senders

    @property
    def place(self) -> int:
        """Our place among them, by the names of the owners."""
        return self.peers.place

    @property
    def is_stopped(self) -> bool:
        """Implement `Journal`."""
        return self.stop()

    def reserve_turns(self, name: str, rate: float) -> tuple[float, int]:
        """Implement `Journal`: the turns are times of the ledger's clock."""
        clock, rates = self.clock, self.rates
        began = clock.elapsed()
        turns = self.patient.call(lambda: rates.reserve(name, rate, self.senders, clock.now()))
        return (turns.first - clock.now()).total_seconds() + clock.elapsed() - began, turns.number

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        """Implement `Journal`: store receipts and permit messages in one transaction of the ledger.

        One call waits for the other: the thread that makes messages records those that it cannot make.
        """
        with self._lock:
            receipts = self._review(receipts)
            if receipts:
                failpoints.reach("deliver.before_settle")
            if messages:
                failpoints.reach("deliver.before_intend")
            permitted = self.patient.call_repeatable(partial(self._store, receipts, messages))
            self.claims.note_progress(self.clock.elapsed())
            self.claims.is_release_logged = False
            self._count_refusals(receipts)
            if messages:
                failpoints.reach("deliver.after_intend")
            if receipts:
                failpoints.reach("deliver.after_settle")
            self.claims.begun |= permitted
            self._note(receipts, {message.delivery_id for message in messages} - permitted)
            return permitted

    def _review(self, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        """The receipts as they are stored: without the readers' names, and with refusals of this sender recognised."""
        claims, receivers = self.claims.by_delivery, self.receivers
        anonymous = [_without_name(receipt, claims.get(receipt.delivery_id)) for receipt in receipts]
        recognised = receivers.recognise(anonymous, claims)
        return self.patient.call(lambda: receivers.review(recognised, claims, self.claims.begun))

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

    def _count_refusals(self, receipts: Sequence[Receipt]) -> None:
        refusals = recipient_refusals(receipts, self.claims.by_delivery)
        if refusals:
            self.patient.call(lambda: self.bounces.count_refusals(refusals, self.clock.now()))

    def _note(self, receipts: Sequence[Receipt], denied: set[int]) -> None:
        if any(receipt.outcome is Outcome.SENT for receipt in receipts):
            self.has_sent = True
        self.claims.end(chain((receipt.delivery_id for receipt in receipts), denied))
        if receipts:
            self.progress(receipts)


def _without_name(receipt: Receipt, claim: Claim | None) -> Receipt:
    if claim is None or not claim.name or not receipt.text:
        return receipt
    text = without_name(receipt.text, claim.name)
    return receipt if text is receipt.text else receipt._replace(text=text)

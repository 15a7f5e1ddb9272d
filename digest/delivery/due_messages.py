"""The messages that are due: takes claims in batches, and makes each one's message when the mailer wants it."""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from digest.delivery.mailer_claims import MailerClaims
from digest.delivery.outage import PatientCalls
from digest.delivery.peers import SenderPeers
from digest.delivery.receiver_pauses import ReceiverPauses
from digest.errors import DigestError, RenderError, StoreError
from digest.model.deliveries import Claim, Outcome, Outgoing, Receipt
from digest.parsing.addresses import is_address
from digest.protocols import Journal

_log = logging.getLogger(__name__)


class SendingStoppedError(Exception):
    """Sending is to stop: the mailer drops what it has not begun, and finishes what it has."""


@dataclass(frozen=True, kw_only=True)
class DueMessages:
    """The messages of one delivery. A row whose message cannot be made is settled in the journal.

    `claim` claims the next batch, which is empty once nothing is due; `compose` and `in_turn` are those of `Sender`.
    """

    claim: Callable[[], list[Claim]]
    compose: Callable[[Claim], Outgoing]
    in_turn: Callable[[Sequence[Claim]], Iterator[Claim]]
    receivers: ReceiverPauses
    peers: SenderPeers
    claims: MailerClaims
    journal: Journal
    patient: PatientCalls

    def take(self, stop: Callable[[], bool]) -> Generator[Outgoing, None, None]:
        """What is due, in the mailer's thread; raises SendingStoppedError once `stop()` is true."""
        while not stop():
            claims = [*self.claims.take_held_back(), *self.patient.call(self.claim)]
            if not claims:
                return
            self.peers.join()
            self.claims.add(claims)
            for claim in self._in_turn(claims, stop):
                message = self._compose(claim) if self._admits(claim) else None
                if message is not None and self.claims.is_first(claim):
                    yield message
            self.patient.call(self.receivers.postpone)
        raise SendingStoppedError

    def _in_turn(self, claims: Sequence[Claim], stop: Callable[[], bool]) -> Iterator[Claim]:
        """The claims until `stop()`; those of receivers with a limit come last, each once there is room for it."""
        limited = {claim.delivery_id for claim in claims if self.receivers.is_limited(claim)}
        ordered = sorted(claims, key=lambda claim: claim.delivery_id in limited) if limited else claims
        for claim in self.in_turn(ordered):
            if claim.delivery_id in limited:
                self.claims.wait_for_room(partial(self.receivers.has_room, claim), stop)
            if stop() or self.claims.has_released:
                return
            yield claim

    def _admits(self, claim: Claim) -> bool:
        return self.patient.call(lambda: self.receivers.admits(claim))

    def _compose(self, claim: Claim) -> Outgoing | None:
        if not is_address(claim.address):
            self._settle_unsent(claim, Outcome.BOUNCED, "address refused by our own check")
            return None
        try:
            return self.patient.call(lambda: self.compose(claim))
        except StoreError:
            raise
        except (DigestError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            # A RenderError is about the issue; the text of others may hold the reader's name or address.
            reason = str(error) if isinstance(error, RenderError) else type(error).__name__
            self._settle_unsent(claim, Outcome.DEFERRED, f"the message could not be made ({reason})")
            return None

    def _settle_unsent(self, claim: Claim, outcome: Outcome, text: str) -> None:
        _log.warning("delivery %d: %s", claim.delivery_id, text)
        self.journal.record([Receipt(delivery_id=claim.delivery_id, token=claim.token, outcome=outcome, text=text)], [])

"""Recognises servers that refuse this sender at every recipient instead of at MAIL (pure).

A 5.7.x at RCPT usually concerns one recipient: a closed mailing list, a filter of their own. A blocked sender gets the
same reply for everybody, and would bounce a whole audience.
"""

from collections import deque
from collections.abc import Callable, Sequence

from digest.model.deliveries import Outcome, Receipt

_RESULTS = 20  # consecutive results in which refusals count together
_RECIPIENTS = 3
_DOMAINS = 2


class SenderRefusals:
    """The latest results of one sender, of all its issues.

    The sender is refused where, among 20 consecutive results, at least three recipients of two or more domains were
    refused with 5.7.x, or where all 20 were.
    """

    def __init__(self) -> None:
        self._results = 0
        self._refusals: deque[tuple[int, str]] = deque()  # the number of the result, and the recipient's domain

    def reset(self) -> None:
        """Forget all results."""
        self._results = 0
        self._refusals.clear()

    def review(self, receipts: Sequence[Receipt], domain_of: Callable[[int], str]) -> Sequence[Receipt]:
        """The receipts; where the sender is refused, their bounces with 5.7.x are refusals of the sender instead.

        `domain_of` returns the recipient's domain of a delivery.
        """
        if not any(map(_is_policy_bounce, receipts)):  # the usual case
            self._results += len(receipts)
            return receipts
        is_refused = False
        for receipt in receipts:
            self._add(receipt, domain_of)
            is_refused = is_refused or self._is_refused()
        return [_as_refusal(receipt) for receipt in receipts] if is_refused else receipts

    def _add(self, receipt: Receipt, domain_of: Callable[[int], str]) -> None:
        self._results += 1
        if _is_policy_bounce(receipt):
            self._refusals.append((self._results, domain_of(receipt.delivery_id)))
        while self._refusals and self._refusals[0][0] <= self._results - _RESULTS:
            self._refusals.popleft()

    def _is_refused(self) -> bool:
        domains = {domain for _number, domain in self._refusals}
        several = len(self._refusals) >= _RECIPIENTS and len(domains) >= _DOMAINS
        return several or len(self._refusals) >= _RESULTS


def _is_policy_bounce(receipt: Receipt) -> bool:
    # Only at RCPT is a 5.7.x a bounce; see `mailers.smtp.replies.refusal_outcome`.
    return receipt.outcome is Outcome.BOUNCED and (receipt.enhanced or "").startswith("5.7.")


def _as_refusal(receipt: Receipt) -> Receipt:
    return receipt._replace(outcome=Outcome.REFUSED) if _is_policy_bounce(receipt) else receipt

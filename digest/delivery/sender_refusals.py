"""Recognises servers that refuse this sender at every recipient instead of at MAIL (pure).

An objection to this sender at RCPT usually concerns one recipient (a closed mailing list, a filter of their own) or one
receiver. A blocked sender gets it from everybody, and would bounce a whole audience.
"""

from collections import deque
from collections.abc import Callable, Sequence

from digest.model.deliveries import Outcome, Receipt, ReplyClass

_RESULTS = 20  # consecutive results in which refusals count together
_RECIPIENTS = 3
_GROUPS = 2


class SenderRefusals:
    """The latest results of one sender, of all its issues.

    The sender is refused where, among 20 consecutive results, at least three recipients of two or more receiver groups
    were refused because of it.
    """

    def __init__(self) -> None:
        self._results = 0
        self._refusals: deque[tuple[int, str]] = deque()  # the number of the result, and the recipient's group

    def reset(self) -> None:
        """Forget all results."""
        self._results = 0
        self._refusals.clear()

    def review(self, receipts: Sequence[Receipt], group_of: Callable[[int], str]) -> Sequence[Receipt]:
        """The receipts; where the sender is refused, objections to it are refusals of the sender instead of bounces.

        `group_of` returns the receiver group of a delivery.
        """
        if not any(map(is_objection, receipts)):  # the usual case
            self._results += len(receipts)
            return receipts
        is_refused = False
        for receipt in receipts:
            self._add(receipt, group_of)
            is_refused = is_refused or self._is_refused()
        return [_as_refusal(receipt) for receipt in receipts] if is_refused else receipts

    def _add(self, receipt: Receipt, group_of: Callable[[int], str]) -> None:
        self._results += 1
        if is_objection(receipt):
            self._refusals.append((self._results, group_of(receipt.delivery_id)))
        while self._refusals and self._refusals[0][0] <= self._results - _RESULTS:
            self._refusals.popleft()

    def _is_refused(self) -> bool:
        groups = {group for _number, group in self._refusals}
        return len(self._refusals) >= _RECIPIENTS and len(groups) >= _GROUPS


def is_objection(receipt: Receipt) -> bool:
    """Whether a recipient was refused because of this sender: a bounce, at RCPT or, without 5.7.x, after DATA."""
    return receipt.outcome is Outcome.BOUNCED and receipt.reply_class is ReplyClass.ABOUT_US


def _as_refusal(receipt: Receipt) -> Receipt:
    return receipt._replace(outcome=Outcome.REFUSED) if is_objection(receipt) else receipt

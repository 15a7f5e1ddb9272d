"""Recognises servers that refuse this sender at every recipient instead of at MAIL (pure).

An objection to this sender at RCPT usually concerns one recipient (a closed mailing list, a filter of their own) or one
receiver. A blocked sender gets it from everybody, and would bounce a whole audience. So would refusals whose meaning is
not recognised, such as those of a provider's limit.
"""

from collections import deque
from collections.abc import Callable, Sequence

from digest.model.deliveries import Outcome, Receipt, ReplyClass
from digest.receivers.reply_class import recognised_class

_RESULTS = 20  # consecutive results in which refusals count together
_RECIPIENTS = 3
_GROUPS = 2
_UNCLEAR = 5  # refusals of unknown meaning, without one message that was accepted


class SenderRefusals:
    """The latest results of one sender, of all its issues.

    The sender is refused where, among 20 consecutive results, at least three recipients of two or more receiver groups
    were refused because of it; or five recipients for a reason that is not recognised, while no message was accepted.
    """

    def __init__(self) -> None:
        self._results = 0
        self._refusals: deque[tuple[int, str]] = deque()  # the number of the result, and the recipient's group
        self._unclear = 0  # refusals since a message was last accepted

    def reset(self) -> None:
        """Forget all results."""
        self._results = 0
        self._refusals.clear()
        self._unclear = 0

    def review(self, receipts: Sequence[Receipt], group_of: Callable[[int], str]) -> Sequence[Receipt]:
        """The receipts; where the sender is refused, objections to it are refusals of the sender instead of bounces.

        `group_of` returns the receiver group of a delivery.
        """
        outcomes = {receipt.outcome for receipt in receipts}
        if Outcome.BOUNCED not in outcomes:  # the usual case
            self._results += len(receipts)
            self._unclear = 0 if Outcome.SENT in outcomes else self._unclear
            return receipts
        is_refused = is_unclear = False
        for receipt in receipts:
            self._add(receipt, group_of)
            is_refused = is_refused or self._is_refused()
            is_unclear = is_unclear or self._unclear >= _UNCLEAR
        return [
            receipt._replace(outcome=Outcome.REFUSED)
            if (is_refused and is_objection(receipt)) or (is_unclear and _is_unclear(receipt))
            else receipt
            for receipt in receipts
        ]

    def _add(self, receipt: Receipt, group_of: Callable[[int], str]) -> None:
        self._results += 1
        if receipt.outcome is Outcome.SENT:
            self._unclear = 0
        elif is_objection(receipt):
            self._refusals.append((self._results, group_of(receipt.delivery_id)))
        elif _is_unclear(receipt):
            self._unclear += 1
        while self._refusals and self._refusals[0][0] <= self._results - _RESULTS:
            self._refusals.popleft()

    def _is_refused(self) -> bool:
        groups = {group for _number, group in self._refusals}
        return len(self._refusals) >= _RECIPIENTS and len(groups) >= _GROUPS


def is_objection(receipt: Receipt) -> bool:
    """Whether a recipient was refused because of this sender: a bounce, at RCPT or, without 5.7.x, after DATA."""
    return receipt.outcome is Outcome.BOUNCED and receipt.reply_class is ReplyClass.ABOUT_US


def _is_unclear(receipt: Receipt) -> bool:
    """Whether a server refused a recipient with a reply that says neither who nor why."""
    is_refused = receipt.outcome is Outcome.BOUNCED and receipt.reply_class is not None
    return is_refused and recognised_class(receipt.code, receipt.enhanced, receipt.text) is None

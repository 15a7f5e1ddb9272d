"""Refusals at send time that say something about a recipient: they count like bounces that come back (pure)."""

from collections.abc import Mapping, Sequence

from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.deliveries import Claim, Outcome, Receipt, ReplyClass

_GREYLISTED_TRIES = 2  # a first try that is deferred says nothing about the mailbox
_CLOSING = 421  # the server ends the connection, whoever the recipient is (RFC 5321, 3.8)


def recipient_refusals(receipts: Sequence[Receipt], claims: Mapping[int, Claim]) -> list[ProvenReport]:
    """The refusals of recipients among these results; `claims` by delivery."""
    counted = [one for one in receipts if one.reply_class in {ReplyClass.HARD, ReplyClass.SOFT}]
    return [_report(one, claims[one.delivery_id]) for one in counted if _counts(one, claims.get(one.delivery_id))]


def _counts(receipt: Receipt, claim: Claim | None) -> bool:
    if claim is None:
        return False
    if receipt.outcome is Outcome.DEFERRED:
        is_soft = receipt.reply_class is ReplyClass.SOFT and receipt.code != _CLOSING
        return is_soft and claim.tries >= _GREYLISTED_TRIES
    return receipt.outcome is Outcome.BOUNCED


def _report(receipt: Receipt, claim: Claim) -> ProvenReport:
    report_class = ReportClass(str(receipt.reply_class))
    return ProvenReport(
        message_key=f"delivery {claim.delivery_id} {report_class}",  # one that was deferred may be refused later
        delivery_id=claim.delivery_id,
        report=Report(claim.address, report_class, receipt.enhanced, receipt.text),
        may_unsubscribe=False,
    )

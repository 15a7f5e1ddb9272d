"""Reads one returned message: which recipients it is about, and what it means for each of them (pure).

The order follows how much each kind can be relied on: feedback reports, delivery status notifications, requests to
unsubscribe, then the texts that servers write for people. What nothing recognises is an ordinary message.
"""

import re
from collections.abc import Iterable, Sequence
from email import message_from_bytes
from itertools import islice

from flufl.bounce import all_failures

from digest.bounces import free_text
from digest.bounces.addresses import addresses_in, domain_is_qualified, first_address, without_addresses
from digest.bounces.delivery_status import RecipientStatus, all_delivered, recipient_statuses, status_texts
from digest.bounces.failure_class import best_status, failure_class, reply_code
from digest.bounces.feedback_report import feedback_reports
from digest.bounces.mime import MessagePart, parse_message, values
from digest.bounces.phrases import DELAY
from digest.bounces.replies import is_automatic, unsubscribe_request
from digest.bounces.report_text import SplitText, split_texts, without_subjects
from digest.bounces.signs import find_signs
from digest.model.bounces import Report, ReportClass, ReturnedMessage
from digest.parsing.text import clean_line
from digest.receivers.reply_words import spelled_out

_RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")
_MAX_RECEIVED = 60  # more is a loop
_MAX_IDS = 20
_MAX_REPORTS = 100
_LONGEST_TEXT = 300
_FLUFL_SIZE = 64 * 1024
_LINES_OF_REASON = 60


def read_message(raw: bytes) -> ReturnedMessage:
    """What a message reports; for any bytes at all."""
    message = parse_message(raw)
    split = split_texts(message)
    recipients = _recipients(message)
    reports = _reports(message, split, recipients, raw) or [Report(None, ReportClass.NONE)]
    return ReturnedMessage(
        message_id=next(iter(_ID.findall(message.header("message-id"))), ""),
        subject=message.header("subject"),
        reports=tuple(one._replace(text=clean_line(one.text, _LONGEST_TEXT)) for one in reports[:_MAX_REPORTS]),
        recipients=tuple(recipients),
        quoted_ids=tuple(_quoted_ids(message, split)),
    )


def _reports(message: MessagePart, split: SplitText, recipients: Sequence[str], raw: bytes) -> Sequence[Report]:
    if len(values(message.headers, "received")) > _MAX_RECEIVED:
        return [Report(None, ReportClass.NONE, None, "mail loop")]
    original_to = [found for value in values(split.original, "to") for found in addresses_in(value)]
    if feedback := feedback_reports(message, next(iter(original_to), None)):
        return feedback
    signs = find_signs(message, split)
    may_be_report = signs.is_bounce or message.content_type.startswith("multipart/")
    if may_be_report and (found := _of_status_texts(message, split, original_to)):
        return found
    if signs.is_bounce and (in_text := _of_texts(message, split, original_to, raw if signs.from_server else None)):
        return in_text
    request = unsubscribe_request(message, split.lines, recipients)
    # A reader may write about a full mailbox, in the words of a server.
    if request is not None and not (signs.is_bounce and signs.from_server):
        return [request]
    return [Report(first_address(message.header("from")), ReportClass.AUTO_REPLY)] if is_automatic(message) else []


def _of_status_texts(message: MessagePart, split: SplitText, original_to: Sequence[str]) -> list[Report]:
    """The reports of the delivery-status texts in a message; a note that it was delivered is no failure."""
    texts = status_texts(message)
    if delivered := all_delivered(texts):
        return [Report(one.address, ReportClass.NONE, one.status, one.diagnostic or one.action) for one in delivered]
    statuses = (one for text in texts for one in recipient_statuses(text) if not one.is_delivered)
    return _of_statuses(statuses, message, split, original_to)


def _of_statuses(
    statuses: Iterable[RecipientStatus], message: MessagePart, split: SplitText, original_to: Sequence[str]
) -> list[Report]:
    """The reports of a delivery status notification; its text helps where a recipient or a reason is missing."""
    stated = [found for value in values(message.headers, "x-failed-recipients") for found in addresses_in(value)]
    whole = _beginning(split)
    reports: dict[str | None, Report] = {}
    chosen = list(islice(statuses, _MAX_REPORTS))
    is_complete = all(one.address and one.diagnostic for one in chosen)
    of_text = [] if is_complete else _in_text(message, split, original_to)
    for one in chosen:
        in_text = [] if one.address and one.diagnostic else of_text
        address = one.address or next(iter([*stated, *(found.address for found in in_text), *original_to]), None)
        reason = one.diagnostic or " ".join(found.reason for found in in_text) or whole
        status = best_status(one.status, one.diagnostic or whole)
        report = _report(address, status, [reason] if one.diagnostic else [reason, whole], is_delayed=one.is_delayed)
        report = report._replace(forwarded_to=one.forwarded_to)
        reports.setdefault(address.lower() if address else None, report)
    if len(reports) > 1:
        reports.pop(None, None)
    return list(reports.values())


def _of_texts(message: MessagePart, split: SplitText, original_to: Sequence[str], raw: bytes | None) -> list[Report]:
    """The reports of a text; without `raw` only those whose recipients it names in a sentence about the failure."""
    whole = _beginning(split)
    found = _in_text(message, split, original_to, by_server=raw is not None)
    stated = [one for value in values(message.headers, "x-failed-recipients") for one in addresses_in(value)]
    of_text = {one.address.lower(): one for one in found}
    in_text = [one.address for one in found]
    addresses = in_text
    if raw is not None:
        by_flufl, never_meant = _by_flufl(raw, message), _never_meant(message, split, original_to)
        likely = [one for one in by_flufl if one.lower() not in never_meant]
        addresses = stated or _larger(likely, in_text) or by_flufl or _only(original_to)
    stated_delay = without_subjects(f"{message.header('subject')} {whole}", split.subjects)
    is_delayed = DELAY.search(spelled_out(stated_delay)) is not None
    failed = [of_text.get(one.lower(), free_text.FailedRecipient(one, ""))._replace(address=one) for one in addresses]
    return [_of_text(one, whole, is_delayed=is_delayed) for one in failed]


def _of_text(failed: free_text.FailedRecipient, whole: str, *, is_delayed: bool) -> Report:
    reason = failed.reason
    status = best_status(None, reason)
    if status is None:
        status = best_status(None, whole)
        if not failure_class(None, [without_addresses(reason)]).is_certain:
            reason = ""  # the reply, with its status, is elsewhere in the message
    is_delayed = is_delayed and _may_still_be_tried(status, reason, whole)
    report = _report(failed.address, status, [reason, whole] if reason else [whole], is_delayed=is_delayed)
    return report._replace(forwarded_to=failed.forwarded_to)


def _may_still_be_tried(status: str | None, reason: str, whole: str) -> bool:
    """Whether nothing in a text is permanent: no 5.x.x, no 5xx (RFC 5321, 4.2.1), no words such as "no such user"."""
    code = reply_code(reason)
    if (status or "4").startswith("5") or (code is not None and code >= 500):
        return False
    found = failure_class(status, [without_addresses(reason or whole)])
    return not (found.is_certain and found.report_class is ReportClass.HARD)


def _report(address: str | None, status: str | None, texts: Sequence[str], *, is_delayed: bool) -> Report:
    """A report of a failure; addresses, whose words mean nothing, do not count for its class."""
    if is_delayed:
        return Report(address, ReportClass.SOFT, status, texts[0], is_delayed=True)
    found = failure_class(status, map(without_addresses, texts))
    return Report(address, found.report_class, status, texts[0], is_certain=found.is_certain)


def _beginning(split: SplitText) -> str:
    return " ".join(split.lines[:_LINES_OF_REASON])


def _in_text(
    message: MessagePart, split: SplitText, original_to: Sequence[str], *, by_server: bool = True
) -> list[free_text.FailedRecipient]:
    excluded = _never_meant(message, split, original_to)
    return free_text.failed_recipients(split.lines, original_to, excluded, by_server=by_server)


def _never_meant(message: MessagePart, split: SplitText, original_to: Sequence[str]) -> set[str]:
    """The addresses, in lower case, of those who sent and got the report, and of the sender of the quoted message."""
    own = [found for value in values(message.headers, "to", "from", "sender") for found in addresses_in(value)]
    sender = [found for value in values(split.original, "from", "sender", "reply-to") for found in addresses_in(value)]
    return {one.lower() for one in (*own, *sender)} - {one.lower() for one in original_to}


def _larger(preferred: list[str], others: list[str]) -> list[str]:
    """The preferred addresses, or the others where these are the same and more."""
    return others if {one.lower() for one in preferred} <= {one.lower() for one in others} else preferred


def _only(addresses: Sequence[str]) -> list[str]:
    """The recipient of the quoted message, if there is one only."""
    return list(addresses) if len(addresses) == 1 else []


def _by_flufl(raw: bytes, message: MessagePart) -> list[str]:
    own = {found.lower() for value in values(message.headers, "to", "from") for found in addresses_in(value)}
    try:
        temporary, permanent = all_failures(message_from_bytes(raw[:_FLUFL_SIZE]))
    except Exception:  # noqa: BLE001 - its detectors and the email package raise whatever a broken message provokes
        return []
    found = sorted(one.decode("ascii", "replace") for one in (*permanent, *temporary))
    return [one for one in found if first_address(one) == one and one.lower() not in own and domain_is_qualified(one)]


def _recipients(message: MessagePart) -> list[str]:
    """The addresses that a message was sent to, by its headers."""
    stated = values(message.headers, *_RECIPIENT_HEADERS)
    received = [match[1] for one in values(message.headers, "received") if (match := re.search(r"\bfor\s+(\S+)", one))]
    return list(dict.fromkeys(found for value in (*stated, *received) for found in addresses_in(value)))[:_MAX_IDS]


def _quoted_ids(message: MessagePart, split: SplitText) -> list[str]:
    referred = values(message.headers, "in-reply-to", "references")
    quoted = [*values(split.original, "message-id"), *_ids_in(message)]
    return list(dict.fromkeys(found for value in (*quoted, *referred) for found in _ID.findall(value)))[:_MAX_IDS]


def _ids_in(message: MessagePart) -> list[str]:
    """The lines of the message's parts that state a Message-ID."""
    texts = (part.text for part in message.walk())
    nested = [part.header("message-id") for part in message.walk() if part is not message]
    return [
        *nested,
        *(match[1] for text in texts for match in re.finditer(r"(?im)^[ \t>]*message-id:(.{1,300})$", text)),
    ]

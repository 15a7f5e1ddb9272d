"""Reads a mailbox of returned messages and acts on them; it can stop anywhere, and is safe to repeat.

A message is moved out of the way only after its effect is committed. One that is read twice has its effect once.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import NamedTuple

from digest.bounces.addresses import without_addresses
from digest.bounces.evidence import Evidence, find_evidence
from digest.delivery.receiver_pauses import pause_group
from digest.errors import MailError
from digest.message.build import OF_UNKNOWN_MESSAGE
from digest.model.bounces import ProvenReport, Report, ReportClass, ReturnedMessage
from digest.model.receivers import PauseCause
from digest.parsing.addresses import email_key
from digest.parsing.redaction import without_recipient
from digest.protocols import Clock, Mailbox, StoredMessage
from digest.receivers.groups import domain_of
from digest.store.ledger.group_pauses import GroupPauses
from digest.store.subscribers.bounces import Bounces, LastTry
from digest.store.upkeep.alerts import Alerts

_log = logging.getLogger(__name__)

_BATCH = 50  # messages of one transaction
# Dovecot moves one message of a Maildir with 20,000 in 4 seconds, and hundreds in the same time (2026-11-30). More UIDs
# than these might not fit into the line of a command (RFC 2683, 3.2.1.5).
_MOVED_AT_ONCE = 500
_RECENT = timedelta(days=1)


class ReadReport(NamedTuple):
    """A report of a message that was read, and whether it had an effect."""

    message: ReturnedMessage
    report: Report
    acted: bool = False


class _Read(NamedTuple):
    content: bytes
    message: ReturnedMessage
    evidence: Evidence | None


@dataclass(frozen=True, kw_only=True)
class ReturnedMail:
    """Acts on returned messages for one ledger; `group_of` gives the receiver group of a domain."""

    bounces: Bounces
    pauses: GroupPauses
    alerts: Alerts
    clock: Clock
    secret: bytes
    group_of: Callable[[str], str]

    def process(self, mailbox: Mailbox, stop: Callable[[], bool] = lambda: False) -> Iterator[ReadReport]:
        """Act on all messages, batch by batch, until `stop()`; raises MailError, StoreError.

        Where the mailbox fails, what it gave before is acted on: it may fail at the same message each time. Where
        messages cannot be moved, those behind them are acted on as well: nobody may notice the error for days.
        """
        messages = mailbox.messages()
        failure: MailError | None = None
        unmoved: MailError | None = None
        done: list[str] = []  # and not yet moved: what is read again has no second effect
        try:
            while failure is None and not stop():
                batch, failure = _next_batch(messages)
                if not batch:
                    break
                results = self._act(batch)
                done += (stored.key for stored in batch)
                if len(done) >= _MOVED_AT_ONCE:
                    unmoved, done = _moved(mailbox, done) or unmoved, []
                yield from results
        finally:
            unmoved = (_moved(mailbox, done) if done else None) or unmoved
        if first := unmoved or failure:
            raise first

    def _act(self, batch: Sequence[StoredMessage]) -> list[ReadReport]:
        read = [self._proven(stored.content) for stored in batch]
        last_tries = self.bounces.last_tries({one.evidence.delivery_id for one in read if one.evidence})
        chosen = [_chosen_report(one, last_tries) for one in read]
        _warn_of_unknown_requests(read, last_tries)
        proven = [one for one in chosen if one is not None]
        self._count_objections(proven, last_tries)
        judged = [self._judged(one, last_tries[one.delivery_id].address) for one in proven]
        effects = iter(self.bounces.apply(judged, self.clock.now()) if judged else ())
        acted = [one is not None and next(effects) for one in chosen]
        return [
            ReadReport(one.message, report, effect and pick is not None and report is pick.report)
            for one, pick, effect in zip(read, chosen, acted, strict=True)
            for report in one.message.reports
        ]

    def _proven(self, content: bytes) -> _Read:
        message = _read_message(content)
        return _Read(content, message, find_evidence(message, self.secret))

    def _judged(self, proven: ProvenReport, reader: str) -> ProvenReport:
        """The report, as not certain where the address that failed is at another receiver than the reader's.

        Their mail is forwarded there, or goes on to the members of a list: they may read another copy.
        """
        failed, own = domain_of(proven.report.forwarded_to or proven.report.address or ""), domain_of(reader)
        is_own = f".{failed}".endswith(f".{own}") or own.endswith(f".{failed}")
        if is_own or _is_host(failed) or self.group_of(failed) == self.group_of(own):
            return proven
        return replace(proven, report=proven.report._replace(is_certain=False))

    def _count_objections(self, proven: Sequence[ProvenReport], last_tries: Mapping[int, LastTry]) -> None:
        """Count reports that are about this sender with the refusals at send time, and pause who makes too many.

        An objection to an earlier message, in a mailbox that was not read for long, says nothing about now, and neither
        does one that is read again, because its message could not be moved.
        """
        now = self.clock.now()
        about_us = [
            (one, last_tries[one.delivery_id])
            for one in proven
            if one.report.report_class is ReportClass.ABOUT_US and _is_recent(last_tries[one.delivery_id], now)
        ]
        known = self.bounces.known({one.message_key for one, _ in about_us}) if about_us else set()
        about_us = [(one, last_try) for one, last_try in about_us if one.message_key not in known]
        if not about_us:
            return
        domains = {one.delivery_id: domain_of(last_try.address) for one, last_try in about_us}
        refusing = self.pauses.add_refusals(list(domains.items()), now, self.group_of)
        for one, last_try in about_us:
            group = self.group_of(domains[one.delivery_id])
            if group in refusing:
                reply = without_recipient(without_addresses(one.report.text), last_try.address)
                pause_group(self.pauses, self.alerts, group, PauseCause.REFUSED, reply, now)


def read_only(mailbox: Mailbox) -> Iterator[ReadReport]:
    """What the messages of a mailbox mean, without any effect; raises MailError."""
    for stored in mailbox.messages():
        message = _read_message(stored.content)
        yield from (ReadReport(message, report) for report in message.reports)


def _moved(mailbox: Mailbox, keys: Sequence[str]) -> MailError | None:
    """Move messages out of the way; the error where they stay."""
    try:
        mailbox.mark_done(keys)
    except MailError as error:
        return error
    return None


def _next_batch(messages: Iterator[StoredMessage]) -> tuple[list[StoredMessage], MailError | None]:
    """The next messages, and the failure of the mailbox behind them, if any."""
    batch: list[StoredMessage] = []
    try:
        for stored in islice(messages, _BATCH):
            batch.append(stored)  # noqa: PERF402 - it keeps what came before a failure
    except MailError as error:
        return batch, error
    return batch, None


def log_read_reports(reports: Iterable[ReadReport]) -> None:
    """Log how many reports of each class were read, and how many had an effect; nothing where the mailbox is empty."""
    counts: Counter[ReportClass] = Counter()
    acted = 0
    for read in reports:
        counts[read.report.report_class] += 1
        acted += read.acted
    if counts:
        classes = ", ".join(f"{counts[one]} {one}" for one in ReportClass if counts[one])
        _log.info("bounces read: %s; %d had an effect", classes, acted)


def _is_recent(last_try: LastTry, now: datetime) -> bool:
    """Whether the message was tried lately, and its reader was not erased since."""
    return bool(last_try.address) and last_try.tried_at is not None and now - last_try.tried_at < _RECENT


def _is_host(domain: str) -> bool:
    """Whether an address has no domain of mail, but a name or a number that servers use among themselves."""
    return "." not in domain or domain.startswith("[")


def _chosen_report(read: _Read, last_tries: Mapping[int, LastTry]) -> ProvenReport | None:
    """The one report of a message that is about our delivery: it has one recipient.

    An address that nobody has here is where the recipient's mail is forwarded.
    """
    if read.evidence is None or read.evidence.delivery_id not in last_tries:
        return None
    address = email_key(last_tries[read.evidence.delivery_id].address)
    reports = read.message.reports
    of_reader = next((one for one in reports if email_key(one.address or "") == address), reports[0])
    return ProvenReport(
        message_key=hashlib.sha256(read.content).hexdigest(),
        delivery_id=read.evidence.delivery_id,
        report=of_reader,
        may_unsubscribe=read.evidence.may_unsubscribe,
    )


def _warn_of_unknown_requests(read: Iterable[_Read], last_tries: Mapping[int, LastTry]) -> None:
    """Log requests to unsubscribe whose message the ledger does not have, as after a restored backup."""
    for one in read:
        evidence = one.evidence
        is_request = any(report.report_class is ReportClass.UNSUBSCRIBE for report in one.message.reports)
        if is_request and evidence and evidence.may_unsubscribe and evidence.delivery_id not in last_tries:
            _log.warning(OF_UNKNOWN_MESSAGE, "bounces: a request to unsubscribe", evidence.delivery_id)


def _read_message(content: bytes) -> ReturnedMessage:
    # Imported here, because its phrases and libraries take 50 ms and 1.5 MB from processes that only send.
    message: ReturnedMessage = import_module("digest.bounces.read").read_message(content)
    return message

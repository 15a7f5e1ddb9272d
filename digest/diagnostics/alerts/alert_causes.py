"""Opens alerts about what can be seen in the store: late issues, silent sources, bounces and complaints."""

import logging
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from digest.app import App
from digest.composing.anomalies import civil_days_before, span_text
from digest.diagnostics.alerts.alert_rules import (
    LATE_AFTER,
    RETURNED_FOR,
    SOURCES,
    are_many_bounces,
    are_many_complaints,
    are_many_unsent,
    is_failing,
    is_late,
    is_silent,
)
from digest.diagnostics.phrases.alert_phrases import with_number_of_others
from digest.model.bounces import ReportClass
from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.receivers import AlertKind
from digest.settings.schema import EditionSettings
from digest.store.upkeep.beats import COLLECT, RUN
from digest.timetable import required_moment

_log = logging.getLogger(__name__)


def report_late_issues(app: App) -> None:
    """Open an alert for each issue that should have been made, or sent, and close those of the others.

    A host whose configuration lacks an edition leaves it to those that run it.
    """
    of_others = app.beats.recent(RUN, app.clock.now()) - {one.name for one in app.settings.all_editions}
    _reconcile(app, AlertKind.ISSUE_LATE, {**dict(_late_issues(app)), **dict(_unsent_issues(app))}, of_others)


def report_silent_sources(app: App) -> None:
    """Open an alert for each source that is silent longer than it should be, and close those of the others.

    A host whose configuration lacks a source leaves it to those that collect it.
    """
    collected = app.beats.recent(COLLECT, app.clock.now(), within=2 * app.settings.collect.every)
    of_others = collected - {one.name for one in app.settings.sources}
    reported = app.alerts.open_subjects(AlertKind.SOURCE_SILENT)
    _reconcile(app, AlertKind.SOURCE_SILENT, dict(_silent_sources(app, reported)), of_others)


def report_failing_sources(app: App) -> None:
    """Open the alert of the check `sources` where one has not answered for long, and close it once all answer.

    The daily check, which opens it too, may be hours away.
    """
    now, every = app.clock.now(), app.settings.collect.every
    collected = {one.name for one in app.settings.sources} | app.beats.recent(COLLECT, now, within=2 * every)
    failed = [one for one in app.articles.failures() if one.name in collected]
    lasting = [one for one in failed if is_failing(one.failures, one.answered_at, every, now)]
    if lasting:
        errors = [f"{one.name}: {one.error}" for one in lasting]
        message = with_number_of_others(errors)
        if app.alerts.report(AlertKind.CHECK_FAILS, SOURCES, message, now):
            _log.error("check %s: %s", SOURCES, message)
    elif not failed and SOURCES in app.alerts.open_subjects(AlertKind.CHECK_FAILS):
        app.alerts.clear(AlertKind.CHECK_FAILS, [SOURCES], now)


def report_returned_mail(app: App) -> None:
    """Open an alert for each edition's last issue with many bounces or complaints, and close those of the others."""
    bounces, complaints = {}, {}
    for record in filter(None, (_last_sent(app, edition) for edition in app.settings.all_editions)):
        returned = app.tallies.returned(record.id)
        bounced, complained = returned[ReportClass.HARD], returned[ReportClass.COMPLAINT]
        sent = _sent(app, record) if bounced or complained else 0
        if are_many_bounces(bounced, sent):
            bounces[record.name] = f"{record.name}: {bounced} of {sent} messages bounced for good"
        if are_many_complaints(complained, sent):
            complaints[record.name] = f"{record.name}: {complained} of {sent} readers reported it as spam"
    _reconcile(app, AlertKind.BOUNCES, bounces)
    _reconcile(app, AlertKind.COMPLAINTS, complaints)


def _reconcile(app: App, kind: AlertKind, current: Mapping[str, str], of_others: Collection[str] = frozenset()) -> None:
    """Make the open alerts of a kind those of these subjects, with their messages.

    Alerts about the editions or sources `of_others`, which only other hosts know, stay as they are.
    """
    now, known = app.clock.now(), app.alerts.open_subjects(kind)
    for subject, message in current.items():
        if app.alerts.report(kind, subject, message, now):
            _log.warning("%s", message)
    if ended := {one for one in known - current.keys() if one.partition("/")[0] not in of_others}:
        app.alerts.clear(kind, sorted(ended), now)


def _late_issues(app: App) -> Iterator[tuple[str, str]]:
    now, reported = app.clock.now(), app.alerts.open_subjects(AlertKind.ISSUE_LATE)
    for edition in app.settings.all_editions:
        for slot in _due(app, edition, reported):
            due_at, record = required_moment(edition, slot, app.zone), app.issues.find(edition.name, slot)
            if is_late(due_at, record.state if record else None, now):
                name, time = f"{edition.name}/{slot}", f"{due_at.astimezone(app.zone):%H:%M}"
                yield name, f"{name} is late: it was due at {time}, and is not made yet"


def _unsent_issues(app: App) -> Iterator[tuple[str, str]]:
    """The last issues of which most messages were tried without success, as when the server postpones everything.

    Or without a reply, as when it drops each connection at the end of a message.
    """
    reported = app.alerts.open_subjects(AlertKind.ISSUE_LATE)
    for record in filter(None, (_last_sent(app, edition) for edition in app.settings.all_editions)):
        age = app.clock.now() - (record.frozen_at or app.clock.now())
        is_reported = record.name in reported
        may_arrive = record.state.accepts_sending or record.state is IssueState.DONE
        if age < LATE_AFTER or not (may_arrive or (is_reported and record.state is IssueState.PAUSED)):
            continue
        message = _unsent(app, record, is_reported=is_reported)
        if message is not None:
            yield record.name, message


def _unsent(app: App, record: IssueRecord, *, is_reported: bool) -> str | None:
    """What keeps an issue from its readers, None if nothing does.

    A few messages that have been tried for half an hour may show it: behind them others wait until a receiver accepts
    mail again. A reported issue stays reported while its messages are tried again, or wait for an operator.
    """
    tally = app.tallies.of_issue(record.id)
    untried = tally[DeliveryState.EXPIRED] and app.tallies.expired_untried(record.id)
    waiting = untried + tally[DeliveryState.PLANNED] + tally[DeliveryState.CLAIMED] + tally[DeliveryState.SENDING]
    in_vain = tally[DeliveryState.DEFERRED] + tally[DeliveryState.EXPIRED] - untried
    unknown = tally[DeliveryState.UNKNOWN]
    if not is_reported:
        tried = tally.audience - waiting
        if not are_many_unsent(in_vain + unknown, tried):
            return None
        if not are_many_unsent(app.tallies.in_vain_since(record.id, app.ledger_clock.now() - LATE_AFTER), tried):
            return None
    later = app.later_messages(postponed=True).get(record.id)
    not_due = later.number if later else 0
    unsent, due = in_vain + waiting - not_due, tally.audience - not_due
    if not are_many_unsent(unsent + unknown, due):
        return None
    if unknown > in_vain:
        message = f"{record.name} may not have arrived: {unknown} of {due} messages are unknown"
        return f"{message}{_reply(app, record, DeliveryState.UNKNOWN)}"
    state = DeliveryState.DEFERRED if tally[DeliveryState.DEFERRED] else DeliveryState.EXPIRED
    return f"{record.name} is late: {unsent} of {due} messages could not be sent{_reply(app, record, state)}"


def _reply(app: App, record: IssueRecord, state: DeliveryState) -> str:
    """What was noted of one of the issue's messages in that state, as a rule a reply, behind a colon; "" if nothing."""
    one = next(iter(app.recipients.in_state(record.id, state, limit=1)), None)
    words = [] if one is None else [str(one.code or ""), one.enhanced or "", one.text or ""]
    reply = " ".join(filter(None, words))
    return f": {reply}" if reply else ""


def _due(app: App, edition: EditionSettings, reported: set[str]) -> list[Slot]:
    """The latest slot that is due, which stands for all that a standstill missed, and those that are `reported`."""
    due = app.due(edition)
    slots = [*due.missed, *([due.publish] if due.publish else [])]
    return [slot for slot in slots if slot == slots[-1] or f"{edition.name}/{slot}" in reported]


def _silent_sources(app: App, reported: set[str]) -> Iterator[tuple[str, str]]:
    now = app.clock.now()
    for source in app.settings.sources:
        name, fresh = source.name, source.expect.fresh
        if fresh is None:
            continue
        newest = app.articles.newest(name, now)
        had_news = partial(_had_news, app, name, fresh, now)
        if newest is not None and is_silent(newest, fresh, now, had_news=had_news, reported=name in reported):
            age, span = span_text(now - newest), span_text(fresh)
            yield name, f"source {name}: the newest article is {age} old, expected one from the last {span}"


def _had_news(app: App, name: str, fresh: timedelta, now: datetime, days: int) -> bool:
    moment = civil_days_before(now, days, app.zone)
    newest = app.articles.newest(name, moment)
    return newest is not None and moment - newest <= fresh


def _last_sent(app: App, edition: EditionSettings) -> IssueRecord | None:
    """The edition's last issue of which messages may have left, unless it is old."""
    frozen = (record for record in app.history(edition) if record.frozen_at is not None)
    last = next(frozen, None)
    is_recent = last is not None and last.frozen_at is not None and app.clock.now() - last.frozen_at < RETURNED_FOR
    return last if is_recent else None


def _sent(app: App, record: IssueRecord) -> int:
    tally = app.tallies.of_issue(record.id)
    return sum(tally[state] for state in (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.BOUNCED))

"""What to do about an alert: since when it lasts, and what helps, in the operator's language."""

from collections.abc import Iterator
from datetime import datetime

from digest.app import App
from digest.diagnostics.alerts.alert_rules import SOURCES, are_many_expired, are_many_unsent
from digest.i18n import Translator
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.receivers import Alert, AlertKind
from digest.store.upkeep.beats import RUN

_STOPS_SENDING = frozenset(
    {AlertKind.ISSUE_PAUSED, AlertKind.ISSUE_LATE, AlertKind.RECEIVER_REFUSES, AlertKind.CHECK_FAILS}
)


def send_command(edition: str, slot: Slot) -> str:
    """The command that makes and sends an issue, also one of another edition or day."""
    return f"digest send --date {slot.day} --edition {edition}"


def is_former(app: App, edition: str) -> bool:
    """Whether no configuration has the edition any more, also none of another host: it was renamed or removed."""
    return app.settings.find_edition(edition) is None and edition not in app.beats.recent(RUN, app.clock.now())


def edition_and_slot(alert: Alert) -> tuple[str, Slot]:
    """The issue that an alert is about."""
    edition, _slash, slot = alert.subject.partition("/")
    return edition, Slot.parse(slot)


def advice(app: App, alert: Alert, translator: Translator) -> Iterator[str]:
    """The paragraphs below what the alert says."""
    _ = translator.gettext
    since = translator.day_time(alert.first_seen)
    if alert.cleared_at is not None:
        yield from _advice_for_ended(app, alert, alert.cleared_at, translator)
        return
    yield _("Since %(time)s. `digest status` shows the current state.") % {"time": since}
    if alert.kind is AlertKind.ISSUE_HELD:
        yield from _advice_for_held(app, alert, translator)
    elif alert.kind is AlertKind.ISSUE_LATE and (record := _frozen(app, alert)):
        yield _advice_for_unsent(app.tallies.of_issue(record.id), alert, translator)
    elif alert.kind is AlertKind.CHECK_FAILS and alert.subject == SOURCES:
        yield _(
            "Issues are made of the other sources meanwhile. `digest collect` asks each source and shows what it"
            " answers. The alert ends once all of them answer."
        )
    elif alert.kind is AlertKind.CHECK_WARNS:
        yield _advice_for_warning(alert, translator)
    else:
        yield _advice_for(alert.kind, translator) % {"command": f"`{_command_for(alert)}`"}


def _advice_for_ended(app: App, alert: Alert, end: datetime, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    span = {"start": translator.day_time(alert.first_seen), "end": translator.day_time(end)}
    expired = list(_expired(app, alert.first_seen, end)) if alert.kind in _STOPS_SENDING else []
    tally = _unsettled(app, alert)
    if not expired and tally is None:
        yield _("This lasted from %(start)s to %(end)s and is over. There is nothing left to do.") % span
        return
    yield _("This lasted from %(start)s to %(end)s and is over.") % span
    if tally is not None:
        yield _advice_for_unsent(tally, alert, translator)
    for name in expired:
        command = f"`digest send --resend-expired {name}`"
        yield _("Messages of %(issue)s expired meanwhile; %(command)s sends them after all.") % {
            "issue": name,
            "command": command,
        }


def _unsettled(app: App, alert: Alert) -> Tally | None:
    """The tally of the issue whose alert ended although most of it has not arrived, as when the next one was made."""
    record = _frozen(app, alert) if alert.kind is AlertKind.ISSUE_LATE else None
    if record is None or record.state is IssueState.CANCELLED:
        return None
    tally = app.tallies.of_issue(record.id)
    unsettled = tally[DeliveryState.DEFERRED] + tally[DeliveryState.UNKNOWN]
    return tally if are_many_unsent(unsettled, tally.audience) else None


def _expired(app: App, start: datetime, end: datetime) -> Iterator[str]:
    """The issues whose deadline passed in that time before many messages were sent, or before all were tried."""
    for edition in app.settings.all_editions:
        for record in app.history(edition):
            is_between = record.deadline is not None and start <= record.deadline <= end
            if is_between and _was_kept(app, record):
                yield record.name


def _was_kept(app: App, record: IssueRecord) -> bool:
    """Whether something kept the issue from its readers, and not only from those whose mailboxes were full."""
    tally = app.tallies.of_issue(record.id)
    expired = tally[DeliveryState.EXPIRED]
    return expired > 0 and (are_many_expired(expired, tally.audience) or app.tallies.expired_untried(record.id) > 0)


def _command_for(alert: Alert) -> str:
    """The command that helps with an alert, "" where none does."""
    if alert.kind is AlertKind.ISSUE_LATE:
        return send_command(*edition_and_slot(alert))
    if alert.kind is AlertKind.ISSUE_PAUSED:
        return f"digest send --resume {alert.subject}"
    return f"digest status {alert.subject} --list bounced" if alert.kind is AlertKind.BOUNCES else ""


def _advice_for(kind: AlertKind, translator: Translator) -> str:
    _ = translator.gettext
    texts = {
        AlertKind.ISSUE_PAUSED: _("Remove the cause, then %(command)s continues."),
        AlertKind.ISSUE_LATE: _("The log of `digest run` says what fails. %(command)s makes and sends it now."),
        AlertKind.SOURCE_SILENT: _(
            "At this hour it had something new a day ago and a week ago. `digest collect` asks it again and shows what"
            " it answers."
        ),
        AlertKind.BOUNCES: _(
            "Addresses that do not exist get no more mail; %(command)s lists those that were refused at once. Find out"
            " where they come from: mail providers refuse senders with many bounces."
        ),
        AlertKind.COMPLAINTS: _(
            "These readers get no more mail. Find out how they came on your list: mail providers refuse senders with"
            " many complaints."
        ),
        AlertKind.RECEIVER_REFUSES: _(
            "Messages to other receivers go on. This receiver is tried again later, with a few messages first."
        ),
        AlertKind.CHECK_FAILS: _(
            "`digest check` shows all results, and how to fix what fails. It is repeated every day."
        ),
        AlertKind.SIGNUPS_PAUSED: _(
            "Somebody may be entering other people's addresses. New sign-ups are possible again within an hour."
        ),
    }
    return texts[kind]


def _advice_for_warning(alert: Alert, translator: Translator) -> str:
    _ = translator.gettext
    texts = {
        "disk": _("Free some space, or move the installation. Without space nothing can be sent."),
        "clock": _("Synchronise the clock, for example with chrony or systemd-timesyncd."),
        "smtp": _("Renew the certificate and restart the mail server. Once it has ended, nothing can be sent."),
    }
    other = _("`digest check` shows all results, and how to fix what fails. It is repeated every day.")
    return texts.get(alert.subject, other)


def _frozen(app: App, alert: Alert) -> IssueRecord | None:
    record = app.issues.find(*edition_and_slot(alert))
    return record if record is not None and record.frozen_at is not None else None


def _advice_for_unsent(tally: Tally, alert: Alert, translator: Translator) -> str:
    _ = translator.gettext
    if tally[DeliveryState.UNKNOWN] > tally[DeliveryState.DEFERRED] + tally[DeliveryState.EXPIRED]:
        text = _(
            "%(list)s names who may have got it or not, and the mail server's log tells which. %(resend)s sends it to"
            " all of them again, so that some may get it twice."
        )
        state, again = "unknown", "--resend-unknown"
    else:
        text = _(
            "Messages are tried again until the deadline; %(list)s shows what the mail server replied. After the"
            " deadline %(resend)s sends them."
        )
        state, again = "deferred", "--resend-expired"
    return text % {
        "list": f"`digest status {alert.subject} --list {state}`",
        "resend": f"`digest send {again} {alert.subject}`",
    }


def _advice_for_held(app: App, alert: Alert, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    edition, slot = edition_and_slot(alert)
    commands = {"command": f"`{send_command(edition, slot)} --force`", "cancel": f"`digest cancel {alert.subject}`"}
    if is_former(app, edition):
        yield _("The configuration has no edition of that name any more. %(cancel)s gives the issue up.") % commands
        return
    if not any(one.name == edition and app.due(one).publish == slot for one in app.settings.all_editions):
        yield (
            _("It is not sent automatically any more. %(command)s sends it as it is, %(cancel)s gives it up.")
            % commands
        )
        return
    yield _("It is sent as soon as the reason no longer applies. %(command)s sends it as it is.") % commands
    if app.settings.web.base_url:
        address = f"{app.settings.web.base_url}/admin/next?edition={edition}"
        yield _("An editor can approve it: %(address)s") % {"address": address}

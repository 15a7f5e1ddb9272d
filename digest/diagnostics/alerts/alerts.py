"""Alerts about issues that need a person, and system mail to the operator: when one begins, each day, when it ends."""

from digest.app import App
from digest.diagnostics.alerts.alert_advice import advice, edition_and_slot
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.receivers import Alert, AlertKind
from digest.rendering.system_page import SystemPage
from digest.store.access.mail_limits import HOUR
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient

_PURPOSE = "alert"
_RECENT = 100  # issues among which held and paused ones are looked for
_OF_STATE = {IssueState.HELD: AlertKind.ISSUE_HELD, IssueState.PAUSED: AlertKind.ISSUE_PAUSED}


def report_issues(app: App) -> None:
    """Open an alert for each issue that is held or paused, and close those of issues that are not any more."""
    now, alerts = app.clock.now(), [alert for alert in app.alerts.open() if alert.kind in _OF_STATE.values()]
    reported = [_issue_of(app, alert) for alert in alerts]  # also those that are not among the latest any more
    records = [*app.issues.history(None, _RECENT), *filter(None, reported)]
    waiting = {record.name: record for record in records if record.state in _OF_STATE}
    for kind in _OF_STATE.values():
        known = {alert.subject for alert in alerts if alert.kind is kind}
        current = {name: record for name, record in waiting.items() if _OF_STATE[record.state] is kind}
        for name, record in current.items():
            app.alerts.report(kind, name, f"{name} is {record.state}: {record.reason or 'by an operator'}", now)
        app.alerts.clear(kind, sorted(known - current.keys()), now)


def is_current(app: App, alert: Alert) -> bool:
    """Whether an open alert still applies: a command may have ended its cause while no process closes alerts."""
    if alert.kind not in _OF_STATE.values():
        return True
    record = _issue_of(app, alert)
    return record is not None and _OF_STATE.get(record.state) is alert.kind


def close_signup_alert(app: App) -> None:
    """Close the alert about sign-ups an hour after the last refused one: the limit is one for an hour."""
    now = app.clock.now()
    ended = [
        alert.subject
        for alert in app.alerts.open()
        if alert.kind is AlertKind.SIGNUPS_PAUSED and alert.last_seen <= now - HOUR
    ]
    if ended:
        app.alerts.clear(AlertKind.SIGNUPS_PAUSED, ended, now)


def _issue_of(app: App, alert: Alert) -> IssueRecord | None:
    return app.issues.find(*edition_and_slot(alert))


def mail_alerts(app: App) -> int:
    """Plan one system mail to `[alerts] to` for each alert that is new, lasts another day, or has ended; how many."""
    recipients = [SystemRecipient(address) for address in app.settings.alerts.to]
    if not recipients:
        return 0
    language, now = app.settings.portal.languages[0], app.ledger_clock.now()
    translator = Translator(language, app.zone)
    mailed = 0
    for number, alert in app.alerts.unmailed(now):
        has_ended = alert.cleared_at is not None
        message = SystemMessage(
            purpose=_PURPOSE,
            language=language,
            day=Slot.of(now, app.zone),
            key=f"{number}.{'end' if has_ended else 'open'}.{now:%H%M%S}",
            content=app.system_mail_renderer.render(alert_page(app, alert, translator), language),
            dkim_selector=app.dkim_selector,
        )
        mailed += app.alerts.mail(number, message, recipients, now, ended=has_ended)
    return mailed


def alert_heading(kind: AlertKind, translator: Translator) -> str:
    """What an alert of that kind is about."""
    _ = translator.gettext
    headings = {
        AlertKind.ISSUE_HELD: _("An issue is held"),
        AlertKind.ISSUE_PAUSED: _("Sending is paused"),
        AlertKind.ISSUE_LATE: _("An issue is late"),
        AlertKind.SOURCE_SILENT: _("A source is silent"),
        AlertKind.BOUNCES: _("Many messages bounce"),
        AlertKind.COMPLAINTS: _("Many readers complain"),
        AlertKind.RECEIVER_REFUSES: _("A receiver refuses our mail"),
        AlertKind.CHECK_FAILS: _("A check fails"),
        AlertKind.CHECK_WARNS: _("A check warns"),
        AlertKind.SIGNUPS_PAUSED: _("Sign-ups are paused"),
    }
    return headings[kind]


def alert_page(app: App, alert: Alert, translator: Translator) -> SystemPage:
    """The message about an alert."""
    _ = translator.gettext
    heading = alert_heading(alert.kind, translator)
    subject = heading if alert.kind is AlertKind.SIGNUPS_PAUSED else f"{heading}: {alert.subject}"
    has_ended = alert.cleared_at is not None
    return SystemPage(
        subject=_("Resolved: %(alert)s") % {"alert": subject} if has_ended else subject,
        heading=_("Resolved: %(alert)s") % {"alert": heading} if has_ended else heading,
        paragraphs=(in_language(alert.message, translator), *advice(app, alert, translator)),
        footnote=_("You get this message because your address is in `[alerts] to`."),
    )

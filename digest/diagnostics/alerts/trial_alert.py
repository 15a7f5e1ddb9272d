"""A test alert, sent at once to everybody who gets alerts."""

from collections.abc import Iterator, Sequence

from digest.app import App
from digest.diagnostics.alerts.target_alerts import is_notified, page_notice
from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CannotTellError, CheckResult, fail, ok, warn
from digest.errors import ConfigurationError, MailError
from digest.i18n import Translator
from digest.mailers.unrecorded import UnrecordedJournal
from digest.message.build import encode, personalise
from digest.model.deliveries import Outcome, Outgoing
from digest.model.issues import Kind, Slot, Variant
from digest.notices.target import Target
from digest.operations.draft_messages import recipient
from digest.protocols import Mailer
from digest.rendering.system_page import SystemPage


def try_alert(context: CheckContext, mailer: Mailer) -> Iterator[CheckResult]:
    """Send the test alert, signed as alerts are, and report what the mail server and the services replied."""
    alerts = context.settings.alerts
    if not alerts.to and not alerts.apprise:
        yield warn("nobody gets alerts", 'set [alerts] to = ["ADDRESS"]')
    if alerts.to:
        yield _try_mail(context, mailer)
    if alerts.apprise:
        yield from (_try_target(context.app, target) for target in _targets(context.app))


def _targets(app: App) -> Sequence[Target]:
    try:
        return app.alert_targets()
    except ConfigurationError as error:
        raise CannotTellError(str(error), "see the check `alerts`") from None


def _try_target(app: App, target: Target) -> CheckResult:
    page = _page(Translator(app.settings.portal.languages[0], app.zone))
    if is_notified(target, page_notice(page)):
        return ok(f"sent a test alert to {target.label}: see whether it arrives")
    return fail(f"{target.label} did not accept the test alert", "check the URL in .env, and the service")


def _try_mail(context: CheckContext, mailer: Mailer) -> CheckResult:
    recipients = context.settings.alerts.to
    journal = UnrecordedJournal()
    try:
        mailer.send(_test_alerts(context.app), journal)
    except MailError as error:
        return fail(f"the test alert was not sent: {error}", "see the check `smtp`")
    sent = journal.outcomes[Outcome.SENT]
    if sent == len(recipients):
        addresses = "1 address" if sent == 1 else f"{sent} addresses"
        return ok(f"sent a test alert to {addresses}: see whether it arrives")
    message = f"the mail server accepted {sent} of {len(recipients)} test alerts: {journal.reply or 'no reply'}"
    return fail(message, "check the addresses in [alerts] to")


def _test_alerts(app: App) -> Iterator[Outgoing]:
    """The message to each address in `[alerts] to`."""
    language, now = app.settings.portal.languages[0], app.clock.now()
    variant = Variant(
        id=0,
        kind=Kind.SYSTEM,
        issue_id=0,
        edition="alert",
        slot=Slot.of(now, app.zone),
        frozen_at=now,
        rendered=app.system_mail_renderer.render(_page(Translator(language, app.zone)), language),
    )
    template = encode(variant, app.sender_identity, app.signer_of(app.dkim_selector))
    return (personalise(template, recipient(one)._replace(planned_at=now)) for one in app.settings.alerts.to)


def _page(translator: Translator) -> SystemPage:
    _ = translator.gettext
    return SystemPage(
        subject=_("A test alert"),
        heading=_("A test alert"),
        paragraphs=(_("`digest check --alert` sent this message. Nothing is wrong."),),
        footnote=_("You get this message because your address is in `[alerts] to`."),
    )

"""All checks by their names, in the order in which they are shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from digest.diagnostics.alerts.alert_routes import check_alerts
from digest.diagnostics.context import CheckContext
from digest.diagnostics.installation.clock_drift import check_clock
from digest.diagnostics.installation.configuration import check_configuration
from digest.diagnostics.installation.database import check_database, check_disk
from digest.diagnostics.installation.host_settings import check_hosts
from digest.diagnostics.installation.own_templates import check_own_templates
from digest.diagnostics.installation.reader_preferences import check_preferences
from digest.diagnostics.installation.secrets import check_secrets
from digest.diagnostics.installation.sources import check_sources
from digest.diagnostics.installation.story_encoder import check_stories
from digest.diagnostics.installation.theme_contrast import check_themes
from digest.diagnostics.installation.web_pages import check_web
from digest.diagnostics.mail.bounce_mailbox import check_bounces
from digest.diagnostics.mail.dkim import check_dkim
from digest.diagnostics.mail.dmarc import check_dmarc
from digest.diagnostics.mail.mail_exchangers import check_mx
from digest.diagnostics.mail.message_rules import check_message
from digest.diagnostics.mail.providers import check_providers
from digest.diagnostics.mail.reverse_dns import check_ptr
from digest.diagnostics.mail.sender_address import check_sender
from digest.diagnostics.mail.smtp import check_smtp
from digest.diagnostics.mail.spf import check_spf
from digest.diagnostics.results import CheckResult, NamedResult
from digest.diagnostics.runner import Check, run_checks


def _check_templates(context: CheckContext) -> Iterator[CheckResult]:
    yield from check_themes(context)
    yield from check_own_templates(context)


CHECKS: Mapping[str, Callable[[CheckContext], Iterable[CheckResult]]] = {
    "configuration": check_configuration,
    "secrets": check_secrets,
    "database": check_database,
    "disk": check_disk,
    "clock": check_clock,
    "hosts": check_hosts,
    "sources": check_sources,
    "smtp": check_smtp,
    "sender": check_sender,
    "spf": check_spf,
    "dkim": check_dkim,
    "dmarc": check_dmarc,
    "mx": check_mx,
    "ptr": check_ptr,
    "bounces": check_bounces,
    "alerts": check_alerts,
    "web": check_web,
    "message": check_message,
    "themes": _check_templates,
    "stories": check_stories,
    "providers": check_providers,
    "preferences": check_preferences,
}


def check_all(context: CheckContext, names: Sequence[str] = ()) -> list[NamedResult]:
    """The results of the checks of these names; without names, of all."""
    chosen = [name for name in CHECKS if not names or name in names]
    return run_checks([Check(name, partial(CHECKS[name], context)) for name in chosen])

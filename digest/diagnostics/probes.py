"""What the checks of one installation reach: name servers, web servers, and its mail servers."""

from collections.abc import Callable
from functools import partial

from digest.app import App
from digest.diagnostics.context import CheckContext, Network, ServerProbe
from digest.diagnostics.runner import Once
from digest.mailers.smtp.mailer import survey_server
from digest.protocols import Clock
from digest.settings.mail import ServerSettings
from digest.settings.schema import Settings


def network() -> Network:
    """How the checks reach name servers and web servers; tests replace it."""
    return Network()


def check_context(settings: Settings, own_clock: Clock, open_app: Callable[[], App]) -> CheckContext:
    """What the checks need, without the sources, which are not asked."""
    reached = network()
    return CheckContext(
        settings=settings,
        clock=own_clock,
        dns=reached.dns,
        ask=reached.ask,
        open_app=open_app,
        visit_sources=lambda: None,
        servers=tuple(_probe(settings, server) for server in settings.smtp.servers),
    )


def _probe(settings: Settings, server: ServerSettings) -> ServerProbe:
    return ServerProbe(host=server.host, survey=Once(partial(survey_server, settings.smtp, settings.root, server)))

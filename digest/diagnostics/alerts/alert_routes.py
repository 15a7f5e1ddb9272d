"""The ways that alerts take: mail, chat and push services, and a monitoring service that misses the heartbeat."""

from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CannotTellError, CheckResult, fail, ok, warn
from digest.errors import ConfigurationError
from digest.settings.schema import Settings

_ADVICE = "set [alerts] apprise or heartbeat_url"


def check_alerts(context: CheckContext) -> Iterator[CheckResult]:
    """Somebody hears of alerts, also when the mail server is out of order."""
    try:
        targets = context.app.alert_targets()
    except ConfigurationError as error:
        yield fail(str(error), "correct [alerts] apprise, or install what it needs")
        return
    except CannotTellError:
        targets = ()  # the check `database` reports it
    weakness = weak_routes(context.settings)
    if weakness:
        yield warn(weakness, _ADVICE)
        return
    alerts = context.settings.alerts
    routes = [f"mail to {len(alerts.to)}"] if alerts.to else []
    routes += [target.label.partition(" ")[2].strip("()") for target in targets]
    routes += ["heartbeat"] if alerts.heartbeat_url else []
    yield ok(f"alerts go by {', '.join(routes) or 'Apprise'}")


def weak_routes(settings: Settings) -> str:
    """Why nobody might hear of an alert, "" if somebody will; the relays of `[[smtp.relays]]` replace each other."""
    alerts = settings.alerts
    if alerts.apprise or alerts.heartbeat_url:
        return ""
    if not alerts.to:
        return "[alerts] is empty: what needs a person is only in the log, in `digest status` and in the console"
    if len({server.host for server in settings.smtp.servers}) > 1:
        return ""
    return "alerts leave through the mail server alone, so nobody would get one about this server"

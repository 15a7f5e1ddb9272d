"""The mail server: connection, certificate, login, and the extensions that make sending quick."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from digest.diagnostics.context import CheckContext, ServerProbe
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.diagnostics.runner import Check, run_checks
from digest.errors import DigestError
from digest.mailers.smtp.survey import ServerSurvey
from digest.message.limits import MESSAGE_LIMIT
from digest.model.quantities import counted

_RENEWED = 14  # days before its end by which a certificate is usually renewed
_LIMIT = 18.0  # seconds for all servers
_QUICK = ("PIPELINING", "CHUNKING")


def check_smtp(context: CheckContext) -> Iterator[CheckResult]:
    """What happens before the first message, for all relays side by side; no message is sent."""
    checks = [Check(relay.host, partial(_check_relay, relay, context.clock.now())) for relay in context.servers]
    yield from (named.result for named in run_checks(checks, _LIMIT))


def _check_relay(relay: ServerProbe, now: datetime) -> Iterator[CheckResult]:
    """What happens before the first message to one server."""
    try:
        survey = relay.survey()
    except DigestError as error:
        yield fail(str(error), "compare [smtp] in the configuration with what your mail server's operator says")
        return
    yield from judged(survey, now)


def judged(survey: ServerSurvey, now: datetime) -> Iterator[CheckResult]:
    """The results of a survey."""
    yield ok(f"{survey.server}: connected{' and logged in' if survey.is_logged_in else ''}; {_offers(survey)}")
    yield from _certificate(survey, now)
    if survey.largest is not None and survey.largest < MESSAGE_LIMIT:
        message = f"{survey.server} takes messages of {survey.largest // 1000} KB at most"
        yield fail(f"{message}, and an issue may have {MESSAGE_LIMIT // 1000}", "raise the limit of the mail server")
    missing = [name for name in _QUICK if name not in survey.extensions]
    if "PIPELINING" in missing:
        yield warn(
            f"{survey.server} does not offer {' and '.join(missing)}: sending is slower", "raise smtp.connections"
        )


def _offers(survey: ServerSurvey) -> str:
    offered = [name for name in (*_QUICK, "SIZE", "8BITMIME") if name in survey.extensions]
    return f"offers {', '.join(offered) or 'no extension that speeds sending up'}"


def _certificate(survey: ServerSurvey, now: datetime) -> Iterator[CheckResult]:
    if survey.certificate_ends is None:
        yield ok(f"{survey.server}: not encrypted, which is allowed on this machine only")
        return
    days = (survey.certificate_ends - now).days
    message = f"the certificate of {survey.server} is trusted and ends in {counted(days, 'day')}"
    fix = "renew it, and restart the mail server"
    yield ok(message) if days >= _RENEWED else warn(message, fix, is_urgent=True)

"""The daily limits of new domains: what `send` and `status` report about them."""

from collections.abc import Collection

from digest.app import App
from digest.cli.arguments.times import readable_time
from digest.delivery.ramp import Ramp
from digest.model.quantities import waiting
from digest.model.ramp import RampDay


def ramp_notices(app: App) -> list[str]:
    """A sentence for each domain with a daily limit."""
    if app.ramp is None:
        return []
    days = [_today(app, app.ramp, domain) for domain in app.ramp.domains()]
    return [_notice(app, day) for day in days if day.limit is not None]


def limit_clause(app: App, edition: str, readers: int) -> str:
    """What the question about an issue adds where not all of its readers fit into today's limit; else nothing."""
    if app.ramp is None:
        return ""
    left = _today(app, app.ramp, app.ramp.domain_of(edition), {edition}).left
    return f", today at most {left} of them (smtp.ramp)" if left is not None and left < readers else ""


def waiting_notice(app: App, edition: str, planned: int) -> str | None:
    """What becomes of an issue's messages that did not fit into today's limit; None if there are none."""
    if app.ramp is None:
        return None
    today = _today(app, app.ramp, app.ramp.domain_of(edition), {edition})
    if not today.waiting or today.next_at is None:
        return None
    until = readable_time(today.next_at, app.zone, app.clock.now())
    return (
        f"{waiting(planned)} until {until}, because {today.domain} may"
        f" send {today.limit} messages today (smtp.ramp); `digest run` or a later send continues, until the deadline"
    )


def _today(app: App, ramp: Ramp, domain: str, editions: Collection[str] = ()) -> RampDay:
    return ramp.today(domain, app.ledger_clock.now(), editions)


def _notice(app: App, today: RampDay) -> str:
    if today.began_on is None:
        return f"{today.domain} may send {today.limit} messages on its first day (smtp.ramp)"
    notice = (
        f"{today.domain} may send {today.limit} messages today, day {today.day} of smtp.ramp:"
        f" {today.used} sent, {today.left} left"
    )
    if today.next_at is None:
        return notice
    return f"{notice}; {waiting(today.waiting)} until {readable_time(today.next_at, app.zone, app.clock.now())}"

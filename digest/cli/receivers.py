"""Receivers that are paused: what `send` and `status` report about them, and how they are released."""

from datetime import datetime

from digest.app import App
from digest.cli.arguments.times import readable_time
from digest.diagnostics.alerts.alerts import is_current
from digest.errors import IssueError
from digest.model.receivers import Alert, AlertKind, GroupPause, PauseCause
from digest.parsing.redaction import with_masked_addresses


def receiver_notices(app: App) -> list[str]:
    """A sentence for each receiver that is paused and each open alert, and one that says what ends the pauses."""
    paused = [_notice(app, pause) for pause in app.group_pauses.active()]
    alerts = [
        f"alert since {_local(app, one.first_seen)}: {_message(one)}"
        for one in app.alerts.open()
        if is_current(app, one)
    ]
    return [*paused, *alerts, *(["`digest send --resume EDITION/SLOT` ends the pauses of receivers"] if paused else [])]


def require_open_receivers(app: App, name: str, planned: int) -> None:
    """Raise IssueError if messages of the issue wait for receivers that are paused."""
    pauses = app.group_pauses.active()
    if pauses:
        waiting = ", ".join(f"{pause.group} until {_local(app, pause.until)}" for pause in pauses)
        raise IssueError(
            f"{name}: {planned} planned; these receivers are paused: {waiting}; `digest run` or a later send continues,"
            f" `digest send --resume {name}` does so now"
        )


def _notice(app: App, pause: GroupPause) -> str:
    """The pause; a refusal's reply is in its alert."""
    is_refused = pause.cause is PauseCause.REFUSED
    what = "refuses our mail" if is_refused else f"asks for a slower pace ({pause.reason})"
    if pause.until <= app.ledger_clock.now() or pause.trial_at is not None:
        return f"{pause.group} {what}: paused until a few messages are accepted"
    return f"{pause.group} {what}: paused until {_local(app, pause.until)}"


def _message(alert: Alert) -> str:
    """What the alert says; who holds an issue is masked."""
    return with_masked_addresses(alert.message) if alert.kind is AlertKind.ISSUE_HELD else alert.message


def _local(app: App, at: datetime) -> str:
    return readable_time(at, app.zone, app.clock.now())

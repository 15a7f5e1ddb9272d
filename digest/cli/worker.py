"""`digest worker`: one more process that sends what is due."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import clock, config_option
from digest.cli.installation import own_settings, warn_if_secrets_are_readable
from digest.cli.signals import stopped_by_signal
from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.delivery.sending_log import log_receipts
from digest.model.issues import Kind
from digest.scheduler.host_watch import watching_hosts
from digest.scheduler.mail_outage import MailOutage
from digest.scheduler.sending import keep_sending
from digest.scheduler.upkeep import erasing
from digest.settings.schema import Settings

_log = logging.getLogger("digest")


@click.command()
@config_option
def worker(config: Path | None) -> None:
    """Send what is due, beside `digest run` and other workers, until stopped.

    With SQLite all of them run on one machine, with PostgreSQL on as many as you like.
    """
    settings = own_settings(config)
    warn_if_secrets_are_readable(settings)
    with open_sender(settings, "worker") as (app, sender, process_clock):
        keep_sending(sender, process_clock, erasing(app), outage=MailOutage(app.alerts, process_clock))


@contextmanager
def open_sender(
    settings: Settings, process: str, kind: Kind | None = None
) -> Iterator[tuple[App, Sender, SystemClock]]:
    """The application and its sender for a `digest PROCESS` that runs until a signal stops its clock.

    `kind`: of the mail that it sends; None: both.
    """
    process_clock = clock()
    with (
        stopped_by_signal(process_clock) as received,
        bootstrap.open_app(settings, process_clock) as app,
        bootstrap.process_lock(settings) as process_lock,
        watching_hosts(app, process),
    ):
        process_clock.on_stop(app.work_notices.wake)
        app.issues.resume_system_mail(process_clock.now())  # nobody resumes it by name, and the cause may be gone
        sender = bootstrap.sender(app, bootstrap.smtp_mailer(settings), process_lock, kind)
        yield app, replace(sender, progress=log_receipts), process_clock
        names = ", ".join(signal.Signals(number).name for number in sorted(received))
        _log.info("stopped%s", f" by {names}" if names else "")

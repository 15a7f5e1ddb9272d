"""`digest run` and `digest worker`: the processes that live on."""

import logging
from pathlib import Path

import click

from digest import bootstrap
from digest.cli.options import config_option, stopped_by_signal
from digest.cli.slots import require_sources
from digest.clock import SystemClock
from digest.errors import ConfigurationError
from digest.scheduler import DailyRun, keep_sending
from digest.settings.load import find_settings, is_sample

_log = logging.getLogger("digest")


@click.command()
@config_option
def run(config: Path | None) -> None:
    """Collect through the day, publish each edition when it is due, and send it, until stopped.

    After a stop it catches up (`catch_up` in the edition). SIGTERM or Ctrl-C ends it within the messages in flight;
    nothing is lost or sent twice. Two of them on one database make one issue.
    """
    settings = find_settings(config)
    if is_sample(settings):
        raise ConfigurationError("the sample portal is for looking at; `digest init` writes a configuration to run")
    clock = SystemClock()
    with (
        stopped_by_signal(clock),
        bootstrap.open_parts(settings, clock) as parts,
        bootstrap.process_lock(settings) as process_lock,
    ):
        require_sources(parts)
        sender = bootstrap.sender(parts, bootstrap.smtp_mailer(settings), process_lock)
        _log.info("running: %s", ", ".join(f"{one.name} at {one.at:%H:%M}" for one in settings.editions))
        DailyRun(app=parts, sender=sender, clock=clock).keep()
        _log.info("stopped")


@click.command()
@config_option
def worker(config: Path | None) -> None:
    """Send what is due, beside `digest run` and other workers, until stopped.

    Workers share the ledger: on one machine with SQLite or PostgreSQL, on several with PostgreSQL.
    """
    settings = find_settings(config)
    clock = SystemClock()
    with (
        stopped_by_signal(clock),
        bootstrap.open_parts(settings, clock) as parts,
        bootstrap.process_lock(settings) as process_lock,
    ):
        keep_sending(bootstrap.sender(parts, bootstrap.smtp_mailer(settings), process_lock), clock)
        _log.info("stopped")

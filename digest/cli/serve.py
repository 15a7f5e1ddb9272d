"""`digest serve`: the readers' pages, and system mail where no `digest run` sends it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from digest.app import App
from digest.cli.arguments.options import config_option
from digest.cli.arguments.parameters import TEXT
from digest.cli.installation import own_settings, warn_if_secrets_are_readable
from digest.cli.worker import open_sender
from digest.diagnostics.alerts.target_alerts import TargetAlerts
from digest.errors import ConfigurationError
from digest.model.issues import Kind
from digest.operations.job_timer import Job
from digest.scheduler.intervals import MINUTE
from digest.scheduler.sending import keep_sending
from digest.scheduler.upkeep import alert_operator, erasing
from digest.settings.fields import web
from digest.store.upkeep.beats import RUN
from digest.web.api.import_worker import importing
from digest.web.application import make_application
from digest.web.server import serving

_log = logging.getLogger("digest")


@click.command()
@click.option("--listen", type=TEXT, metavar="HOST:PORT", help="Where to listen.  [default: [web] listen]")
@config_option
def serve(listen: str | None, config: Path | None) -> None:
    """Serve the readers' pages until stopped: subscribe, unsubscribe, archive.

    Confirmations and other mail of the pages are sent from here while no `digest run` uses this database. SIGTERM
    or Ctrl-C ends it as soon as open requests are answered.
    """
    settings = own_settings(config)
    warn_if_secrets_are_readable(settings)
    with open_sender(settings, "serve", Kind.SYSTEM) as (app, sender, clock):
        app.alert_targets()
        with pages_of(app, _checked(listen)):
            jobs: list[Job] = [(MINUTE, lambda: alert_operator(app)), (MINUTE, TargetAlerts(app=app)), *erasing(app)]
            alone: list[Job] = [(interval, partial(_unless_run_lives, app, job)) for interval, job in jobs]
            keep_sending(sender, clock, alone, may_send=lambda: not app.beats.is_alive(RUN, app.clock.now()))


@contextmanager
def pages_of(app: App, listen: str | None = None) -> Iterator[int]:
    """Serve the pages during a block, and carry out imports, at `listen` or where the configuration says.

    Logs what is missing for the pages.
    """
    web = app.settings.web
    if not web.base_url:
        _log.warning("[web] base_url is not set: messages do not link to these pages, and nobody can subscribe")
    with importing(app), serving(make_application(app), listen or web.listen) as port:
        yield port


def _unless_run_lives(app: App, job: Callable[[], object]) -> None:
    if not app.beats.is_alive(RUN, app.clock.now()):
        job()


def _checked(listen: str | None) -> str | None:
    try:
        return None if listen is None else web.listen(listen)
    except ValueError as error:
        raise ConfigurationError(f"--listen {listen}: {error}") from None

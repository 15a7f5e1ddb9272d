"""`digest run`: collect, publish and send by the timetable, until stopped."""

import logging
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import config_option
from digest.cli.arguments.slots import require_sources
from digest.cli.installation import own_settings, warn_if_secrets_are_readable
from digest.cli.worker import open_sender
from digest.diagnostics.alerts.alert_routes import weak_routes
from digest.diagnostics.daily_checks import start_checks
from digest.diagnostics.editions import require_valid_editions
from digest.diagnostics.probes import check_context
from digest.diagnostics.sections import unknown_sections
from digest.scheduler.daily_run import DailyRun
from digest.scheduler.mailbox_outage import MailboxOutage
from digest.store.upkeep.cluster_extra import is_cluster_installed

_log = logging.getLogger("digest")


@click.command()
@click.option("--serve", is_flag=True, help="Serve the readers' pages too, at [web] listen.")
@config_option
def run(serve: bool, config: Path | None) -> None:
    """Collect all day, publish each edition when it is due, and send it, until stopped.

    After a stop it catches up (`catch_up` in the edition), but not on what was due before a `run` first saw the
    edition: `digest send` sends that. Themes, subjects and sources are checked at the start. SIGTERM or Ctrl-C ends it
    as soon as the messages in flight are finished; nothing is lost or sent twice. Two processes on one database make
    one issue. With PostgreSQL and the extra `cluster` they share all work.
    """
    settings = own_settings(config)
    warn_if_secrets_are_readable(settings)
    with open_sender(settings, "run") as (app, sender, clock):
        require_sources(app)
        require_valid_editions(app)
        app.alert_targets()
        if weakness := weak_routes(settings):
            _log.warning("%s", weakness)
        for edition in settings.all_editions:
            for fault in unknown_sections(edition.sections, app.articles.sections()):
                _log.warning("editions.%s.sections: %s", edition.name, fault)
        _log.info("running: %s", ", ".join(f"{one.name} at {one.at:%H:%M}" for one in settings.all_editions))
        checks = partial(start_checks, lambda: check_context(settings, clock, lambda: app))
        with _pages(app) if serve else nullcontext():
            read = bootstrap.bounce_reader(app, clock)
            reader = MailboxOutage(read, app.alerts, app.beats, clock).read if read is not None else None
            kind = _kind_of_run(app)
            kind(app=app, sender=sender, clock=clock, start_checks=checks, read_bounces=reader).run()


def _kind_of_run(app: App) -> type[DailyRun]:
    """How the work is done: all of it here, or shared with other hosts, which loads the library for that."""
    if not (app.job_tables.are_possible and is_cluster_installed()):
        return DailyRun
    host_run: type[DailyRun] = import_module("digest.cluster.host_run").HostRun
    return host_run


def _pages(app: App) -> AbstractContextManager[int]:
    """The readers' pages during a block; loads the web server only where it is wanted."""
    pages: AbstractContextManager[int] = import_module("digest.cli.serve").pages_of(app)
    return pages

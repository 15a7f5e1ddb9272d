"""`digest collect`: query every source once and store what it returned."""

from pathlib import Path

import click

from digest import bootstrap
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.slots import require_sources
from digest.cli.installation import own_settings
from digest.cli.output.reports import print_json, print_source_report, source_report_json
from digest.operations.collecting import collect_window
from digest.operations.retention import clean_after_command
from digest.scheduler.daily_run import collecting_window


@click.command()
@json_option
@config_option
def collect(as_json: bool, config: Path | None) -> None:
    """Query every source once and store the articles and their counters.

    `digest run` does the same all day. The ranking learns from these readings how articles grow. Exit code 1 if a
    source failed; the others are stored anyway. Without `digest run` it also deletes what is old, once a day.
    """
    with bootstrap.open_app(own_settings(config), clock()) as app:
        require_sources(app)
        collected = collect_window(app, collecting_window(app), report=print_source_report)
        clean_after_command(app)
    if as_json:
        print_json([source_report_json(report) for report in collected.reports])
    if any(report.error for report in collected.reports):
        raise click.exceptions.Exit(1)

"""`digest migrate`: bring the database up to date."""

from importlib import import_module
from pathlib import Path

import click

from digest.cli.arguments.options import config_option
from digest.cli.installation import own_settings
from digest.store.connect import open_database, open_job_tables
from digest.store.upkeep.cluster_extra import is_cluster_installed


@click.command()
@config_option
def migrate(config: Path | None) -> None:
    """Bring the database up to date.

    Needed with PostgreSQL, before the first start and after each update of Digest. SQLite is updated automatically.
    """
    settings = own_settings(config)
    with open_database(settings) as database:
        changed = database.migrate()
    if is_cluster_installed():
        with open_job_tables(settings) as tables:
            if tables.are_possible:
                changed |= import_module("digest.cluster.job_schema").make_job_tables(tables)
    click.echo("the database was brought up to date" if changed else "the database is up to date")

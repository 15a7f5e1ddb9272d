"""`digest migrate`: bring the database up to date."""

from pathlib import Path

import click

from digest.cli.installation import own_settings
from digest.cli.options import config_option
from digest.store.connect import open_database


@click.command()
@config_option
def migrate(config: Path | None) -> None:
    """Bring the database up to date.

    Needed with PostgreSQL, before the first start and after each update of Digest. SQLite is updated automatically.
    """
    with open_database(own_settings(config)) as database:
        changed = database.migrate()
    click.echo("the database was brought up to date" if changed else "the database is up to date")

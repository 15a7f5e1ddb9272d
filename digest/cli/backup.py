"""`digest backup`: the whole database in one file."""

from pathlib import Path

import click

from digest import bootstrap
from digest.cli.arguments.options import config_option, json_option
from digest.cli.arguments.parameters import FilePath
from digest.cli.installation import own_settings
from digest.cli.output.progress import Meter
from digest.cli.output.reports import print_json
from digest.diagnostics.readable_size import readable_size
from digest.operations.backup import back_up


@click.command(epilog="Example: digest backup /var/backups/digest.backup")
@click.argument("file", type=FilePath(dir_okay=False))
@json_option
@config_option
def backup(file: Path, as_json: bool, config: Path | None) -> None:
    """Write the whole database to FILE, while Digest runs.

    Only its owner can read the file: it holds the readers' addresses and the key of their links. An earlier backup of
    that name is replaced. For PostgreSQL this needs pg_dump. Configuration, `.env`, `dkim/` and `templates/` are files:
    copy them too.
    """
    place = bootstrap.place_of(own_settings(config))
    done: float | None = None

    def progress(copied: int, pages: int) -> None:
        nonlocal done
        done = copied / max(pages, 1)

    with Meter("copying", lambda: "" if done is None else f"{done:.0%}", lambda: done, quiet=as_json):
        size = back_up(place, file, progress)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"{file}: written, {readable_size(size)}")

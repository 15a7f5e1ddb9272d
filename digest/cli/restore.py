"""`digest restore`: a backup takes the place of the database."""

from pathlib import Path

import click

from digest import bootstrap
from digest.cli.arguments.options import clock, config_option, json_option, require_consent
from digest.cli.arguments.parameters import FilePath
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_json
from digest.model.quantities import counted
from digest.model.restored import Replaced, Restored
from digest.operations.backup import read_replaced, require_backup, require_stopped
from digest.operations.backup import restore as put_back
from digest.operations.place import Place


@click.command(epilog="Example: digest restore /var/backups/digest.backup")
@click.argument("file", type=FilePath(dir_okay=False))
@click.option("--yes", "-y", is_flag=True, help="Restore without asking; needed without a terminal.")
@json_option
@config_option
def restore(file: Path, yes: bool, as_json: bool, config: Path | None) -> None:
    """Replace the database with a backup, and pause every issue that was not finished.

    Stop every process of Digest first. What the replaced database knows is carried over: readers who left or were
    erased since get no mail, and issues that were sent since are not made again. Decide on each paused issue with
    `digest send --resume` or `digest cancel`. The replaced database is kept; with PostgreSQL that needs pg_dump. A
    backup of PostgreSQL also needs pg_restore and psql. One of SQLite can be restored into PostgreSQL, without these.
    """
    place = bootstrap.place_of(own_settings(config))
    require_backup(place, file)
    replaced = _compared(place, file)
    remark(_known(replaced))
    if not yes:
        require_consent("Restore the backup?", yes=yes, refused="nothing was changed")
        replaced = _compared(place, file)  # somebody may have left while the question was open, or a service started
    restored, kept = put_back(place, file, replaced, clock().now())
    if restored.is_foreign:
        remark(
            "the backup is of another installation: nothing of the replaced database was carried over, and nobody knows"
            " what was sent, and who left, since the backup"
        )
    if as_json:
        print_json(_json(restored, kept))
    else:
        _show(restored, kept)


def _compared(place: Place, file: Path) -> Replaced | None:
    """What the database knows that the backup may not know; raises DigestError while a process uses it."""
    require_stopped(place, clock().now())
    return read_replaced(place, file)


def _known(replaced: Replaced | None) -> str:
    if replaced is None:
        return "no readable database to compare with: nobody knows what was sent, and who left, since the backup"
    return (
        f"the database that is replaced knows issues that were sent: {len(replaced.sent)}; readers who left:"
        f" {len(replaced.departures)}; readers who subscribed since the backup will be missing"
    )


def _json(restored: Restored, kept: Path | None) -> dict[str, object]:
    return {
        "sent_since": [{"issue": name, "messages": number} for name, number in restored.sent_since.items()],
        "paused": list(restored.paused),
        "left_since": restored.departed,
        "erased_since": restored.erased,
        "replaced": None if kept is None else str(kept),
    }


def _show(restored: Restored, kept: Path | None) -> None:
    for name, number in restored.sent_since.items():
        click.echo(f"{name}: {counted(number, 'message', ',')} sent after the backup was made")
    for name in restored.paused:
        click.echo(f"{name}: paused; `digest send --resume {name}` continues it, `digest cancel {name}` ends it")
    if restored.departed or restored.erased:
        click.echo(f"readers who left since the backup: {restored.departed:,}; erased again: {restored.erased:,}")
    if kept is not None:
        click.echo(f"the replaced database is kept: {kept}")
    click.echo("restored")

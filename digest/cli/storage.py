"""What `digest status --storage` shows: how large the database is, and what it holds."""

from typing import Any

import click

from digest.app import App
from digest.cli.arguments.times import readable_time
from digest.cli.output.reports import Row, print_json, print_listing
from digest.diagnostics.readable_size import readable_size
from digest.model.storage import FamilySize, StorageSize


def print_storage(app: App, *, as_json: bool) -> None:
    """Print it as a table or as JSON."""
    size = app.storage.size(app.clock.now())
    if as_json:
        print_json(_storage_json(size))
        return
    empty = "`digest run` counts what it holds once a day, and has not yet"
    print_listing(("what", "rows", "size"), [_family_row(one) for one in size.families if size.counted_at], empty=empty)
    free = f", of which {readable_size(size.free)} are free for new rows" if size.free else ""
    click.echo(f"database: {readable_size(size.bytes)}{free}")
    if size.counted_at and size.counted_at < app.clock.now():
        click.echo(f"counted {readable_time(size.counted_at, app.zone, app.clock.now())}")


def _family_row(one: FamilySize) -> Row:
    return (one.name, one.rows, "-" if one.bytes is None else readable_size(one.bytes)), ""


def _storage_json(size: StorageSize) -> dict[str, Any]:
    return {
        "bytes": size.bytes,
        "free": size.free,
        "counted_at": size.counted_at.isoformat() if size.counted_at else None,
        "families": [{"family": one.name, "rows": one.rows, "bytes": one.bytes} for one in size.families],
    }

"""`digest subscribers`: add, import, list, remove and export the audience."""

import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from digest.atomic_write import write_file
from digest.cli.addresses import parse_address
from digest.cli.csv_files import open_csv
from digest.cli.installation import own_settings
from digest.cli.options import clock, config_option, json_option
from digest.cli.output import print_json
from digest.cli.progress import Meter, Pace
from digest.errors import DigestError
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.parsing.csv_table import BadRow
from digest.settings.schema import LANGUAGES, Settings
from digest.store import connect
from digest.store.subscribers import Subscribers
from digest.subscribers.csv_io import SubscriberReader, read_csv, write_csv

BATCH = 5_000  # rows in a transaction: small enough for progress and for other writers, large enough for speed


@click.group()
def subscribers() -> None:
    """Manage the subscribers.

    By `add` and `import` you state that these people asked for the digest.
    """


@subscribers.command(epilog="Example: digest subscribers add anna@readers.example --name Anna")
@click.argument("email")
@click.option("--name", help="The subscriber's name.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The subscriber's language.")
@click.option("--edition", "editions", multiple=True, metavar="NAME", help="May be repeated.  [default: every edition]")
@config_option
def add(email: str, name: str | None, language: str | None, editions: tuple[str, ...], config: Path | None) -> None:
    """Add a subscriber, or change their details."""
    with _open_audience(own_settings(config)) as audience:
        _require_editions(audience, editions)
        subscriber = Subscriber(email=parse_address(email), name=name, language=language, editions=editions)
        result = audience.subscribers.add(subscriber, audience.now())
    if result == "left":
        raise DigestError("not added: this reader unsubscribed and must sign up again")
    click.echo({"added": "added", "changed": "changed", "same": "already subscribed"}[result])


@subscribers.command("import", epilog="Example: digest subscribers import readers.csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@json_option
@config_option
def import_(file: Path, as_json: bool, config: Path | None) -> None:
    """Import subscribers from a CSV file (`-`: standard input).

    The first line names the columns: `email`, and optionally name, language, edition, sections, frequency, timezone and
    status. Bad rows are reported and the others imported. The same file may be imported again.
    """
    settings = own_settings(config)
    with open_csv(file) as lines, _open_audience(settings) as audience:
        reader = read_csv(lines, str(file))
        done = _ImportResult(keep_bad_rows=as_json)
        _import_rows(audience, reader, done, _share_read(lines))
        unknown = sorted(done.editions.difference(one.name for one in audience.settings.editions))
    if unknown:
        click.echo(f"editions that the configuration does not have: {', '.join(unknown)}", err=True)
    ignored = sorted(reader.unknown)
    if as_json:
        bad = [{"line": row.line, "says": row.message} for row in done.bad_rows]
        counts = {result: done.counts[result] for result in ("added", "changed", "same", "left")}
        print_json({**counts, "bad": bad, "ignored": ignored})
    else:
        _print_import(done, ignored)
    if done.bad and not done.counts:
        raise DigestError("no row could be imported")


@subscribers.command("list")
@click.option("--status", type=click.Choice([str(one) for one in SubscriberStatus]), help="List only this status.")
@json_option
@config_option
def list_(status: str | None, as_json: bool, config: Path | None) -> None:
    """List the subscribers."""
    with _open_audience(own_settings(config)) as audience:
        found = audience.subscribers.list(SubscriberStatus(status) if status else None)
        if as_json:
            print_json([_subscriber_json(subscriber) for subscriber in found])
            return
        for subscriber in found:
            editions = ",".join(subscriber.editions) or "every edition"
            click.echo(f"{subscriber.email}\t{subscriber.status}\t{editions}\t{subscriber.name or ''}".rstrip())


@subscribers.command()
@click.argument("email")
@config_option
def remove(email: str, config: Path | None) -> None:
    """Unsubscribe a reader and cancel what is planned for them."""
    with _open_audience(own_settings(config)) as audience:
        if not audience.subscribers.remove(parse_address(email), "operator", audience.now()):
            raise DigestError("this address is not subscribed; `digest subscribers list` lists the subscribers")
    click.echo("removed")


@subscribers.command(epilog="Example: digest subscribers export readers.csv")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@config_option
def export(file: Path, config: Path | None) -> None:
    """Export all subscribers as CSV, for `import`.  [default: to standard output]"""
    with _open_audience(own_settings(config)) as audience:
        lines = write_csv(audience.subscribers.list())
        if str(file) == "-":
            for line in lines:
                click.echo(line, nl=False)
        else:
            write_file(file, "".join(lines).encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Audience:
    """What these commands need; the modules that make and send issues are not even loaded."""

    settings: Settings
    subscribers: Subscribers
    now: Callable[[], datetime]


@contextmanager
def _open_audience(settings: Settings) -> Iterator[_Audience]:
    with connect.open_audience(settings) as stored:
        yield _Audience(settings=settings, subscribers=stored, now=clock().now)


def _require_editions(audience: _Audience, editions: Iterable[str]) -> None:
    for name in editions:
        audience.settings.edition(name)


@dataclass(slots=True)
class _ImportResult:
    """What an import has done so far; bad rows are kept only for the JSON answer, else printed at once."""

    keep_bad_rows: bool
    counts: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        return self.counts.total() + self.bad


def _import_rows(
    audience: _Audience, reader: SubscriberReader, done: _ImportResult, share: Callable[[], float | None]
) -> None:
    """Import in batches, a transaction each; after a stop the same file may be imported again."""
    pace = Pace(0)
    rows = iter(reader)
    with Meter("importing", lambda: _import_summary(done, pace), share, quiet=done.keep_bad_rows) as meter:
        try:
            while batch := list(islice(rows, BATCH)):
                _import_batch(audience, batch, done, meter)
        except KeyboardInterrupt:
            meter.line(f"digest: {done.rows} rows imported; import the same file again for the rest")
            raise


def _import_batch(audience: _Audience, batch: list[Subscriber | BadRow], done: _ImportResult, meter: Meter) -> None:
    people = [row for row in batch if isinstance(row, Subscriber)]
    done.counts.update(audience.subscribers.add_many(people, audience.now()))
    done.editions.update(name for one in people for name in one.editions)
    for row in batch:
        if isinstance(row, BadRow):
            done.bad += 1
            if done.keep_bad_rows:
                done.bad_rows.append(row)
            else:
                meter.line(f"digest: line {row.line}: {row.message}")


def _import_summary(done: _ImportResult, pace: Pace) -> str:
    return f"{done.rows} rows, {pace.rate(done.rows):.0f} a second, {done.bad} bad"


def _share_read(file: Any) -> Callable[[], float | None]:
    """A function for the share of the file that was read, from 0 to 1; None for a pipe."""

    def share() -> float | None:
        try:
            number = file.fileno()
            return os.lseek(number, 0, os.SEEK_CUR) / max(os.fstat(number).st_size, 1)
        except (OSError, ValueError, io.UnsupportedOperation):
            return None

    return share


def _print_import(done: _ImportResult, ignored: list[str]) -> None:
    if ignored:
        click.echo(f"ignored columns: {', '.join(ignored)}", err=True)
    counts = done.counts
    left = f", {counts['left']} unsubscribed earlier and not added" if counts["left"] else ""
    click.echo(
        f"{counts['added']} added, {counts['changed']} changed, {counts['same']} unchanged{left}, {done.bad} bad rows"
    )


def _subscriber_json(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "language": subscriber.language,
        "edition": list(subscriber.editions),
        "sections": list(subscriber.sections),
        "frequency": subscriber.frequency,
        "timezone": subscriber.timezone,
        "status": str(subscriber.status),
    }

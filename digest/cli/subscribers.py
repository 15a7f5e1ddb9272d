"""`digest subscribers …`: the audience from the shell."""

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
from digest.cli.csv_files import open_csv
from digest.cli.options import clock, config_option, json_option, say_json
from digest.cli.progress import Meter, Pace
from digest.errors import ConfigurationError, DigestError
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.parsing.addresses import check_address
from digest.parsing.csv_table import BadRow
from digest.settings.load import find_settings, is_sample
from digest.settings.schema import LANGUAGES, Settings
from digest.store import opening
from digest.store.subscribers import Subscribers
from digest.subscribers.csv_io import SubscriberReader, read_csv, write_csv

_BATCH = 5_000  # rows in a transaction: few enough to show progress and let other writers in, enough to be quick


@click.group()
def subscribers() -> None:
    """The audience: who gets the digest.

    `add` and `import` are your statement that these people asked for it.
    """


@subscribers.command()
@click.argument("email")
@click.option("--name", help="The reader's name.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The reader's language.")
@click.option("--edition", "editions", multiple=True, help="Only this edition; may be repeated.  [default: every one]")
@config_option
def add(email: str, name: str | None, language: str | None, editions: tuple[str, ...], config: Path | None) -> None:
    """Add a subscriber, or change one."""
    with _opened(config) as parts:
        _require_editions(parts, editions)
        subscriber = Subscriber(email=_address(email), name=name, language=language, editions=editions)
        word = parts.subscribers.add(subscriber, parts.now())
    if word == "left":
        raise DigestError("not added: this reader has left by his own hand, and must subscribe himself")
    click.echo({"added": "added", "changed": "changed", "same": "is there already"}[word])


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@json_option
@config_option
def import_(file: Path, as_json: bool, config: Path | None) -> None:
    """Import a CSV file (`-`: standard input): a column `email`, and if you like name, language, edition, sections,
    frequency, timezone, status.

    A bad row is reported and the others go on; the same file may be imported again.
    """
    with open_csv(file) as lines, _opened(config) as parts:
        reader = read_csv(lines, str(file))
        done = _Import(keep=as_json)
        _import(parts, reader, done, _share_of(lines))
        strange = sorted(done.editions.difference(one.name for one in parts.settings.editions))
    if strange:
        click.echo(f"editions that the configuration does not have: {', '.join(strange)}", err=True)
    unknown = sorted(reader.unknown)
    if as_json:
        rows = [{"line": row.line, "says": row.message} for row in done.kept]
        words = {word: done.words[word] for word in ("added", "changed", "same", "left")}
        say_json({**words, "bad": rows, "ignored": unknown})
    else:
        _tell_import(done, unknown)
    if done.bad and not done.words:
        raise DigestError("no row could be imported")


@subscribers.command("list")
@click.option("--status", type=click.Choice([str(one) for one in SubscriberStatus]), help="Only these.")
@json_option
@config_option
def list_(status: str | None, as_json: bool, config: Path | None) -> None:
    """List the subscribers."""
    with _opened(config) as parts:
        found = parts.subscribers.list(SubscriberStatus(status) if status else None)
        if as_json:
            say_json([_row(subscriber) for subscriber in found])
            return
        for subscriber in found:
            editions = ",".join(subscriber.editions) or "every edition"
            click.echo(f"{subscriber.email}\t{subscriber.status}\t{editions}\t{subscriber.name or ''}".rstrip())


@subscribers.command()
@click.argument("email")
@config_option
def remove(email: str, config: Path | None) -> None:
    """Unsubscribe somebody; what is planned for him is cancelled."""
    with _opened(config) as parts:
        if not parts.subscribers.remove(_address(email), "operator", parts.now()):
            raise DigestError("nobody is subscribed with this address; `digest subscribers list` shows who is")
    click.echo("removed")


@subscribers.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@config_option
def export(file: Path, config: Path | None) -> None:
    """Export all subscribers as CSV, which `import` reads (default: to standard output)."""
    with _opened(config) as parts:
        lines = write_csv(parts.subscribers.list())
        if str(file) == "-":
            for line in lines:
                click.echo(line, nl=False)
        else:
            write_file(file, "".join(lines).encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """What keeping the audience needs; the parts that make and send issues are not even loaded."""

    settings: Settings
    subscribers: Subscribers
    now: Callable[[], datetime]


@contextmanager
def _opened(config: Path | None) -> Iterator[_Parts]:
    settings = find_settings(config)
    if is_sample(settings):
        raise ConfigurationError("the sample portal keeps no subscribers; `digest init` writes a configuration")
    with opening.open_audience(settings) as audience:
        yield _Parts(settings=settings, subscribers=audience, now=clock().now)


def _address(email: str) -> str:
    try:
        return check_address(email)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _require_editions(parts: _Parts, editions: Iterable[str]) -> None:
    for name in editions:
        parts.settings.edition(name)


@dataclass(slots=True)
class _Import:
    """What an import has done so far; bad rows are kept only where they are answered at the end."""

    keep: bool
    words: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    kept: list[BadRow] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        return self.words.total() + self.bad


def _import(parts: _Parts, reader: SubscriberReader, done: _Import, share: Callable[[], float | None]) -> None:
    """Import in groups, each of which is stored as a whole; who stops between two may import the same file again."""
    pace = Pace(0)
    rows = iter(reader)
    with Meter("importing", lambda: _so_far(done, pace), share, quiet=done.keep) as meter:
        try:
            while group := list(islice(rows, _BATCH)):
                _import_group(parts, group, done, meter)
        except KeyboardInterrupt:
            meter.line(f"digest: {done.rows} rows are imported; import the same file again for the rest")
            raise


def _import_group(parts: _Parts, group: list[Subscriber | BadRow], done: _Import, meter: Meter) -> None:
    people = [row for row in group if isinstance(row, Subscriber)]
    done.words.update(parts.subscribers.add_many(people, parts.now()))
    done.editions.update(name for one in people for name in one.editions)
    for row in group:
        if isinstance(row, BadRow):
            done.bad += 1
            if done.keep:
                done.kept.append(row)
            else:
                meter.line(f"digest: line {row.line}: {row.message}")


def _so_far(done: _Import, pace: Pace) -> str:
    return f"{done.rows} rows, {pace.rate(done.rows):.0f} a second, {done.bad} bad"


def _share_of(file: Any) -> Callable[[], float | None]:
    """How much of the file is read, from 0 to 1, as the operating system sees it; None for a pipe."""

    def share() -> float | None:
        try:
            number = file.fileno()
            return os.lseek(number, 0, os.SEEK_CUR) / max(os.fstat(number).st_size, 1)
        except (OSError, ValueError, io.UnsupportedOperation):
            return None

    return share


def _tell_import(done: _Import, unknown: list[str]) -> None:
    if unknown:
        click.echo(f"columns that were ignored: {', '.join(unknown)}", err=True)
    counts = done.words
    left = f", {counts['left']} who had left stay out" if counts["left"] else ""
    says = f"{counts['added']} added, {counts['changed']} changed, {counts['same']} as they were{left}"
    click.echo(f"{says}, {done.bad} bad rows")


def _row(subscriber: Subscriber) -> dict[str, Any]:
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

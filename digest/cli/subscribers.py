"""`digest subscribers …`: the audience from the shell."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from digest import assemble
from digest.atomic import write_file
from digest.audience import BadRow, CsvReader, check_address, read_csv, write_csv
from digest.cli.options import clock, config_option, json_option, say_json
from digest.errors import ConfigurationError, DigestError
from digest.model import Subscriber, SubscriberStatus
from digest.pipeline import Parts
from digest.settings import LANGUAGES

_BATCH = 2_000


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
        word = parts.subscribers.add(subscriber, parts.clock.now())
    if word == "left":
        raise DigestError("not added: this reader has left by his own hand, and must subscribe himself")
    click.echo({"added": "added", "changed": "changed", "same": "is there already"}[word])


@subscribers.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"))
@json_option
@config_option
def import_(file: Any, as_json: bool, config: Path | None) -> None:
    """Import a CSV file (`-`: standard input): a column `email`, and if you like name, language, edition, sections,
    frequency, timezone, status.

    A bad row is reported and the others go on; the same file may be imported again.
    """
    with _opened(config) as parts:
        reader = read_csv(file)
        counts, bad, editions = _imported(parts, reader, quiet=as_json)
        strange = sorted(editions.difference(one.name for one in parts.settings.editions))
    if strange:
        click.echo(f"editions that the configuration does not have: {', '.join(strange)}", err=True)
    unknown = sorted(reader.unknown)
    if as_json:
        rows = [{"line": row.line, "says": row.says} for row in bad]
        say_json(
            {**{word: counts[word] for word in ("added", "changed", "same", "left")}, "bad": rows, "ignored": unknown}
        )
    else:
        _tell_import(counts, bad, unknown)
    if bad and not counts:
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
        if not parts.subscribers.remove(_address(email), "operator", parts.clock.now()):
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


@contextmanager
def _opened(config: Path | None) -> Iterator[Parts]:
    settings = assemble.find_settings(config)
    if assemble.is_sample(settings):
        raise ConfigurationError("the sample portal keeps no subscribers; `digest init` writes a configuration")
    with assemble.open_parts(settings, clock()) as parts:
        yield parts


def _address(email: str) -> str:
    try:
        return check_address(email)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _require_editions(parts: Parts, editions: Iterable[str]) -> None:
    for name in editions:
        parts.settings.edition(name)


def _imported(parts: Parts, reader: CsvReader, *, quiet: bool) -> tuple[Counter[str], list[BadRow], set[str]]:
    counts: Counter[str] = Counter()
    bad: list[BadRow] = []
    editions: set[str] = set()
    rows = iter(reader)
    with Progress(transient=True, disable=quiet or not sys.stderr.isatty()) as progress:
        task = progress.add_task("importing", total=None)
        while group := list(islice(rows, _BATCH)):
            people = [row for row in group if isinstance(row, Subscriber)]
            bad += [row for row in group if isinstance(row, BadRow)]
            editions.update(name for one in people for name in one.editions)
            counts.update(parts.subscribers.add_many(people, parts.clock.now()))
            progress.advance(task, len(group))
    return counts, bad, editions


def _tell_import(counts: Counter[str], bad: list[BadRow], unknown: list[str]) -> None:
    for row in bad:
        click.echo(f"digest: line {row.line}: {row.says}", err=True)
    if unknown:
        click.echo(f"columns that were ignored: {', '.join(unknown)}", err=True)
    left = f", {counts['left']} who had left stay out" if counts["left"] else ""
    says = f"{counts['added']} added, {counts['changed']} changed, {counts['same']} as they were{left}"
    click.echo(f"{says}, {len(bad)} bad rows")


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

"""`digest subscribers`: add, import, list, remove, export and erase the audience."""

import glob
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import click

from digest.atomic_write import delete_abandoned, link_target, write_file
from digest.cli.arguments.addresses import parse_address
from digest.cli.arguments.csv_files import open_csv
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.parameters import TEXT, TEXT_OR_EMPTY, FilePath
from digest.cli.import_run import ImportRun, checked_reader
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.cli.output.reports import on_terminal, print_json, print_json_list, print_listing, with_hanging_indent
from digest.cli.reader_data import erase_reader, export_reader
from digest.errors import ConfigurationError, DigestError
from digest.model.quantities import counted
from digest.model.subscribers import LeftBy, RowOutcome, Subscriber, SubscriberStatus
from digest.parsing.text import clean_line
from digest.settings.schema import LANGUAGES, Settings
from digest.store import connect
from digest.store.subscribers.invitations import MESSAGES_PER_HOUR
from digest.store.subscribers.row_merging import Resubscribe
from digest.store.subscribers.subscribers import Subscribers
from digest.subscribers.cells import LONGEST_LINE
from digest.subscribers.consent import TEXT_COLUMN, note_line, proof_lines
from digest.subscribers.csv_export import write_csv
from digest.subscribers.csv_io import RowDefaults
from digest.subscribers.preferences import preference_line, stored_editions


@click.group()
@config_option
def subscribers(config: Path | None) -> None:
    """Manage the subscribers.

    With `add` and `import` you state that these people asked for the digest.
    """


@subscribers.command(epilog="Example: digest subscribers add anna@readers.example --name Anna")
@click.argument("email", type=TEXT, metavar="ADDRESS")
@click.option("--name", type=TEXT_OR_EMPTY, help="The subscriber's name.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The subscriber's language.")
@click.option(
    "--edition", "editions", type=TEXT, multiple=True, metavar="NAME", help="May be repeated.  [default: every edition]"
)
@config_option
def add(email: str, name: str | None, language: str | None, editions: tuple[str, ...], config: Path | None) -> None:
    """Add a subscriber, or change their details."""
    with _open_audience(own_settings(config)) as audience:
        _require_editions(audience, editions)
        named = clean_line(name, 4 * len(name)) if name else None
        if len(named or "") > LONGEST_LINE:
            raise click.UsageError(f"--name: the name may have {LONGEST_LINE} characters; shorten it")
        languages = {one.name: audience.settings.language_of(one) for one in audience.settings.editions}
        subscriber = Subscriber(
            email=parse_address(email),
            name=named or None,
            language=language,
            editions=editions or stored_editions((), language, languages),
        )
        result = audience.subscribers.add(subscriber, audience.now())
        known = audience.subscribers.find(subscriber.email)
    if result is RowOutcome.LEFT:
        suppressed = known is not None and known.status is SubscriberStatus.SUPPRESSED
        ended = "unsubscribed" if known else "was erased"
        reason = "mail to this address is suppressed" if suppressed else f"this reader {ended} and must sign up again"
        raise DigestError(f"not added: {reason}")
    if known is not None and known.editions != subscriber.editions:
        remark("the reader keeps the editions that they chose on their page")
    click.echo("already subscribed" if result is RowOutcome.SAME else result)


@subscribers.command("import", epilog="Example: digest subscribers import readers.csv")
@click.argument("file", type=FilePath(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--edition", "editions", type=TEXT, multiple=True, metavar="NAME", help="For rows without one. May be repeated."
)
@click.option("--all-editions", is_flag=True, help="Rows without an edition get every edition.")
@click.option("--status", type=click.Choice([str(one) for one in SubscriberStatus]), help="For rows without one.")
@click.option("--confirm", is_flag=True, help=f"Ask the readers to confirm by mail first, {MESSAGES_PER_HOUR} an hour.")
@click.option(
    "--resubscribe",
    is_flag=True,
    help="Also subscribe readers who unsubscribed or are suppressed; replace editions that readers chose.",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen to each kind of row; write nothing.")
@json_option
@config_option
def import_(
    file: Path,
    editions: tuple[str, ...],
    all_editions: bool,
    status: str | None,
    confirm: bool,
    resubscribe: bool,
    dry_run: bool,
    as_json: bool,
    config: Path | None,
) -> None:
    """Import subscribers from a CSV file (`-`: standard input).

    The first line names the columns: `email`, and optionally name, language, edition, sections, frequency, timezone,
    hour, paused_until and status, or those of another system's export. Bad rows are reported and the others imported.
    The same file may be imported again.
    """
    if editions and all_editions:
        raise click.UsageError("--edition and --all-editions exclude each other; use one of them")
    settings = own_settings(config)
    defaults = RowDefaults(
        status=SubscriberStatus(status) if status else None,
        editions=editions,
        known_editions=frozenset(one.name for one in settings.editions),
    )
    inviting = _inviting(settings) if confirm else nullcontext()
    with open_csv(file) as lines, _open_audience(settings) as audience, inviting as inviter:
        _require_editions(audience, editions)
        run = ImportRun(
            subscribers=audience.subscribers,
            now=audience.now,
            known_editions=defaults.known_editions,
            resubscribe=Resubscribe.EVERYBODY if resubscribe else Resubscribe.NOBODY,
            dry_run=dry_run,
            quiet=as_json,
            inviter=inviter,
        )
        with checked_reader(lines, str(file), defaults) as (reader, share_read):
            if not (editions or all_editions or reader.has_editions):
                _require_one_edition(settings, str(file))
            run.import_rows(reader, share_read)
        if as_json:
            print_json(run.as_json(reader))
        else:
            run.print_summary(reader)
    if run.result.bad and not run.result.counts:
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
            print_json_list(map(_subscriber_json, found))
            return
        if on_terminal():
            rows = [(_subscriber_cells(subscriber), "") for subscriber in found]
            print_listing(("email", "status", "editions", "name"), rows, empty="no subscribers")
            if rows:
                click.echo(counted(len(rows), "subscriber"))
            return
        for subscriber in found:
            click.echo("\t".join(_subscriber_cells(subscriber)).rstrip())


@subscribers.command()
@click.argument("email", type=TEXT, metavar="ADDRESS")
@click.option("--ours", is_flag=True, help="It is your decision, not the reader's: `add` may subscribe them again.")
@config_option
def remove(email: str, ours: bool, config: Path | None) -> None:
    """Unsubscribe a reader, at their request.

    What is planned for them is cancelled.
    """
    by = LeftBy.OPERATOR if ours else LeftBy.READER
    with _open_audience(own_settings(config)) as audience:
        if not audience.subscribers.remove(parse_address(email), by, audience.now()):
            raise DigestError("this address is not subscribed; `digest subscribers list` lists the subscribers")
    click.echo("removed")


@subscribers.command()
@click.argument("email", type=TEXT, metavar="ADDRESS")
@config_option
def suppress(email: str, config: Path | None) -> None:
    """Send no more mail to an address, such as one that bounces.

    What is planned for it is cancelled.
    """
    with _open_audience(own_settings(config)) as audience:
        if not audience.subscribers.suppress(parse_address(email), audience.now()):
            raise DigestError("this address gets no mail; `digest subscribers list` lists the subscribers")
    click.echo("suppressed")


@subscribers.command()
@click.argument("email", type=TEXT, metavar="ADDRESS")
@config_option
def unsuppress(email: str, config: Path | None) -> None:
    """Send mail to a suppressed address again.

    Its earlier bounces are forgotten. A reader who had not confirmed gets no issue before they do.
    """
    with _open_audience(own_settings(config)) as audience:
        status = audience.subscribers.unsuppress(parse_address(email), audience.now())
    if status is None:
        raise DigestError("this address is not suppressed; see `digest subscribers list --status suppressed`")
    is_pending = status is SubscriberStatus.PENDING
    click.echo("no longer suppressed; still not confirmed" if is_pending else "subscribed again")


@subscribers.command()
@click.argument("email", type=TEXT, metavar="ADDRESS")
@config_option
def show(email: str, config: Path | None) -> None:
    """Show one reader, and the proof of their consent.

    The proof is each sign-up, with its times and what they agreed to.
    """
    settings, address = own_settings(config), parse_address(email)
    with connect.open_signups(settings) as (stored, signups):
        reader, records = stored.find(address), signups.of_address(address)
        notes = stored.consent_notes(address)
    if reader is None:
        raise DigestError("nobody has this address; `digest subscribers list` lists the subscribers")
    click.echo(f"{reader.email}: {reader.status}; editions: {', '.join(reader.editions) or 'all'}")
    if chosen := preference_line(reader, clock().now().astimezone(settings.portal.zone).date()):
        click.echo(f"  chose       {chosen}")
    zone = settings.portal.zone
    proof = chain((note_line(note, zone) for note in notes), *(proof_lines(record, zone) for record in records))
    for line in proof:
        click.echo(with_hanging_indent(line, TEXT_COLUMN))


@subscribers.command(epilog="Example: digest subscribers export readers.csv")
@click.argument("file", type=FilePath(dir_okay=False, allow_dash=True), default="-")
@click.option("--email", type=TEXT, metavar="ADDRESS", help="Export everything about this one reader, as JSON.")
@config_option
def export(file: Path, email: str | None, config: Path | None) -> None:
    """Export all subscribers as CSV, for `import`.  [default: to standard output]

    Only you can read the file: it holds addresses.
    """
    settings = own_settings(config)
    if email is not None:
        _write(file, [export_reader(settings, parse_address(email, "--email"))])
        return
    with _open_audience(settings) as audience:
        _write(file, write_csv(audience.subscribers.list()))


@subscribers.command(epilog="Example: digest subscribers erase anna@readers.example")
@click.argument("email", type=TEXT, metavar="ADDRESS")
@click.option("-y", "--yes", is_flag=True, help="Erase without asking; needed without a terminal.")
@config_option
def erase(email: str, yes: bool, config: Path | None) -> None:
    """Erase everything about a reader, at their request.

    Only they can subscribe this address again. The messages stay in the numbers of their issues, without address and
    name. A message that is being sent is waited for, up to 30 seconds.
    """
    click.echo(erase_reader(own_settings(config), parse_address(email), clock(), yes=yes))


def _write(file: Path, lines: Iterable[str]) -> None:
    if str(file) == "-":
        for line in lines:
            click.echo(line, nl=False)
    else:
        target = link_target(file)
        delete_abandoned(target.parent, glob.escape(target.name))
        write_file(file, map(str.encode, lines), private=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Audience:
    """What these commands need; the modules that make and send issues are not even loaded."""

    settings: Settings
    subscribers: Subscribers
    now: Callable[[], datetime]


@contextmanager
def _open_audience(settings: Settings) -> Iterator[_Audience]:
    with connect.open_subscribers(settings) as stored:
        yield _Audience(settings=settings, subscribers=stored, now=clock().now)


def _inviting(settings: Settings) -> AbstractContextManager[Any]:
    """What asks readers to confirm; loads the web pages only where that is wanted."""
    inviting: AbstractContextManager[Any] = import_module("digest.cli.inviting").inviting(settings)
    return inviting


def _require_editions(audience: _Audience, editions: Iterable[str]) -> None:
    for name in editions:
        if audience.settings.edition(name).is_weekly:
            raise ConfigurationError(f"{name} is the weekly issue of an edition; readers choose it by frequency")


def _require_one_edition(settings: Settings, file: str) -> None:
    """Raise ConfigurationError where it is not clear to which of several editions the rows belong."""
    names = [one.name for one in settings.editions]
    if len(names) > 1:
        raise ConfigurationError(
            f"{file}: has no column edition, and there are {len(names)} editions; choose with --edition "
            f"{' or --edition '.join(names)}, or --all-editions"
        )


def _subscriber_cells(subscriber: Subscriber) -> tuple[str, ...]:
    editions = ",".join(subscriber.editions) or "every edition"
    return subscriber.email, str(subscriber.status), editions, subscriber.name or ""


def _subscriber_json(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "language": subscriber.language,
        "edition": list(subscriber.editions),
        "sections": list(subscriber.sections),
        "frequency": subscriber.frequency,
        "timezone": subscriber.timezone,
        "hour": subscriber.hour,
        "paused_until": None if subscriber.paused_until is None else subscriber.paused_until.isoformat(),
        "status": str(subscriber.status),
    }

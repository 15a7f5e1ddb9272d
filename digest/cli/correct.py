"""`digest correct`: a short correction to exactly those who have an issue."""

import sys
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import clock, config_option, require_consent
from digest.cli.arguments.parameters import TEXT, FilePath
from digest.cli.arguments.slots import find_issue
from digest.cli.delivering import deliver_issue
from digest.cli.installation import own_settings, warn_if_secrets_are_readable
from digest.errors import DigestError, IssueError
from digest.model.issues import IssueRecord
from digest.model.quantities import counted
from digest.model.web import Correction
from digest.operations.corrections import (
    MOST_CHARACTERS,
    clean_subject,
    clean_text,
    default_subject,
    plan_correction,
    require_correctable,
)
from digest.parsing.encodings.utf_8 import not_utf_8


@click.command(epilog="Example: digest correct daily/2026-10-01 --text correction.txt")
@click.argument("name", type=TEXT, metavar="EDITION/SLOT")
@click.option(
    "--text",
    "file",
    type=FilePath(dir_okay=False, allow_dash=True),
    required=True,
    metavar="FILE",
    help="The text (`-`: standard input), with an empty line between paragraphs.",
)
@click.option("--subject", type=TEXT, help="The subject.  [default: “Correction:” and that of the issue]")
@click.option("-y", "--yes", is_flag=True, help="Send without asking; needed without a terminal.")
@config_option
def correct(name: str, file: Path, subject: str | None, yes: bool, config: Path | None) -> None:
    """Send a short correction to those who have an issue, or may have it, and show it on the issue's page.

    Those who unsubscribed since get nothing. The same command again continues where it stopped; nobody gets the
    correction twice. It is an issue of its own, such as daily/2026-10-01.2, that `pause`, `cancel` and `status` name.
    """
    settings = own_settings(config)
    text, chosen = _text_of(file), _subject_of(subject)
    warn_if_secrets_are_readable(settings)
    own_clock = clock()
    with bootstrap.open_app(settings, own_clock) as app:
        record = find_issue(app, name)
        require_correctable(app, record)
        wanted = Correction(
            subject=chosen or default_subject(app, record),
            text=text,
            by=bootstrap.operator(),
            at=app.ledger_clock.now(),
        )
        planned = app.corrections.find(record.id, wanted) or _plan(app, record, wanted, yes=yes)
        deliver_issue(app, own_clock, planned, wait=False)


def _plan(app: App, record: IssueRecord, wanted: Correction, *, yes: bool) -> IssueRecord:
    readers = app.corrections.readers(record.id)
    if not readers:
        raise IssueError(f"nobody who is still subscribed has {record.name}; nothing was sent")
    question = f"Send “{wanted.subject}” to {counted(readers, 'reader', ',')} who have {record.name}?"
    require_consent(question, yes=yes, refused="nothing was sent")
    return plan_correction(app, record, wanted)


def _subject_of(typed: str | None) -> str:
    try:
        return clean_subject(typed or "")
    except ValueError as error:
        raise click.UsageError(f"--subject: {error}") from None


def _text_of(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        written = raw.decode("utf-8-sig").strip()
    except OSError as error:
        raise DigestError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise DigestError(f"{file}: cannot be read: {not_utf_8(error)}") from None
    if len(written) > MOST_CHARACTERS:
        raise DigestError(f"{file}: {len(written):,} characters are too many; write {MOST_CHARACTERS:,} at most")
    text = clean_text(written)
    if not text:
        raise DigestError(f"{file}: there is no text in it; write the correction into it")
    return text

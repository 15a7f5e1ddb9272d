"""`digest bounces`: read the bounces, complaints and replies of a mailbox."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from digest.bounces.read import read_message
from digest.cli.options import config_option, json_option
from digest.cli.output import indented
from digest.errors import MailError
from digest.mailboxes.factory import open_mailbox
from digest.model.bounces import Report, ReportClass, ReturnedMessage
from digest.protocols import Mailbox
from digest.settings.load import environment

Result = tuple[ReturnedMessage, Report, bool]  # a message, one of its reports, and whether it was acted on


@click.command(
    epilog="""\b
    Examples:
      digest bounces ~/Maildir --dry-run
      digest bounces imaps://bounces@mail.gazette.example/INBOX
    """
)
@click.argument("source")
@click.option("--dry-run", is_flag=True, help="Show what the messages mean; change nothing. Needs no configuration.")
@json_option
@config_option
def bounces(source: str, dry_run: bool, as_json: bool, config: Path | None) -> None:
    """Read bounces, complaints and replies, and act on them.

    SOURCE is a Maildir, an mbox or imaps://user@host/INBOX; the password is BOUNCES_PASSWORD in `.env`.
    """
    if not dry_run:
        raise click.UsageError("only --dry-run is available")
    with open_mailbox(source, Path.cwd(), environment(Path.cwd(), os.environ).get("BOUNCES_PASSWORD", ""), "") as found:
        _print_results(_results(found), as_json=as_json)


def _results(mailbox: Mailbox) -> Iterator[Result]:
    for stored in mailbox.messages():
        returned = read_message(stored.content)
        yield from ((returned, report, False) for report in returned.reports)


def _print_results(results: Iterable[Result], *, as_json: bool) -> None:
    """Print the results one by one: there may be hundreds of thousands."""
    if as_json:
        _print_json(results)
        return
    counts: Counter[ReportClass] = Counter()
    for _returned, report, acted in results:
        counts[report.report_class] += 1
        status = f" {report.status}" if report.status else ""
        click.echo(f"{report.report_class}{status}  {report.address or '-'}{'  (acted on)' if acted else ''}")
        if report.text:
            click.echo(indented(report.text))
    total = ", ".join(f"{counts[one]} {one}" for one in ReportClass if counts[one])
    click.echo(total or "the mailbox is empty")


def _print_json(results: Iterable[Result]) -> None:
    separator, error = "[", None
    try:
        for result in results:
            click.echo(f"{separator}\n  {json.dumps(_as_json(*result), ensure_ascii=False)}", nl=False)
            separator = ","
    except MailError as failure:
        error = failure
    click.echo("[]" if separator == "[" else "\n]")
    if error is not None:
        raise error


def _as_json(returned: ReturnedMessage, report: Report, acted: bool) -> dict[str, Any]:
    return {
        "message": returned.message_id or None,
        "address": report.address,
        "class": str(report.report_class),
        "status": report.status,
        "acted": acted,
        "says": report.text,
    }

"""`digest bounces`: read the bounces, complaints and replies of a mailbox."""

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.parameters import TEXT_OR_PATH
from digest.cli.installation import own_settings
from digest.cli.output.reports import indented, print_json_list
from digest.delivery.returned_mail import ReadReport, read_only
from digest.mailboxes.factory import open_mailbox
from digest.model.bounces import ReportClass
from digest.protocols import Mailbox
from digest.settings.load import environment, load


@click.command(
    epilog="""\b
    Examples:
      digest bounces ~/Maildir --dry-run
      digest bounces imaps://bounces@mail.gazette.example/INBOX
    """
)
@click.argument("source", type=TEXT_OR_PATH)
@click.option("--dry-run", is_flag=True, help="Show what the messages mean; change nothing. Needs no configuration.")
@json_option
@config_option
def bounces(source: str, dry_run: bool, as_json: bool, config: Path | None) -> None:
    """Read bounces, complaints and replies, and act on them.

    SOURCE is a Maildir, an mbox or imaps://user@host/INBOX; the password is BOUNCES_PASSWORD in `.env`. Messages that
    were read are moved to the folder `[bounces] done`. `digest run` reads the mailbox of `[bounces]` automatically.
    """
    if dry_run:
        if config is None:
            password = environment(Path.cwd(), os.environ).get("BOUNCES_PASSWORD", "")
        else:
            password = load(config).bounces.password.get_secret_value()
        with closing(_results_of(read_only, source, password, done="")) as results:
            _print_results(results, as_json=as_json, acts=False)
        return
    settings = own_settings(config, alternative="--dry-run")
    password, done = settings.bounces.password.get_secret_value(), settings.bounces.done
    with (
        bootstrap.open_app(settings, clock()) as app,
        closing(_results_of(bootstrap.returned_mail(app).process, source, password, done)) as results,
    ):
        _print_results(results, as_json=as_json, acts=True)


def _results_of(
    read: Callable[[Mailbox], Iterable[ReadReport]], source: str, password: str, done: str
) -> Generator[ReadReport, None, None]:
    """The results of a mailbox, which is opened when the first one is asked for: a list without any is JSON too."""
    with open_mailbox(source, Path.cwd(), password, done=done) as mailbox:
        yield from read(mailbox)


def _print_results(results: Iterable[ReadReport], *, as_json: bool, acts: bool) -> None:
    """Print the results one by one, there may be hundreds of thousands, and how many there are of each class.

    With `acts`, the last line also says how many had an effect: a message without proof has a class, too.
    """
    if as_json:
        print_json_list(map(_as_json, results))
        return
    counts: Counter[ReportClass] = Counter()
    number_acted = 0
    for _message, report, acted in results:
        counts[report.report_class] += 1
        number_acted += acted
        status = f" {report.status}" if report.status else ""
        click.echo(f"{report.report_class}{status}  {report.address or '-'}{'  (acted on)' if acted else ''}")
        if report.text:
            click.echo(indented(report.text))
    total = ", ".join(f"{counts[one]} {one}" for one in ReportClass if counts[one])
    click.echo((f"{total}; acted on {number_acted}" if acts else total) if total else "the mailbox is empty")


def _as_json(read: ReadReport) -> dict[str, Any]:
    report = read.report
    return {
        "message": read.message.message_id or None,
        "address": report.address,
        "class": str(report.report_class),
        "status": report.status,
        "acted": read.acted,
        "says": report.text,
    }

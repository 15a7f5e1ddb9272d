"""`digest check`: looks for everything that can be wrong with an installation."""

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_json
from digest.diagnostics.alerts.trial_alert import try_alert
from digest.diagnostics.catalogue import CHECKS, check_all
from digest.diagnostics.context import CheckContext
from digest.diagnostics.installation.clock_drift import confirm_clock
from digest.diagnostics.installation.sources import visit_sources
from digest.diagnostics.mail import bounce_loop
from digest.diagnostics.mail.bounce_loop import try_loop
from digest.diagnostics.probes import check_context
from digest.diagnostics.results import Level, NamedResult
from digest.diagnostics.runner import LIMIT, Check, Once, by_severity, run_checks
from digest.errors import DigestError
from digest.settings.schema import Settings

_STYLES = {Level.FAIL: "red", Level.WARN: "yellow", Level.CANNOT_TELL: "cyan", Level.OK: "green"}
_LABELS = {level: level.replace("-", " ") for level in Level}
_LABEL_WIDTH = max(map(len, _LABELS.values())) + 2
_NAME_WIDTH = max(map(len, CHECKS)) + 2
_WIDEST = 120  # columns


@click.command(
    epilog="""\b
    Examples:
      digest check
      digest check --only spf --only dkim --only dmarc
      digest check --json
    """
)
@click.option(
    "--only",
    "names",
    multiple=True,
    type=click.Choice(list(CHECKS)),
    metavar="NAME",
    help=f"Run only this check. May be repeated. Names: {', '.join(CHECKS)}.",
)
@click.option("--loop", is_flag=True, help="Also send a message to the bounce address, and read it from `[bounces]`.")
@click.option("--alert", is_flag=True, help="Also send a test alert to everybody that `[alerts]` names.")
@click.option(
    "--clock-is-right", is_flag=True, help="First confirm the clock, as after a standstill of more than three weeks."
)
@json_option
@config_option
def check(
    names: tuple[str, ...], loop: bool, alert: bool, clock_is_right: bool, as_json: bool, config: Path | None
) -> None:
    """Look for everything that can be wrong: configuration, sources, mail server, DNS.

    Takes at most 20 seconds. `cannot tell` means that something needed for the check did not answer; it is not a
    failure. Nothing is sent without `--loop` and `--alert`. Exit code 1 if a check fails.
    """
    settings = own_settings(config)
    with _installation(settings) as context:
        if clock_is_right:
            _confirm_clock(context)
        results = check_all(context, names)
        mailer = partial(bootstrap.smtp_mailer, settings)  # it raises an error that fails the trial
        trials = [Check("loop", lambda: try_loop(context, mailer(), bounce_loop.LIMIT))] if loop else []
        trials += [Check("alert", lambda: try_alert(context, mailer()))] if alert else []
        results += run_checks(trials, bounce_loop.LIMIT + LIMIT)
    failed = ", ".join(dict.fromkeys(one.check for one in results if one.result.level is Level.FAIL))
    if as_json:
        print_json([_result_json(one) for one in results])
        if failed:
            raise DigestError(f"failed: {failed}")
    else:
        _print_results(by_severity(results), failed)
        if failed:
            raise click.exceptions.Exit(1)


def _confirm_clock(context: CheckContext) -> None:
    """Confirm the clock, and say what it shows; raises DigestError."""
    contradiction = confirm_clock(context)
    if contradiction is not None:
        raise DigestError(f"the clock was not confirmed: {contradiction.message}; {contradiction.fix}")
    remark(f"the clock is confirmed: {context.clock.now().astimezone(context.settings.portal.zone):%Y-%m-%d %H:%M}")


@contextmanager
def _installation(settings: Settings) -> Iterator[CheckContext]:
    """What the checks need; the database is opened once one of them needs it, and closed at the end."""
    own_clock = clock()
    with ExitStack() as closing:
        app = Once(lambda: closing.enter_context(bootstrap.open_app(settings, own_clock)))
        context = check_context(settings, own_clock, app)
        yield replace(context, visit_sources=Once(lambda: visit_sources(context.app)))


def _result_json(one: NamedResult) -> dict[str, Any]:
    return {
        "check": one.check,
        "level": one.result.level,
        "says": one.result.message,
        "fix": one.result.fix or None,
    }


def _print_results(results: Sequence[NamedResult], failed: str) -> None:
    """Print a block for each result, with the sentences beside the levels and names, and a summary.

    It repeats which checks failed: with many sources their lines at the top leave the screen.
    """
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    for one in results:
        _print_result(one, width)
    counts = Counter(one.result.level for one in results)
    click.echo()
    for line in _wrapped(f"failed: {failed}", width) if failed else ():
        click.echo(line)
    click.echo(", ".join(f"{counts[level]} {_LABELS[level]}" for level in Level if counts[level]))


def _print_result(one: NamedResult, width: int) -> None:
    level, indent = one.result.level, " " * (_LABEL_WIDTH + _NAME_WIDTH)
    fix = f"→ {one.result.fix}" if one.result.fix else ""
    lines = [line for text in (one.result.message, fix) if text for line in _wrapped(text, width - len(indent))]
    label = click.style(_LABELS[level].ljust(_LABEL_WIDTH), fg=_STYLES[level], bold=level is Level.FAIL)
    click.echo(f"{label}{one.check.ljust(_NAME_WIDTH)}{lines[0]}")
    for line in lines[1:]:
        click.echo(indent + line)


def _wrapped(text: str, width: int) -> list[str]:
    hanging = "  " if text.startswith("→") else ""
    return textwrap.wrap(
        text, max(width, 20), subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False
    )

"""What several commands print: JSON, tables, and what the sources answered."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.model.articles import SourceReport

_NARROWEST = 100  # columns: in a narrower table the reasons wrap after every other letter
_WRAPPED_COLUMNS = frozenset({"reason", "deliveries", "text"})


def print_json(answer: Any) -> None:
    """Print the answer as JSON on standard output."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Sequence[dict[str, Any]], *, empty: str) -> None:
    """Print the named columns of the rows, or the sentence `empty` where there are none."""
    if not rows:
        click.echo(empty)
        return
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.replace("_", " "), no_wrap=column not in _WRAPPED_COLUMNS, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[column] is None else escape(str(row[column])) for column in columns))
    console = Console()
    console.print(table, width=max(console.width, _NARROWEST))


def print_source_report(report: SourceReport) -> None:
    """Print one line on standard error about a visit to a source."""
    if report.error is not None:
        error = report.error.removeprefix(f"source {report.source}: ")
        click.echo(f"digest: source {report.source} failed: {error}", err=True)
        return
    result = "unchanged since the last visit" if report.visit.unchanged else f"{len(report.visit.sightings)} items"
    click.echo(f"{report.source}: {result}" + "".join(f"; {note}" for note in report.visit.notes), err=True)


def source_report_json(report: SourceReport) -> dict[str, Any]:
    """A visit to a source as an object of the JSON answer."""
    return {
        "source": report.source,
        "items": len(report.visit.sightings),
        "unchanged": report.visit.unchanged,
        "error": report.error,
        "notes": list(report.visit.notes),
    }


def print_anomalies(anomalies: Sequence[str]) -> None:
    """Print on standard error why the issue would be held; nothing where it looks as usual."""
    if anomalies:
        click.echo(f"this issue would be held: {'; '.join(anomalies)}", err=True)

"""What several commands print: JSON, tables, and what the sources answered."""

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from rich.cells import cell_len

from digest.cli.output.log_format import remark
from digest.errors import DigestError
from digest.model.articles import SourceReport
from digest.model.issues import IssueRecord, IssueState
from digest.model.quantities import counted
from digest.parsing.redaction import with_masked_addresses

_INDENT = "    "
_GAP = "  "  # between columns
_NARROWEST = 20  # columns that the widest one has, on however narrow a terminal
_UNPRINTED = f"{__name__}.unprinted"
_ON_SCREEN = 20  # rows of a list that begins with the latest one
_FINISHED = (IssueState.DONE, IssueState.CANCELLED, IssueState.SKIPPED)
One = TypeVar("One")
Row = tuple[Sequence[object], str]  # the cells, and a text about them that may be empty


def print_line(text: str) -> None:
    """Print a line about what a command that sends has done.

    On a full disk or a closed pipe the command goes on, and fails at its end, unless it fails anyway.
    """
    try:
        click.echo(text)
    except OSError as error:
        context = click.get_current_context()
        if _UNPRINTED not in context.meta:
            context.meta[_UNPRINTED] = context.with_resource(_failing_at_the_end(error))


@contextmanager
def _failing_at_the_end(error: OSError) -> Iterator[bool]:
    yield True
    reason = (error.strerror or str(error)).lower()
    raise DigestError(f"standard output cannot be written: {reason}; all else was done")


def print_json(answer: Any) -> None:
    """Print the answer as JSON on standard output."""
    click.echo(_json(answer))


def print_json_list(items: Iterable[Any]) -> None:
    """Print a list as JSON, item by item: there may be hundreds of thousands. After an error it is JSON too."""
    separator, error = "[", None
    try:
        for item in items:
            indented_item = _json(item).replace("\n", "\n  ")
            click.echo(f"{separator}\n  {indented_item}", nl=False)
            separator = ","
    except DigestError as failure:
        error = failure
    click.echo("[]" if separator == "[" else "\n]")
    if error is not None:
        raise error


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def print_listing(columns: Sequence[str], rows: Iterable[Row], *, empty: str) -> None:
    """Print the rows below the names of their columns, or the sentence `empty` where there are none.

    A row's text is printed below its cells, indented, and wrapped where a person reads it at a terminal.
    """
    table = [
        (tuple(map(str, cells)), text) for cells, text in rows
    ]  # the only copy: there may be hundreds of thousands
    if not table:
        click.echo(empty)
        return
    places = range(len(columns))
    longest = [max(cell_len(cells[place]) for cells, _text in table) for place in places]
    widths = _widths_on_screen(list(map(max, longest, map(cell_len, columns))))
    right = [all(cells[place].isdigit() for cells, _text in table) for place in places]
    click.secho(_line(columns, widths, right), bold=True)
    for cells, text in table:
        click.echo(_line(cells, widths, right))
        if text:
            click.echo(indented(text))


def _widths_on_screen(widths: Sequence[int]) -> list[int]:
    """The widths of the columns; at a terminal without room for them the widest one is narrower.

    Else one long address would make every row too long for its line.
    """
    fitting = list(widths)
    if on_terminal():
        excess = sum(widths) + len(_GAP) * (len(widths) - 1) - shutil.get_terminal_size().columns
        widest = max(widths)
        fitting[fitting.index(widest)] = max(widest - max(excess, 0), min(widest, _NARROWEST))
    return fitting


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    """The cells below each other's column; behind one that is wider than its column, the next ones are a line below."""
    lines, start = [""], 0
    for cell, width, on_the_right in zip(cells, widths, right, strict=True):
        end = start + max(width, cell_len(cell))
        place = end - cell_len(cell) if on_the_right else start
        lines[-1] += " " * (place - cell_len(lines[-1])) + cell
        if end > start + width:
            lines.append("")
        start += width + len(_GAP)
    return "\n".join(filter(None, map(str.rstrip, lines)))


def indented(text: str) -> str:
    """A text below a line: indented, and wrapped where a person reads it at a terminal."""
    if not on_terminal():
        return _INDENT + text
    width = shutil.get_terminal_size().columns
    return textwrap.fill(text, width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)


def with_hanging_indent(line: str, indent: int) -> str:
    """A line whose text begins at column `indent`, below which it is wrapped where a person reads it at a terminal."""
    if not on_terminal():
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def on_terminal() -> bool:
    """Whether a person reads standard output at a terminal."""
    return sys.stdout.isatty()


def on_screen(listed: Sequence[One], is_open: Callable[[One], bool] = lambda _one: False) -> list[One]:
    """What of a list that begins with the latest one is printed: all of it, but at a terminal not the oldest.

    They would push the latest ones off the screen. Those that are open stay, however old they are.
    """
    cut = _ON_SCREEN if on_terminal() else len(listed)
    return [one for place, one in enumerate(listed) if place < cut or is_open(one)]


def is_unfinished(record: IssueRecord) -> bool:
    """Whether something is still to be done or decided about the issue."""
    return record.state not in _FINISHED


def print_left_out(number: int, noun: str) -> None:
    """Say how many older ones a list at a terminal left out, and how to see them."""
    if number:
        click.echo(f"and {counted(number, f'older {noun}', ',')}; `| less` after the command shows them")


def print_source_report(report: SourceReport) -> None:
    """Print one line on standard error about a visit to a source."""
    if report.error is not None:
        remark(f"digest: source {report.source} failed: {report.error}")
        return
    items = counted(len(report.visit.sightings), "item")
    result = "unchanged since the last visit" if report.visit.unchanged else items
    remark(f"{report.source}: {result}" + "".join(f"; {note}" for note in report.visit.notes))


def source_report_json(report: SourceReport) -> dict[str, Any]:
    """A visit to a source as an object of the JSON answer."""
    return {
        "source": report.source,
        "items": len(report.visit.sightings),
        "unchanged": report.visit.unchanged,
        "error": report.error,
        "notes": list(report.visit.notes),
    }


def reason_of(record: IssueRecord) -> str:
    """Why the issue is in its state; the address of who holds it is masked, because cron mails what is printed."""
    return with_masked_addresses(record.reason or "")


def print_anomalies(anomalies: Sequence[str]) -> None:
    """Print on standard error why the issue would be held; nothing where it looks as usual."""
    if anomalies:
        remark(f"this issue would be held: {'; '.join(anomalies)}")

"""`digest stories`: find titles that tell the same story, and measure the result against a known answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from digest.cli.csv_files import open_csv
from digest.cli.options import json_option
from digest.cli.output import print_json
from digest.errors import DigestError
from digest.parsing.csv_table import BadRow, CsvTable
from digest.parsing.dates import parse_moment
from digest.parsing.text import clean_line
from digest.stories.compare import Agreement, agreement, compare


@dataclass(frozen=True, slots=True)
class _TitleRow:
    title: str
    story: str | None
    published_at: datetime | None


@click.command(epilog="Example: digest stories titles.csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@json_option
def stories(file: Path, as_json: bool) -> None:
    """Find the titles of a CSV file (`-`: standard input) that tell the same story, in English and Russian.

    The first line names the columns. `title` is required. With `published_at` (ISO or seconds since 1970, in UTC unless
    it has an offset) titles more than 48 hours apart are never joined. With `story`, the known answer, the agreement
    with it is measured (B-cubed). Other columns are ignored.

    Rows are numbered from 0, starting below the column names; empty lines do not count. Every row is in exactly one
    story.
    """
    rows = list(_read_titles(file))
    found = compare([row.title for row in rows], [row.published_at for row in rows]).stories
    known = [row.story for row in rows if row.story is not None]
    measured = agreement(found, known) if rows and len(known) == len(rows) else None
    if as_json:
        print_json(_stories_json(found, measured))
    else:
        _print_stories(found, rows, measured)


def _stories_json(found: Sequence[Sequence[int]], measured: Agreement | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"stories": [{"rows": list(group)} for group in found]}
    if measured is not None:
        answer |= {"precision": measured.precision, "recall": measured.recall, "f1": measured.f1}
    return answer


def _print_stories(found: Sequence[Sequence[int]], rows: list[_TitleRow], measured: Agreement | None) -> None:
    several = [group for group in found if len(group) > 1]
    for group in sorted(several, key=len, reverse=True):
        click.echo(f"story of {len(group)}")
        for place in group:
            click.echo(f"  {place:>4}  {clean_line(rows[place].title)}")
    click.echo(f"{len(rows)} titles, {len(found)} stories, {len(several)} with more than one title")
    if measured is not None:
        marks = f"precision {measured.precision:.3f}, recall {measured.recall:.3f}, F1 {measured.f1:.3f}"
        click.echo(f"agreement with the column `story` (B-cubed): {marks}")


def _read_titles(file: Path) -> Iterator[_TitleRow]:
    with open_csv(file) as lines:
        table = CsvTable(lines, file=str(file), required=("title",), optional=("story", "published_at"))
        for row in table:
            if isinstance(row, BadRow):
                raise DigestError(f"{file}: line {row.line}: {row.message}")
            line, cells = row
            values = {name: cells[place] for name, place in table.places.items() if place < len(cells)}
            story = values.get("story", "").strip() if "story" in table.places else None
            published_at = _published_at(file, line, values.get("published_at", "").strip())
            yield _TitleRow(values.get("title", ""), story, published_at)


def _published_at(file: Path, line: int, text: str) -> datetime | None:
    moment = parse_moment(text, UTC)
    if text and moment is None:
        message = f"expected a time such as 2026-10-01T07:00:00Z, not {clean_line(text, 40)!r}"
        raise DigestError(f"{file}: line {line}: published_at: {message}")
    return moment

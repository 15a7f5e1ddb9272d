"""`digest stories`: find titles that tell the same story, and measure the result against a known answer."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import click

from digest.cli.options import json_option
from digest.cli.output import print_json
from digest.errors import ConfigurationError, DigestError
from digest.parsing.text import clean_line
from digest.stories.compare import Agreement, agreement, compare

_EARLIEST = 100_000_000  # seconds since 1970: a smaller number is a year or a counter, not a moment


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
    with _open_lines(file) as lines:
        first = next(lines, "")
        table = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
        header: list[str] = []
        line = 1
        try:
            for cells in table:
                _require_text(file, line, cells)
                if not header:
                    header = _parse_header(file, cells)
                elif any(map(str.strip, cells)):
                    yield _parse_title_row(file, line, header, cells)
                line = table.line_num + 1
        except csv.Error as error:
            raise DigestError(f"{file}: line {line} is not valid CSV: {error}") from None


@contextmanager
def _open_lines(file: Path) -> Iterator[Iterator[str]]:
    with click.open_file(str(file), "r", encoding="utf-8-sig", errors="surrogateescape") as lines:
        yield iter(lines)


def _require_text(file: Path, line: int, cells: Iterable[str]) -> None:
    """Raise DigestError for bytes that are not UTF-8; the file is decoded with surrogateescape."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        raise DigestError(f"{file}: line {line} is not UTF-8 text; save the file as UTF-8") from None


def _parse_header(file: Path, cells: Iterable[str]) -> list[str]:
    names = [name.strip().casefold() for name in cells]
    if names.count("title") != 1:
        found = clean_line(", ".join(filter(None, names)), 120) or "nothing"
        raise ConfigurationError(f"{file}: line 1 must name one column `title`; it names: {found}")
    return names


def _parse_title_row(file: Path, line: int, header: list[str], cells: list[str]) -> _TitleRow:
    if any(map(str.strip, cells[len(header) :])):
        counts = f"{len(cells)} values for {len(header)} columns"
        raise DigestError(f"{file}: line {line} has {counts}; quote values that contain commas")
    values = dict(zip(header, cells, strict=False))
    story = values.get("story", "").strip() if "story" in header else None
    return _TitleRow(values.get("title", ""), story, _published_at(file, line, values.get("published_at", "").strip()))


def _published_at(file: Path, line: int, text: str) -> datetime | None:
    if not text:
        return None
    try:
        if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit() and float(text) >= _EARLIEST:
            return datetime.fromtimestamp(float(text), UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        expected = f"expected a time such as 2026-10-01T07:00:00Z, not {clean_line(text, 40)!r}"
        raise DigestError(f"{file}: line {line}: published_at: {expected}") from None


def _delimiter(first: str) -> str:
    return max((",", ";", "\t"), key=first.count)

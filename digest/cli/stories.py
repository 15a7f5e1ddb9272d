"""`digest stories`: the articles of an issue, or the titles of a file, that tell the same story."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.cli.arguments.csv_files import open_csv
from digest.cli.arguments.options import clock, config_option, issue_options, json_option
from digest.cli.arguments.parameters import FilePath
from digest.cli.arguments.slots import choose_slot, require_articles, require_sources
from digest.cli.output.reports import print_json, print_source_report
from digest.errors import DigestError
from digest.model.articles import Article
from digest.model.quantities import counted
from digest.parsing.dates.moments import parse_moment
from digest.parsing.tables.csv_table import BadRow, CsvTable
from digest.parsing.text import clean_line
from digest.pipeline import IssueRun
from digest.settings.load import find_settings
from digest.stories.agreement import Agreement, agreement


@dataclass(frozen=True, slots=True)
class _TitleRow:
    title: str
    story: str | None
    published_at: datetime | None


@click.command(epilog="Example: digest stories titles.csv")
@click.argument("file", required=False, type=FilePath(exists=True, dir_okay=False, allow_dash=True))
@issue_options("the next issue")
@json_option
@config_option
def stories(file: Path | None, edition_name: str | None, day: date | None, as_json: bool, config: Path | None) -> None:
    """Find the articles of the coming issue, or the titles of a CSV file (`-`: standard input), that tell one story.

    Without FILE the sources are asked once, as by `digest rank`; articles that cannot enter the issue are left out.

    The first line of a file names the columns. `title` is required. With `published_at` (ISO or seconds since 1970, in
    UTC unless it has an offset) titles more than 48 hours apart are never joined. With `story`, the known answer, the
    agreement with it is measured (B-cubed). Other columns are ignored. Rows are numbered from 0, starting below the
    column names; empty lines do not count. Every row is in exactly one story.

    A story that is told in two languages needs the extra `portal-digest[bilingual]` to be found.
    """
    if file is None:
        _show_issue(edition_name, day, config, as_json=as_json)
    elif edition_name is None and day is None:
        _show_file(file, as_json=as_json)
    else:
        raise click.UsageError("--edition and --date choose an issue: leave out either them or the file")


def _show_issue(edition_name: str | None, day: date | None, config: Path | None, *, as_json: bool) -> None:
    with bootstrap.open_app(find_settings(config), clock()) as app:
        require_sources(app)
        edition = app.settings.edition(edition_name)
        issue_run = IssueRun.of(app, edition, choose_slot(app, edition, day), report=print_source_report)
        collected, ranked = issue_run.collect(), issue_run.rank()
        require_articles(collected, ranked)
        eligible, found = issue_run.find_stories(ranked)
    articles = [one.article for one in eligible]
    if as_json:
        print_json({"stories": [_story_json(group, articles) for group in found]})
        return
    click.echo(issue_run.name)
    _print_stories(found, [f"  {clean_line(article.title)}\n    {article.url}" for article in articles])


def _story_json(group: Sequence[int], articles: Sequence[Article]) -> dict[str, Any]:
    members = [articles[place] for place in group]
    shown = [{"url": one.url, "title": one.title, "source": next(iter(one.sources), None)} for one in members]
    return {"rows": list(group), "articles": shown}


def _show_file(file: Path, *, as_json: bool) -> None:
    rows = list(_read_titles(file))
    compare = bootstrap.title_comparer(None, clock())
    found = compare([row.title for row in rows], [row.published_at for row in rows]).stories
    known = [row.story for row in rows if row.story is not None]
    measured = agreement(found, known) if rows and len(known) == len(rows) else None
    if as_json:
        print_json(_stories_json(found, measured))
        return
    _print_stories(found, [f"  {place:>4}  {clean_line(row.title)}" for place, row in enumerate(rows)])
    if measured is not None:
        marks = f"precision {measured.precision:.3f}, recall {measured.recall:.3f}, F1 {measured.f1:.3f}"
        click.echo(f"agreement with the column `story` (B-cubed): {marks}")


def _stories_json(found: Sequence[Sequence[int]], measured: Agreement | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"stories": [{"rows": list(group)} for group in found]}
    if measured is not None:
        answer |= {"precision": measured.precision, "recall": measured.recall, "f1": measured.f1}
    return answer


def _print_stories(found: Sequence[Sequence[int]], lines: Sequence[str]) -> None:
    several = [group for group in found if len(group) > 1]
    for group in sorted(several, key=len, reverse=True):
        click.echo(f"story of {len(group)}")
        for place in group:
            click.echo(lines[place])
    stories = "1 story" if len(found) == 1 else f"{len(found)} stories"
    click.echo(f"{counted(len(lines), 'title')}, {stories}, {len(several)} with more than one title")


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

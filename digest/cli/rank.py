"""`digest rank`: the ranking of an issue's articles, with the reasons."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from digest import bootstrap
from digest.cli.arguments.article_numbers import keep_numbers
from digest.cli.arguments.options import clock, config_option, issue_options, json_option
from digest.cli.arguments.slots import choose_slot, print_unknown_sections, require_articles, require_sources
from digest.cli.arguments.times import readable_window
from digest.cli.output.reports import print_anomalies, print_json, print_source_report
from digest.cli.output.tables import sized_console
from digest.model.articles import Count, RankedArticle
from digest.model.issues import Issue
from digest.pipeline import IssueRun
from digest.ranking.explanation import ranked_json
from digest.settings.load import find_settings

_HEADINGS = ("", "score", "views", "comments", "section", "article")
_JUSTIFIED: tuple[JustifyMethod, ...] = ("right", "right", "right", "right", "left")
_SECTION = _HEADINGS.index("section")
_WIDEST_SECTION = 20  # columns; a longer name is wrapped
_INDENT = 4  # columns before what is below a row


@click.command(epilog="Example: digest rank --date 2026-10-01 --explain")
@issue_options("the next issue")
@click.option("--explain", is_flag=True, help="Show the reasons for each score.")
@json_option
@config_option
def rank(edition_name: str | None, day: date | None, explain: bool, as_json: bool, config: Path | None) -> None:
    """Show the ranking of an issue's articles.

    The articles that the issue would contain come first, in its order; the others follow by score. `digest edit` takes
    the numbers, and until you run `digest rank` again they mean these articles.
    """
    with bootstrap.open_app(find_settings(config), clock()) as app:
        require_sources(app)
        edition = app.settings.edition(edition_name)
        issue_run = IssueRun.of(app, edition, choose_slot(app, edition, day), report=print_source_report)
        collected, ranked = issue_run.collect(), issue_run.rank()
        issue, zone = issue_run.compose(ranked), app.zone
        print_anomalies(issue_run.find_anomalies(collected))
        print_unknown_sections(app, edition)
        keep_numbers(app, edition, issue_run.slot, _in_order(issue))
    require_articles(collected, ranked)
    if as_json:
        print_json([ranked_json(place, one) for place, one in enumerate(_in_order(issue), 1)])
        return
    _print_ranking(issue, zone, explain=explain)


def _in_order(issue: Issue) -> Iterable[RankedArticle]:
    return (*issue.articles, *issue.others)


def _print_ranking(issue: Issue, zone: ZoneInfo, *, explain: bool) -> None:
    """Rows of a table, each with its address and reasons below it, and at the end what is the same for all rows."""
    articles, console = list(_in_order(issue)), sized_console()
    rows = [_cells(position, one) for position, one in enumerate(articles, 1)]
    widths = [max(cell_len(row[place]) for row in (_HEADINGS, *rows)) for place in range(len(_HEADINGS) - 1)]
    widths[_SECTION] = min(widths[_SECTION], _WIDEST_SECTION)
    console.print(f"{issue.edition}/{issue.slot}", style="bold", justify="center")
    console.print(_grid(_HEADINGS, widths), style="bold")
    for place, (one, row) in enumerate(zip(articles, rows, strict=True)):
        style = "" if place < len(issue.articles) else "dim"
        console.print(_grid(row, widths), style=style)
        # Below the row and never broken: an address must be found whole, to open or to copy it.
        console.print(Text(f"{' ' * _INDENT}{one.article.url}"), style=style, soft_wrap=True)
        if explain:
            console.print(_own_reasons(one), style=style)
    for line in (_summary(issue, zone), *(_common_lines(articles) if explain else ())):
        console.print(Text(line))


def _grid(cells: Sequence[str], widths: Sequence[int]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for width, justify in zip(widths, _JUSTIFIED, strict=True):
        grid.add_column(width=width, justify=justify, overflow="fold")
    grid.add_column(overflow="fold")
    grid.add_row(*map(escape, cells))
    return grid


def _cells(position: int, one: RankedArticle) -> tuple[str, ...]:
    views, comments = _counter(one.views), _counter(one.comments)
    return str(position), f"{one.score:.3f}", views, comments, one.article.section or "", one.article.title


def _counter(count: Count | None) -> str:
    return "?" if count is None else str(count.value)


def _own_reasons(one: RankedArticle) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=_INDENT + 1, justify="right")
    grid.add_column(overflow="fold")
    for why in one.reasons:
        if why.own:
            grid.add_row("·", escape(why.own.replace("; ", "\n")))
    return grid


def _common_lines(articles: Sequence[RankedArticle]) -> list[str]:
    return list(dict.fromkeys(why.common for one in articles for why in one.reasons if why.common))


def _summary(issue: Issue, zone: ZoneInfo) -> str:
    chosen = f"{len(issue.articles)} chosen of {len(issue.articles) + len(issue.others)}"
    notes = "".join(f"; {note}" for note in issue.notes)
    return f"{chosen}{notes}; published {readable_window(issue.window, zone)}"

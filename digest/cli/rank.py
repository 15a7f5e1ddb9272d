"""`digest rank`: the ranking of an issue's articles, with the reasons."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest import bootstrap
from digest.cli.article_numbers import keep_numbers
from digest.cli.options import clock, config_option, issue_options, json_option
from digest.cli.output import print_anomalies, print_json, print_source_report
from digest.cli.slots import choose_slot, require_sources
from digest.errors import SourceError
from digest.model.articles import RankedArticle
from digest.model.issues import Issue
from digest.pipeline import IssueRun
from digest.settings.load import find_settings


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
        issue = issue_run.compose(ranked)
        print_anomalies(issue_run.find_anomalies(collected))
        keep_numbers(app, edition, issue_run.slot, _in_order(issue))
    if collected.reports and all(report.error for report in collected.reports) and not ranked:
        raise SourceError("every source failed, and the database has no articles of this window")
    if as_json:
        print_json([_ranked_json(place, one) for place, one in enumerate(_in_order(issue), 1)])
        return
    _print_ranking(issue, explain=explain)


def _in_order(issue: Issue) -> Iterable[RankedArticle]:
    return (*issue.articles, *issue.others)


def _ranked_json(position: int, one: RankedArticle) -> dict[str, Any]:
    article = one.article
    return {
        "position": position,
        "url": article.url,
        "title": article.title,
        "section": article.section,
        "published_at": article.published_at.isoformat(),
        "views": one.views.value if one.views else None,
        "comments": one.comments.value if one.comments else None,
        "score": round(one.score, 6),
        "reasons": [{"name": why.name, "value": why.value, "says": why.message} for why in one.reasons],
    }


def _print_ranking(issue: Issue, *, explain: bool) -> None:
    table = Table(title=f"{issue.edition}/{issue.slot}", caption=_caption(issue), box=None, header_style="bold")
    for name in ("", "score", "views", "comments"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("article", overflow="fold")  # a truncated URL could not be copied into `digest edit --pin`
    for position, one in enumerate(_in_order(issue), 1):
        table.add_row(
            str(position),
            f"{one.score:.3f}",
            _counter(one.views),
            _counter(one.comments),
            _article_cell(one, explain=explain),
            style=None if position <= len(issue.articles) else "dim",
        )
    Console().print(table)


def _article_cell(one: RankedArticle, *, explain: bool) -> str:
    lines = [one.article.title, one.article.url]
    if explain:
        lines += [f"  {why.message}" for why in one.reasons]
    return escape("\n".join(lines))


def _counter(count: Any) -> str:
    return "?" if count is None else str(count.value)


def _caption(issue: Issue) -> str:
    chosen = f"{len(issue.articles)} chosen of {len(issue.articles) + len(issue.others)}"
    notes = "".join(f"; {note}" for note in issue.notes)
    start, end = issue.window.start, issue.window.end
    return f"{chosen}{notes}; published {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"

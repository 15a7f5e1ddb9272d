"""`digest collect`, `rank` and `edit`: what the editor looks at and lays a hand on."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest import bootstrap
from digest.app import App
from digest.cli.options import (
    article_url,
    clock,
    config_option,
    issue_options,
    json_option,
    moment_option,
    report_answer,
    say_doubts,
    say_json,
    say_report,
)
from digest.cli.slots import chosen_slot, require_sources
from digest.errors import SourceError
from digest.model.articles import Override, RankedArticle, Window
from digest.model.issues import Issue, Slot
from digest.parsing.text import clean_line
from digest.parsing.urls import canonical_key
from digest.pipeline import IssueRun, collect_window
from digest.scheduler import collecting_window
from digest.settings.load import find_settings


@click.command()
@json_option
@config_option
def collect(as_json: bool, config: Path | None) -> None:
    """Ask every source once and store what was seen, counters included.

    `digest run` does the same through the day: the more readings, the better the ranking knows how articles grow.
    """
    with bootstrap.open_parts(find_settings(config), clock()) as parts:
        require_sources(parts)
        collected = collect_window(parts, collecting_window(parts), report=say_report)
    if as_json:
        say_json([report_answer(report) for report in collected.reports])
    if any(report.error for report in collected.reports):
        raise click.exceptions.Exit(1)


@click.command()
@issue_options("the issue that is next")
@click.option("--explain", is_flag=True, help="Show the reasons of each score.")
@json_option
@config_option
def rank(edition_name: str | None, day: date | None, explain: bool, as_json: bool, config: Path | None) -> None:
    """Show the ranking: the issue's own choice first and in its order, the others after it."""
    with bootstrap.open_parts(find_settings(config), clock()) as parts:
        require_sources(parts)
        edition = parts.settings.edition(edition_name)
        slot = chosen_slot(parts, edition, day)
        issue_run = IssueRun.of(parts, edition, slot, report=say_report)
        window, collected = issue_run.window, issue_run.collect()
        ranked = issue_run.rank()
        issue = issue_run.compose(ranked)
        say_doubts(issue_run.find_anomalies(collected))
    if collected.reports and all(report.error for report in collected.reports) and not ranked:
        raise SourceError("no source could be asked, and the store knows no article of this window")
    if as_json:
        say_json([_ranked(place, one) for place, one in enumerate(_in_order(issue), 1)])
        return
    _print_table(issue, window, explain=explain)


@click.command()
@issue_options("every issue")
@click.option("--pin", "pins", multiple=True, metavar="URL", help="Put it first; several stand in the order given.")
@click.option("--drop", "drops", multiple=True, metavar="URL", help="Keep it out.")
@click.option("--boost", "boosts", multiple=True, metavar="URL=X", help="Add X to its score (0.7 is a factor of 2).")
@click.option("--title", "titles", multiple=True, metavar="URL=TEXT", help="Show it under another title.")
@click.option("--until", metavar="TIME", help="Until when issues obey it: 18:00, 2026-10-01 or 2026-10-01T18:00.")
@config_option
def edit(
    edition_name: str | None,
    day: date | None,
    pins: tuple[str, ...],
    drops: tuple[str, ...],
    boosts: tuple[str, ...],
    titles: tuple[str, ...],
    until: str | None,
    config: Path | None,
) -> None:
    """Lay an editor's hand on the choice; it is kept with your name and the time.

    Without --date it holds for every issue of the edition until --until; of the same kind, the latest word counts. To
    take a hand back, say it again with an --until that has passed.
    """
    wanted = [*_plain("pin", pins), *_plain("drop", drops), *_boosts(boosts), *_titles(titles)]
    if not wanted:
        raise click.UsageError("say what to do: --pin, --drop, --boost or --title")
    with bootstrap.open_parts(find_settings(config), clock()) as parts:
        edition, now = parts.settings.edition(edition_name), parts.clock.now()
        slot = Slot(day=day) if day else None
        end = moment_option(until, parts.zone, now) if until else None
        for kind, url, value in wanted:
            hand = Override(key=canonical_key(url), kind=kind, value=value, by=bootstrap.operator(), at=now, until=end)
            parts.overrides.add(edition.name, slot, hand)
            click.echo(f"{edition.name}{f'/{slot}' if slot else ''}: {kind} {url}{_until(end, parts)}")


def _in_order(issue: Issue) -> Iterable[RankedArticle]:
    return (*issue.articles, *issue.others)


def _ranked(place: int, one: RankedArticle) -> dict[str, Any]:
    article = one.article
    return {
        "position": place,
        "url": article.url,
        "title": article.title,
        "section": article.section,
        "published_at": article.published_at.isoformat(),
        "views": one.views.value if one.views else None,
        "comments": one.comments.value if one.comments else None,
        "score": round(one.score, 6),
        "reasons": [{"name": why.name, "value": why.value, "says": why.says} for why in one.reasons],
    }


def _print_table(issue: Issue, window: Window, *, explain: bool) -> None:
    table = Table(title=f"{issue.edition}/{issue.slot}", caption=_caption(issue, window), box=None, header_style="bold")
    for name in ("", "score", "views", "comments"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("article", overflow="fold")  # an address that is cut cannot be pinned
    chosen = len(issue.articles)
    for place, one in enumerate(_in_order(issue), 1):
        style = None if place <= chosen else "dim"
        table.add_row(
            str(place),
            f"{one.score:.3f}",
            _count(one.views),
            _count(one.comments),
            _cell(one, explain=explain),
            style=style,
        )
    Console().print(table)


def _cell(one: RankedArticle, *, explain: bool) -> str:
    lines = [one.article.title, one.article.url]
    if explain:
        lines += [f"  {why.says}" for why in one.reasons]
    return escape("\n".join(lines))


def _count(count: Any) -> str:
    return "?" if count is None else str(count.value)


def _caption(issue: Issue, window: Window) -> str:
    says = f"{len(issue.articles)} chosen of {len(issue.articles) + len(issue.others)}"
    notes = "".join(f"; {note}" for note in issue.notes)
    return f"{says}{notes}; published {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC"


def _plain(kind: str, urls: Sequence[str]) -> Iterator[tuple[str, str, str | None]]:
    return ((kind, article_url(url), None) for url in urls)


def _boosts(pairs: Sequence[str]) -> Iterator[tuple[str, str, str | None]]:
    for pair in pairs:
        url, _, value = pair.rpartition("=")
        try:
            factor = float(value)
        except ValueError:
            factor = math.nan
        if not url or not math.isfinite(factor):
            raise click.UsageError(
                f"expected --boost URL=X with a number, such as https://gazette.example/1=0.7, not {pair!r}"
            )
        yield "boost", article_url(url), str(factor)


def _titles(pairs: Sequence[str]) -> Iterator[tuple[str, str, str | None]]:
    for pair in pairs:
        # An address may hold "=" in its query: the text then starts behind the last "=" that no blank precedes.
        head = pair.partition(" ")[0]
        url = head.rpartition("=")[0] if "?" in head else head.partition("=")[0]
        title = clean_line(pair[len(url) + 1 :])
        if not url or not title:
            raise click.UsageError(
                f"expected --title URL=TEXT, such as https://gazette.example/1=A-better-title, not {pair!r}"
            )
        yield "title", article_url(url), title


def _until(end: datetime | None, parts: App) -> str:
    return f" until {end.astimezone(parts.zone):%Y-%m-%d %H:%M}" if end else ""

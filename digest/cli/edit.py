"""`digest edit`: pin, drop, boost or retitle articles."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.article_numbers import find_article
from digest.cli.installation import own_settings
from digest.cli.options import clock, config_option, issue_options, parse_until
from digest.model.articles import Override
from digest.model.issues import Slot
from digest.parsing.text import clean_line
from digest.parsing.urls import canonical_key

_Change = tuple[str, str, str | None]  # the kind of override, the article's address or number, the value


@click.command(epilog="Example: digest edit --pin https://gazette.example/news/1 --until 18:00")
@issue_options("every issue")
@click.option("--pin", "pins", multiple=True, metavar="URL|N", help="Put it first; several keep the given order.")
@click.option("--drop", "drops", multiple=True, metavar="URL|N", help="Keep it out.")
@click.option(
    "--boost", "boosts", multiple=True, metavar="URL|N=X", help="Add X to its logarithmic score; 0.7 means double."
)
@click.option("--title", "titles", multiple=True, metavar="URL|N=TEXT", help="Show it under another title.")
@click.option("--until", metavar="TIME", help="When it ends: 18:00 (today), 2026-10-01 or 2026-10-01T18:00.")
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
    """Pin, drop, boost or retitle articles.

    N is an article's number in the ranking that `digest rank` showed you last, of the same issue: the coming one, or
    that of --date.

    Without --date it applies to every issue of the edition until --until. The latest change of a kind counts. To undo
    one, repeat it with an --until in the past. Each change is stored with your user name and the time.
    """
    changes = [*_whole_articles("pin", pins), *_whole_articles("drop", drops), *_boosts(boosts), *_titles(titles)]
    if not changes:
        raise click.UsageError("nothing to change; use --pin, --drop, --boost or --title")
    with bootstrap.open_app(own_settings(config), clock()) as app:
        edition, now = app.settings.edition(edition_name), app.clock.now()
        slot = Slot(day=day) if day else None
        end = parse_until(until, app.zone, now) if until else None
        named = [(kind, find_article(app, edition, day, text), value) for kind, text, value in changes]
        for kind, article, value in named:
            override = Override(
                key=canonical_key(article.url), kind=kind, value=value, by=bootstrap.operator(), at=now, until=end
            )
            app.overrides.add(edition.name, slot, override)
            title = f" “{article.title}”" if article.title else ""
            click.echo(f"{edition.name}{f'/{slot}' if slot else ''}: {kind} {article.url}{title}{_until(end, app)}")


def _whole_articles(kind: str, urls: Sequence[str]) -> Iterator[_Change]:
    return ((kind, url, None) for url in urls)


def _boosts(pairs: Sequence[str]) -> Iterator[_Change]:
    for pair in pairs:
        url, _, value = pair.rpartition("=")
        try:
            boost = float(value)
        except ValueError:
            boost = math.nan
        if not url or not math.isfinite(boost):
            raise click.UsageError(
                f"expected --boost URL=X with a number, such as https://gazette.example/1=0.7, not {pair!r}"
            )
        yield "boost", url, str(boost)


def _titles(pairs: Sequence[str]) -> Iterator[_Change]:
    for pair in pairs:
        # A query may contain "=": the title then starts after the last "=" that no space precedes.
        head = pair.partition(" ")[0]
        url = head.rpartition("=")[0] if "?" in head else head.partition("=")[0]
        title = clean_line(pair[len(url) + 1 :])
        if not url or not title:
            raise click.UsageError(
                f"expected --title URL=TEXT, such as https://gazette.example/1=A-better-title, not {pair!r}"
            )
        yield "title", url, title


def _until(end: datetime | None, app: App) -> str:
    return f" until {end.astimezone(app.zone):%Y-%m-%d %H:%M}" if end else ""

"""`digest edit`: pin, drop, boost or retitle articles."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.installation import own_settings
from digest.cli.options import clock, config_option, issue_options, parse_article_url, parse_until
from digest.model.articles import Override
from digest.model.issues import Slot
from digest.parsing.text import clean_line
from digest.parsing.urls import canonical_key

_Change = tuple[str, str, str | None]  # the kind of override, the article's URL, the value


@click.command(epilog="Example: digest edit --pin https://gazette.example/news/1 --until 18:00")
@issue_options("every issue")
@click.option("--pin", "pins", multiple=True, metavar="URL", help="Put it first; several keep the given order.")
@click.option("--drop", "drops", multiple=True, metavar="URL", help="Keep it out.")
@click.option(
    "--boost", "boosts", multiple=True, metavar="URL=X", help="Add X to its logarithmic score; 0.7 means double."
)
@click.option("--title", "titles", multiple=True, metavar="URL=TEXT", help="Show it under another title.")
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
        for kind, url, value in changes:
            override = Override(
                key=canonical_key(url), kind=kind, value=value, by=bootstrap.operator(), at=now, until=end
            )
            app.overrides.add(edition.name, slot, override)
            click.echo(f"{edition.name}{f'/{slot}' if slot else ''}: {kind} {url}{_until(end, app)}")


def _whole_articles(kind: str, urls: Sequence[str]) -> Iterator[_Change]:
    return ((kind, parse_article_url(url), None) for url in urls)


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
        yield "boost", parse_article_url(url), str(boost)


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
        yield "title", parse_article_url(url), title


def _until(end: datetime | None, app: App) -> str:
    return f" until {end.astimezone(app.zone):%Y-%m-%d %H:%M}" if end else ""

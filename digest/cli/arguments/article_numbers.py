"""How `digest edit` names articles: by address, or by the number that `digest rank` showed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import parse_article_url
from digest.cli.arguments.slots import choose_slot
from digest.model.articles import RankedArticle
from digest.model.issues import ShownArticle, ShownRanking, Slot
from digest.settings.schema import EditionSettings


def keep_numbers(app: App, edition: EditionSettings, slot: Slot, articles: Iterable[RankedArticle]) -> None:
    """Store the articles as this person sees them: the first one is number 1."""
    shown = tuple(ShownArticle(url=one.article.url, title=one.article.title) for one in articles)
    app.shown_rankings.keep(bootstrap.operator(), ShownRanking(edition=edition.name, slot=slot, articles=shown))


def find_article(app: App, edition: EditionSettings, day: date | None, text: str) -> ShownArticle:
    """The article that a number or an address names, at its present address; an address has no title.

    A number is its place in the last ranking that this person saw of the edition, which must be of the issue of `day`,
    or without it of the coming one. Raises a usage error.
    """
    is_number = text.isascii() and text.isdigit()
    found = _numbered(app, edition, day, text) if is_number else ShownArticle(url=parse_article_url(text))
    return replace(found, url=app.articles.present_url(found.url))


def _numbered(app: App, edition: EditionSettings, day: date | None, text: str) -> ShownArticle:
    slot = choose_slot(app, edition, day)
    shown = app.shown_rankings.last(bootstrap.operator(), edition.name)
    command = f"digest rank --edition {edition.name}{f' --date {day}' if day else ''}"
    if shown is None or shown.slot != slot:
        last = "there is none" if shown is None else f"your last one was of {edition.name}/{shown.slot}"
        raise click.UsageError(
            f"number {text} is a place in the ranking of {edition.name}/{slot}, but {last}; run `{command}` first"
        )
    # Compared as text first: Python refuses to convert thousands of digits.
    number = int(text) if len(text) <= len(str(len(shown.articles))) else 0
    if not 1 <= number <= len(shown.articles):
        raise click.UsageError(
            f"there is no article {text}: your last ranking of {edition.name}/{slot} has {len(shown.articles)};"
            f" `{command}` shows it again"
        )
    return shown.articles[number - 1]

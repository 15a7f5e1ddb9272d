"""Lists and undoes the overrides that `digest edit` made."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.article_numbers import find_article
from digest.cli.arguments.times import readable_time
from digest.composing.editorial import in_force, latest_step
from digest.errors import IssueError
from digest.model.articles import Article
from digest.model.issues import EditorialChange, Slot
from digest.model.overrides import Override, OverrideKind
from digest.parsing.canonical_key import canonical_key
from digest.parsing.text import clean_line, shorten
from digest.settings.schema import EditionSettings

_TITLE = 76  # characters, so that it fits a terminal of 80 columns
_TEXT = 66  # characters after the longest kind, "preheader"
_HEADINGS = {
    "pin": "pinned",
    "drop": "dropped",
    "boost": "boosted by",
    "title": "title",
    "summary": "summary",
    "section": "section",
    "add": "added",
}


def list_changes(app: App, edition: EditionSettings, day: date | None) -> None:
    """Print the overrides that hold for the issue of `day`, or without it for today's and all later ones."""
    now = app.clock.now()
    changes = in_force(app.overrides.changes(edition.name), day, today=now.astimezone(app.zone).date(), now=now)
    if not changes:
        where = f"{edition.name}/{day}" if day else edition.name
        click.echo(f"no changes in {where}")
        return
    listed = app.listed_articles([change.override.key for change in changes])
    for together in _by_article(changes):
        click.echo("\n".join(_describe(app, together, listed)))


def undo_changes(app: App, edition: EditionSettings, day: date | None, article: str | None) -> None:
    """Take back the last command's or click's changes, or those of that article; raises IssueError."""
    key = canonical_key(find_article(app, edition, day, article).url) if article else None
    of_day = [one for one in app.overrides.changes(edition.name) if day is None or one.slot == Slot(day=day)]
    undone = latest_step(of_day, key)
    if not undone:
        raise IssueError(f"there is nothing to undo in {edition.name}{f' of {day}' if day else ''}")
    listed = app.listed_articles([one.override.key for one in undone])
    app.overrides.undo(edition.name, undone, bootstrap.operator(), app.clock.now())
    click.echo("undone:")
    for together in _by_article(undone):
        click.echo("\n".join(_describe(app, together, listed)))


def _by_article(changes: Iterable[EditorialChange]) -> Iterator[list[EditorialChange]]:
    """The changes of one article, or of the issue's texts, that one command made."""

    def made(change: EditorialChange) -> tuple[str, datetime, str]:
        return change.override.key, change.override.at, change.override.by

    yield from (list(group) for _made, group in groupby(changes, made))


def _describe(app: App, changes: list[EditorialChange], listed: Mapping[str, Article]) -> Iterator[str]:
    """The lines about one article or the texts: what changes, title and address, where it applies and who made it."""
    override, slot, now = changes[0].override, changes[0].slot, app.clock.now()
    yield from (_change(one.override) for one in changes)
    article = listed.get(override.key)
    if article:
        yield f"    {shorten(article.title, _TITLE)}"
    if override.key:
        yield f"    {article.url if article else f'https://{override.key}'}"
    issues = f"the issue of {slot}" if slot else "every issue"
    end = f" until {readable_time(override.until, app.zone, now)}" if override.until else ""
    yield f"    {issues}{end}; by {override.by}, {readable_time(override.at, app.zone, now)}"


def shown_text(kind: str, text: str | None) -> str:
    """A text of an issue, as one line."""
    return f"{kind} “{clean_line(text, _TEXT)}”" if text else f"{kind} taken back"


def _change(override: Override) -> str:
    return (
        f"{_HEADINGS[override.kind]}{_value(override)}" if override.key else shown_text(override.kind, override.value)
    )


def _value(override: Override) -> str:
    if override.kind is OverrideKind.BOOST:
        return f" {float(override.value or 0):+g}"
    if override.kind is OverrideKind.PIN:
        return f" to place {override.value}" if override.value else ""
    words = {OverrideKind.TITLE, OverrideKind.SUMMARY, OverrideKind.SECTION}
    return f" “{override.value}”" if override.kind in words else ""

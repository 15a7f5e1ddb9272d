"""`digest retract`: remove an article that was published from what everybody can see."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import clock, config_option, json_option, parse_article_url
from digest.cli.arguments.parameters import TEXT
from digest.cli.arguments.times import readable_time
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_json
from digest.errors import IssueError
from digest.model.issues import IssueRecord, IssueState
from digest.model.web import Retraction
from digest.parsing.canonical_key import canonical_key
from digest.rendering.retraction import without_articles

_UNFINISHED = {IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED}


@click.command(
    epilog="""\b
    Examples:
      digest retract https://gazette.example/1
      digest retract https://gazette.example/1 --replace https://gazette.example/2
      digest retract https://gazette.example/1 --undo
      digest retract --list
    """
)
@click.argument("url", type=TEXT, metavar="URL", required=False)
@click.option(
    "--replace",
    "replacement",
    type=TEXT,
    metavar="URL",
    help='Where links of sent messages lead now; for editions with links = "redirect".',
)
@click.option("--undo", is_flag=True, help="Show the article again.")
@click.option("--list", "list_them", is_flag=True, help="List what is retracted, who did it and when.")
@json_option
@config_option
def retract(
    url: str | None, replacement: str | None, undo: bool, list_them: bool, as_json: bool, config: Path | None
) -> None:
    """Remove an article from the archive, its search and its feeds, and keep it out of coming issues.

    It takes effect at once. Messages that were sent do not change, and nothing is sent again.
    """
    if bool(url) == list_them or (undo and list_them):
        raise click.UsageError("expected the address of an article, or --list alone")
    if replacement is not None and (undo or list_them):
        raise click.UsageError("--replace belongs to a retraction; use it without --undo and --list")
    article = parse_article_url(url) if url else ""
    target = None if replacement is None else parse_article_url(replacement)
    with bootstrap.open_app(own_settings(config), clock()) as app:
        if list_them:
            _list(app, as_json=as_json)
        elif undo:
            _undo(app, article, as_json=as_json)
        else:
            _retract(app, article, target, as_json=as_json)


def _retract(app: App, url: str, replacement: str | None, *, as_json: bool) -> None:
    if replacement is not None and canonical_key(replacement) == canonical_key(url):
        raise click.UsageError("--replace names the retracted article itself; name another one, or leave it out")
    if not app.retractions.is_known(url):
        raise IssueError(f"no issue and no source has {url}; `digest rank` and the archive pages show addresses")
    added = Retraction(url=url, replacement=replacement, by=bootstrap.operator(), at=app.clock.now())
    issues = app.retractions.add(added, partial(without_articles, zone=app.zone))
    if as_json:
        print_json(_as_json(added, issues))
        return
    click.echo(f"retracted: {url}")
    click.echo(f"removed from the archive: {_names(issues)}" if issues else "no issue has it; coming ones leave it out")
    if replacement and any(app.issue_links.clicks(one.id) is not None for one in issues):
        click.echo(f"links of messages lead to {replacement} now")
    elif replacement:
        remark('note: no message has redirects (links = "redirect"), so its links do not change')
    for one in issues:
        if one.state in _UNFINISHED:
            remark(f"note: messages of {one.name} that are not sent yet still have it")


def _undo(app: App, url: str, *, as_json: bool) -> None:
    by, now = bootstrap.operator(), app.clock.now()
    issues = app.retractions.undo(url, by, now, partial(without_articles, zone=app.zone))
    if issues is None:
        raise IssueError(f"{url} is not retracted; `digest retract --list` shows what is")
    if as_json:
        print_json({"url": url, "undone_by": by, "undone_at": now.isoformat(), "issues": [one.name for one in issues]})
        return
    click.echo(f"undone: {url}")
    if issues:
        click.echo(f"in the archive again: {_names(issues)}")


def _list(app: App, *, as_json: bool) -> None:
    found = app.retractions.in_force()
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        click.echo("nothing is retracted")
    for one in found:
        click.echo(one.url)
        if one.replacement:
            click.echo(f"    replaced by {one.replacement}")
        click.echo(f"    by {one.by}, {readable_time(one.at, app.zone, app.clock.now())}")


def _as_json(one: Retraction, issues: Sequence[IssueRecord] | None = None) -> dict[str, Any]:
    shown = {"url": one.url, "replacement": one.replacement, "by": one.by, "at": one.at.isoformat()}
    return shown if issues is None else {**shown, "issues": [issue.name for issue in issues]}


def _names(issues: Sequence[IssueRecord]) -> str:
    return ", ".join(issue.name for issue in issues)

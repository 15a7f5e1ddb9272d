"""`digest forget`: delete what a wrong source or selector has stored."""

from pathlib import Path

import click

from digest.cli.arguments.options import config_option, parse_article_url, require_consent
from digest.cli.arguments.parameters import TEXT
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.errors import ConfigurationError, DigestError
from digest.model.quantities import counted
from digest.settings.fields.words import suggestion
from digest.settings.schema import Settings
from digest.store.articles.source_rows import SourceRows, StoredRows
from digest.store.connect import open_database

_MOST_SHOWN = 10  # titles


@click.command(
    epilog="""\b
    Examples:
      digest forget forum
      digest forget main --url https://gazette.example/news/1
    """
)
@click.argument("source", type=TEXT, metavar="SOURCE")
@click.option("--url", type=TEXT, metavar="URL", help="Forget only this article or thread.")
@click.option("-y", "--yes", is_flag=True, help="Delete without asking; needed without a terminal.")
@config_option
def forget(source: str, url: str | None, yes: bool, config: Path | None) -> None:
    """Delete what a wrong source or selector has stored: articles, threads and readings of their counters.

    SOURCE is the name of a source, also of one that the configuration no longer has. What would be deleted is shown
    first. What other sources know of an article stays, and so do the issues that it was in.
    """
    settings = own_settings(config)
    url = parse_article_url(url) if url else None
    with open_database(settings) as database:
        database.require_current()
        rows = SourceRows(database)
        _require_known(source, rows, settings)
        found = rows.find(source, url, _MOST_SHOWN)
        _require_rows(found, source, url)
        _show(found, source)
        require_consent("Delete them?", yes=yes, refused="nothing was deleted")
        rows.delete(source, url)
    click.echo("deleted")
    if any(one.name == source for one in settings.sources):
        remark(f"{source} is still in the configuration: its next visit stores again what it lists")


def _require_known(source: str, rows: SourceRows, settings: Settings) -> None:
    known = {one.name for one in settings.sources} | rows.names()
    if source not in known:
        raise ConfigurationError(f"there is no source {source!r}; {suggestion(source, sorted(known))}")


def _require_rows(found: StoredRows, source: str, url: str | None) -> None:
    if not (found.articles or found.threads or found.readings):
        raise DigestError(f"nothing is stored of {source}{f' at {url}' if url else ''}")


def _show(found: StoredRows, source: str) -> None:
    numbers = ((found.articles, "article"), (found.threads, "thread"), (found.readings, "reading"))
    rows = [counted(number, noun, ",") for number, noun in numbers if number]
    click.echo(f"stored by {source}: {', '.join(rows)}")
    for title, url in found.latest:
        click.echo(f"  {title}\n    {url}")
    more = found.articles + found.threads - len(found.latest)
    if more > 0:
        click.echo(f"  and {more:,} more")

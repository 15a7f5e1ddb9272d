"""`digest preview`: build an issue as it would be sent and write it to a file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.app import App
from digest.atomic_write import write_file
from digest.cli.arguments.addresses import parse_address
from digest.cli.arguments.options import clock, config_option, issue_options, json_option
from digest.cli.arguments.parameters import TEXT, FilePath
from digest.cli.arguments.slots import choose_slot, print_unknown_sections, require_sources
from digest.cli.arguments.times import readable_window
from digest.cli.feed_preview import draft_of_feeds, open_feeds
from digest.cli.installation import warn_if_secrets_are_readable
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_anomalies, print_json, print_source_report, source_report_json
from digest.errors import ConfigurationError, DigestError, RenderError, TemplateError
from digest.message.header_rules import sizes
from digest.model.articles import RankedArticle
from digest.model.deliveries import Claim, Outgoing
from digest.model.drafts import Draft
from digest.model.issues import Finding
from digest.model.quantities import counted
from digest.operations.draft_messages import (
    EXAMPLE_ADDRESS,
    check_draft,
    example_message,
    recipient,
    render,
    unrecorded_messages,
)
from digest.pipeline import IssueRun
from digest.rendering.mail_views import embed_images
from digest.rendering.preview_page import BrokenTheme, InboxRow, Shown, preview_page, themes_page
from digest.settings.load import find_settings

_OPTIONS_OF_PARTS = {".eml": "--eml", ".txt": "--text"}
"""What writes a file of that kind; mail programs show a page with such a name as source."""


@dataclass(frozen=True, kw_only=True)
class _OutputFiles:
    """Where the preview page goes, and the optional files.

    `bare`: the message's HTML instead; `themes`: the page has all themes; `personal`: addressed to a reader.
    """

    page: Path
    text: Path | None
    eml: Path | None
    bare: bool
    themes: bool
    personal: bool


@click.command(
    epilog="""\b
    Examples:
      digest preview --open
      digest preview --date 2026-10-01
      digest preview --themes --open
      digest preview --feed https://news.example/rss.xml
    """
)
@issue_options("the next issue")
@click.option(
    "--feed",
    "feeds",
    type=TEXT,
    multiple=True,
    metavar="URL_OR_FILE",
    help="Preview all items of this feed, or of a list of feeds (OPML); needs no configuration. May be repeated.",
)
@click.option("--theme", type=TEXT, metavar="NAME", help="Show the issue in this theme.  [default: the edition's]")
@click.option("--themes", is_flag=True, help="Show the issue in all themes side by side.")
@click.option("--for", "address", type=TEXT, metavar="ADDRESS", help="Address the message to this subscriber.")
@click.option(
    "-o",
    "--output",
    type=FilePath(dir_okay=False),
    metavar="FILE",
    default="preview.html",
    show_default=True,
    help="The file to write.",
)
@click.option(
    "--text",
    "text_file",
    type=FilePath(dir_okay=False),
    metavar="FILE",
    help="Also write the plain-text part to FILE.",
)
@click.option(
    "--eml",
    "eml_file",
    type=FilePath(dir_okay=False),
    metavar="FILE",
    help="Also write the whole message to FILE.",
)
@click.option("--bare", is_flag=True, help="Write only the message's HTML, without the preview page around it.")
@click.option("--open", "open_it", is_flag=True, help="Open the file in the browser.")
@json_option
@config_option
def preview(
    edition_name: str | None,
    day: date | None,
    feeds: tuple[str, ...],
    theme: str | None,
    themes: bool,
    address: str | None,
    output: Path,
    text_file: Path | None,
    eml_file: Path | None,
    bare: bool,
    open_it: bool,
    as_json: bool,
    config: Path | None,
) -> None:
    """Build an issue as it would be sent and write it to a file.

    Nothing is sent, frozen or marked as used. Exit code 1 if a check of level error fails, or a theme of --themes.
    """
    if bare and themes:
        raise click.UsageError("--bare writes one message: use --theme NAME instead of --themes")
    if option := _OPTIONS_OF_PARTS.get(output.suffix.lower()):
        raise click.UsageError(f"-o writes a web page: use {option} {output} instead")
    _require_different(output, text_file, eml_file)
    files = _OutputFiles(
        page=output, text=text_file, eml=eml_file, bare=bare, themes=themes, personal=address is not None
    )
    address = parse_address(address, "--for") if address else None
    with _open_draft(feeds, edition_name, day, config, theme) as (app, drafted):
        reader = _find_recipient(app, address)
        print_unknown_sections(app, app.settings.edition(drafted.issue.edition))
        _require_articles(drafted, "" if feeds else readable_window(drafted.issue.window, app.settings.portal.zone))
        (message,) = unrecorded_messages(app, drafted, [reader])
        findings = check_draft(app, drafted, message)
        in_themes = list(_in_all_themes(app, drafted)) if themes else []
        _write_files(app, drafted, message, findings, in_themes, files)
    broken = [one for one in in_themes if isinstance(one, BrokenTheme)]
    if as_json:
        print_json(_preview_json(drafted, message, findings, files) | (_broken_json(broken) if themes else {}))
    _print_summary(app, drafted, findings, files)
    for one in broken:
        remark(f"error: the theme {one.theme} cannot show the issue: {one.error}")
    if open_it:
        click.launch(str(output.resolve()))
    if broken or any(finding.level == "error" for finding in findings):
        raise click.exceptions.Exit(1)


@contextmanager
def _open_draft(
    feeds: Sequence[str], edition_name: str | None, day: date | None, config: Path | None, theme: str | None
) -> Iterator[tuple[App, Draft]]:
    """The issue of the configuration or of these feeds, and its application."""
    if feeds:
        with open_feeds(feeds, Path.cwd(), day) as (app, collected):
            yield draft_of_feeds(_with_theme(app, theme), collected, day)
        return
    settings = find_settings(config)
    warn_if_secrets_are_readable(settings)
    with bootstrap.open_app(settings, clock()) as configured:
        app = _with_theme(configured, theme)
        require_sources(app)
        edition = app.settings.edition(edition_name)
        yield app, IssueRun.of(app, edition, choose_slot(app, edition, day), report=print_source_report).draft()


def _with_theme(app: App, theme: str | None) -> App:
    """The application whose editions all have this theme, if one is given; raises ConfigurationError."""
    if theme is None:
        return app
    app.renderer.themes.require(theme)
    editions = tuple(edition.model_copy(update={"theme": theme}) for edition in app.settings.editions)
    return replace(app, settings=app.settings.model_copy(update={"editions": editions}))


def _require_articles(drafted: Draft, window: str) -> None:
    """Raise DigestError for an empty issue, so that it does not replace an earlier preview."""
    issue = drafted.issue
    if not issue.articles:
        notes = "".join(f"; {note}" for note in issue.notes)
        wanted = f"; it would have those published {window}" if window else ""
        raise DigestError(f"{issue.edition}/{issue.slot} has no articles; nothing was written{notes}{wanted}")


def _require_different(*files: Path | None) -> None:
    """Refuse one file for two of the page, the text and the message: the last would be all that is left."""
    named = [file.resolve() for file in files if file]
    if twice := next((file for file in named if named.count(file) > 1), None):
        raise click.UsageError(f"-o, --text and --eml need different files: {twice.name} is named twice")


def _find_recipient(app: App, address: str | None) -> Claim:
    if address is None:
        return recipient(EXAMPLE_ADDRESS)
    subscriber = app.subscribers.find(address)
    if subscriber is None:
        remark("--for: no subscriber has this address, so the message has no name")
    return recipient(address, subscriber.name if subscriber else None)


def _write_files(
    app: App,
    drafted: Draft,
    message: Outgoing,
    findings: Sequence[Finding],
    in_themes: Sequence[Shown | BrokenTheme],
    files: _OutputFiles,
) -> None:
    shown = _shown(app, drafted, message, findings)
    write_file(files.page, _file_content(app, drafted, shown, in_themes, files).encode(), private=files.personal)
    if files.text:
        write_file(files.text, shown.text.encode(), private=files.personal)
    if files.eml:
        write_file(files.eml, message.content, private=True)  # it holds an address and personal links


def _shown(app: App, drafted: Draft, message: Outgoing, findings: Sequence[Finding]) -> Shown:
    return Shown(
        theme=app.settings.edition(drafted.issue.edition).theme,
        html=embed_images(drafted.rendered.html, partial(bootstrap.own_picture, app)),
        text=drafted.rendered.text,
        source=message.content,
        findings=findings,
    )


def _file_content(
    app: App, drafted: Draft, shown: Shown, in_themes: Sequence[Shown | BrokenTheme], files: _OutputFiles
) -> str:
    """What the main file holds."""
    if files.bare:
        return shown.html
    identity, rendered = app.identity_of(drafted.issue.edition), drafted.rendered
    edition = app.settings.edition(None).model_copy(update={"language": drafted.issue.language})
    sender = identity.sender.display_name or identity.portal
    row = InboxRow(sender=sender, subject=rendered.subject, preheader=rendered.preheader)
    if files.themes:
        return themes_page(in_themes, row, app.translator(edition))
    return preview_page(shown, row, app.translator(edition))


def _in_all_themes(app: App, drafted: Draft) -> Iterator[Shown | BrokenTheme]:
    for theme in app.renderer.themes.names:
        try:
            yield _in_theme(app, drafted, theme)
        except (ConfigurationError, TemplateError, RenderError) as error:
            yield BrokenTheme(theme=theme, error=str(error))


def _in_theme(app: App, drafted: Draft, theme: str) -> Shown:
    themed = _with_theme(app, theme)
    edition = themed.settings.edition(drafted.issue.edition)
    draft = replace(drafted, rendered=render(themed, edition, drafted.issue))
    message = example_message(themed, draft)
    return _shown(themed, draft, message, check_draft(themed, draft, message))


def _broken_json(broken: Sequence[BrokenTheme]) -> dict[str, Any]:
    return {"broken_themes": [{"theme": one.theme, "says": one.error} for one in broken]}


def _preview_json(
    drafted: Draft, message: Outgoing, findings: Sequence[Finding], files: _OutputFiles
) -> dict[str, Any]:
    issue, measured = drafted.issue, sizes(message.content)
    return {
        "edition": issue.edition,
        "slot": str(issue.slot),
        "language": issue.language,
        "window": {"start": issue.window.start.isoformat(), "end": issue.window.end.isoformat()},
        "subject": issue.subject,
        "preheader": issue.preheader,
        "intro": issue.texts.intro or None,
        "closing": issue.texts.closing or None,
        "articles": [_article_json(one) for one in issue.articles],
        "most_discussed": [
            {"url": row.url, "title": row.title, "comments": row.comments} for row in issue.most_discussed
        ],
        "left_out": list(issue.notes),
        "doubts": list(drafted.anomalies),
        "trimmed": drafted.rendered.trimmed,
        "sources": [source_report_json(report) for report in drafted.collected.reports],
        "size": {"html": measured.html_encoded, "html_decoded": measured.html_decoded, "message": measured.whole},
        "findings": [{"rule": one.rule, "level": one.level, "says": one.message} for one in findings],
        "file": str(files.page),
    }


def _article_json(one: RankedArticle) -> dict[str, Any]:
    articles = [other.article for other in one.also]
    also = [{"url": also.url, "title": also.title, "source": next(iter(also.sources), None)} for also in articles]
    return {"url": one.article.url, "title": one.article.title, "also": also}


def _print_summary(app: App, drafted: Draft, findings: Sequence[Finding], files: _OutputFiles) -> None:
    issue = drafted.issue
    minimum = app.settings.edition(issue.edition).needed
    for finding in findings:
        remark(f"{finding.level}: rule {finding.rule}: {finding.message}")
    for note in issue.notes:
        remark(f"left out: {note}")
    print_anomalies(drafted.anomalies)
    if len(issue.articles) < minimum:
        remark(f"this issue would be skipped: {counted(len(issue.articles), 'article')}, minimum {minimum}")
    remark(f"{files.page}: {issue.edition}/{issue.slot}, {counted(len(issue.articles), 'article')}: {issue.subject}")

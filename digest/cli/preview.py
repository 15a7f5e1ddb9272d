"""`digest preview`: an issue, built as it would be sent, written to a file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.app import App
from digest.atomic_write import write_file
from digest.cli.options import (
    clock,
    config_option,
    issue_options,
    json_option,
    report_answer,
    say_doubts,
    say_json,
    say_report,
)
from digest.cli.slots import chosen_slot, require_sources
from digest.composing.compose import detected_language
from digest.errors import ConfigurationError, DigestError
from digest.message.header_rules import check_message, sizes
from digest.model.articles import RankedArticle, Sighting, SourceReport, Window
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Finding, Issue
from digest.parsing.addresses import check_address
from digest.pipeline import Draft, IssueRun, collect_window, recipient, unrecorded_messages
from digest.protocols import SourceSet
from digest.rendering.preview_page import embed_images, preview_page
from digest.settings.load import find_settings
from digest.settings.schema import LANGUAGES, Settings

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Files:
    """Where the preview goes: the page (or the bare message), and what was asked for beside it."""

    page: Path
    text: Path | None
    eml: Path | None
    bare: bool


@click.command()
@issue_options("the issue that is next")
@click.option(
    "--feed",
    "feeds",
    multiple=True,
    metavar="URL_OR_FILE",
    help="Preview any feed, without a configuration; may be repeated.",
)
@click.option("--for", "address", metavar="ADDRESS", help="As that subscriber would get it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default="preview.html",
    show_default=True,
    help="The file to write.",
)
@click.option("--text", "text_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the text part too.")
@click.option("--eml", "eml_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the message too.")
@click.option("--bare", is_flag=True, help="Write the message's HTML alone, without the page around it.")
@click.option("--open", "open_it", is_flag=True, help="Open the file in the browser.")
@json_option
@config_option
def preview(
    edition_name: str | None,
    day: date | None,
    feeds: tuple[str, ...],
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

    Nothing is sent, frozen or marked as used. Exit code 1 if the message breaks a rule of level error.

    \b
    digest preview --open                        the next issue
    digest preview --date 2026-10-01             the issue of a past day
    digest preview --feed https://news.example/rss.xml
    """
    files = _Files(page=output, text=text_file, eml=eml_file, bare=bare)
    with _opened(config, feeds) as parts:
        require_sources(parts)
        reader = _recipient(parts, address)
        drafted = _draft(parts, edition_name, day, from_feeds=bool(feeds))
        _require_articles(drafted)
        (message,) = unrecorded_messages(parts, drafted, [reader])
        findings = _findings(parts, drafted, message)
        _write(parts, drafted, message, findings, files)
    if as_json:
        say_json(_answer(drafted, message, findings, files))
    _tell(parts, drafted, findings, files)
    if open_it:
        click.launch(str(output.resolve()))
    if any(finding.level == "error" for finding in findings):
        raise click.exceptions.Exit(1)


@contextmanager
def _opened(config: Path | None, feeds: Sequence[str]) -> Iterator[App]:
    with bootstrap.open_parts(_settings(config, feeds), clock()) as parts:
        yield parts


def _settings(config: Path | None, feeds: Sequence[str]) -> Settings:
    if not feeds:
        return find_settings(config)
    return bootstrap.feed_settings(feeds, Path.cwd())


def _draft(parts: App, edition_name: str | None, day: date | None, *, from_feeds: bool) -> Draft:
    edition = parts.settings.edition(None if from_feeds else edition_name)
    slot = chosen_slot(parts, edition, day)
    if not from_feeds:
        return IssueRun.of(parts, edition, slot, report=say_report).draft()
    window = _whole_feed(parts, day)
    collected = collect_window(parts, window, report=say_report)
    _require_one(collected.reports)
    sightings = [sighting for report in collected.reports for sighting in report.visit.sightings]
    edition = edition.model_copy(update={"language": _usual_language(sightings)})
    asked = replace(parts, make_source_set=SourceSet)  # the feeds were asked: their language had to be known first
    drafted = IssueRun.of(asked, edition, slot, report=say_report, window=window).draft()
    return replace(drafted, collected=collected)


def _whole_feed(parts: App, day: date | None) -> Window:
    """A feed that nobody configured is shown whole: what it holds may be a year old."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) if day else None
    return Window(start=_BEGINNING, end=midnight or parts.clock.now() + timedelta(minutes=1))


def _require_one(reports: Sequence[SourceReport]) -> None:
    if all(report.error for report in reports):
        raise DigestError("none of the feeds could be read: nothing was written")


def _require_articles(drafted: Draft) -> None:
    """Raise DigestError for an issue with nothing in it: an earlier preview is worth more than an empty page."""
    issue = drafted.issue
    if not issue.articles:
        notes = "".join(f"; {note}" for note in issue.notes)
        raise DigestError(f"{issue.edition}/{issue.slot} has no articles: nothing was written{notes}")


def _usual_language(sightings: Sequence[Sighting]) -> str:
    told = [sighting.language or detected_language(sighting.title) for sighting in sightings]
    return max(LANGUAGES, key=lambda language: (told.count(language), -LANGUAGES.index(language)))


def _recipient(parts: App, address: str | None) -> Claim:
    name = None
    if address is not None:
        try:
            address = check_address(address)
        except ValueError as error:
            raise ConfigurationError(f"--for: {error}") from None
        subscriber = parts.subscribers.find(address)
        name = subscriber.name if subscriber else None
    return recipient(address or "reader@localhost.example", name)


def _findings(parts: App, drafted: Draft, message: Outgoing) -> list[Finding]:
    return check_message(
        message.content,
        own_domain=parts.sender_identity.sender.domain,
        base_url=parts.settings.web.base_url,
        now=parts.clock.now(),
        foreign=_foreign(drafted.issue),
        postal_address=parts.settings.portal.postal_address,
    )


def _foreign(issue: Issue) -> list[str]:
    """The texts that the portal's readers and writers wrote: they may look like a template's slip."""
    articles = [one.article for lead in issue.articles for one in (lead, *lead.also)]
    told = [text for a in articles for text in (a.title, a.summary, a.section, a.author, a.image_credit, a.url)]
    return [text for text in told if text] + [thread.title for thread in issue.most_discussed]


def _write(parts: App, drafted: Draft, message: Outgoing, findings: Sequence[Finding], files: _Files) -> None:
    rendered = drafted.rendered
    html = embed_images(rendered.html, lambda url: bootstrap.sample_image(parts.settings, url))
    page = html
    if not files.bare:
        edition = parts.settings.edition(None).model_copy(update={"language": drafted.issue.language})
        page = preview_page(
            html,
            rendered.text,
            message.content,
            subject=rendered.subject,
            preheader=rendered.preheader,
            sender=parts.sender_identity.sender.display_name or parts.settings.portal.name,
            findings=findings,
            words=parts.words(edition),
        )
    write_file(files.page, page.encode())
    if files.text:
        write_file(files.text, rendered.text.encode())
    if files.eml:
        write_file(files.eml, message.content)


def _answer(drafted: Draft, message: Outgoing, findings: Sequence[Finding], files: _Files) -> dict[str, Any]:
    issue, measured = drafted.issue, sizes(message.content)
    return {
        "edition": issue.edition,
        "slot": str(issue.slot),
        "language": issue.language,
        "window": {"start": issue.window.start.isoformat(), "end": issue.window.end.isoformat()},
        "subject": issue.subject,
        "preheader": issue.preheader,
        "articles": [_article(one) for one in issue.articles],
        "most_discussed": [
            {"url": row.url, "title": row.title, "comments": row.comments} for row in issue.most_discussed
        ],
        "left_out": list(issue.notes),
        "doubts": list(drafted.anomalies),
        "trimmed": drafted.rendered.trimmed,
        "sources": [report_answer(report) for report in drafted.collected.reports],
        "size": {"html": measured.html_encoded, "html_decoded": measured.html_decoded, "message": measured.whole},
        "findings": [{"rule": one.rule, "level": one.level, "says": one.says} for one in findings],
        "file": str(files.page),
    }


def _article(one: RankedArticle) -> dict[str, Any]:
    beneath = [other.article for other in one.also]
    also = [{"url": also.url, "title": also.title, "source": next(iter(also.sources), None)} for also in beneath]
    return {"url": one.article.url, "title": one.article.title, "also": also}


def _tell(parts: App, drafted: Draft, findings: Sequence[Finding], files: _Files) -> None:
    issue = drafted.issue
    minimum = parts.settings.edition(None if issue.edition == "feed" else issue.edition).needed
    for finding in findings:
        click.echo(f"{finding.level}: rule {finding.rule}: {finding.says}", err=True)
    for note in issue.notes:
        click.echo(f"left out: {note}", err=True)
    say_doubts(drafted.anomalies)
    if len(issue.articles) < minimum:
        click.echo(f"this issue would be skipped: {len(issue.articles)} articles, minimum {minimum}", err=True)
    click.echo(f"{files.page}: {issue.edition}/{issue.slot}, {len(issue.articles)} articles: {issue.subject}", err=True)

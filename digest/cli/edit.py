"""`digest edit`: pin, drop, boost, retitle or add articles, and write texts for an issue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments import edit_arguments
from digest.cli.arguments.article_numbers import find_article
from digest.cli.arguments.edit_arguments import Change
from digest.cli.arguments.options import clock, config_option, issue_options, parse_until
from digest.cli.arguments.parameters import TEXT, TEXT_OR_EMPTY
from digest.cli.edit_changes import list_changes, shown_text, undo_changes
from digest.cli.installation import own_settings
from digest.cli.output.log_format import remark
from digest.composing.editorial import frozen_fault, section_fault
from digest.diagnostics.sections import unknown_sections
from digest.model.articles import Article
from digest.model.issues import ShownArticle, Slot
from digest.model.overrides import Override, OverrideKind
from digest.parsing.canonical_key import canonical_key
from digest.settings.schema import EditionSettings

_LAST = "last"  # what --undo alone means; neither an address nor a number


@click.command(
    epilog="""\b
    Examples:
      digest edit --pin https://gazette.example/news/1 --until 2026-10-03
      digest edit --add https://museum.example/night --title "Night of museums"
      digest edit --date 2026-10-01 --intro "Good morning. The **tram** is back."
      digest edit --undo
    """
)
@issue_options("every issue")
@click.option(
    "--pin", "pins", type=TEXT, multiple=True, metavar="URL|N", help="Put it first; several keep the given order."
)
@click.option("--drop", "drops", type=TEXT, multiple=True, metavar="URL|N", help="Keep it out.")
@click.option(
    "--boost",
    "boosts",
    type=TEXT,
    multiple=True,
    metavar="URL|N=X",
    help="Add X to its logarithmic score; 0.7 means double.",
)
@click.option("--title", "titles", type=TEXT, multiple=True, metavar="URL|N=TEXT", help="Show it under another title.")
@click.option(
    "--summary", "summaries", type=TEXT, multiple=True, metavar="URL|N=TEXT", help="Show it with another summary."
)
@click.option(
    "--section", "sections", type=TEXT, multiple=True, metavar="URL|N=TEXT", help="Move it to another section."
)
@click.option(
    "--add",
    "added",
    type=TEXT,
    multiple=True,
    metavar="URL",
    help="Bring it in, also from another site; --title TEXT and the like then need no URL.",
)
@click.option(
    "--intro", type=TEXT_OR_EMPTY, metavar="TEXT", help="Markdown above the stories; an empty TEXT takes it back."
)
@click.option("--closing", type=TEXT_OR_EMPTY, metavar="TEXT", help="Markdown below the stories.")
@click.option("--subject", type=TEXT_OR_EMPTY, metavar="TEXT", help="The subject, in place of the lead's title.")
@click.option(
    "--preheader", type=TEXT_OR_EMPTY, metavar="TEXT", help="The preview text that inboxes show after the subject."
)
@click.option("--until", type=TEXT, metavar="TIME", help="When it ends: 18:00 (today), 2026-10-01 or 2026-10-01T18:00.")
@click.option("--list", "list_them", is_flag=True, help="List what applies now and later.")
@click.option(
    "--undo",
    type=TEXT,
    is_flag=False,
    flag_value=_LAST,
    metavar="[URL|N]",
    help="Undo the last change, or the last one of that article.",
)
@config_option
def edit(
    edition_name: str | None,
    day: date | None,
    pins: tuple[str, ...],
    drops: tuple[str, ...],
    boosts: tuple[str, ...],
    titles: tuple[str, ...],
    summaries: tuple[str, ...],
    sections: tuple[str, ...],
    added: tuple[str, ...],
    intro: str | None,
    closing: str | None,
    subject: str | None,
    preheader: str | None,
    until: str | None,
    list_them: bool,
    undo: str | None,
    config: Path | None,
) -> None:
    """Pin, drop, boost, retitle or add articles, and write an intro, a closing, a subject or a preview text.

    N is an article's number in the ranking that `digest rank` showed you last, of the same issue: the coming one, or
    that of --date.

    Without --date it applies to every issue of the edition until --until. The latest change of a kind counts. Each
    change is stored with your user name and the time, and so is undoing it.
    """
    changes = [
        *edit_arguments.whole_articles(OverrideKind.ADD, added),
        *edit_arguments.whole_articles(OverrideKind.PIN, pins),
        *edit_arguments.whole_articles(OverrideKind.DROP, drops),
        *edit_arguments.boosts(boosts),
        *edit_arguments.texts(OverrideKind.TITLE, titles, added),
        *edit_arguments.texts(OverrideKind.SUMMARY, summaries, added),
        *edit_arguments.texts(OverrideKind.SECTION, sections, added),
        *edit_arguments.issue_texts(
            {
                OverrideKind.INTRO: intro,
                OverrideKind.CLOSING: closing,
                OverrideKind.SUBJECT: subject,
                OverrideKind.PREHEADER: preheader,
            }
        ),
    ]
    _require_one_task(changes, until, list_them=list_them, undo=undo)
    with bootstrap.open_app(own_settings(config), clock()) as app:
        edition = app.settings.edition(edition_name)
        if list_them:
            list_changes(app, edition, day)
        elif undo is not None:
            undo_changes(app, edition, day, None if undo == _LAST else undo)
        else:
            _Edit.of(app, edition, day, until).make(changes)


def _require_one_task(changes: Sequence[Change], until: str | None, *, list_them: bool, undo: str | None) -> None:
    """Raise a usage error for options that exclude each other, or none at all."""
    tasks = (bool(changes or until), list_them, undo is not None)
    if sum(tasks) > 1:
        raise click.UsageError("--list and --undo are used alone, with --edition and --date")
    if not (changes or list_them or undo is not None):
        raise click.UsageError(
            "nothing to change; use --pin, --drop, --boost, --title, --summary, --section, --add, --intro, --closing, "
            "--subject or --preheader"
        )


@dataclass(frozen=True, kw_only=True)
class _Edit:
    """One command's changes of an edition, in one issue or in all (`day` is None), until a moment or for good."""

    app: App
    edition: EditionSettings
    day: date | None
    end: datetime | None

    @classmethod
    def of(cls, app: App, edition: EditionSettings, day: date | None, until: str | None) -> "_Edit":
        """The changes with the end that the user wrote; raises a usage error."""
        end = parse_until(until, app.zone, app.clock.now()) if until else None
        return cls(app=app, edition=edition, day=day, end=end)

    def make(self, changes: Sequence[Change]) -> None:
        """Store the changes, print each, and say on standard error what may surprise.

        Raises usage errors, and IssueFrozenError for a text of an issue that is made.
        """
        find = partial(find_article, self.app, self.edition, self.day)
        named = [(change, find(change.article)) for change in changes if change.article]
        texts = [change for change in changes if not change.article]
        known = self.app.listed_articles({canonical_key(article.url) for _change, article in named})
        self._require_titles(named, known)
        self._require_sections(changes)
        self._add_all(named, texts)
        for note in self._notes(named, texts, known):
            remark(f"note: {note}")

    def _add_all(self, named: Sequence[tuple[Change, ShownArticle]], texts: Sequence[Change]) -> None:
        """Store the changes as one step, and print them."""
        by, now = bootstrap.operator(), self.app.clock.now()
        made = partial(Override, by=by, at=now, until=self.end)
        rows, lines = [], []
        for change, article in named:
            value = article.url if change.kind is OverrideKind.ADD else change.value
            rows.append(made(key=canonical_key(article.url), kind=change.kind, value=value))
            title = f" “{article.title}”" if article.title else ""
            lines.append(f"{change.kind} {article.url}{title}")
        for change in texts:
            rows.append(made(key="", kind=change.kind, value=change.value))
            lines.append(shown_text(change.kind, change.value))
        slot = Slot(day=self.day) if self.day else None
        self.app.overrides.add_together(self.edition.name, slot, rows, unfrozen=slot if texts else None)
        for line in lines:
            click.echo(f"{self._name}: {line}{self._until}")

    @property
    def _frozen(self) -> str:
        """Why changes of the issue have no effect; empty where they have."""
        return frozen_fault(self.app.issues.find(self.edition.name, Slot(day=self.day))) if self.day else ""

    @property
    def _slot(self) -> Slot:
        """The issue of its day, else the next one."""
        return Slot(day=self.day) if self.day else self.app.coming_slot(self.edition)

    @property
    def _name(self) -> str:
        return f"{self.edition.name}/{self.day}" if self.day else self.edition.name

    @property
    def _until(self) -> str:
        return f" until {self.end.astimezone(self.app.zone):%Y-%m-%d %H:%M}" if self.end else ""

    def _require_titles(self, named: Sequence[tuple[Change, ShownArticle]], known: dict[str, Article]) -> None:
        """Raise a usage error for an added article that has no title."""
        titled = {canonical_key(article.url) for change, article in named if change.kind is OverrideKind.TITLE}
        titled |= known.keys()
        for change, article in named:
            if change.kind is OverrideKind.ADD and canonical_key(article.url) not in titled:
                raise click.UsageError(f"no source lists {article.url}, so it needs a title; add --title TEXT")

    def _require_sections(self, changes: Sequence[Change]) -> None:
        """Raise a usage error for a section that would keep its article out of the edition."""
        for change in changes:
            if change.kind is OverrideKind.SECTION and (fault := section_fault(change.value or "", self.edition)):
                raise click.UsageError(fault)

    def _notes(
        self, named: Sequence[tuple[Change, ShownArticle]], texts: Sequence[Change], known: dict[str, Article]
    ) -> Iterator[str]:
        added = {canonical_key(article.url) for change, article in named if change.kind is OverrideKind.ADD}
        others = {canonical_key(article.url): article.url for _change, article in named}
        others = {key: url for key, url in others.items() if key not in added}
        if self.end and self.end <= self.app.clock.now():
            yield "this time has passed: nothing changes, except that earlier changes of the same kind end"
        elif self.end and self.end <= (hour := self.app.window(self.edition, self._slot).end):
            issue = f"{self.edition.name}/{self._slot}, {hour.astimezone(self.app.zone):%Y-%m-%d %H:%M}"
            yield f"this ends before the hour of {issue}, and has no effect on it"
        if (others or any(change.value for change in texts)) and not self.day and not self.end:
            yield f"this applies to every issue of {self.edition.name}, without an end; --date and --until limit it"
        dropped = (canonical_key(article.url) for change, article in named if change.kind is OverrideKind.DROP)
        listed = known.keys() | self.app.articles.titles(dropped)  # a thread can be dropped too
        yield from (f"no source has listed {url} yet" for key, url in others.items() if key not in listed)
        wanted = {OverrideKind.ADD, OverrideKind.PIN}
        yield from self._kept_out([article.url for change, article in named if change.kind in wanted])
        sections = [change.value or "" for change, _article in named if change.kind is OverrideKind.SECTION]
        yield from unknown_sections(sections, self.app.articles.sections())
        if self._frozen:
            yield self._frozen

    def _kept_out(self, urls: Sequence[str]) -> Iterator[str]:
        """Why articles that are added or pinned stay out of the issue."""
        if not urls:
            return
        name, slot = self.edition.name, self._slot
        overrides = self.app.overrides.in_force(name, slot, self.app.clock.now())
        causes = {
            "was retracted": self.app.retractions.keys(),
            "is dropped, and stays out until that is undone": {
                one.key for one in overrides if one.kind is OverrideKind.DROP
            },
            "was sent in an earlier issue, and is not repeated": self.app.issues.used_keys(name, slot),
        }
        for url in dict.fromkeys(urls):
            cause = next((text for text, keys in causes.items() if canonical_key(url) in keys), None)
            if cause:
                yield f"{url} {cause}"

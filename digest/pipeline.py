"""The whole journey on one page: collect → merge → rank → compose → render → freeze; `deliver` walks on from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest import failpoints
from digest.collect import collect
from digest.compose import Brief, compose
from digest.curves import Curves, learned
from digest.errors import IssueError
from digest.merge import merge
from digest.message import Letterhead, blank_links
from digest.model import (
    Collected,
    Issue,
    IssueRecord,
    IssueState,
    RankedArticle,
    Rendered,
    Role,
    Slot,
    SourceReport,
    Window,
)
from digest.protocols import Clock, Source
from digest.rank import rank
from digest.render import Renderer
from digest.settings import EditionSettings, Settings
from digest.store.articles import Articles
from digest.store.deliveries import Deliveries
from digest.store.editions import Editions
from digest.store.subscribers import Subscribers
from digest.timetable import LOOK_BACK, window_of
from digest.words import Words

Report = Callable[[SourceReport], None]

UNSENT = frozenset({IssueState.PLANNED, IssueState.COLLECTING, IssueState.SKIPPED})
_HISTORY = LOOK_BACK.days * 2  # issues of an edition that can matter to the next one


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The real objects that one process works with; `assemble` makes them."""

    settings: Settings
    clock: Clock
    sources: Sequence[Source]
    articles: Articles
    editions: Editions
    deliveries: Deliveries
    subscribers: Subscribers
    renderer: Renderer
    letterhead: Letterhead

    @property
    def zone(self) -> ZoneInfo:
        """The portal's time zone."""
        return self.settings.portal.zone

    def words(self, edition: EditionSettings) -> Words:
        """The words of an edition's language."""
        return Words(self.settings.language_of(edition), self.zone)

    def history(self, edition: EditionSettings) -> list[IssueRecord]:
        """The edition's latest issues, newest first."""
        return self.editions.history(edition.name, _HISTORY)

    def window(self, edition: EditionSettings, slot: Slot) -> Window:
        """The window that an issue of that slot is about; what is stored with the issue counts."""
        record = self.editions.find(edition.name, slot)
        if record is not None and record.frozen_at is not None:
            return record.window
        return window_of(edition, slot, self.zone, self.history(edition))


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An issue as it would be sent now, with the reports of the sources that were asked for it."""

    issue: Issue
    rendered: Rendered
    collected: Collected


def publish(parts: Parts, edition: EditionSettings, slot: Slot, *, report: Report) -> IssueRecord:
    """Make the issue of that slot, once, and plan it for its audience; what exists already is left as it stands."""
    record = parts.editions.open(edition.name, slot, parts.window(edition, slot), parts.clock.now())
    if record.frozen_at is not None or record.state in {IssueState.HELD, IssueState.CANCELLED}:
        return record
    drafted = draft(parts, edition, slot, report=report)
    failpoints.reach("publish.before_freeze")
    frozen = freeze(parts, edition, record, drafted)
    failpoints.reach("publish.after_freeze")
    return frozen


def draft(parts: Parts, edition: EditionSettings, slot: Slot, *, report: Report, window: Window | None = None) -> Draft:
    """Ask the sources, and draw the issue as it would be sent now; nothing is frozen or marked as used."""
    window = window or parts.window(edition, slot)
    collected = gather(parts, window, report=report)
    ranked = ranking(parts, edition, slot, window)
    issue = composed(parts, edition, slot, window, ranked)
    rendered = parts.renderer.render(issue, blank_links(parts.letterhead, edition.name, slot), theme=edition.theme)
    return Draft(issue=issue, rendered=rendered, collected=collected)


def gather(parts: Parts, window: Window, *, report: Report) -> Collected:
    """Ask every source once and store what was seen, counters included."""
    known = parts.articles.validators()
    collected = collect(parts.sources, window, validators=known, now=parts.clock.now(), report=report)
    parts.articles.record(collected)
    return collected


def ranking(parts: Parts, edition: EditionSettings, slot: Slot, window: Window) -> list[RankedArticle]:
    """The window's articles, each made of what its sources said, in the order of their scores."""
    order = {source.name: place for place, source in enumerate(parts.sources)}
    articles = [merge(told, order) for told in parts.articles.told(window)]
    in_force = parts.editions.hands(edition.name, slot, max(parts.clock.now(), window.end))
    return rank(articles, window.end, parts.settings.ranking, in_force, _curves(parts, window.end))


def _curves(parts: Parts, slot: datetime) -> Curves:
    """How this portal's articles grow, as far as that was known at the slot."""
    half_life = parts.settings.ranking.half_life / timedelta(hours=1)
    return learned(parts.articles.history(slot), slot.timestamp(), half_life)


def composed(
    parts: Parts, edition: EditionSettings, slot: Slot, window: Window, ranked: Sequence[RankedArticle]
) -> Issue:
    """The issue made of the ranked articles and the discussion's threads."""
    brief = Brief(
        edition=edition,
        slot=slot,
        window=window,
        language=parts.settings.language_of(edition),
        used=parts.editions.used_keys(edition.name, slot),
    )
    return compose(ranked, parts.articles.told(window, Role.DISCUSSION), brief, parts.words(edition))


def freeze(parts: Parts, edition: EditionSettings, record: IssueRecord, drafted: Draft) -> IssueRecord:
    """Fix the issue's content and plan its deliveries, in one transaction; too few articles: skip it, and say so.

    Before the slot's moment a skipped issue is not recorded as such: more articles may come.
    """
    chosen, now = drafted.issue.articles, parts.clock.now()
    if len(chosen) < edition.needed:
        says = _too_few(edition, drafted)
        if now >= record.window.end:
            parts.editions.move(record.id, UNSENT, IssueState.SKIPPED, reason=says, now=now)
        return replace(record, state=IssueState.SKIPPED, reason=says)
    shown = chosen[: len(chosen) - drafted.rendered.trimmed]
    parts.editions.freeze(
        record.id,
        rendered=drafted.rendered,
        article_keys=[one.article.key for one in shown],
        window=drafted.issue.window,
        edition=edition.name,
        now=now,
        deadline=now + edition.deadline,
    )
    return parts.editions.open(edition.name, record.slot, record.window, now)


def _too_few(edition: EditionSettings, drafted: Draft) -> str:
    """Why the issue is skipped; raises IssueError where it was a source's fault: then it is worth another try."""
    says = f"too few articles: {len(drafted.issue.articles)}, and the edition's minimum is {edition.needed}"
    says += "".join(f"; {note}" for note in drafted.issue.notes)
    failed = [report.source for report in drafted.collected.reports if report.error]
    if failed:
        raise IssueError(f"{edition.name}/{drafted.issue.slot}: {says}; source {', '.join(failed)} failed")
    return says

"""The whole journey on one page: collect → merge → rank → compose → render → freeze; `deliver` walks on from there."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest import failpoints
from digest.collecting.collect import collect
from digest.collecting.merge import merge
from digest.composing.compose import Brief, compose
from digest.delivery.restore_guard import RestoreGuard
from digest.errors import IssueError
from digest.i18n import Words
from digest.judging import doubts
from digest.message.build import SenderIdentity, blank_links
from digest.model.articles import Collected, RankedArticle, Role, SourceReport, Window
from digest.model.issues import Issue, IssueRecord, IssueState, Rendered, Slot
from digest.protocols import Clock, Compare, CounterLookup, Source, SourceSet
from digest.ranking.growth import Curves, learned
from digest.ranking.rank import rank
from digest.rendering.render import Renderer
from digest.settings.schema import EditionSettings, Settings
from digest.store.articles import Articles
from digest.store.deliveries import Deliveries
from digest.store.issues import Editions
from digest.store.subscribers import Subscribers
from digest.timetable import LOOK_BACK, window_of

Report = Callable[[SourceReport], None]

_log = logging.getLogger(__name__)

UNSENT = frozenset({IssueState.PLANNED, IssueState.COLLECTING, IssueState.HELD, IssueState.SKIPPED})
MOST_ADDRESSES = 1_000
_HISTORY = LOOK_BACK.days * 2  # issues of an edition that can matter to the next one


@dataclass(frozen=True, kw_only=True)
class App:
    """The real objects that one process works with; `assemble` makes them."""

    settings: Settings
    clock: Clock
    make_source_set: Callable[[], SourceSet]
    articles: Articles
    editions: Editions
    deliveries: Deliveries
    subscribers: Subscribers
    renderer: Renderer
    sender_identity: SenderIdentity
    compare: Compare
    restore_guard: RestoreGuard

    @property
    def sources(self) -> Sequence[Source]:
        """The sources, made when they are first asked for; raises ConfigurationError."""
        return self.make_source_set().sources

    @property
    def counter_lookups(self) -> Sequence[CounterLookup]:
        """The places that count only what they are asked about, made as the sources are; raises ConfigurationError."""
        return self.make_source_set().counter_lookups

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
    doubts: tuple[str, ...] = ()


def publish(parts: App, edition: EditionSettings, slot: Slot, *, report: Report, force: bool = False) -> IssueRecord:
    """Make the issue of that slot, once, and plan it for its audience; what exists already is left as it stands.

    One that looks wrong is held instead, unless `force`; a held one is looked at anew.
    """
    record = parts.editions.open(edition.name, slot, parts.window(edition, slot), parts.clock.now())
    if record.frozen_at is not None or record.state is IssueState.CANCELLED:
        return record
    drafted = draft(parts, edition, slot, report=report)
    if not force and must_be_held(edition, drafted):
        return hold(parts, record, drafted)
    failpoints.reach("publish.before_freeze")
    frozen = freeze(parts, edition, record, drafted)
    failpoints.reach("publish.after_freeze")
    return frozen


def draft(parts: App, edition: EditionSettings, slot: Slot, *, report: Report, window: Window | None = None) -> Draft:
    """Ask the sources, and draw the issue as it would be sent now; nothing is frozen or marked as used."""
    window = window or parts.window(edition, slot)
    collected = gather(parts, window, report=report)
    ranked = ranking(parts, edition, slot, window)
    issue = composed(parts, edition, slot, window, ranked)
    rendered = parts.renderer.render(issue, blank_links(parts.sender_identity, edition.name, slot), theme=edition.theme)
    wrong = looked_at(parts, window, collected)
    return Draft(issue=issue, rendered=rendered, collected=collected, doubts=wrong)


def looked_at(parts: App, window: Window, collected: Collected) -> tuple[str, ...]:
    """Why the issue of that window looks wrong, a phrase each; empty where it does not."""
    return doubts(parts.articles, parts.settings.sources, parts.zone, window, collected)


def must_be_held(edition: EditionSettings, drafted: Draft) -> bool:
    """Whether an issue that looks wrong stays here; one that goes out all the same is said in the log."""
    if drafted.doubts and edition.on_doubt == "send":
        says = "; ".join(drafted.doubts)
        _log.warning("%s/%s looks wrong, and is not held: %s", edition.name, drafted.issue.slot, says)
        return False
    return bool(drafted.doubts)


def hold(parts: App, record: IssueRecord, drafted: Draft) -> IssueRecord:
    """Keep the issue back, and say why; `digest send --force` lets it go, and so does a later look that is content."""
    says = "; ".join(drafted.doubts)
    parts.editions.move(record.id, UNSENT, IssueState.HELD, reason=says, now=parts.clock.now())
    return replace(record, state=IssueState.HELD, reason=says)


def gather(parts: App, window: Window, *, report: Report) -> Collected:
    """Ask every source once and store what was seen, counters included; then look up counters of what is known now."""
    known = parts.articles.validators()
    collected = collect(parts.sources, window, validators=known, now=parts.clock.now(), report=report)
    parts.articles.record(collected)
    if not parts.counter_lookups:
        return collected
    counted = enquire(parts, window, report=report)
    return replace(collected, reports=(*collected.reports, *counted.reports))


def enquire(parts: App, window: Window, *, report: Report) -> Collected:
    """Ask the sources that count by address about the window's articles, and store their counters."""
    addresses = parts.articles.addresses(window, MOST_ADDRESSES)
    asked = [lookup.for_urls(addresses) for lookup in parts.counter_lookups]
    counted = collect(asked, window, validators={}, now=parts.clock.now(), report=report)
    parts.articles.record(counted)
    return counted


def ranking(parts: App, edition: EditionSettings, slot: Slot, window: Window) -> list[RankedArticle]:
    """The window's articles, each made of what its sources said, in the order of their scores."""
    order = {source.name: place for place, source in enumerate(parts.sources)}
    articles = [merge(told, order) for told in parts.articles.told(window)]
    in_force = parts.editions.hands(edition.name, slot, max(parts.clock.now(), window.end))
    return rank(articles, window.end, parts.settings.ranking, in_force, _curves(parts, window.end))


def _curves(parts: App, slot: datetime) -> Curves:
    """How this portal's articles grow, as far as that was known at the slot."""
    half_life = parts.settings.ranking.half_life / timedelta(hours=1)
    return learned(parts.articles.history(slot), slot.timestamp(), half_life)


def composed(
    parts: App, edition: EditionSettings, slot: Slot, window: Window, ranked: Sequence[RankedArticle]
) -> Issue:
    """The issue made of the ranked articles and the discussion's threads."""
    brief = Brief(
        edition=edition,
        slot=slot,
        window=window,
        language=parts.settings.language_of(edition),
        used=parts.editions.used_keys(edition.name, slot),
    )
    discussion = parts.articles.told(window, Role.DISCUSSION)
    return compose(ranked, discussion, brief, parts.words(edition), parts.compare)


def freeze(parts: App, edition: EditionSettings, record: IssueRecord, drafted: Draft) -> IssueRecord:
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
        article_keys=[one.article.key for lead in shown for one in (lead, *lead.also)],
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

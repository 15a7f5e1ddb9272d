"""One issue from collecting to freezing: collect → merge → rank → compose → render → check → freeze.

`delivery.sender` continues from the frozen issue.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Self

from digest import failpoints
from digest.app import App
from digest.collecting.pictures import fetch_pictures
from digest.composing.anomalies import find_anomalies, past_windows
from digest.composing.compose import Brief, compose, exclusions, with_summaries
from digest.composing.picture_sizes import picture_sizes
from digest.composing.release import Hold, find_hold
from digest.composing.selection import find_stories
from digest.composing.taken_down import taken_down_keys
from digest.composing.topics import narrow
from digest.errors import IssueChangedError, IssueError
from digest.model.articles import Article, Collected, LateSpan, RankedArticle, Role, Window
from digest.model.decisions import EditMark
from digest.model.drafts import Draft
from digest.model.issues import (
    UNFROZEN,
    Content,
    Coverage,
    Issue,
    IssueRecord,
    IssueState,
    Slot,
)
from digest.model.overrides import Override, OverrideKind
from digest.model.pictures import PictureSize, ServedPicture
from digest.model.redirects import redirect_urls
from digest.model.web import DayArticle
from digest.operations.collecting import Report, collect_window
from digest.operations.draft_messages import broken_rules, render
from digest.operations.issue_articles import articles_of_issue, repeated_stories
from digest.operations.summaries import ArticleSummaries
from digest.parsing.markdown import web_links
from digest.parsing.text import clean_line
from digest.ranking.explanation import issue_json
from digest.ranking.growth import Curves, learn_curves
from digest.ranking.rank import rank
from digest.rendering.topic_variants import TopicVariants
from digest.settings.schema import EditionSettings
from digest.settings.sources import Expectation

_log = logging.getLogger(__name__)

_LISTED_BEFORE = timedelta(days=14)  # when articles of that time went from the lists of sources tells their order
_EDITED = "somebody edited or held it while it was made"

Approve = Callable[[Draft], None]
Decided = Callable[[IssueRecord], None]


@dataclass(frozen=True, kw_only=True)
class IssueRun:
    """Makes one issue: an edition on one slot, of its window's articles and those `late` for the previous one.

    `decided` gets the issue once this run has frozen or skipped it, which another process may have done before.
    """

    app: App
    edition: EditionSettings
    slot: Slot
    window: Window
    late: LateSpan | None
    report: Report
    decided: Decided = lambda _record: None
    is_for_readers: bool = False  # previews have neither redirects nor pictures of ours

    @classmethod
    def of(
        cls,
        app: App,
        edition: EditionSettings,
        slot: Slot,
        *,
        report: Report = lambda _report: None,
        decided: Decided = lambda _record: None,
        window: Window | None = None,
    ) -> Self:
        """The run of that slot, over the window that the slot has unless another one is given."""
        window = window or app.window(edition, slot)
        late = app.late_span(edition, slot, window)
        return cls(app=app, edition=edition, slot=slot, window=window, late=late, report=report, decided=decided)

    @property
    def name(self) -> str:
        """The issue as people see it: `daily/2026-10-01`."""
        return f"{self.edition.name}/{self.slot}"

    def publish(self, *, force: bool = False, approve: Approve = lambda _draft: None) -> IssueRecord:
        """Make the issue once and plan it for its audience; an issue that exists is returned as it is.

        An issue that a person holds or must release, that looks wrong, or whose message breaks a rule of level error,
        is held instead, unless `force`; a held one is made again. `approve` gets the draft before it is frozen, and
        prevents that by raising an error.
        """
        known = self.app.issues.find(self.edition.name, self.slot)
        if known is not None and not known.state.is_unfrozen:
            return known
        # Before it is frozen: nothing of this issue was sent by the server before, if there was another one.
        self.app.server_changes.pause_after_change(self.app.ledger_clock.now())
        draft = replace(self, is_for_readers=True).draft()
        if not force and (hold := self._hold_or_warn(draft)):
            return self._set_aside(IssueState.HELD, hold.sentence)
        if len(draft.issue.articles) < self.edition.needed:
            return self._set_aside(IssueState.SKIPPED, self._too_few(draft))
        if not force and (broken := broken_rules(self.app, draft)):
            return self._set_aside(IssueState.HELD, broken)
        approve(draft)
        if not force and (hold := self.find_hold(draft.anomalies)):  # by somebody who decided meanwhile
            return self._set_aside(IssueState.HELD, hold.sentence)
        failpoints.reach("publish.before_freeze")
        frozen = self._freeze(draft)
        failpoints.reach("publish.after_freeze")
        return frozen

    def draft(self) -> Draft:
        """Collect, and make the issue as it would be sent now; nothing is frozen or marked as used."""
        return self._drafted(self.collect(), may_ask=True)

    def stored_draft(self) -> Draft:
        """Make the issue of the articles and summaries that are stored; no source is asked."""
        return self._drafted(Collected(taken_at=self.app.clock.now(), reports=()), may_ask=False)

    def _mark(self) -> EditMark:
        """How far people have changed the issue; read before what they changed, so that nothing later is overlooked."""
        return self.app.decisions.mark(self.edition.name, self.slot)

    def _drafted(self, collected: Collected, *, may_ask: bool) -> Draft:
        """The issue of what is stored; summaries that are missing are made now if it `may_ask`."""
        edits = self._mark()
        issue = self._summarised(self.compose(self.rank()), may_ask=may_ask)
        redirects, pictures = self._redirects(issue), self._pictures(issue)
        return Draft(
            issue=issue,
            rendered=render(self.app, self.edition, issue, redirects, pictures),
            collected=collected,
            anomalies=self.find_anomalies(collected),
            redirects=redirects,
            pictures=pictures,
            edits=edits,
        )

    def collect(self) -> Collected:
        """Ask every source about the window, and the time before it that `late` has, and store what they report."""
        return collect_window(self.app, self._visit_window, report=self.report)

    @property
    def _visit_window(self) -> Window:
        """The window that sources are asked about, with the time before it from which articles may be late."""
        return self.window if self.late is None else replace(self.window, start=self.late.window.start)

    def rank(self) -> list[RankedArticle]:
        """The articles that the issue may have, the highest score first."""
        overrides, end = self._overrides(), self.window.end
        articles = articles_of_issue(self.app, self.window, self.late, overrides)
        return rank(articles, end, self.app.settings.ranking, overrides, self._curves(), self.app.zone)

    def compose(self, ranked: Sequence[RankedArticle]) -> Issue:
        """The issue made of the ranked articles and the discussion's threads."""
        articles, brief = self.app.articles, self._brief(ranked).edited_by(self._overrides())
        brief = replace(brief, unwanted_titles=articles.titles(brief.unwanted).values())
        discussion = articles.records(self.window, Role.DISCUSSION)
        return compose(ranked, discussion, brief, self.app.translator(self.edition), self.app.compare)

    def _summarised(self, issue: Issue, *, may_ask: bool) -> Issue:
        """The issue with what the operator's command says about its articles, unless an editor summarised them.

        What is missing is made now if it `may_ask`.
        """
        if not self.app.settings.summary.command:
            return issue
        by_editor = {override.key for override in self._overrides() if override.kind is OverrideKind.SUMMARY}
        # What its sources say, so that an editor's title asks for no other summary.
        articles = [one.as_listed for one in issue.articles if one.article.key not in by_editor]
        summaries = ArticleSummaries(app=self.app)
        texts = summaries.made(articles) if may_ask else summaries.known(articles)
        return with_summaries(issue, texts, self.edition, self.app.translator(self.edition))

    def find_stories(self, ranked: Sequence[RankedArticle]) -> tuple[list[RankedArticle], list[tuple[int, ...]]]:
        """The ranked articles that may enter the issue, and their places grouped by story."""
        excluded = exclusions(ranked, self._brief(ranked))
        eligible = [one for one in ranked if one.article.key not in excluded]
        return eligible, find_stories(eligible, self.app.compare)

    def topic_variants(self, draft: Draft) -> TopicVariants:
        """What readers of the draft get by the topics that they chose."""
        whole, translator = Content.of(draft.issue, draft.rendered), self.app.translator(self.edition)
        again = partial(render, self.app, self.edition, redirects=draft.redirects, pictures=draft.pictures)
        return TopicVariants(
            draft.shown, whole, lambda kept: narrow(draft.issue, kept, self.edition, translator), again
        )

    def find_anomalies(self, collected: Collected) -> tuple[str, ...]:
        """Why the issue looks wrong, a phrase for each reason, then the sources that failed; empty if it does not."""
        articles, zone = self.app.articles, self.app.zone
        expecting = [source for source in self.app.settings.sources if source.expect != Expectation()]
        past = [articles.day_stats(window, zone) for window in past_windows(self.window, zone, articles.first_sight())]
        if not past and not expecting:
            return ()
        threads = [source.name for source in expecting if source.role is Role.DISCUSSION]
        today = articles.day_stats(self.window, zone, threads)
        expected = {source.name: source.expect for source in expecting}
        found = find_anomalies(today, past, expected, self._newest_ages(expected, collected))
        return (*found, *_failed_sources(collected)) if found else ()

    def find_hold(self, anomalies: Sequence[str]) -> Hold | None:
        """Why the issue would wait at its hour, given why it looks wrong; None if it would be sent."""
        return find_hold(self.edition, self.app.review(self.edition, self.slot, self.window), anomalies)

    def _overrides(self) -> list[Override]:
        """The overrides in force at the issue's hour, or now if that is later."""
        now = max(self.app.clock.now(), self.window.end)
        return self.app.overrides.in_force(self.edition.name, self.slot, now)

    def _brief(self, ranked: Sequence[RankedArticle]) -> Brief:
        return Brief(
            edition=self.edition,
            slot=self.slot,
            window=self.window,
            language=self.app.settings.language_of(self.edition),
            languages=self.app.settings.languages,
            used=self.app.issues.used_keys(self.edition.name, self.slot),
            repeated=repeated_stories(self.app, self.late, ranked),
            taken_down=self._taken_down(ranked),
            retracted=self.app.retractions.keys(),
        )

    def _taken_down(self, ranked: Sequence[RankedArticle]) -> frozenset[str]:
        """The keys of the articles that their sources have taken down."""
        # A page may leave out a part of itself, and so does an API of which one page fails.
        sources = {one.name for one in self.app.settings.sources if one.kind in {"feed", "sql"} and one.page is None}
        listings = self.app.articles.last_listings(self._visit_window.start - _LISTED_BEFORE)
        return taken_down_keys((one.article for one in ranked), listings, sources)

    def _newest_ages(self, expected: Mapping[str, Expectation], collected: Collected) -> dict[str, timedelta]:
        """The age of the newest article of each source that must be fresh."""
        now = min(collected.taken_at, self.window.end)
        newest = {name: self.app.articles.newest(name, self.window.end) for name in expected if expected[name].fresh}
        return {name: now - moment for name, moment in newest.items() if moment is not None}

    def _curves(self) -> Curves:
        """How the portal's articles grow, from what was known at the end of the window."""
        half_life = self.app.settings.ranking.half_life / timedelta(hours=1)
        return learn_curves(self.app.articles.history(self.window.end), self.window.end.timestamp(), half_life)

    def _redirects(self, issue: Issue) -> Mapping[str, str]:
        """The address of ours that leads to each link of the issue; empty where its links are direct."""
        if not self.is_for_readers or self.edition.links == "direct":
            return {}
        own = (url for text in (issue.texts.intro, issue.texts.closing) for url in web_links(text))
        urls = dict.fromkeys([*issue.urls, *own])
        return redirect_urls(self.app.settings.web.base_url, self.edition.name, self.slot, urls)

    def _pictures(self, issue: Issue) -> Mapping[PictureSize, ServedPicture]:
        """The addresses of ours of the issue's pictures, which are fetched now unless they are stored."""
        base_url = self.app.settings.web.base_url
        if not (self.is_for_readers and self.app.settings.images.cache and base_url):
            return {}
        has_topics = bool(self.app.issues.topic_sets(self.app.audience(self.edition, self.slot)))
        wanted, now = picture_sizes(issue, has_topics=has_topics), self.app.ledger_clock.now()
        files = self.app.pictures.known(wanted, now)
        missing = [size for size in wanted if size not in files]
        stop = partial(self.app.clock.wait, 0)
        fetched = fetch_pictures(self.app.make_picture_source(), missing, stop=stop) if missing else {}
        self.app.pictures.keep(fetched, now)
        files |= {size: one.served for size, one in fetched.items() if one is not None}
        served = {size: file for size, file in files.items() if file is not None}
        return {size: replace(file, address=f"{base_url}/images/{file.address}") for size, file in served.items()}

    def _hold_or_warn(self, draft: Draft) -> Hold | None:
        """Why the issue is held; one that looks wrong and is sent anyway is logged."""
        hold = self.find_hold(draft.anomalies)
        if hold is None and draft.anomalies and self.edition.on_doubt == "send":
            why = "; ".join(draft.anomalies)
            _log.warning('%s looks wrong, but on_doubt = "send": %s', self.name, why)
        return hold

    def _set_aside(self, state: IssueState, reason: str) -> IssueRecord:
        """Hold or skip the issue, and store why once its hour has come: before that, more articles may appear."""
        now = self.app.clock.now()
        if now < self.window.end:
            return IssueRecord(
                id=0, edition=self.edition.name, slot=self.slot, state=state, window=self.window, reason=reason
            )
        known = self._open()
        record = replace(known, state=state, reason=reason)
        has_moved = self.app.issues.move(known.id, UNFROZEN, state, reason=reason, now=now)
        if has_moved and state is IssueState.SKIPPED and known.state is not IssueState.SKIPPED:
            self.decided(record)
        return record

    def _freeze(self, draft: Draft) -> IssueRecord:
        """Fix the issue's content and plan its deliveries in one transaction.

        Raises ConfigurationError for a DKIM key that cannot be used, IssueChangedError if people changed the issue
        meanwhile.
        """
        self.app.signer_of(self.app.dkim_selector)
        topics, issue_id = self.topic_variants(draft), self._open().id
        if len(draft.issue.all_of_day) > len(draft.shown):
            self.app.day_articles.keep(issue_id, [_day_article(one.article) for one in draft.issue.all_of_day])
        audience = self.app.audience(self.edition, self.slot)
        for chosen in self.app.issues.topic_sets(audience):
            topics(chosen)  # rendered before the transaction begins, which then asks for few new ones or none
        now = self.app.ledger_clock.now()
        self.app.pictures.keep(self.app.logo_files(), now)
        readers = self.app.issues.freeze(
            issue_id,
            content=topics.whole,
            audience=replace(audience, topics=topics, without=topics.without),
            coverage=Coverage(self.window, draft.collected.taken_at, draft.edits),
            now=now,
            deadline=now + self.edition.deadline,
            dkim_selector=self.app.dkim_selector,
            links=tuple(draft.redirects),
        )
        frozen = self._open()
        if frozen.state.is_unfrozen:
            raise IssueChangedError(f"{frozen.name}: {self._why_unfrozen(draft)}; try again")
        if readers is not None:  # it was frozen with this content
            self.app.issue_contents.keep_ranking(issue_id, issue_json(draft.shown))
            self.app.heartbeat()
            self.decided(frozen)
        return frozen

    def _why_unfrozen(self, draft: Draft) -> str:
        if self._mark() != draft.edits:
            return _EDITED
        return "an article was retracted while the issue was made"

    def _open(self) -> IssueRecord:
        return self.app.issues.open(self.edition.name, self.slot, self.window, self.app.clock.now())

    def _too_few(self, draft: Draft) -> str:
        """Why the issue is skipped.

        Raises IssueError where a source failed, IssueChangedError where somebody edited it meanwhile: another try may
        succeed.
        """
        found, needed = len(draft.issue.articles), self.edition.needed
        reason = f"too few articles: {found}, and the edition's minimum is {needed}"
        reason += "".join(f"; {note}" for note in draft.issue.notes)
        failed = _failed_sources(draft.collected)
        if failed:
            raise IssueError(f"{self.name}: {'; '.join((reason, *failed))}")
        if self._mark() != draft.edits:
            raise IssueChangedError(f"{self.name}: {_EDITED}; try again")
        return reason


def _failed_sources(collected: Collected) -> list[str]:
    return [f"source {report.source} failed" for report in collected.reports if report.error]


def _day_article(article: Article) -> DayArticle:
    return DayArticle(url=article.url, title=clean_line(article.title), section=article.section)

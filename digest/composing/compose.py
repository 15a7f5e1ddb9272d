"""Composes an issue: its articles, its sections and its subject. Pure.

Articles in another language, of a section that the edition does not have, already sent in an earlier issue, or taken
down by their sources are left out, and late ones with a story of the previous issue. From the rest `select` takes `top`
(pinned ones first; no story, section or source fills the issue). The first article is the lead; the others are grouped
by section, in the edition's order of sections, else in the order of their best articles.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from digest.composing.discussion import discussion_of, is_about
from digest.composing.editorial import issue_texts
from digest.composing.order import at_places, grouped
from digest.composing.selection import select
from digest.composing.subject import SUBJECT_LIMIT, custom_subject, default_preheader, default_subject
from digest.errors import ConfigurationError
from digest.i18n import Translator
from digest.model.articles import Article, ArticleRecord, RankedArticle, Role, Window
from digest.model.issues import Issue, IssueTexts, Section, Slot, Thread
from digest.model.overrides import Override, OverrideKind
from digest.parsing.canonical_key import canonical_key
from digest.parsing.language import detected_language
from digest.parsing.text import clean_line, distinct_summary
from digest.protocols import Compare
from digest.ranking.counters_at_slot import count_at_slot
from digest.settings.schema import EditionSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """The edition, slot, window and language of an issue, and the keys of articles in earlier issues (`used`).

    `repeated` are the keys of the late articles with a story of the previous issue, `taken_down` those of the articles
    that their sources have taken down.
    `languages` are those of the portal: the discussion of one with several is shown in the edition's language only.
    `retracted` and `dropped` are canonical keys, `unwanted_titles` the titles of both; `texts` are an editor's.
    """

    edition: EditionSettings
    slot: Slot
    window: Window
    language: str
    languages: Collection[str] = ()
    used: Collection[str] = ()
    repeated: Collection[str] = ()
    taken_down: Collection[str] = ()
    retracted: Collection[str] = ()
    dropped: Collection[str] = ()
    unwanted_titles: Collection[str] = ()
    texts: IssueTexts = field(default_factory=IssueTexts)

    def edited_by(self, overrides: Sequence[Override]) -> Self:
        """The brief with what editors wrote for the issue and dropped, of the overrides in force."""
        dropped = {one.key for one in overrides if one.kind is OverrideKind.DROP}
        return replace(self, texts=issue_texts(overrides), dropped=dropped)

    @property
    def unwanted(self) -> set[str]:
        """The keys of the articles and threads that must not be in the issue."""
        return {*self.retracted, *self.dropped}

    def is_retracted(self, key: str, url: str) -> bool:
        """Whether an article was retracted; each of several items with one URL is."""
        return bool(self.retracted) and (key in self.retracted or canonical_key(url) in self.retracted)


def compose(
    ranked: Sequence[RankedArticle],
    discussion: Sequence[ArticleRecord],
    brief: Brief,
    translator: Translator,
    compare: Compare | None = None,
) -> Issue:
    """The issue from the ranking and the discussion; raises ConfigurationError for an invalid subject template.

    `compare` finds articles of the same story; without it each article is its own story.
    """
    excluded = exclusions(ranked, brief)
    eligible = [one for one in ranked if one.article.key not in excluded]
    selection = select(eligible, brief.edition, compare)
    threads = _threads(discussion, eligible, brief)
    discussed = discussion_of(threads, selection.selected, brief.edition.most_discussed)
    empty = Issue(
        edition=brief.edition.name,
        slot=brief.slot,
        language=brief.language,
        window=brief.window,
        subject="",
        preheader="",
        lead=None,
        sections=(),
        most_discussed=discussed.rows,
        threads=discussed.by_article,
        selected=selection.selected,
        others=selection.others,
        texts=brief.texts,
        notes=tuple(f"{count} {reason}" for reason, count in sorted(Counter(excluded.values()).items())),
    )
    articles: Sequence[RankedArticle] = selection.selected
    if any(one.place is not None for one in articles):
        articles = at_places(articles, brief.edition.sections)
    return arrange(empty, articles, brief.edition, translator)


def arrange(issue: Issue, articles: Sequence[RankedArticle], edition: EditionSettings, translator: Translator) -> Issue:
    """The issue with these articles, of which the first is the lead, in sections, with its subject and preheader."""
    lead = articles[0] if articles else None
    return _titled(replace(issue, lead=lead, sections=_sections(articles[1:], edition.sections)), edition, translator)


def with_summaries(
    issue: Issue, summaries: Mapping[str, str], edition: EditionSettings, translator: Translator
) -> Issue:
    """The issue with other summaries of its articles, by their keys; its subject and preheader may quote them."""

    def summarised(one: RankedArticle) -> RankedArticle:
        summary = distinct_summary(summaries.get(one.article.key), one.article.title)
        if summary is None:
            return one
        return replace(one, article=replace(one.article, summary=summary), listed=one.as_listed)

    sections = tuple(
        replace(section, articles=tuple(summarised(one) for one in section.articles)) for section in issue.sections
    )
    lead = None if issue.lead is None else summarised(issue.lead)
    return _titled(replace(issue, lead=lead, sections=sections), edition, translator)


def _titled(issue: Issue, edition: EditionSettings, translator: Translator) -> Issue:
    """The issue with its subject and preheader: an editor's, or made from its articles."""
    subject = issue.texts.subject or _subject(issue.articles, edition)
    preheader = issue.texts.preheader or _preheader(issue.articles, subject, translator)
    return replace(issue, subject=subject, preheader=preheader)


def exclusions(ranked: Sequence[RankedArticle], brief: Brief) -> dict[str, str]:
    """Why articles are left out of the issue, as a phrase that follows a number, by their keys."""
    return {one.article.key: reason for one in ranked if (reason := _exclusion(one, brief))}


def _exclusion(one: RankedArticle, brief: Brief) -> str | None:
    """Why an article is left out of the issue, as a phrase that follows a number, or None."""
    article = one.article
    if brief.is_retracted(article.key, article.url):
        return "retracted"
    if brief.edition.articles == "own" and not one.added:
        listed = one.as_listed
        language = listed.language or detected_language(f"{listed.title} {listed.summary or ''}")
        if language not in {None, brief.language}:
            return f"in another language than {brief.language}"
    if article.key in brief.used:
        return "already sent in an earlier issue"
    if not one.is_wanted and (reason := _obstacle(article.key, brief)):
        return reason
    sections = {name.casefold() for name in brief.edition.sections}
    if sections and not one.added and article.section_key not in sections:
        return "outside the edition's sections"
    return None


def _obstacle(key: str, brief: Brief) -> str | None:
    """Why an article is left out that no editor wants."""
    if key in brief.repeated:
        return "late with a story of the previous issue"
    return "taken down by the source" if key in brief.taken_down else None


def _sections(articles: Sequence[RankedArticle], order: Sequence[str]) -> tuple[Section, ...]:
    return tuple(_explained(grouped(articles, order)))


def _explained(sections: Sequence[Section]) -> Iterator[Section]:
    """The sections, with a reason for each article above one of a later section with a higher score."""
    for place, section in enumerate(sections, 1):
        later = [one.score for after in sections[place:] for one in after.articles]
        highest = max(later, default=-math.inf)
        message = f"placed here because of its section ({section.name}), above a higher score"
        yield replace(
            section,
            articles=tuple(
                one.explained("section", None, message) if highest > one.score and not one.is_placed else one
                for one in section.articles
            ),
        )


def _subject(articles: Sequence[RankedArticle], edition: EditionSettings) -> str:
    if not articles:
        return clean_line(edition.name, SUBJECT_LIMIT)
    lead, rest = articles[0].article, len(articles) - 1
    custom = _custom_subject(edition, lead, rest) if edition.subject else ""
    return custom or default_subject(lead.title)


def _custom_subject(edition: EditionSettings, lead: Article, rest: int) -> str:
    """The subject from the operator's template, which may be empty."""
    try:
        return custom_subject(edition.subject or "", lead, rest)
    except ValueError as error:
        raise ConfigurationError(f"editions.{edition.name}.subject: {error}") from None


def _preheader(articles: Sequence[RankedArticle], subject: str, translator: Translator) -> str:
    summary = articles[0].article.summary if articles else None
    return default_preheader([one.article.title for one in articles], subject, translator, summary)


def _threads(discussion: Sequence[ArticleRecord], ranked: Sequence[RankedArticle], brief: Brief) -> list[Thread]:
    """The threads of the discussion, or without one the articles with comments."""
    if discussion:
        return [thread for record in discussion if (thread := _thread(record, brief))]
    return [_article_thread(one) for one in ranked if one.comments and one.comments.value]


def _thread(record: ArticleRecord, brief: Brief) -> Thread | None:
    """The row of a thread; None without comments, in another language than the edition's, or if it is unwanted."""
    rows = [sighting for sighting in record.sightings if sighting.role is Role.DISCUSSION]
    latest = max(rows, key=lambda sighting: sighting.taken_at)
    if not brief.unwanted.isdisjoint({record.key, canonical_key(latest.url)}):
        return None
    if any(is_about(latest.title, title) for title in brief.unwanted_titles):
        return None
    comments = count_at_slot(record.readings, brief.window.end, lambda counters: counters.comments)
    if comments is None or comments.value == 0:
        return None
    language = latest.language or detected_language(latest.title)
    if brief.edition.articles == "own" and len(brief.languages) > 1 and language not in {None, brief.language}:
        return None
    active_at = latest.published_at or latest.taken_at
    return Thread(url=latest.url, title=latest.title, comments=comments.value, active_at=active_at)


def _article_thread(one: RankedArticle) -> Thread:
    article, comments = one.article, one.comments.value if one.comments else 0
    return Thread(
        url=article.url,
        title=article.title,
        comments=comments,
        active_at=article.published_at,
        day_only=article.day_only,
    )

"""Which articles an issue may have: those of its window, late ones, and added ones."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from digest.app import App
from digest.collecting.merge import added_article, merge
from digest.composing.selection import COMPARED, titles_and_times
from digest.model.articles import Article, LateSpan, RankedArticle, Window
from digest.model.overrides import Override, OverrideKind


def articles_of_issue(app: App, window: Window, late: LateSpan | None, overrides: Sequence[Override]) -> list[Article]:
    """The articles, each merged from what its sources reported; those of the span `late` are marked as late."""
    order = {source.name: place for place, source in enumerate(app.sources)}
    added = {override.key: added_article(override) for override in overrides if override.kind is OverrideKind.ADD}
    records = [*app.articles.known(added), *app.articles.records(window)]
    articles = {**added, **{record.key: merge(record, order) for record in records}}
    for record in [] if late is None else app.articles.late_records(late):
        articles.setdefault(record.key, replace(merge(record, order), late=True))
    return list(articles.values())


def repeated_stories(app: App, late: LateSpan | None, ranked: Sequence[RankedArticle]) -> frozenset[str]:
    """The keys of the late articles with a story of the previous issue: they moved to another address, or repeat it."""
    compared = [one for one in ranked if one.article.late][:COMPARED]
    if late is None or not compared:
        return frozenset()
    earlier = list(app.issue_contents.titles([late.issue_id]).values())
    number = len(compared)
    # The others too, because what is common in a day's titles says little.
    compared += [one for one in ranked if not one.article.late][: COMPARED - number]
    titles, times = titles_and_times(compared)
    stories = app.compare([*titles, *earlier], [*times, *([None] * len(earlier))]).stories
    places = chain.from_iterable(story for story in stories if max(story) >= len(compared))
    return frozenset(compared[place].article.key for place in places if place < number)

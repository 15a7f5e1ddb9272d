"""Narrows a composed issue to the topics that readers chose. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from digest.composing.compose import arrange
from digest.composing.discussion import enough
from digest.i18n import Translator
from digest.model.articles import RankedArticle
from digest.model.issues import Issue
from digest.settings.schema import EditionSettings


def topics_in(articles: Sequence[RankedArticle], chosen: Collection[str] | None = None) -> tuple[str, ...]:
    """The sections of the articles in their order, or those of them that a reader chose.

    Upper and lower case do not matter.
    """
    names = {one.article.section_key: one.article.section for one in articles if one.article.section}
    wanted = names.keys() if chosen is None else {name.casefold() for name in chosen}
    return tuple(name for key, name in names.items() if name and key in wanted)


def without_articles(stories: Iterable[RankedArticle], had: Collection[str]) -> Iterator[RankedArticle]:
    """The stories without some articles; where the first one of a story is left out, the next takes its place."""
    for story in stories:
        left = [one for one in (story, *story.also) if one.article.key not in had]
        if left:
            yield replace(left[0], also=tuple(left[1:]))


def narrow(issue: Issue, kept: Sequence[RankedArticle], edition: EditionSettings, translator: Translator) -> Issue:
    """The issue with only some of its articles, at least one, and without the threads of the others.

    The lead stays the lead; where it is left out, the best article takes its place.
    """
    lead = kept[0] if kept[0] == issue.lead else max(kept, key=lambda one: (one.pinned, one.score))
    keys = {one.article.key for one in kept}
    topics = {one.article.section_key for one in kept}
    left_out = (one for one in (*issue.articles, *issue.others) if one.article.key not in keys)
    gone = {one.article.url for one in left_out if one.article.section_key not in topics}
    threads = [thread for thread in issue.most_discussed if thread.url not in gone]
    narrowed = replace(issue, most_discussed=enough(threads, edition.most_discussed))
    return arrange(narrowed, [lead, *(one for one in kept if one is not lead)], edition, translator)

"""Renders an issue once for each set of topics that has a reader."""

import json
import logging
from collections.abc import Callable, Collection, Sequence

from digest.composing.topics import topics_in, without_articles
from digest.errors import DigestError
from digest.model.articles import RankedArticle
from digest.model.issues import DEFAULT, Content, Issue, Rendered, TopicContent

MOST_SETS = 1_000
MOST_REDUCED = 200  # variants without articles that their readers had

_log = logging.getLogger(__name__)


class TopicVariants:
    """What readers get by the topics that they chose; sets that mean the same in this issue share a variant.

    `articles` are those that the issue shows; `narrow` is the issue with some of them. After `most` sets, readers of
    further ones get the whole issue, and so do those whose variant cannot be rendered.
    """

    def __init__(
        self,
        articles: Sequence[RankedArticle],
        whole: Content,
        narrow: Callable[[Sequence[RankedArticle]], Issue],
        render: Callable[[Issue], Rendered],
        most: int = MOST_SETS,
        most_reduced: int = MOST_REDUCED,
    ) -> None:
        self._articles = articles
        self.whole = whole
        self._narrow = narrow
        self._render = render
        self._most = most
        self._most_reduced = most_reduced
        self._reduced: dict[tuple[str, frozenset[str]], TopicContent] = {}
        self._topics = topics_in(articles)
        self._known: dict[tuple[str, ...], Content] = {}

    def __call__(self, chosen: Collection[str]) -> TopicContent:
        """What readers of these topics get."""
        topics = topics_in(self._articles, chosen)
        if topics == self._topics:
            return TopicContent(self.whole)
        if not topics:
            return TopicContent(None)
        if topics not in self._known:
            if len(self._known) >= self._most:
                return TopicContent(self.whole, over_limit=True)
            self._known[topics] = self._content(topics)
        return TopicContent(self._known[topics])

    def without(self, key: str, had: frozenset[str]) -> TopicContent:
        """What readers of a variant get who had some of its articles; over the limit they get it as it is."""
        if (key, had) not in self._reduced:
            if len(self._reduced) >= self._most_reduced:
                return TopicContent(None, over_limit=True)
            self._reduced[key, had] = self._reduced_content(key, had)
        return self._reduced[key, had]

    def _content(self, topics: Sequence[str]) -> Content:
        key = json.dumps(topics, ensure_ascii=False)
        content = self._rendered(self._of_topics(topics), key)
        if content is None:
            _log.warning("readers who chose %s get all topics", ", ".join(topics))
        return content or self.whole

    def _reduced_content(self, key: str, had: frozenset[str]) -> TopicContent:
        articles = self._articles if key == DEFAULT else self._of_topics(json.loads(key))
        kept = list(without_articles(articles, had))
        if not kept:
            return TopicContent(None)
        content = self._rendered(kept, json.dumps([key, *sorted(had)], ensure_ascii=False))
        return TopicContent(content, over_limit=content is None)

    def _of_topics(self, topics: Sequence[str]) -> list[RankedArticle]:
        wanted = {name.casefold() for name in topics}
        return [one for one in self._articles if one.article.section_key in wanted]

    def _rendered(self, articles: Sequence[RankedArticle], key: str) -> Content | None:
        """The content with these articles; None, and a line in the log, if it cannot be rendered."""
        try:
            issue = self._narrow(articles)
            return Content.of(issue, self._render(issue), key=key)
        except DigestError as error:
            _log.warning("a variant was not rendered: %s", error)
            return None

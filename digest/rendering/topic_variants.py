"""Renders an issue once for each set of topics that has a reader."""

import json
import logging
from collections.abc import Callable, Collection, Sequence

from digest.composing.topics import topic_key, topics_in
from digest.errors import DigestError
from digest.model.articles import RankedArticle
from digest.model.issues import Content, Issue, Rendered, TopicContent

MOST_SETS = 1_000

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
    ) -> None:
        self._articles = articles
        self._whole = whole
        self._narrow = narrow
        self._render = render
        self._most = most
        self._topics = topics_in(articles)
        self._known: dict[tuple[str, ...], Content] = {}

    def __call__(self, chosen: Collection[str]) -> TopicContent:
        """What readers of these topics get."""
        topics = topics_in(self._articles, chosen)
        if topics == self._topics:
            return TopicContent(self._whole)
        if not topics:
            return TopicContent(None)
        if topics not in self._known:
            if len(self._known) >= self._most:
                return TopicContent(self._whole, over_limit=True)
            self._known[topics] = self._content(topics)
        return TopicContent(self._known[topics])

    def _content(self, topics: Sequence[str]) -> Content:
        wanted = {name.casefold() for name in topics}
        try:
            issue = self._narrow([one for one in self._articles if topic_key(one) in wanted])
            return Content.of(issue, self._render(issue), key=json.dumps(topics, ensure_ascii=False))
        except DigestError as error:
            _log.warning("readers who chose %s get all topics: %s", ", ".join(topics), error)
            return self._whole

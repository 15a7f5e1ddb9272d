"""What readers discuss: the rows of *Most discussed*, and the threads about the articles of the issue itself. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digest.model.articles import Article, RankedArticle
from digest.model.issues import Thread
from digest.parsing.canonical_key import canonical_key

_FEWEST_ROWS = 3
_SHORTEST_TITLE, _MOST_BESIDE = 20, 40  # characters: of a title that is recognised inside another, and of the rest
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Discussion:
    """The threads that are rows, and by the key of an article the thread about it."""

    rows: tuple[Thread, ...] = ()
    by_article: Mapping[str, Thread] = field(default_factory=dict)


def discussion_of(threads: Iterable[Thread], chosen: Sequence[RankedArticle], most: int) -> Discussion:
    """The threads with most comments first, at most `most`, and apart from them those about the chosen articles."""
    if most == 0:
        return Discussion()
    by_article: dict[str, Thread] = {}
    rows: list[Thread] = []
    shown = _Shown(chosen)
    for thread in sorted(threads, key=_order):
        article = shown.article_of(thread)
        if article is None:
            rows.append(thread)
        elif thread.url != article.url:
            by_article.setdefault(article.key, thread)
    return Discussion(rows=enough(rows[:most], most), by_article=by_article)


def is_about(thread: str, article: str) -> bool:
    """Whether a thread with that title is about the article with that title."""
    known, title = _letters(article), _letters(thread)
    return known == title or _is_named(known, title)


def enough(rows: Sequence[Thread], most: int) -> tuple[Thread, ...]:
    """The rows, or none where they are fewer than three and the edition allows more."""
    return tuple(rows) if len(rows) >= min(_FEWEST_ROWS, most) else ()


class _Shown:
    """The articles that an issue shows, those below a story too, found by a thread about them."""

    def __init__(self, chosen: Sequence[RankedArticle]) -> None:
        shown = [one for lead in chosen for one in (lead, *lead.also)]
        self._by_key = {one.article.key: one.article for one in shown}
        titles = [(title, one.article) for one in shown for title in (one.as_listed.title, one.article.title)]
        self._by_title = {_letters(title): article for title, article in titles}

    def article_of(self, thread: Thread) -> Article | None:
        title = _letters(thread.title)
        named = (article for known, article in self._by_title.items() if _is_named(known, title))
        return self._by_key.get(canonical_key(thread.url)) or self._by_title.get(title) or next(named, None)


def _is_named(article: str, thread: str) -> bool:
    """Whether a thread's title is an article's with a few words around it: Comment on “…”."""
    return len(article) >= _SHORTEST_TITLE and len(thread) <= len(article) + _MOST_BESIDE and article in thread


def _letters(title: str) -> str:
    return f" {_NO_LETTER.sub(' ', title.casefold()).strip()} "


def _order(thread: Thread) -> tuple[int, float, str]:
    return -thread.comments, -thread.active_at.timestamp(), thread.url

"""Selects the articles of an issue, so that no single story, section or source fills it. Pure.

The rules, in order:

1. Articles of one story stay together: the best of them leads it, the others become its *also* links. The score of the
   story is that of its lead + 0.15 ln(number of articles).
2. Articles that the editor pinned come first, in the given order, each on its own. One that the editor added, or
   gave a place (composing/order.py), is selected too, as the last one if its score does not select it.
3. Then the story with the highest λ·score - (1-λ)·similarity is selected, one after another. Scores are scaled to 0
   to 1, similarity is that to the most similar title selected before, and 1-λ is the edition's `diversity`.
4. No section or source exceeds its limit while there are other stories; when there are none, the limits are raised by
   one at a time. So limits never make an issue shorter.

Source of 3: Carbonell and Goldstein, "The use of MMR, diversity-based reranking" (SIGIR 1998); docs/ranking.md.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

from digest.model.articles import RankedArticle
from digest.model.quantities import counted
from digest.protocols import Compare, Comparison
from digest.settings.schema import EditionSettings

COMPARED = 2000  # stories are searched among the best articles, far more than an issue holds, and those of editors
MAX_ALSO_LINKS = 3
_STORY_BONUS = 0.15
_SHOWN_PENALTY = 0.05  # a smaller penalty that changes nothing is not explained


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The selected articles in their order, and all others in the order of their scores."""

    selected: tuple[RankedArticle, ...]
    others: tuple[RankedArticle, ...]


@dataclass(kw_only=True, slots=True, eq=False)
class _Entry:
    """A story that may be selected: its lead, its other articles, its place in the ranking, and its score."""

    place: int
    lead: RankedArticle
    score: float
    others: tuple[RankedArticle, ...] = ()
    scaled_score: float = 1.0  # 0 to 1
    similarity: float = 0.0  # to the entries selected so far
    limit: str | None = None  # the limit that a lower entry passed it by
    is_passed: bool = False  # whether a lower entry passed it because of its similarity


def select(ranked: Sequence[RankedArticle], edition: EditionSettings, compare: Compare | None = None) -> Selection:
    """The edition's selection of ranked articles, best first; without `compare` each article is its own story."""
    compared = [*ranked[:COMPARED], *(one for one in ranked[COMPARED:] if one.is_wanted)]
    rest = [one for one in ranked[COMPARED:] if not one.is_wanted]
    comparison = _comparison(compared, compare)
    stories = _stories(comparison, len(compared))
    scores = _monotone_scores(compared)
    entries = [entry for story in stories for entry in _entries(compared, scores, sorted(story), edition.per_story)]
    entries.sort(key=lambda entry: _rank_key(entry.lead, entry.score, entry.place))
    selected = _selected(entries, edition, comparison)
    return Selection(
        selected=tuple(replace(entry.lead, also=entry.others[:MAX_ALSO_LINKS]) for entry in selected),
        others=(*_others(compared, scores, entries, selected), *rest),
    )


def find_stories(ranked: Sequence[RankedArticle], compare: Compare) -> list[tuple[int, ...]]:
    """The places of the ranked articles grouped by story, as `select` finds them; each place is in one story."""
    compared = ranked[:COMPARED]
    stories = _stories(_comparison(compared, compare), len(compared))
    return [*(tuple(sorted(story)) for story in stories), *((place,) for place in range(len(compared), len(ranked)))]


def _comparison(compared: Sequence[RankedArticle], compare: Compare | None) -> Comparison | None:
    return compare(*titles_and_times(compared)) if compare is not None and len(compared) > 1 else None


def _stories(comparison: Comparison | None, number: int) -> Sequence[Sequence[int]]:
    return comparison.stories if comparison else [(place,) for place in range(number)]


def _monotone_scores(ranked: Sequence[RankedArticle]) -> list[float]:
    """The scores, raised where a later article has a higher one, because the order of the ranking counts."""
    return list(accumulate((one.score for one in reversed(ranked)), max))[::-1]


def _rank_key(one: RankedArticle, score: float, place: int) -> tuple[bool, float, int]:
    """Sorts pinned articles first, by their places, and then the others by their scores."""
    return not one.pinned, 0.0 if one.pinned else -score, place


def _others(
    ranked: Sequence[RankedArticle], scores: Sequence[float], entries: Sequence[_Entry], selected: Sequence[_Entry]
) -> tuple[RankedArticle, ...]:
    """The articles that are not selected, in the order of their scores, with the reasons of the selection."""
    left = [entry for entry in entries if entry not in selected]
    others = [one for entry in left for one in (entry.lead, *entry.others)]
    for entry in selected:
        message = f"shown below “{entry.lead.article.title}”"
        others += [one.explained("also", None, message) for one in entry.others[:MAX_ALSO_LINKS]]
        others += entry.others[MAX_ALSO_LINKS:]
    places = {one.article.key: place for place, one in enumerate(ranked)}
    scores_by_key = {one.article.key: score for one, score in zip(ranked, scores, strict=True)}
    scores_by_key |= {entry.lead.article.key: entry.score for entry in left}
    order = {key: _rank_key(ranked[place], scores_by_key[key], place) for key, place in places.items()}
    return tuple(sorted(others, key=lambda one: order[one.article.key]))


def titles_and_times(ranked: Sequence[RankedArticle]) -> tuple[list[str], list[datetime | None]]:
    """What articles are compared by: the titles as their sources list them, and the times that sources state."""
    titles = [one.as_listed.title for one in ranked]
    return titles, [one.article.published_at if one.article.dated else None for one in ranked]


def _entries(
    ranked: Sequence[RankedArticle], scores: Sequence[float], story: Sequence[int], per_story: int
) -> Iterable[_Entry]:
    """The entries of one story: its best articles, each pinned or added one; the first has all the others below it."""
    if len(story) == 1:
        yield _Entry(place=story[0], lead=ranked[story[0]], score=scores[story[0]])
        return
    bonus, message = _STORY_BONUS * math.log(len(story)), f"story of {len(story)}"
    own = {place for place in story if ranked[place].is_wanted}
    leads = [place for at, place in enumerate(story) if at < per_story or place in own]
    first, *rest = leads
    lead = replace(ranked[first], score=ranked[first].score + bonus)
    yield _Entry(
        place=first,
        lead=_with_breadth(lead.explained("story", round(bonus, 4), message), [ranked[place] for place in story]),
        score=scores[first] + bonus,
        others=tuple(ranked[place].explained("story", None, message) for place in story if place not in leads),
    )
    for place in rest:
        yield _Entry(place=place, lead=ranked[place].explained("story", None, message), score=scores[place])


def _selected(entries: Sequence[_Entry], edition: EditionSettings, comparison: Comparison | None) -> list[_Entry]:
    """The selected entries, in their order."""
    _scale_scores(entries)
    limits, left = _Limits(edition), list(entries)
    selected: list[_Entry] = []
    while left and len(selected) < edition.top:
        added = [entry for entry in left if entry.lead.added or entry.lead.place is not None]
        if left[0].lead.pinned:
            best = left[0]
        else:
            best = _best(added if len(added) >= edition.top - len(selected) else left, limits, edition.diversity)
        left.remove(best)
        selected.append(best)
        limits.count(best.lead)
        _explain(best, edition.diversity)
        if comparison is not None:
            for entry in left:
                entry.similarity = max(entry.similarity, comparison.similarity(entry.place, best.place))
    for entry in left:
        if entry.limit or entry.is_passed:
            _explain(entry, edition.diversity)
    return selected


def _scale_scores(entries: Sequence[_Entry]) -> None:
    scores = [entry.score for entry in entries]
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    for entry in entries:
        entry.scaled_score = (entry.score - low) / (high - low) if high > low else 1.0


def _best(left: Sequence[_Entry], limits: "_Limits", diversity: float) -> _Entry:
    """The next entry; each better entry records why it is not that one."""
    excess = {entry.place: limits.excess(entry.lead) for entry in left}
    least = min(excess.values())
    relevance = {entry.place: _marginal_relevance(entry, diversity) for entry in left}
    best = max((entry for entry in left if excess[entry.place] == least), key=lambda entry: relevance[entry.place])
    for entry in left:
        if relevance[entry.place] > relevance[best.place] and excess[entry.place] > least:
            entry.limit = entry.limit or limits.message(entry.lead)
        entry.is_passed |= excess[entry.place] == least and entry.scaled_score > best.scaled_score
    return best


def _marginal_relevance(entry: _Entry, diversity: float) -> float:
    """MMR, rounded so that equal values are equal on every machine."""
    return round((1 - diversity) * entry.scaled_score - diversity * entry.similarity, 12)


class _Limits:
    """The limits of sections and sources, and the number of selected articles of each."""

    def __init__(self, edition: EditionSettings) -> None:
        self._limits = {"section": edition.per_section, "source": edition.per_source}
        self._selected: Counter[tuple[str, str]] = Counter()

    def count(self, one: RankedArticle) -> None:
        """Count a selected article."""
        self._selected.update((kind, name.casefold()) for kind, name in self._limited(one))

    def excess(self, one: RankedArticle) -> int:
        """By how much the limits would have to be raised for this article."""
        return max([0, *(self._selected_of(kind, name) + 1 - self._limits[kind] for kind, name in self._limited(one))])

    def message(self, one: RankedArticle) -> str:
        """The limit that this article would exceed most."""
        kind, name = max(self._limited(one), key=lambda pair: self._selected_of(*pair) - self._limits[pair[0]])
        return f"limit reached: {counted(self._selected_of(kind, name), 'article')} of {kind} {name}"

    def _selected_of(self, kind: str, name: str) -> int:
        return self._selected[kind, name.casefold()]

    def _limited(self, one: RankedArticle) -> list[tuple[str, str]]:
        names = {"section": one.article.section, "source": next(iter(one.article.sources), None)}
        return [(kind, name) for kind, name in names.items() if name and self._limits[kind]]


def _with_breadth(lead: RankedArticle, story: Sequence[RankedArticle]) -> RankedArticle:
    """The lead with the number of sources that tell its story, if they are several."""
    breadth = len({next(iter(one.article.sources), None) for one in story})
    return lead if breadth == 1 else lead.explained("breadth", breadth, f"told by {breadth} sources")


def _explain(entry: _Entry, diversity: float) -> None:
    """Add why the entry is below others with a lower score."""
    penalty = diversity * entry.similarity
    if (penalty >= _SHOWN_PENALTY or entry.is_passed) and not entry.lead.is_placed:
        entry.lead = entry.lead.explained("mmr", round(-penalty, 4), f"MMR penalty {-penalty:.2f}")
    if entry.limit and not entry.lead.is_placed:
        entry.lead = entry.lead.explained("limit", None, entry.limit)

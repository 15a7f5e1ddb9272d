"""Chooses which articles enter an issue, so that one event, one section or one source does not fill it. Pure.

The order of rules:

1. Articles of one story stand together: the best of them leads it, the others become its *also* links. The story's
   score is that of its lead + 0.15 ln(number of articles).
2. Articles that the editor pinned come first, in the order given, each on its own.
3. Then, one after another, comes the story with the largest λ·score - (1-λ)·likeness, where the scores are taken from
   0 to 1, and the likeness is its title's to the most similar title chosen before; 1-λ is the edition's `diversity`.
4. As long as there is another, none enters beyond the limits of a section or of a source; where there is none, the
   limits are raised by one at a time. So they never leave an issue shorter than it could be.

Source of 3: Carbonell and Goldstein, "The use of MMR, diversity-based reranking" (SIGIR 1998); docs/ranking.md.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

from digest.model.articles import RankedArticle, Reason
from digest.protocols import Compare, Comparison
from digest.settings.schema import EditionSettings

COMPARED = 2000  # the best articles: among these stories are looked for; far more than an issue holds
ALSO = 3  # links beneath a story
_WORTH = 0.15
_FELT = 0.05  # a smaller penalty is not worth a word


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What enters, in its order, and all that does not enter by itself, in the order of the scores."""

    chosen: tuple[RankedArticle, ...]
    others: tuple[RankedArticle, ...]


@dataclass(kw_only=True, slots=True, eq=False)
class _Entry:
    """A story that may enter: its lead, the others of it, its place in the ranking, and its score."""

    place: int
    lead: RankedArticle
    score: float
    beneath: tuple[RankedArticle, ...] = ()
    merit: float = 1.0  # the score, 0 to 1
    near: float = 0.0  # the likeness to what was chosen
    held: str | None = None  # by which limit another one came before it


def choose(ranked: Sequence[RankedArticle], edition: EditionSettings, compare: Compare | None = None) -> Choice:
    """The edition's choice of ranked articles, best first; without `compare` each is a story of its own."""
    table = ranked[:COMPARED]
    comparison = compare(*_told(table)) if compare is not None and len(table) > 1 else None
    stories = comparison.stories if comparison else [(place,) for place in range(len(table))]
    scores = _scores(ranked)
    entries = [entry for story in stories for entry in _entries(table, scores, sorted(story), edition.per_story)]
    entries.sort(key=lambda entry: (not entry.lead.pinned, -entry.score * (not entry.lead.pinned), entry.place))
    picked = _picked(entries, edition, comparison)
    return Choice(
        chosen=tuple(replace(entry.lead, also=entry.beneath[:ALSO]) for entry in picked),
        others=_others(ranked, scores, entries, picked),
    )


def _scores(ranked: Sequence[RankedArticle]) -> list[float]:
    """The articles' scores, as far as they do not contradict the order of the ranking: that one stands."""
    return list(accumulate((one.score for one in reversed(ranked)), max))[::-1]


def _others(
    ranked: Sequence[RankedArticle], scores: Sequence[float], entries: Sequence[_Entry], picked: Sequence[_Entry]
) -> tuple[RankedArticle, ...]:
    """All that does not enter by itself, in the order of the scores, with the reasons that choosing gave it."""
    left = [entry for entry in entries if entry not in picked]
    others = [*ranked[COMPARED:], *(one for entry in left for one in (_held(entry), *entry.beneath))]
    for entry in picked:
        others += [
            _because(one, "also", None, f"shown beneath “{entry.lead.article.title}”") for one in entry.beneath[:ALSO]
        ]
        others += entry.beneath[ALSO:]
    places = {one.article.key: place for place, one in enumerate(ranked)}
    standing = {one.article.key: score for one, score in zip(ranked, scores, strict=True)}
    standing |= {entry.lead.article.key: entry.score for entry in left}
    keys = {
        key: (not ranked[place].pinned, -standing[key] * (not ranked[place].pinned), place)
        for key, place in places.items()
    }
    return tuple(sorted(others, key=lambda one: keys[one.article.key]))


def _told(ranked: Sequence[RankedArticle]) -> tuple[list[str], list[datetime | None]]:
    titles = [one.article.title for one in ranked]
    return titles, [one.article.published_at if one.article.dated else None for one in ranked]


def _entries(
    ranked: Sequence[RankedArticle], scores: Sequence[float], story: Sequence[int], most: int
) -> Iterable[_Entry]:
    """What may enter of one story: its best articles and each pinned one; the first has all the others beneath it."""
    if len(story) == 1:
        yield _Entry(place=story[0], lead=ranked[story[0]], score=scores[story[0]])
        return
    worth, says = _WORTH * math.log(len(story)), f"story of {len(story)}"
    leads = [place for at, place in enumerate(story) if at < most or ranked[place].pinned]
    first, *rest = leads
    lead = replace(ranked[first], score=ranked[first].score + worth)
    yield _Entry(
        place=first,
        lead=_because(lead, "story", round(worth, 4), says),
        score=scores[first] + worth,
        beneath=tuple(_because(ranked[place], "story", None, says) for place in story if place not in leads),
    )
    for place in rest:
        yield _Entry(place=place, lead=_because(ranked[place], "story", None, says), score=scores[place])


def _picked(entries: Sequence[_Entry], edition: EditionSettings, comparison: Comparison | None) -> list[_Entry]:
    """The entries that are chosen, in their order."""
    _weigh(entries)
    limits, free = _Limits(edition), list(entries)
    picked: list[_Entry] = []
    while free and len(picked) < edition.top:
        best = free[0] if free[0].lead.pinned else _best(free, limits, edition.diversity)
        free.remove(best)
        picked.append(best)
        limits.count(best.lead)
        _note_penalty(best, edition.diversity)
        if comparison is not None:
            for entry in free:
                entry.near = max(entry.near, comparison.alike(entry.place, best.place))
    return picked


def _weigh(entries: Sequence[_Entry]) -> None:
    scores = [entry.score for entry in entries]
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    for entry in entries:
        entry.merit = (entry.score - low) / (high - low) if high > low else 1.0


def _best(free: Sequence[_Entry], limits: "_Limits", diversity: float) -> _Entry:
    """The next entry; whatever was better, and is held back by a limit, keeps the reason."""
    beyond = {entry.place: limits.beyond(entry.lead) for entry in free}
    least = min(beyond.values())
    value = {entry.place: _value(entry, diversity) for entry in free}
    best = max((entry for entry in free if beyond[entry.place] == least), key=lambda entry: value[entry.place])
    for entry in free:
        if value[entry.place] > value[best.place] and beyond[entry.place] > least:
            entry.held = entry.held or limits.says(entry.lead)
    return best


def _value(entry: _Entry, diversity: float) -> float:
    return round((1 - diversity) * entry.merit - diversity * entry.near, 12)  # so that equals are equal on any machine


class _Limits:
    """How many articles of each section and source were chosen, and how many may be."""

    def __init__(self, edition: EditionSettings) -> None:
        self._most = {"section": edition.per_section, "source": edition.per_source}
        self._chosen: Counter[tuple[str, str]] = Counter()

    def count(self, one: RankedArticle) -> None:
        self._chosen.update((kind, name.casefold()) for kind, name in self._limited(one))

    def beyond(self, one: RankedArticle) -> int:
        """By how many articles the limits would have to be raised for this one."""
        return max([0, *(self._already(kind, name) + 1 - self._most[kind] for kind, name in self._limited(one))])

    def says(self, one: RankedArticle) -> str:
        """Which limit holds the article back."""
        kind, name = max(self._limited(one), key=lambda pair: self._already(*pair) - self._most[pair[0]])
        return f"held back: {self._already(kind, name)} of {kind} {name} already"

    def _already(self, kind: str, name: str) -> int:
        return self._chosen[kind, name.casefold()]

    def _limited(self, one: RankedArticle) -> list[tuple[str, str]]:
        names = {"section": one.article.section, "source": next(iter(one.article.sources), None)}
        return [(kind, name) for kind, name in names.items() if name and self._most[kind]]


def _because(one: RankedArticle, name: str, value: float | None, says: str) -> RankedArticle:
    return replace(one, reasons=(*one.reasons, Reason(name=name, value=value, says=says)))


def _note_penalty(entry: _Entry, diversity: float) -> None:
    penalty = diversity * entry.near
    if penalty >= _FELT and not entry.lead.pinned:
        entry.lead = _because(entry.lead, "mmr", round(-penalty, 4), f"MMR penalty {-penalty:.2f}")


def _held(entry: _Entry) -> RankedArticle:
    return _because(entry.lead, "limit", None, entry.held) if entry.held else entry.lead

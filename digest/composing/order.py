"""The order in which an issue shows its articles: grouped by section, some at places that editors gave them. Pure.

The first article is the lead; the others stay together by section. A place counts all of them, from 1. The articles
without a place keep their order among each other; where a section begins after a place or ends before it, the article
has the nearest one in its section.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from digest.model.articles import RankedArticle
from digest.model.issues import Section


def grouped(articles: Iterable[RankedArticle], order: Sequence[str]) -> list[Section]:
    """The articles by section: in the edition's order of sections, else in that of their first articles."""
    groups: dict[str, list[RankedArticle]] = {name.casefold(): [] for name in order}
    names = {name.casefold(): name for name in order}
    for one in articles:
        names.setdefault(one.article.section_key, one.article.section or "")
        groups.setdefault(one.article.section_key, []).append(one)
    filled = [Section(name=names[key] or None, articles=tuple(group)) for key, group in groups.items() if group]
    if len(filled) == 1:
        return [Section(name=None, articles=filled[0].articles)]
    return sorted(filled, key=lambda section: section.name is None)


def shown_order(articles: Sequence[RankedArticle], order: Sequence[str]) -> list[RankedArticle]:
    """The articles as readers meet them: the lead, then section by section."""
    return [*articles[:1], *(one for section in grouped(articles[1:], order) for one in section.articles)]


def at_places(articles: Sequence[RankedArticle], order: Sequence[str]) -> list[RankedArticle]:
    """The selected articles with those at their places that have one."""
    placed = sorted((one for one in articles if one.place is not None), key=_place)
    shown = [one for one in shown_order(articles, order) if one.place is None]
    for one in placed:
        shown = _inserted(shown, one, _place(one), order)
    return shown


def places_after_move(
    selected: Sequence[RankedArticle], one: RankedArticle, place: int, order: Sequence[str]
) -> Mapping[str, int]:
    """By key, the place of an article that is moved, and the new ones of those with a place that it displaces."""
    shown = at_places(selected, order)
    moved = _inserted([other for other in shown if other.article.key != one.article.key], one, place, order)
    after = {other.article.key: number for number, other in enumerate(moved, 1)}
    displaced = [other for other in shown if other.place not in {None, after[other.article.key]}]
    return {**{other.article.key: after[other.article.key] for other in displaced}, one.article.key: place}


def can_stand_at(selected: Sequence[RankedArticle], one: RankedArticle, place: int, order: Sequence[str]) -> bool:
    """Whether an article that is moved to a place is there afterwards, and not elsewhere in its section."""
    places = places_after_move(selected, one, place, order)
    after = at_places([replace(other, place=places.get(other.article.key, other.place)) for other in selected], order)
    return place <= len(after) and after[place - 1].article.key == one.article.key


def next_places(selected: Sequence[RankedArticle], place: int, order: Sequence[str]) -> tuple[int | None, int | None]:
    """The nearest places above and below to which the article at a place can be moved; None: there is none."""
    one = at_places(selected, order)[place - 1]
    above = (goal for goal in range(place - 1, 0, -1) if can_stand_at(selected, one, goal, order))
    below = (goal for goal in range(place + 1, len(selected) + 1) if can_stand_at(selected, one, goal, order))
    return next(above, None), next(below, None)


def _inserted(
    shown: Sequence[RankedArticle], one: RankedArticle, place: int, order: Sequence[str]
) -> list[RankedArticle]:
    return shown_order([*shown[: place - 1], one, *shown[place - 1 :]], order)


def _place(one: RankedArticle) -> int:
    return one.place or 1

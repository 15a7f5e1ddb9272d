"""Choosing: stories told once, diversity, limits that yield, and the laws of all that."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.selection import ALSO, Choice, choose
from digest.model.articles import RankedArticle
from digest.protocols import Compare, Comparison
from digest.settings.schema import EditionSettings
from tests.support.issues import ranked


@dataclass(frozen=True)
class StatedComparison:
    """A comparison whose answer is told: groups of places, and the likeness of titles."""

    stories: Sequence[Sequence[int]]
    likeness: Callable[[int, int], float] = lambda one, other: 0.0

    def alike(self, one: int, other: int) -> float:
        """As it was told."""
        return self.likeness(one, other)


def comparing(*stories: Sequence[int], likeness: Callable[[int, int], float] = lambda one, other: 0.0) -> Compare:
    """A comparison that finds these stories, and every other title alone."""

    def compare(titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        taken = {place for story in stories for place in story}
        return StatedComparison([*stories, *((place,) for place in range(len(titles)) if place not in taken)], likeness)

    return compare


def pool(*sections: str | None, scores: Sequence[float] = (), source: str = "main") -> list[RankedArticle]:
    """Ranked articles of these sections, 0.5 apart, best first; their numbers count from 0."""
    made = [ranked(f"Title {place}", number=place, section=name) for place, name in enumerate(sections)]
    marks = scores or [10 - place / 2 for place in range(len(made))]
    return [
        replace(one, score=score, article=replace(one.article, sources=(source,)))
        for one, score in zip(made, marks, strict=True)
    ]


def choice(stories: Sequence[RankedArticle], compare: Compare | None = None, **edition: Any) -> Choice:
    """The choice of an edition with these settings."""
    told = {"minimum": 0, "per_section": 0, "diversity": 0.0} | edition
    return choose(stories, EditionSettings(name="daily", **told), compare)


def numbers(stories: Sequence[RankedArticle]) -> list[int]:
    """Which articles they are."""
    return [int(one.article.key.rpartition("/")[2]) for one in stories]


def says(one: RankedArticle) -> list[str]:
    """What its reasons say."""
    return [reason.says for reason in one.reasons]


def test_a_story_is_told_once() -> None:
    """Its best article leads, with 0.15 ln 3 more; the others stand beneath it, best first, and among the rest."""
    stories = pool(*[None] * 5)
    found = choice(stories, comparing([1, 3, 4]), top=2)
    assert numbers(found.chosen) == [0, 1]
    lead = found.chosen[1]
    assert numbers(lead.also) == [3, 4]
    assert lead.score == pytest.approx(stories[1].score + 0.15 * math.log(3))
    assert says(lead) == ["story of 3"]
    assert lead.reasons[0].value == pytest.approx(0.1648)
    assert numbers(found.others) == [2, 3, 4]
    assert says(found.others[1]) == ["story of 3", "shown beneath “Title 1”"]


def test_a_story_of_many_gains_a_place() -> None:
    """By its bonus alone; where it does not enter all of it stays in the ranking."""
    stories = pool(*[None] * 4, scores=[5.0, 4.9, 4.8, 1.0])
    assert numbers(choice(stories, comparing([2, 3]), top=1).chosen) == [0]
    assert numbers(choice(stories, comparing([1, 2, 3]), top=1).chosen) == [1]
    left = choice(stories, comparing([2, 3]), top=1).others
    assert numbers(left) == [2, 1, 3]
    assert all(one.also == () for one in left)


def test_few_links_stand_beneath_a_story() -> None:
    """Three at most; whatever else tells it is in the rest."""
    found = choice(pool(*[None] * 9), comparing(range(9)))
    assert numbers(found.chosen) == [0]
    assert len(found.chosen[0].also) == ALSO
    assert numbers(found.others) == list(range(1, 9))


def test_several_of_a_story_may_enter() -> None:
    """`per_story` articles each on its own, the others beneath the first."""
    found = choice(pool(*[None] * 5), comparing([0, 1, 2, 4]), per_story=2)
    assert numbers(found.chosen) == [0, 1, 3]
    assert numbers(found.chosen[0].also) == [2, 4]
    assert says(found.chosen[1]) == ["story of 4"]


def test_pins_come_first_in_their_order() -> None:
    """Whatever their score, their section and their story: an editor's word is no rule's to bend."""
    stories = pool("A", "A", "A", "B", scores=[1.0, 0.5, 9.0, 8.0])
    pinned = [replace(one, pinned=True) for one in stories[:2]] + stories[2:]
    found = choice(pinned, comparing([0, 1, 2], likeness=lambda one, other: 1.0), per_section=1, diversity=0.5)
    assert numbers(found.chosen) == [0, 1, 3]
    assert numbers(found.chosen[0].also) == [2]
    assert not any("MMR" in text for one in found.chosen[:2] for text in says(one))
    assert numbers(choice(pinned, top=1).others) == [1, 2, 3]


def test_what_is_alike_stands_back() -> None:
    """λ·score - (1-λ)·likeness, with scores from 0 to 1: the penalty is said."""
    stories = pool(*[None] * 3, scores=[3.0, 2.5, 2.0])
    alike = comparing(likeness=lambda one, other: 0.8 if {one, other} == {0, 1} else 0.0)
    found = choice(stories, alike, diversity=0.4)  # 0.6 * 0.5 - 0.4 * 0.8 is less than 0.6 * 0
    assert numbers(found.chosen) == [0, 2, 1]
    assert says(found.chosen[2]) == ["MMR penalty -0.32"]
    assert numbers(choice(stories, alike, diversity=0.3).chosen) == [0, 1, 2]


def test_a_limit_holds_and_is_said() -> None:
    """Three of a section at most, as long as there are others; capitals make no other section."""
    stories = pool("City", "city", "CITY", "City", "Port", "Port")
    found = choice(stories, top=5, per_section=3)
    assert numbers(found.chosen) == [0, 1, 2, 4, 5]
    assert numbers(found.others) == [3]
    assert says(found.others[0]) == ["held back: 3 of section City already"]


def test_a_limit_yields_where_nothing_else_is_left() -> None:
    """An edition is filled: each limit is raised by one at a time; and a single section, or none, has no limit."""
    stories = pool("City", "City", "City", "City", "Port", "City")
    assert numbers(choice(stories, per_section=2).chosen) == [0, 1, 4, 2, 3, 5]
    for alone in (pool(*["City"] * 8), pool(*[None] * 8)):
        found = choice(alone, top=6, per_section=3)
        assert numbers(found.chosen) == [0, 1, 2, 3, 4, 5]
        assert [says(one) for one in found.others] == [[], []]


def test_a_source_has_its_limit_too() -> None:
    """The source that the configuration names first among those that know the article."""
    stories = pool("A", "B", "C", "D")
    stories[3] = replace(stories[3], article=replace(stories[3].article, sources=("other", "main")))
    found = choice(stories, top=2, per_source=1)
    assert numbers(found.chosen) == [0, 3]
    assert [says(one) for one in found.others] == [["held back: 1 of source main already"]] * 2


SECTIONS = st.lists(st.sampled_from(["City", "Port", "Sport", None]), max_size=14)


@given(SECTIONS, st.integers(1, 12), st.integers(0, 4))
def test_everything_is_somewhere_once(sections: list[str | None], top: int, limit: int) -> None:
    """Chosen or among the others, nothing twice, and as many chosen as can be."""
    found = choice(pool(*sections), top=top, per_section=limit, diversity=0.3)
    assert sorted(numbers([*found.chosen, *found.others])) == list(range(len(sections)))
    assert len(found.chosen) == min(top, len(sections))


@given(SECTIONS, st.integers(1, 12), st.integers(1, 4))
def test_limits_hold_when_enough_others_exist(sections: list[str | None], top: int, limit: int) -> None:
    """A section passes its limit only where every other one has come to its own, or has no article left."""
    found = choice(pool(*sections), top=top, per_section=limit)
    counts = Counter(one.article.section for one in found.chosen if one.article.section)
    if any(count > limit for count in counts.values()):
        for one in found.others:
            assert one.article.section is not None
            assert counts[one.article.section] >= limit


@given(st.lists(st.floats(0, 10), max_size=12), st.integers(1, 12))
def test_without_diversity_it_is_the_ranking(scores: list[float], top: int) -> None:
    """λ = 1: however alike the titles are."""
    stories = pool(*[None] * len(scores), scores=sorted(scores, reverse=True))
    found = choice(stories, comparing(likeness=lambda one, other: 1.0), top=top)
    assert numbers([*found.chosen, *found.others]) == list(range(len(scores)))


@given(st.lists(st.floats(0, 10), max_size=12), st.floats(0, 1))
def test_the_best_leads_whatever_the_diversity(scores: list[float], diversity: float) -> None:
    """Nothing was chosen before the first."""
    stories = pool(*[None] * len(scores), scores=sorted(scores, reverse=True))
    found = choice(stories, comparing(likeness=lambda one, other: 0.9), diversity=diversity)
    assert numbers(found.chosen)[:1] == [0][: len(scores)]


def test_the_given_order_stands() -> None:
    """A ranking whose scores say something else is believed in its order."""
    assert numbers(choice(pool(*[None] * 3, scores=[1.0, 3.0, 2.0])).chosen) == [0, 1, 2]


def test_a_single_article_needs_no_comparison() -> None:
    """Nobody is asked."""

    def never(titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        raise AssertionError

    assert numbers(choice(pool(None), never).chosen) == [0]
    assert choice([], never).chosen == ()

"""Selection: one entry per story, diversity, limits that yield, and their invariants."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.selection import COMPARED, MAX_ALSO_LINKS, Selection, find_stories, select
from digest.model.articles import RankedArticle
from digest.protocols import Compare, Comparison
from digest.settings.schema import EditionSettings
from digest.stories.compare import compare
from tests.support.issues import ranked


@dataclass(frozen=True)
class FixedComparison:
    """A comparison with a fixed result: groups of places, and the similarity of titles."""

    stories: Sequence[Sequence[int]]
    similarities: Callable[[int, int], float] = lambda one, other: 0.0

    def similarity(self, one: int, other: int) -> float:
        """The fixed similarity."""
        return self.similarities(one, other)


def comparing(*stories: Sequence[int], similarity: Callable[[int, int], float] = lambda one, other: 0.0) -> Compare:
    """A comparison that finds these stories; every other title is its own story."""

    def compare(titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        taken = {place for story in stories for place in story}
        return FixedComparison(
            [*stories, *((place,) for place in range(len(titles)) if place not in taken)], similarity
        )

    return compare


def constant(value: float) -> Callable[[int, int], float]:
    """Every title is as similar to every other."""
    return lambda one, other: value


def pool(*sections: str | None, scores: Sequence[float] = (), source: str = "main") -> list[RankedArticle]:
    """Ranked articles of these sections, numbered from 0, best first, 0.5 apart."""
    made = [ranked(f"Title {place}", number=place, section=name) for place, name in enumerate(sections)]
    given_scores = scores or [10 - place / 2 for place in range(len(made))]
    return [
        replace(one, score=score, article=replace(one.article, sources=(source,)))
        for one, score in zip(made, given_scores, strict=True)
    ]


def selection(stories: Sequence[RankedArticle], compare: Compare | None = None, **edition: Any) -> Selection:
    """The selection of an edition with these settings."""
    settings = {"minimum": 0, "per_section": 0, "diversity": 0.0} | edition
    return select(stories, EditionSettings(name="daily", **settings), compare)


def numbers(stories: Sequence[RankedArticle]) -> list[int]:
    """The numbers of the articles."""
    return [int(one.article.key.rpartition("/")[2]) for one in stories]


def messages(one: RankedArticle) -> list[str]:
    """The messages of its reasons."""
    return [reason.message for reason in one.reasons]


def test_select_story_has_one_entry() -> None:
    """Its best article leads, with 0.15 ln 3 added; the others are below it, best first, and among the others."""
    stories = pool(*[None] * 5)
    found = selection(stories, comparing([1, 3, 4]), top=2)
    assert numbers(found.selected) == [0, 1]
    lead = found.selected[1]
    assert numbers(lead.also) == [3, 4]
    assert lead.score == pytest.approx(stories[1].score + 0.15 * math.log(3))
    assert messages(lead) == ["story of 3"]
    assert lead.reasons[0].value == pytest.approx(0.1648)
    assert numbers(found.others) == [2, 3, 4]
    assert messages(found.others[1]) == ["story of 3", "shown below “Title 1”"]


def test_select_story_of_several_sources_names_its_breadth() -> None:
    """The number of sources, by the first one of each article; a story of one source has no such reason."""
    stories = [*pool(None, None, source="gazette"), *pool(None, scores=[8], source="herald")]
    stories = [
        replace(one, article=replace(one.article, key=f"gazette.example/{place}")) for place, one in enumerate(stories)
    ]
    stories[2] = replace(stories[2], article=replace(stories[2].article, sources=("herald", "gazette")))
    lead = selection(stories, comparing([0, 1, 2])).selected[0]
    assert messages(lead) == ["story of 3", "told by 2 sources"]
    assert [(reason.name, reason.value) for reason in lead.reasons][1] == ("breadth", 2)
    assert messages(selection(stories, comparing([0, 1])).selected[0]) == ["story of 2"]


def test_find_stories_are_those_of_the_selection() -> None:
    """Each place is in one story, also beyond those that are compared; fewer than two are not compared."""
    assert find_stories(pool(*[None] * 4), comparing([3, 1])) == [(1, 3), (0,), (2,)]
    assert find_stories(pool(None), comparing()) == [(0,)]
    assert find_stories([], comparing()) == []
    found = find_stories(pool(*[None] * (COMPARED + 2)), comparing([5, 2]))
    assert sorted(place for story in found for place in story) == list(range(COMPARED + 2))


def test_select_articles_that_an_editor_wants_are_selected_from_any_place_of_the_ranking() -> None:
    """Also an added link that no source lists, whose score is the lowest of all, on a portal with many articles."""
    ranking = pool(*[None] * (COMPARED + 3))
    ranking[-1], ranking[-3] = replace(ranking[-1], added=True), replace(ranking[-3], place=1)
    found = select(ranking, EditionSettings(name="daily", top=3))
    assert [one.article.key for one in found.selected] == [ranking[at].article.key for at in (0, -3, -1)]
    assert [one.article.key for one in found.others] == [one.article.key for one in (*ranking[1:-3], ranking[-2])]


def test_select_retitled_article_stays_in_the_story_that_its_source_tells() -> None:
    """An editor's title neither brings back what is below the article, nor takes in another story."""
    titles = ("Council approves the budget of a new tram line", "Council approves new tram line budget", "Rain to come")
    stories = [ranked(title, number=number) for number, title in enumerate(titles)]
    own = replace(stories[0].article, title="Rain to come soon")
    selected = selection([replace(stories[0], article=own, listed=stories[0].article), *stories[1:]], compare).selected
    assert [one.article.title for one in selected] == ["Rain to come soon", "Rain to come"]
    assert [also.article.title for also in selected[0].also] == [titles[1]]


def test_select_story_bonus_changes_the_order() -> None:
    """If the story is not selected, all its articles are among the others."""
    stories = pool(*[None] * 4, scores=[5.0, 4.9, 4.8, 1.0])
    assert numbers(selection(stories, comparing([2, 3]), top=1).selected) == [0]
    assert numbers(selection(stories, comparing([1, 2, 3]), top=1).selected) == [1]
    left = selection(stories, comparing([2, 3]), top=1).others
    assert numbers(left) == [2, 1, 3]
    assert all(one.also == () for one in left)


def test_select_also_links_are_limited() -> None:
    """Three at most; the other articles of the story are among the others."""
    found = selection(pool(*[None] * 9), comparing(range(9)))
    assert numbers(found.selected) == [0]
    assert len(found.selected[0].also) == MAX_ALSO_LINKS == 3
    assert numbers(found.others) == list(range(1, 9))


def test_select_per_story_allows_several_entries() -> None:
    """`per_story` articles each on its own, the others below the first."""
    found = selection(pool(*[None] * 5), comparing([0, 1, 2, 4]), per_story=2)
    assert numbers(found.selected) == [0, 1, 3]
    assert numbers(found.selected[0].also) == [2, 4]
    assert messages(found.selected[1]) == ["story of 4"]


def test_select_pinned_articles_come_first() -> None:
    """In their order, whatever their score, section and story."""
    stories = pool("A", "A", "A", "B", scores=[1.0, 0.5, 9.0, 8.0])
    pinned = [replace(one, pinned=True) for one in stories[:2]] + stories[2:]
    found = selection(pinned, comparing([0, 1, 2], similarity=lambda one, other: 1.0), per_section=1, diversity=0.5)
    assert numbers(found.selected) == [0, 1, 3]
    assert numbers(found.selected[0].also) == [2]
    assert not any("MMR" in text for one in found.selected[:2] for text in messages(one))
    assert numbers(selection(pinned, top=1).others) == [1, 2, 3]


def test_select_pinned_articles_keep_their_order_whatever_their_stories() -> None:
    """The bonus of a story raises its score, and moves no pinned article."""
    stories = [replace(one, pinned=True) for one in pool(*[None] * 3)] + pool(*[None] * 5)[3:]
    found = selection(stories, comparing([1, 3, 4], [2]))
    assert numbers(found.selected) == [0, 1, 2]


def test_select_equal_scores_keep_the_order_of_the_ranking() -> None:
    """Before and behind a story whose bonus raises it."""
    stories = pool(*[None] * 5, scores=[2.0] * 5)
    assert numbers(selection(stories).selected) == [0, 1, 2, 3, 4]
    assert numbers(selection(stories, comparing([2, 4])).selected) == [2, 0, 1, 3]


def test_select_small_penalty_is_explained_from_five_hundredths() -> None:
    """A smaller one that changes nothing is left out."""
    stories = pool(*[None] * 2, scores=[3.0, 1.0])
    for similarity, explained in ((0.25, ["MMR penalty -0.05"]), (0.24, [])):
        found = selection(stories, comparing(similarity=constant(similarity)), diversity=0.2)
        assert messages(found.selected[1]) == explained


def test_select_similar_title_gets_a_penalty() -> None:
    """λ·score - (1-λ)·similarity, with scores from 0 to 1; the penalty is a reason."""
    stories = pool(*[None] * 3, scores=[3.0, 2.5, 2.0])
    comparison = comparing(similarity=lambda one, other: 0.8 if {one, other} == {0, 1} else 0.0)
    found = selection(stories, comparison, diversity=0.4)  # 0.6 * 0.5 - 0.4 * 0.8 is less than 0.6 * 0
    assert numbers(found.selected) == [0, 2, 1]
    assert messages(found.selected[2]) == ["MMR penalty -0.32"]
    assert numbers(selection(stories, comparison, diversity=0.3).selected) == [0, 1, 2]


def test_select_scores_of_any_size_weigh_alike_against_similarity() -> None:
    """From 0 to 100 as from 0 to 1: 0.5 * 0.6 - 0.5 * 0.7 is less than 0."""
    comparison = comparing(similarity=lambda one, other: 0.7 if {one, other} == {0, 1} else 0.0)
    for factor in (1, 100):
        stories = pool(*[None] * 3, scores=[score * factor for score in (1.0, 0.6, 0.0)])
        assert numbers(selection(stories, comparison, diversity=0.5).selected) == [0, 2, 1]


def test_select_passed_article_is_explained_whether_it_is_selected_or_not() -> None:
    """A small penalty too, if an article with a lower score was selected before."""
    stories = pool(*[None] * 4, scores=[3.0, 1.02, 1.0, 0.0])
    comparison = comparing(similarity=lambda one, other: 0.1 if {one, other} == {0, 1} else 0.0)
    found = selection(stories, comparison, diversity=0.3)
    assert numbers(found.selected) == [0, 2, 1, 3]
    assert messages(found.selected[2]) == ["MMR penalty -0.03"]
    left = selection(stories, comparison, diversity=0.3, top=2)
    assert (numbers(left.selected), messages(left.others[0])) == ([0, 2], ["MMR penalty -0.03"])


def test_select_penalty_is_a_number_of_four_digits() -> None:
    """As `--json` shows it."""
    found = selection(pool(None, None), comparing(similarity=constant(0.33333)), diversity=0.5)
    assert [(reason.name, reason.value) for reason in found.selected[1].reasons] == [("mmr", -0.1667)]


def test_select_section_limit_holds_and_is_explained() -> None:
    """Three of a section at most while there are others; case does not matter."""
    stories = pool("City", "city", "CITY", "City", "Port", "Port")
    found = selection(stories, top=5, per_section=3)
    assert numbers(found.selected) == [0, 1, 2, 4, 5]
    assert numbers(found.others) == [3]
    assert messages(found.others[0]) == ["limit reached: 3 articles of section City"]


def test_select_limit_yields_when_nothing_else_is_left() -> None:
    """The issue is filled: limits are raised by one at a time; a single section, or none, has no limit."""
    stories = pool("City", "City", "City", "City", "Port", "City")
    found = selection(stories, per_section=2)
    assert numbers(found.selected) == [0, 1, 4, 2, 3, 5]
    assert [messages(one) for one in found.selected[2:4]] == [[], ["limit reached: 2 articles of section City"]]
    for alone in (pool(*["City"] * 8), pool(*[None] * 8)):
        found = selection(alone, top=6, per_section=3)
        assert numbers(found.selected) == [0, 1, 2, 3, 4, 5]
        assert [messages(one) for one in found.others] == [[], []]


def test_select_source_limit_holds() -> None:
    """It applies to the first source of an article in the order of the configuration."""
    stories = pool("A", "B", "C", "D", "E")
    stories[3] = replace(stories[3], article=replace(stories[3].article, sources=("other", "main")))
    found = selection(stories, top=2, per_source=1)
    assert numbers(found.selected) == [0, 3]
    # The last one is below those that were selected anyway.
    assert [messages(one) for one in found.others] == [*[["limit reached: 1 article of source main"]] * 2, []]


SECTIONS = st.lists(st.sampled_from(["City", "Port", "Sport", None]), max_size=14)


@given(SECTIONS, st.integers(1, 12), st.integers(0, 4))
def test_select_loses_and_repeats_nothing(sections: list[str | None], top: int, limit: int) -> None:
    """Every article is selected or among the others, and as many as possible are selected."""
    found = selection(pool(*sections), top=top, per_section=limit, diversity=0.3)
    assert sorted(numbers([*found.selected, *found.others])) == list(range(len(sections)))
    assert len(found.selected) == min(top, len(sections))


@given(SECTIONS, st.integers(1, 12), st.integers(1, 4))
def test_select_limits_hold_while_there_are_others(sections: list[str | None], top: int, limit: int) -> None:
    """A section exceeds its limit only if every other one reached it or has no article left."""
    found = selection(pool(*sections), top=top, per_section=limit)
    counts = Counter(one.article.section for one in found.selected if one.article.section)
    if any(count > limit for count in counts.values()):
        for one in found.others:
            assert one.article.section is not None
            assert counts[one.article.section] >= limit


@given(st.lists(st.floats(0, 10), max_size=12), st.integers(1, 12))
def test_select_without_diversity_keeps_the_ranking(scores: list[float], top: int) -> None:
    """λ = 1: the similarity of titles does not matter."""
    stories = pool(*[None] * len(scores), scores=sorted(scores, reverse=True))
    found = selection(stories, comparing(similarity=lambda one, other: 1.0), top=top)
    assert numbers([*found.selected, *found.others]) == list(range(len(scores)))


@given(st.lists(st.floats(0, 10), max_size=12), st.floats(0, 1))
def test_select_best_article_leads_for_any_diversity(scores: list[float], diversity: float) -> None:
    """Nothing was selected before the first."""
    stories = pool(*[None] * len(scores), scores=sorted(scores, reverse=True))
    found = selection(stories, comparing(similarity=lambda one, other: 0.9), diversity=diversity)
    assert numbers(found.selected)[:1] == [0][: len(scores)]


def test_select_keeps_the_order_of_the_ranking() -> None:
    """The order of the ranking counts, even if scores contradict it."""
    assert numbers(selection(pool(*[None] * 3, scores=[1.0, 3.0, 2.0])).selected) == [0, 1, 2]


def test_select_single_article_is_not_compared() -> None:
    """`compare` is not called."""

    def never(titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        raise AssertionError

    assert numbers(selection(pool(None), never).selected) == [0]
    assert selection([], never).selected == ()


@given(
    st.lists(st.sampled_from(["Sport", "Politics", None]), min_size=3, max_size=12),
    st.integers(0, 2),
    st.sampled_from([0.0, 0.3, 0.9]),
    st.data(),
)
def test_select_place_of_an_article_changes_nothing_else(
    sections: list[str | None], per_section: int, diversity: float, data: st.DataObject
) -> None:
    """The selection and its order stay as they are; composing/order.py then puts the article at its place."""
    stories = pool(*sections)
    comparison = comparing((0, 2), similarity=lambda one, other: ((one + other) % 3) / 3)
    settings = {"top": 5, "per_section": per_section, "diversity": diversity}
    without = numbers(selection(stories, comparison, **settings).selected)
    number = data.draw(st.sampled_from(without))
    placed = [replace(one, place=1 if numbers([one]) == [number] else None) for one in stories]
    assert numbers(selection(placed, comparison, **settings).selected) == without


def test_select_article_with_a_place_is_selected_whatever_its_score() -> None:
    """As the last one; of a story it is shown on its own."""
    stories = pool(*[None] * 6)
    placed = [*stories[:5], replace(stories[5], place=2)]
    assert numbers(selection(placed, top=3).selected) == [0, 1, 5]
    assert numbers(selection(placed, comparing((0, 5)), top=3).selected) == [0, 1, 5]


def test_select_more_added_articles_than_the_issue_holds_leave_no_room_for_others() -> None:
    """The best of them are selected, whatever the scores of the others."""
    stories = pool(*[None] * 5)
    added = [replace(one, added=place >= 2) for place, one in enumerate(stories)]
    assert numbers(selection(added, top=2).selected) == [2, 3]
    assert numbers(selection(added, top=4).selected) == [0, 2, 3, 4]


def test_find_stories_time_of_an_undated_article_is_not_compared() -> None:
    """It is when the article was first seen, which says nothing about its story."""
    seen: list[list[datetime | None]] = []

    def compare(titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        seen.append(list(times))
        return comparing()(titles, times)

    dated, undated = pool(None, None)
    find_stories([dated, replace(undated, article=replace(undated.article, dated=False))], compare)
    assert seen == [[dated.article.published_at, None]]

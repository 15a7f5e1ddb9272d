"""The order of an issue: places that editors gave are kept, the others keep their order, and moves can be reversed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from digest.composing.order import at_places, next_places, places_after_move, shown_order
from digest.model.articles import RankedArticle
from tests.composing.test_selection import numbers
from tests.support.issues import ranked

NO_SECTIONS: tuple[str, ...] = ()
ONE = st.just(NO_SECTIONS)
SIZES = st.integers(1, 9)


def articles(*sections: str | None) -> list[RankedArticle]:
    """Selected articles of these sections, numbered from 0."""
    return [ranked(f"Title {number}", number=number, section=name) for number, name in enumerate(sections)]


def with_places(selected: Sequence[RankedArticle], places: Mapping[str, int]) -> list[RankedArticle]:
    """The same articles with places by key; the others keep what they have."""
    return [replace(one, place=places.get(one.article.key, one.place)) for one in selected]


@st.composite
def placed_issues(draw: st.DrawFn) -> list[RankedArticle]:
    """Articles of one section, some of them with different places."""
    size = draw(SIZES)
    places = draw(st.permutations(range(1, size + 1)))
    chosen = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return [
        replace(one, place=place if is_chosen else None)
        for one, place, is_chosen in zip(articles(*[None] * size), places, chosen, strict=True)
    ]


@given(placed_issues())
def test_at_places_keeps_every_place_and_the_order_of_the_others(selected: list[RankedArticle]) -> None:
    """Nothing is lost or added."""
    shown = at_places(selected, NO_SECTIONS)
    assert all(shown[one.place - 1] is one for one in selected if one.place is not None)
    assert [one for one in shown if one.place is None] == [one for one in selected if one.place is None]
    assert sorted(numbers(shown)) == sorted(numbers(selected))


@given(placed_issues(), st.data())
def test_move_takes_the_place_and_its_reverse_restores_the_order(
    selected: list[RankedArticle], data: st.DataObject
) -> None:
    """The others close up in their order; up and then down is as before, also past articles with places."""
    shown = at_places(selected, NO_SECTIONS)
    place, goal = (data.draw(st.integers(1, len(shown))) for _turn in range(2))
    one = shown[place - 1]
    others = [other for other in numbers(shown) if other != numbers([one])[0]]
    there = with_places(selected, places_after_move(selected, one, goal, NO_SECTIONS))
    assert numbers(at_places(there, NO_SECTIONS)) == [*others[: goal - 1], *numbers([one]), *others[goal - 1 :]]
    back = with_places(there, places_after_move(there, one, place, NO_SECTIONS))
    assert numbers(at_places(back, NO_SECTIONS)) == numbers(shown)


def test_places_after_move_are_new_ones_alone() -> None:
    """An article that stays at its place stays the change of whoever gave it that place."""
    plain = articles(None, None, None, None)
    keys = [one.article.key for one in plain]
    selected = with_places(plain, {keys[0]: 1, keys[2]: 3})
    assert places_after_move(selected, selected[3], 2, NO_SECTIONS) == {keys[3]: 2, keys[2]: 4}
    assert places_after_move(selected, selected[3], 4, NO_SECTIONS) == {keys[3]: 4}


@st.composite
def sectioned_issues(draw: st.DrawFn) -> tuple[list[RankedArticle], tuple[str, ...]]:
    """Articles of several sections without places, and perhaps an order of the sections."""
    names = draw(st.lists(st.sampled_from(["Sport", "Politics", "City", None]), min_size=1, max_size=9))
    return articles(*names), draw(st.sampled_from([NO_SECTIONS, ("City", "Politics", "Sport")]))


@given(sectioned_issues(), st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=5))
def test_moves_by_the_buttons_end_at_their_goal_and_keep_sections_together(
    issue: tuple[list[RankedArticle], tuple[str, ...]], moves: list[tuple[int, bool]]
) -> None:
    """One after another; a lead that loses its place goes to its section, so the others may move too."""
    selected, order = issue
    for at, is_up in moves:
        shown = at_places(selected, order)
        place = at % len(shown) + 1
        goal = next_places(selected, place, order)[0 if is_up else 1]
        if goal is None:
            continue
        one = shown[place - 1]
        selected = with_places(selected, places_after_move(selected, one, goal, order))
        after = at_places(selected, order)
        assert after == shown_order(after, order)
        assert after[goal - 1].article.key == one.article.key


def test_next_places_in_an_issue_without_sections_are_the_neighbours() -> None:
    """The first cannot go up, and the last cannot go down."""
    selected = articles(None, None, None)
    assert [next_places(selected, place, NO_SECTIONS) for place in (1, 2, 3)] == [(None, 2), (1, 3), (2, None)]


def test_next_places_stay_within_the_section_or_move_it_whole() -> None:
    """Where the edition orders its sections, the first of one can only become the lead."""
    selected = articles("City", "Sport", "Sport", "Politics", "Politics")
    assert next_places(selected, 4, NO_SECTIONS) == (2, 5)  # before the section above: its section goes with it
    assert next_places(selected, 4, ("Sport", "Politics")) == (1, 5)


def test_shown_order_articles_without_a_section_are_last() -> None:
    """Wherever the first of them ranks; the lead stays before all sections."""
    assert numbers(shown_order(articles(None, None, "City", None, "Sport", "City"), ())) == [0, 2, 5, 4, 1, 3]

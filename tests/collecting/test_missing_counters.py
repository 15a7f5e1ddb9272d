"""A counter that is 0 for every article is one that nobody fills."""

from hypothesis import given
from hypothesis import strategies as st

from digest.collecting.missing_counters import FEWEST, without_unfilled_counters
from digest.model.articles import Counters, Sighting, Visit
from tests.support.issues import SLOT

COUNTS = st.none() | st.integers(min_value=0, max_value=3)
BOTH = st.lists(st.tuples(COUNTS, COUNTS), max_size=2 * FEWEST)


def visit(told: list[tuple[int | None, int | None]]) -> Visit:
    """A visit that tells these views and comments."""
    return Visit(
        sightings=tuple(
            Sighting(
                source="main",
                url=f"https://gazette.example/{number}",
                title="News",
                taken_at=SLOT,
                counters=Counters(views=views, comments=comments, rating=0),
            )
            for number, (views, comments) in enumerate(told)
        )
    )


def test_zero_for_all_is_unknown_and_said() -> None:
    """Views that JavaScript fills later are no views; comments that are told stay, and so does the rating."""
    seen = without_unfilled_counters(visit([(0, number) for number in range(FEWEST)]))
    assert [one.counters for one in seen.sightings] == [Counters(comments=number, rating=0) for number in range(FEWEST)]
    assert seen.notes == (f"views is 0 for all {FEWEST} articles: probably not filled, treated as unknown",)


def test_few_articles_may_stand_at_zero() -> None:
    """In a quiet night nobody has commented yet."""
    few = visit([(0, 0)] * (FEWEST - 1))
    assert without_unfilled_counters(few) is few


@given(told=BOTH)
def test_only_what_is_zero_everywhere_changes(told: list[tuple[int | None, int | None]]) -> None:
    """One count above 0 keeps all the others, zeros included."""
    before = visit(told)
    after = without_unfilled_counters(before)
    for place, name in enumerate(("views", "comments")):
        values = [pair[place] for pair in told if pair[place] is not None]
        kept = [getattr(one.counters, name) for one in after.sightings]
        is_unfilled = len(values) >= FEWEST and not any(values)
        assert kept == ([None] * len(told) if is_unfilled else [pair[place] for pair in told])
        assert any(note.startswith(name) for note in after.notes) == is_unfilled

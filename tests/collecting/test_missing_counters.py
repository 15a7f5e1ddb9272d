"""A counter that is 0 for every article is one that nobody fills."""

from hypothesis import given
from hypothesis import strategies as st

from digest.collecting.missing_counters import FEWEST, without_unfilled_counters
from digest.model.articles import Counters, Sighting, Visit
from tests.support.issues import SLOT

COUNTS = st.none() | st.integers(min_value=0, max_value=3)
BOTH = st.lists(st.tuples(COUNTS, COUNTS), max_size=2 * FEWEST)


def visit(counts: list[tuple[int | None, int | None]]) -> Visit:
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
            for number, (views, comments) in enumerate(counts)
        )
    )


def test_missing_counters_zero_everywhere_is_unknown_and_noted() -> None:
    """Views that JavaScript fills later are unknown; known comments are kept, and so is the rating."""
    seen = without_unfilled_counters(visit([(0, number) for number in range(FEWEST)]))
    assert [one.counters for one in seen.sightings] == [Counters(comments=number, rating=0) for number in range(FEWEST)]
    assert seen.notes == (f"views is 0 for all {FEWEST} articles: probably not filled, treated as unknown",)


def test_missing_counters_few_articles_may_be_zero() -> None:
    """In a quiet night nobody has commented yet."""
    few = visit([(0, 0)] * (FEWEST - 1))
    assert without_unfilled_counters(few) is few


@given(counts=BOTH)
def test_missing_counters_one_count_above_zero_keeps_all(counts: list[tuple[int | None, int | None]]) -> None:
    """One count above 0 keeps all the others, zeros included."""
    before = visit(counts)
    after = without_unfilled_counters(before)
    for place, name in enumerate(("views", "comments")):
        values = [pair[place] for pair in counts if pair[place] is not None]
        kept = [getattr(one.counters, name) for one in after.sightings]
        is_unfilled = len(values) >= FEWEST and not any(values)
        assert kept == ([None] * len(counts) if is_unfilled else [pair[place] for pair in counts])
        assert any(note.startswith(name) for note in after.notes) == is_unfilled

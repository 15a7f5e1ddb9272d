"""The formulas: each is one file with a name in the registry, and all keep the same invariants."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.formulas import expected
from digest.ranking.growth import Curve, Curves
from digest.ranking.registry import DEFAULT, FORMULAS
from digest.ranking.scoring import Candidate, CounterState, ScoringInput
from digest.settings.schema import FORMULAS as NAMES
from digest.settings.schema import RankingSettings

CURVE = Curve(half_life=4)
COUNTERS = st.one_of(
    st.none(), st.builds(CounterState, st.integers(0, 10**12), st.floats(-1, 500), st.integers(0, 10**12))
)
CANDIDATES = st.lists(st.builds(Candidate, st.floats(-1, 500), COUNTERS, COUNTERS), max_size=8)


def scoring_input(*candidates: Candidate, weight: float = 0.0) -> ScoringInput:
    """These candidates, with the default curve."""
    return ScoringInput(candidates=candidates, weight=weight, curves=Curves(views=CURVE, comments=CURVE))


def scores(name: str, *candidates: Candidate, weight: float = 0.0) -> list[float]:
    """The scores that a formula gives them."""
    return FORMULAS[name](scoring_input(*candidates, weight=weight)).values


def viewed(views: int, age: float, pace: float = 0.0) -> Candidate:
    """A candidate with views alone."""
    return Candidate(age, CounterState(views, age, pace), None)


def test_registry_has_each_file_of_formulas() -> None:
    """A new formula is one file."""
    files = {file.stem for file in Path(str(expected.__file__)).parent.glob("*.py")} - {"__init__"}
    assert set(FORMULAS) == files == {"expected", "raw", "hn", "reddit", "velocity"}
    assert set(FORMULAS) == set(NAMES)
    assert RankingSettings().formula == DEFAULT


def test_formulas_known_input_gives_values_by_hand() -> None:
    """100 views after two hours, recently 20 per hour."""
    one = viewed(100, 2, 20)
    assert scores("raw", one) == pytest.approx([math.log(101)])
    assert scores("hn", one) == pytest.approx([math.log(101**0.8 / 4**1.8)])
    assert scores("reddit", one) == pytest.approx([2 - 2 / 12.5])
    assert scores("velocity", one) == pytest.approx([math.log(21)])
    share = 1 - 2**-0.5
    mean = 100 / share
    assert scores("expected", one) == pytest.approx([math.log1p((100 + 0.2 * mean) / (share + 0.2))])


def test_reddit_tenfold_votes_equal_half_a_day() -> None:
    """12.5 hours, as in its published source."""
    old, new = scores("reddit", viewed(1000, 12.5), viewed(100, 0))
    assert old == pytest.approx(new)


@pytest.mark.parametrize("name", sorted(FORMULAS))
@given(CANDIDATES, st.floats(0, 1))
def test_formulas_any_counters_give_finite_scores_and_reasons(
    name: str, candidates: list[Candidate], weight: float
) -> None:
    """For known and unknown counters and any age; the reasons name both counters and the mix."""
    scored = FORMULAS[name](scoring_input(*candidates, weight=weight))
    assert len(scored.values) == len(candidates)
    assert all(math.isfinite(score) for score in scored.values)
    for place in range(len(candidates)):
        reasons = scored.reasons(place)
        assert [reason.name for reason in reasons[:3]] == ["views", "comments", "mix"]
        assert all(reason.message for reason in reasons)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_formulas_unknown_counters_are_not_zero(name: str) -> None:
    """An article without counters scores like an average one."""
    known, twin, unknown = scores(name, viewed(50, 5, 10), viewed(50, 5, 10), Candidate(5, None, None))
    assert known == twin
    assert unknown == pytest.approx(known, rel=0.05)

"""Growth curves: the portal's own, learned from its articles, blended with the default, and never falling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.growth import (
    GROWN,
    Curve,
    Grown,
    History,
    Point,
    Training,
    averaged,
    bucket_of,
    grown,
    growth,
    learned,
)

DAY = 86_400.0
SLOT = 400 * DAY + 7 * 3600


def grown_like(share_of: float, final: float = 1000, *, hour: float = 0, days: int = 10) -> Grown:
    """An article published at an hour that reached `share_of` of its final count in any hour of its first day."""
    path = [Point(bucket, float(max(bucket, 0.5)), share_of * final) for bucket in range(25)]
    found = grown(SLOT - days * DAY - hour * 3600, final, path)
    assert found is not None
    return found


def curve_of(*articles: Grown) -> Curve:
    """The curve that these articles teach."""
    return learned(History(views=articles), SLOT, 4).views


def test_without_history_it_is_the_default() -> None:
    """Also where nobody ever counted anything."""
    for curve in (curve_of(), curve_of(grown_like(0, final=0))):
        assert curve.says == "default curve"
        assert [curve.share(age) for age in (0, 4, 30)] == [growth(age, 4) for age in (0, 4, 30)]
        assert curve.doubt == 1


def test_history_takes_the_place_of_the_default_bit_by_bit() -> None:
    """The default weighs as much as twenty articles: (Σ count + 20·m·G0) / (Σ final + 20·m), by hand for twenty."""
    articles = [grown_like(0.9, hour=10) for _ in range(20)]
    few, many = curve_of(*articles), curve_of(*articles * 50)
    assert few.says == "portal's own curve from 20 articles"
    assert few.share(4) == pytest.approx((20 * 900 + 20 * 1000 * 0.5) / (40 * 1000), abs=0.01)
    assert many.share(4) == pytest.approx(0.9, abs=0.02)
    assert many.mean == 1000


def test_a_sensation_does_not_draw_the_curve() -> None:
    """A final count above the 99th percentile is cut, and its article's counts in proportion."""
    usual = [grown_like(0.2) for _ in range(200)]
    sensation = grown_like(1.0, final=10_000_000)
    plain, moved = curve_of(*usual), curve_of(*usual, sensation)
    assert moved.share(3) == pytest.approx(plain.share(3), abs=0.02)
    assert moved.mean == pytest.approx(1000)


def test_the_hour_of_the_issue_counts() -> None:
    """Articles that stood at few of their final counts at the hour of the issue make that age worth less there."""
    slow = [grown_like(0.2, hour=hour) for hour in range(12) for _ in range(50)]
    fast = [grown_like(0.8, hour=hour) for hour in range(12, 24) for _ in range(50)]
    curve = curve_of(*slow, *fast)
    assert curve.share(5) < 0.4
    assert curve.share(18) > 0.65


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**12),
            st.lists(st.tuples(st.floats(0, GROWN), st.integers(0, 10**12)), min_size=1, max_size=8),
            st.floats(0, 24),
        ),
        max_size=8,
    ),
    st.lists(st.floats(-2, 300), min_size=2, max_size=5),
)
def test_a_curve_rises_with_age_and_never_beyond_one(
    told: list[tuple[int, list[tuple[float, int]], float]], ages: list[float]
) -> None:
    """Whatever was read, a share lies above 0, at most at 1, and is no smaller for an older article."""
    made = [grown(SLOT - 9 * DAY - hour * 3600, final, averaged(sorted(path))) for final, path, hour in told]
    curve = curve_of(*(one for one in made if one))
    shares = [curve.share(age) for age in sorted(ages)]
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)


def test_forgetting_undoes_learning() -> None:
    """What entered and left, as the days pass, leaves no trace."""
    kept, gone = grown_like(0.3), grown_like(0.7, final=70)
    training, plain = Training(SLOT), Training(SLOT)
    for one in (kept, gone, kept):
        training.add(one)
    training.remove(gone)
    for one in (kept, kept):
        plain.add(one)
    ages = (1, 2, 5, 9, 24, 60)
    mine, other = training.curve(4), plain.curve(4)
    assert [mine.share(age) for age in ages] == pytest.approx([other.share(age) for age in ages])
    assert mine.articles == 2


def test_ages_fall_into_hours() -> None:
    """Around each full hour of the first day, then twelve at a time."""
    ages = (0, 0.4, 0.5, 1.4, 24.4, 24.5, 36.4, 36.5, 72)
    assert [bucket_of(age) for age in ages] == [0, 0, 1, 1, 24, 25, 25, 26, 28]


def test_an_article_that_is_seen_no_more_stands_still() -> None:
    """After its last reading it has its final count, at every later age."""
    found = grown(SLOT, 50, averaged([(1.0, 10), (1.2, 20), (2.0, 50)]))
    assert found is not None
    assert [point.stood for point in found.points[:3]] == [15, 50, 50]
    assert found.points[-1].bucket == 28
    assert grown(SLOT, 0, []) is None

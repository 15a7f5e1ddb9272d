"""Growth curves: the portal's own, learned from its articles, blended with the default, monotone."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.growth import (
    FINAL_AGE,
    ArticleGrowth,
    Curve,
    CurveTraining,
    GrowthHistory,
    Point,
    article_growth,
    average_readings,
    bucket_of,
    default_share,
    learn_curves,
)

DAY = 86_400.0
SLOT = 400 * DAY + 7 * 3600


def growth_of(share: float, final: float = 1000, *, hour: float = 0, days: int = 10) -> ArticleGrowth:
    """An article published at an hour whose count is this share of the final count throughout its first day."""
    points = [Point(bucket, float(max(bucket, 0.5)), share * final) for bucket in range(25)]
    found = article_growth(SLOT - days * DAY - hour * 3600, final, points)
    assert found is not None
    return found


def curve_of(*articles: ArticleGrowth) -> Curve:
    """The curve learned from these articles."""
    return learn_curves(GrowthHistory(views=articles), SLOT, 4).views


def test_learn_curves_without_history_gives_the_default() -> None:
    """Also if all final counts are 0."""
    for curve in (curve_of(), curve_of(growth_of(0, final=0))):
        assert curve.description == "default curve"
        assert [curve.share(age) for age in (0, 4, 30)] == [default_share(age, 4) for age in (0, 4, 30)]
        assert curve.prior_share == 1


def test_learn_curves_default_weighs_twenty_articles() -> None:
    """(Σ count + 20·m·G0) / (Σ final + 20·m), by hand for twenty."""
    articles = [growth_of(0.9, hour=10) for _ in range(20)]
    few, many = curve_of(*articles), curve_of(*articles * 50)
    assert few.description == "portal's own curve from 20 articles"
    assert curve_of(growth_of(0.9)).description == "portal's own curve from 1 article"
    assert few.share(4) == pytest.approx((20 * 900 + 20 * 1000 * 0.5) / (40 * 1000), abs=0.01)
    assert many.share(4) == pytest.approx(0.9, abs=0.02)
    assert many.mean == 1000


def test_learn_curves_outlier_is_capped() -> None:
    """A final count above the 99th percentile is capped, and the counts of its article in proportion."""
    usual = [growth_of(0.2) for _ in range(200)]
    outlier = growth_of(1.0, final=10_000_000)
    without, with_outlier = curve_of(*usual), curve_of(*usual, outlier)
    assert with_outlier.share(3) == pytest.approx(without.share(3), abs=0.02)
    assert with_outlier.mean == pytest.approx(1000)


@pytest.mark.parametrize(("articles", "mean"), [(50, 25.5), (99, 50), (100, 50.49), (200, 100.485), (201, 100.985)])
def test_learn_curves_cap_is_the_99th_percentile(articles: int, mean: float) -> None:
    """By hand, of final counts 1, 2, 3 …: of 100 the largest counts as 99, of 200 the two largest as 198."""
    assert curve_of(*(growth_of(0.5, final=final + 1) for final in range(articles))).mean == pytest.approx(mean)


@pytest.mark.parametrize(
    ("share", "hour", "final"), [(1.0, 0, 1001), (0.05, 7.5, 10_000), (0.4, 23, 10**7), (0.9, 12.2, 3_000)]
)
def test_learn_curves_outlier_counts_as_one_with_the_capped_count(share: float, hour: float, final: int) -> None:
    """At each age and at the hour of the issue: the same curve as if it had grown in proportion up to the cap."""
    usual = [growth_of(0.3, final=700 + 3 * place, hour=place % 24) for place in range(100)]
    outlier, capped = (growth_of(share, final=one, hour=hour) for one in (final, 997))
    mine, other = curve_of(*usual, outlier), curve_of(*usual, capped)
    assert mine.mean == pytest.approx(other.mean)
    ages = (0.5, 2, hour, 20, 23.5, 40, 72)
    assert [mine.share(age) for age in ages] == pytest.approx([other.share(age) for age in ages])


def test_learn_curves_of_few_articles_with_counts_are_not_capped_at_zero() -> None:
    """As the comments of a portal where hardly anybody comments: of 200 articles one has any."""
    curve = curve_of(*[growth_of(0, final=0)] * 199, growth_of(0.5, final=10))
    assert curve.mean == pytest.approx(0.05)
    assert 0 < curve.share(4) < 1


def test_learn_curves_ordinary_differences_are_not_capped() -> None:
    """The cap is the 99th percentile: half of the articles may have three times the count of the others."""
    articles = [growth_of(0.2, final=final) for final in (100, 300) for _ in range(100)]
    assert curve_of(*articles).mean == pytest.approx(200)


def test_learn_curves_hour_of_the_issue_counts() -> None:
    """Where articles had a small share of the final count at the hour of the issue, the curve is lower at that age."""
    slow = [growth_of(0.2, hour=hour) for hour in range(12) for _ in range(50)]
    fast = [growth_of(0.8, hour=hour) for hour in range(12, 24) for _ in range(50)]
    curve = curve_of(*slow, *fast)
    assert curve.share(5) < 0.4
    assert curve.share(18) > 0.65


@pytest.mark.parametrize("hour", [4.5 + 1 / 120, 5.5 - 1 / 120, 0, 23.9])
def test_learn_curves_hour_of_the_issue_is_that_of_any_day(hour: float) -> None:
    """Sixty days ago it was the same hour, to the second."""
    recent, old = (curve_of(*[growth_of(0.2, hour=hour, days=days)] * 50) for days in (5, 60))
    ages = (3, 4, 5, 6, 23.5)
    assert [recent.share(age) for age in ages] == [old.share(age) for age in ages]


def test_learn_curves_neighbouring_hours_count_a_third() -> None:
    """By hand, at an age of 5 h with a half-life of 5 h, after 100 articles each of 4 h, 5 h and 6 h before the issue.

    At 4 h the first have 20 of their 100 counts, at 5 h the second have 60, at 6 h the third have 90; m = 100, k = 20.
    G(5) = (100·100 + 100·60 + 2000·0.5) / (20000 + 2000) = 0.772727: the first are final by then, and the third not
    read yet. Gh(5) = (6000 + (2000 + 9000) / 3 + 2000·G(5)) / (10000 + 20000 / 3 + 2000) = 0.600650.
    """
    read_at = ((4, 20.0), (5, 60.0), (6, 90.0))
    made = [article_growth(SLOT - 10 * DAY - hour * 3600, 100, [Point(hour, hour, count)]) for hour, count in read_at]
    curve = learn_curves(GrowthHistory(views=[one for one in made if one] * 100), SLOT, 5).views
    assert curve.share(5) == pytest.approx((6000 + 11000 / 3 + 2000 * 17000 / 22000) / (12000 + 20000 / 3))
    assert curve.share(5) == pytest.approx(0.600650, abs=1e-6)


def test_curve_share_between_two_points_is_on_the_line() -> None:
    """By hand; before the first point and behind the last one the share is theirs."""
    curve = Curve(half_life=4, points=((0.5, 0.02), (3.0, 0.2), (24.0, 0.83), (72.0, 1.0)), articles=60, mean=500)
    shares = {-1: 0.02, 0: 0.02, 0.5: 0.02, 1.75: 0.11, 3: 0.2, 13.5: 0.515, 24: 0.83, 48: 0.915, 72: 1, 500: 1}
    assert [curve.share(age) for age in shares] == pytest.approx(list(shares.values()))
    assert curve.prior_share == pytest.approx(20 / 80)
    rounded = Curve(half_life=4, points=((0.5 + 1e-15, 0.02), (72.0, 1.0)))
    assert rounded.share(0) == pytest.approx(0.02)


def test_learn_curves_of_one_article_by_hand() -> None:
    """Ages and shares are means, weighted by 20 articles like it: 100 views in the end, 70 of them at 2.2 h.

    Bucket 2 stands for 2 h, so the point is at (2.2·100 + 2·2000) / 2100 h, and its share is between 0.7 and the
    default's at that age, 21 parts; the hour of the issue is another one. Bucket 25 stands for 30.5 h.
    """
    grown = article_growth(SLOT - 10 * DAY - 12 * 3600, 100, [Point(2, 2.2, 70)])
    assert grown is not None
    curve = learn_curves(GrowthHistory(comments=[grown]), SLOT, 5).comments
    place, (age, share) = 2, curve.points[2]
    assert age == pytest.approx(4220 / 2100)
    assert share == pytest.approx((70 + 2000 * default_share(age, 5)) / 2100)
    assert curve.points[place - 1] == pytest.approx((1, default_share(1, 5)))
    assert [one for one, _ in curve.points[24:]] == pytest.approx([24, 30.5, 42.5, 54.5, 66.5])
    assert curve.points[25][1] == pytest.approx((100 + 2000 * default_share(30.5, 5)) / 2100)
    assert (curve.articles, curve.mean, len(curve.points)) == (1, 100, 29)
    assert learn_curves(GrowthHistory(comments=[grown]), SLOT, 5).views == Curve(half_life=5)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**12),
            st.lists(st.tuples(st.floats(0, FINAL_AGE), st.integers(0, 10**12)), min_size=1, max_size=8),
            st.floats(0, 24),
        ),
        max_size=8,
    ),
    st.lists(st.floats(-2, 300), min_size=2, max_size=5),
)
def test_curve_any_history_is_monotone_up_to_one(
    histories: list[tuple[int, list[tuple[float, int]], float]], ages: list[float]
) -> None:
    """Each share is above 0 and at most 1, and never falls with age."""
    made = [
        article_growth(SLOT - 9 * DAY - hour * 3600, final, average_readings(sorted(readings)))
        for final, readings, hour in histories
    ]
    curve = curve_of(*(one for one in made if one))
    shares = [curve.share(age) for age in sorted(ages)]
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)


def test_curve_training_remove_undoes_add() -> None:
    """An article that was added and removed leaves no trace."""
    kept, gone = growth_of(0.3), growth_of(0.7, final=70)
    training, plain = CurveTraining(SLOT), CurveTraining(SLOT)
    for one in (kept, gone, kept):
        training.add(one)
    training.remove(gone)
    for one in (kept, kept):
        plain.add(one)
    ages = (1, 2, 5, 9, 24, 60)
    mine, other = training.curve(4), plain.curve(4)
    assert [mine.share(age) for age in ages] == pytest.approx([other.share(age) for age in ages])
    assert mine.articles == 2


def test_bucket_of_ages_are_hours_then_half_days() -> None:
    """Around each full hour of the first day, then twelve hours each."""
    ages = (0, 0.4, 0.5, 1.4, 24.4, 24.5, 36.4, 36.5, 72)
    assert [bucket_of(age) for age in ages] == [0, 0, 1, 1, 24, 25, 25, 26, 28]


def test_article_growth_after_last_reading_is_constant() -> None:
    """At every later age it has its final count."""
    found = article_growth(SLOT, 50, average_readings([(1.0, 10), (1.2, 20), (2.0, 50)]))
    assert found is not None
    assert [point.value for point in found.points[:3]] == [15, 50, 50]
    assert found.points[-1].bucket == 28
    assert article_growth(SLOT, 0, []) is None


def test_article_growth_count_that_fell_keeps_its_maximum() -> None:
    """A cache gave an old count in between; the points keep their ages."""
    read = [Point(0, 0.4, 0), Point(1, 1.2, 40), Point(2, 2.1, 30), Point(5, 4.9, 55), Point(26, 40, 20)]
    found = article_growth(SLOT, 60, read)
    assert found is not None
    assert found.points == (
        *((0, 0.4, 0), (1, 1.2, 40), (2, 2.1, 40), (5, 4.9, 55), (26, 40, 55)),
        *((27, 54.5, 60), (28, 66.5, 60)),
    )


def test_average_readings_of_a_bucket_are_one_point() -> None:
    """At their mean age, with their mean count."""
    readings = [(0.6, 10), (1.0, 20), (1.4, 60), (5.0, 70), (25.0, 80), (36.0, 90)]
    assert list(average_readings(readings)) == [(1, 1.0, 30), (5, 5.0, 70), (25, 30.5, 85)]
    assert list(average_readings([])) == []


PAST_ARTICLES = st.lists(
    st.builds(growth_of, st.floats(0.1, 1), st.integers(1, 10**6), hour=st.integers(0, 23), days=st.integers(5, 50)),
    min_size=1,
    max_size=6,
)


@given(PAST_ARTICLES, PAST_ARTICLES, st.randoms(use_true_random=False))
def test_curve_training_without_removed_articles_is_as_if_they_were_never_added(
    kept: list[ArticleGrowth], removed: list[ArticleGrowth], random: Random
) -> None:
    """In any order: evaluation moves from day to day, and adds and removes a few articles for each."""
    moved, fresh = CurveTraining(SLOT), CurveTraining(SLOT)
    for article in random.sample([*kept, *removed], len(kept) + len(removed)):
        moved.add(article)
    for article in random.sample(removed, len(removed)):
        moved.remove(article)
    for article in kept:
        fresh.add(article)
    expected = fresh.curve(4)
    assert moved.curve(4).mean == pytest.approx(expected.mean)
    for age in (0.5, 3, 12, 30, 70):
        assert moved.curve(4).share(age) == pytest.approx(expected.share(age))

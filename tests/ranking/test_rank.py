"""Ranking: expected final counts decide, the order is total and deterministic, and reasons are given."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.articles import Article, RankedArticle, Reading
from digest.model.overrides import Override, OverrideKind
from digest.ranking.growth import Curve, Curves, default_share
from digest.ranking.rank import rank
from digest.ranking.registry import FORMULAS
from digest.settings.schema import RankingSettings
from tests.support.articles import article, hours, reading
from tests.support.issues import SLOT

DEFAULT = RankingSettings()
VIEWS_ONLY = RankingSettings(comments_weight=0.0)
COUNTS = st.one_of(st.none(), st.integers(0, 20), st.integers(0, 100_000))


@st.composite
def portals(draw: st.DrawFn) -> list[Article]:
    """The articles of a day, with any ages and counters, known or not."""
    counts = st.tuples(COUNTS, COUNTS, st.integers(-2, 200), st.integers(0, 12))
    return [
        article(f"gazette.example/{number}", reading(views, comments, at=SLOT + hours(late)), age=age / 4)
        for number, (views, comments, age, late) in enumerate(draw(st.lists(counts, min_size=1, max_size=6)))
    ]


LEARNED = Curves(
    views=Curve(half_life=4, points=((0.5, 0.02), (3.0, 0.2), (24.0, 0.9), (72.0, 1.0)), articles=300, mean=500.0),
    comments=Curve(half_life=4, points=((0.5, 0.3), (24.0, 1.0)), articles=30, mean=4.0),
)
SETTINGS = st.builds(
    RankingSettings,
    comments_weight=st.floats(0, 1),
    half_life=st.sampled_from(["1s", "30m", "4h", "24h", "30d", "366d"]),
    formula=st.sampled_from(sorted(FORMULAS)),
    normalise=st.sampled_from(["none", "source", "section"]),
)


def keys(ranked: Sequence[RankedArticle]) -> list[str]:
    """The articles' keys, in order."""
    return [one.article.key for one in ranked]


def override(kind: str, key: str, value: str | None = None, by: str = "ada") -> Override:
    """An editor's override of an article."""
    return Override(key=key, kind=OverrideKind(kind), value=value, by=by, at=SLOT)


def test_default_share_follows_the_half_life() -> None:
    """Half at the half-life, three quarters at twice that; an age below half an hour counts as half an hour."""
    assert default_share(4, 4) == pytest.approx(0.5)
    assert default_share(8, 4) == pytest.approx(0.75)
    assert default_share(0.5, 4) == pytest.approx(1 - 2 ** (-1 / 8))
    assert default_share(0, 4) == default_share(-4, 4) == default_share(0.5, 4)
    assert default_share(9600, 1 / 3600) == 1.0


def test_rank_young_article_beats_older_one_with_more_views() -> None:
    """Computed by hand: 300 views after one hour are expected to become more than 1,000 after twenty.

    G(1 h) = 1 - 2^(-1/4) = 0.1591036 and G(20 h) = 1 - 2^(-5) = 0.96875, so mv = 1300 / 1.1278536 = 1152.63. With
    q = 0.2, V = (300 + 230.53) / 0.3591036 = 1477.37 and (1000 + 230.53) / 1.16875 = 1052.86.
    """
    young = article("young", reading(300), age=1)
    old = article("old", reading(1000), age=20)
    first, second = rank([old, young], SLOT, DEFAULT)
    assert keys([first, second]) == ["young", "old"]
    assert first.score == pytest.approx(math.log(1 + 1477.37), abs=1e-4)
    assert second.score == pytest.approx(math.log(1 + 1052.86), abs=1e-4)


def test_rank_views_and_comments_are_mixed_as_logarithms() -> None:
    """By hand, at an age of 4 h (G = 1/2) for both, so only the weights and the value of a comment matter.

    a: 100 views, 1 comment; b: 60 views, 5 comments. mv = (100 + 60) / 1 = 160, mc = (1 + 5) / 1 = 6, R = 160 / 6.
    With q = 0.2, V = 132 / 0.7 and 92 / 0.7; C = 2.2 / 0.7 and 6.2 / 0.7.
    """
    a, b = article("a", reading(100, 1), age=4), article("b", reading(60, 5), age=4)

    def mixed(weight: float, views: float, comments: float) -> float:
        return (1 - weight) * math.log(1 + views / 0.7) + weight * math.log(1 + 160 / 6 * comments / 0.7)

    for weight, order in ((0.0, ["a", "b"]), (0.3, ["b", "a"]), (1.0, ["b", "a"])):
        ranked = rank([a, b], SLOT, RankingSettings(comments_weight=weight))
        assert keys(ranked) == order
        scores = {one.article.key: one.score for one in ranked}
        assert scores == pytest.approx({"a": mixed(weight, 132, 2.2), "b": mixed(weight, 92, 6.2)})


@given(portals(), SETTINGS, st.randoms())
def test_rank_order_is_total_and_independent_of_input_order(
    articles: list[Article], settings: RankingSettings, r: Any
) -> None:
    """Complete, by score, and the same for any input order."""
    ranked = rank(articles, SLOT, settings)
    shuffled = list(articles)
    r.shuffle(shuffled)
    assert rank(shuffled, SLOT, settings) == ranked
    assert sorted(keys(ranked)) == sorted(one.key for one in articles)
    scores = [one.score for one in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(math.isfinite(score) for score in scores)
    assert settings.formula != "expected" or settings.normalise != "none" or min(scores) >= 0


@given(portals(), SETTINGS, st.integers(0, 5), st.integers(1, 50_000), st.booleans(), st.sampled_from([None, LEARNED]))
def test_rank_higher_counter_never_lowers_the_score(
    articles: list[Article], settings: RankingSettings, place: int, more: int, of_comments: bool, curves: Curves | None
) -> None:
    """With more views or more comments and all else equal, the article's own score does not fall."""
    one = articles[place % len(articles)]
    counters = one.readings[0].counters
    name = "comments" if of_comments else "views"
    value = getattr(counters, name)
    if value is None:
        return
    risen = replace(counters, **{name: value + more})
    better = replace(one, readings=(replace(one.readings[0], counters=risen),))
    after = [better if other is one else other for other in articles]
    assert _score(after, one.key, settings, curves) >= _score(articles, one.key, settings, curves) - 1e-9


@pytest.mark.parametrize(
    ("mine", "risen", "others"),
    [
        (reading(50, 1), reading(50, 2), [(reading(comments=1000), 6.0)]),
        (reading(50, 1), reading(50, 20), [(reading(10, 900), 0.5)]),
        (reading(0, 100), reading(1, 100), [(reading(0, 5), 6.0)]),
        (reading(9, 0), reading(9, 1), [(reading(3, 0), 6.0)]),
    ],
    ids=[
        "comments of unknown views",
        "a young article with many comments",
        "the first view of all",
        "the first comment of all",
    ],
)
def test_rank_higher_counter_raises_the_score_in_hard_cases(
    mine: Reading, risen: Reading, others: list[tuple[Reading, float]]
) -> None:
    """Each of these scores would fall if R were the ratio of the raw sums."""
    rest = [article(f"other/{number}", one, age=age) for number, (one, age) in enumerate(others)]
    for settings in (DEFAULT, RankingSettings(half_life="24h"), RankingSettings(comments_weight=1.0)):
        before = _score([article("mine", mine, age=20), *rest], "mine", settings)
        assert _score([article("mine", risen, age=20), *rest], "mine", settings) > before


def _score(articles: list[Article], key: str, settings: RankingSettings, curves: Curves | None = None) -> float:
    return next(one.score for one in rank(articles, SLOT, settings, curves=curves) if one.article.key == key)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=6, unique=True), st.sampled_from(["1h", "4h", "30d"]))
def test_rank_equal_ages_are_ordered_by_raw_counts(counts: list[int], half_life: Any) -> None:
    """Age makes no difference if all are equally old."""
    ranked = rank(
        [article(str(count), reading(count)) for count in counts],
        SLOT,
        RankingSettings(half_life=half_life, comments_weight=0.0),
    )
    assert keys(ranked) == [str(count) for count in sorted(counts, reverse=True)]


def test_rank_ties_go_to_the_newer_then_by_key() -> None:
    """The order is deterministic for equal scores."""
    b, a, new = article("b", age=5), article("a", age=5), article("new", age=2)
    assert keys(rank([b, a, new], SLOT, DEFAULT)) == ["new", "a", "b"]


def test_rank_unknown_counter_leaves_the_other_to_decide() -> None:
    """Views alone, comments alone, or neither: then it is scored as an average article."""
    articles = [
        article("views", reading(900), age=8),
        article("comments", reading(comments=30), age=8),
        article("both", reading(100, 2), age=8),
        article("neither", age=8),
    ]
    ranked = {one.article.key: one for one in rank(articles, SLOT, DEFAULT)}
    assert _message(ranked["views"], "comments") == "comments unknown"
    assert _message(ranked["views"], "mix").startswith("weight of views 1.00, of comments 0.00;")
    assert _message(ranked["comments"], "mix").startswith("weight of views 0.00, of comments 1.00;")
    assert _message(ranked["neither"], "mix") == "no counters: scored as an average article"
    assert ranked["both"].score < ranked["neither"].score < ranked["views"].score
    assert ranked["neither"].views is None
    assert ranked["comments"].score == pytest.approx(ranked["views"].score, rel=0.1)


def test_rank_without_counters_is_by_date() -> None:
    """A feed without counters still makes an issue, newest first."""
    assert keys(rank([article("old", age=9), article("new", age=1)], SLOT, DEFAULT)) == ["new", "old"]
    assert rank([], SLOT, DEFAULT) == []


def test_rank_counter_zero_everywhere_leaves_the_other_to_decide() -> None:
    """Many sites fill their view counter by a script and show zero without it."""
    quiet, loud = article("quiet", reading(0, 1), age=8), article("loud", reading(0, 30), age=8)
    assert keys(rank([quiet, loud], SLOT, DEFAULT)) == ["loud", "quiet"]


def test_rank_reason_of_a_single_view_is_singular() -> None:
    """One view, two views."""
    (one,) = rank([article("one", reading(1, 2), age=8)], SLOT, DEFAULT)
    assert _message(one, "views").startswith("1 view at age")
    assert _message(one, "comments").startswith("2 comments at age")


def test_rank_reading_after_the_slot_counts_at_its_own_age() -> None:
    """In an issue of the past, a reading taken nine hours later is no advantage."""
    late = article("late", reading(900, at=SLOT + hours(9)), age=1)
    timely = article("timely", reading(300), age=1)
    first, second = rank([late, timely], SLOT, VIEWS_ONLY)
    assert first.article.key == "timely"
    assert "at age 10.0 h" in _message(second, "views")


def test_rank_pinned_articles_come_first_in_their_order() -> None:
    """Before all others, the first pinned first."""
    articles = [article(name, reading(count)) for name, count in (("a", 900), ("b", 50), ("c", 5))]
    ranked = rank(articles, SLOT, DEFAULT, [override("pin", "c"), override("pin", "b"), override("pin", "absent")])
    assert keys(ranked) == ["c", "b", "a"]
    assert [one.pinned for one in ranked] == [True, True, False]
    assert _message(ranked[0], "pin") == "pinned by ada"


def test_rank_drop_boost_and_title_are_applied() -> None:
    """A dropped article is left out even if pinned; a boost is added to the score; a title replaces the title."""
    articles = [article(name, reading(count)) for name, count in (("a", 900), ("b", 500), ("c", 5))]
    overrides = [
        override("drop", "a"),
        override("pin", "a"),
        override("boost", "c", "9"),
        override("title", "b", "{{ new }}", by="bo"),
    ]
    boosted, retitled = rank(articles, SLOT, DEFAULT, overrides)
    plain = {one.article.key: one for one in rank(articles[1:], SLOT, DEFAULT)}
    assert keys([boosted, retitled]) == ["c", "b"]
    assert boosted.score == pytest.approx(plain["c"].score + 9)
    assert _message(boosted, "boost") == "boosted by ada: +9"
    assert (retitled.article.title, retitled.score) == ("{{ new }}", plain["b"].score)
    assert _message(retitled, "title") == "retitled by bo"


def test_rank_retitled_article_keeps_what_its_source_lists() -> None:
    """An article without a source has the title of its editor alone."""
    own, added, plain = article("own"), article("added", sources=()), article("plain")
    overrides = [override("title", "own", "New"), override("title", "added", "New too")]
    ranked = {one.article.key: one for one in rank([own, added, plain], SLOT, DEFAULT, overrides)}
    assert [ranked[key].as_listed.title for key in ("own", "added", "plain")] == [own.title, "New too", plain.title]


def test_rank_pin_to_a_place_keeps_the_order_of_the_scores() -> None:
    """The selection puts it there; only a pin without a place comes first."""
    articles = [article(name, reading(count)) for name, count in (("a", 900), ("b", 50), ("c", 5))]
    ranked = rank(articles, SLOT, DEFAULT, [override("pin", "c", "2"), override("pin", "b")])
    assert keys(ranked) == ["b", "a", "c"]
    assert [(one.pinned, one.place) for one in ranked] == [(True, None), (False, None), (False, 2)]
    assert _message(ranked[2], "pin") == "pinned by ada: place 2"


@pytest.mark.parametrize(
    ("kind", "value", "name", "message"),
    [
        ("add", None, "add", "added by ada"),
        ("title", "New", "title", "retitled by ada"),
        ("summary", "New", "summary", "new summary by ada"),
        ("section", "New", "moved", "moved to another section by ada"),
    ],
)
def test_rank_override_changes_its_own_field_alone(kind: str, value: str | None, name: str, message: str) -> None:
    """And has a reason with the editor's name."""
    one = article("a", reading(900), summary="Old", section="Old")
    (plain,), (changed,) = rank([one], SLOT, DEFAULT), rank([one], SLOT, DEFAULT, [override(kind, "a", value)])
    texts: dict[str, Any] = {kind: value} if value else {}
    assert changed == replace(
        plain, article=replace(one, **texts), added=kind == "add", reasons=(*plain.reasons, changed.reasons[-1])
    )
    assert (changed.reasons[-1].name, changed.reasons[-1].message) == (name, message)


def test_rank_boost_without_a_number_changes_no_score() -> None:
    """A stored row may lack it."""
    one = article("a", reading(900))
    (plain,), (boosted,) = rank([one], SLOT, DEFAULT), rank([one], SLOT, DEFAULT, [override("boost", "a")])
    assert boosted.score == plain.score
    assert _message(boosted, "boost") == "boosted by ada: +0"


def test_reasons_are_a_sequence_that_compares_by_value() -> None:
    """They are computed when they are read, however they are read."""
    first, second = (rank([article("a", reading(412), age=2)], SLOT, DEFAULT)[0].reasons for _ in range(2))
    assert first == second == tuple(second)
    assert first != second[:-1]
    assert (hash(first), repr(first), len(first)) == (hash(tuple(second)), repr(tuple(second)), 5)
    assert first[1:3] == (second[1], second[2])
    assert tuple(reversed(first)) == tuple(second)[::-1]


def test_rank_latest_override_wins() -> None:
    """A later boost replaces an earlier one, also with a negative value."""
    articles = [article("a", reading(500)), article("b", reading(400))]
    overrides = [override("boost", "b", "5"), override("boost", "b", "-5"), override("boost", "a", "0")]
    assert keys(rank(articles, SLOT, DEFAULT, overrides)) == ["a", "b"]


def test_reasons_name_one_of_a_counter_in_the_singular() -> None:
    """The count, and what a usual article has in the end."""
    (one,) = rank([article("a", reading(1, 1), age=48)], SLOT, DEFAULT)
    for name in ("view", "comment"):
        message = _message(one, f"{name}s")
        assert message.startswith(f"1 {name} at age")
        assert message.endswith(f"a usual article ends with 1 {name} (default curve)")


def test_reasons_have_the_numbers() -> None:
    """The count, its age, the share of the final count, and what is expected in the end."""
    one, _ = rank([article("a", reading(412, 6), age=2.1), article("b", reading(40, 1), age=20)], SLOT, DEFAULT)
    assert [reason.name for reason in one.reasons] == ["published", "views", "comments", "mix", "formula"]
    assert _message(one, "published") == "published 2026-10-01 01:54 UTC"
    views = "412 views at age 2.1 h, 31% of the final count; expected 1077 = 412 + 665 to come, lowered towards a usual"
    assert _message(one, "views").startswith(views)
    mean = 452 / (default_share(2.1, 4) + default_share(20, 4))  # and q = 0.2
    expected = (412 + 0.2 * mean) / (default_share(2.1, 4) + 0.2)
    assert {reason.name: reason.value for reason in one.reasons}["views"] == round(expected, 2)
    assert _message(one, "comments").startswith("6 comments at age 2.1 h, 31% of the final count; expected ")
    assert "; a usual article ends with 355 views (default curve)" in _message(one, "views")
    assert "weight of views 0.70, of comments 0.30; one comment counts as" in _message(one, "mix")
    assert {reason.name: reason.value for reason in one.reasons}["mix"] == round(one.score, 4)


def test_reasons_name_the_curve_and_the_formula() -> None:
    """The portal's own curve or the default, and the formula."""
    grown = Curve(half_life=4, points=((0.5, 0.4), (24.0, 1.0)), articles=412, mean=100)
    (one,) = rank([article("a", reading(40), age=0.5)], SLOT, VIEWS_ONLY, curves=Curves(views=grown, comments=grown))
    assert "40% of the final count" in _message(one, "views")
    assert "portal's own curve from 412 articles" in _message(one, "views")
    assert _message(one, "formula") == "formula expected"
    (default,) = rank([article("a", reading(40), age=0.5)], SLOT, VIEWS_ONLY)
    assert "default curve" in _message(default, "views")


def test_reasons_name_what_is_common_apart_from_their_own() -> None:
    """What is the same for all articles can be shown once: the usual article, the weights, the formula."""
    counted = article("a", reading(412), age=2)
    ranked = {one.article.key: one for one in rank([counted, article("b", age=2)], SLOT, DEFAULT)}
    assert [why.own for why in ranked["b"].reasons] == [
        "published 2026-10-01 02:00 UTC",
        "views unknown",
        "",
        "no counters: scored as an average article",
        "",
    ]
    own = {why.name: why.own for why in ranked["a"].reasons}
    assert own["views"].startswith("412 views at age 2.0 h")
    assert "a usual article ends with" not in own["views"]
    assert (own["comments"], own["mix"]) == ("", "")


@pytest.mark.parametrize(("known", "unknown"), [("views", "comments"), ("comments", "views")])
def test_reasons_of_a_counter_that_one_article_lacks_are_its_own(known: str, unknown: str) -> None:
    """Where no article has it, one note for all is enough."""
    both = article("both", reading(40, 4), age=2)
    one = article("one", reading(40) if known == "views" else reading(comments=40), age=2)
    for others, own in ((both, f"{unknown} unknown"), (replace(one, key="other"), "")):
        ranked = {found.article.key: found for found in rank([others, one], SLOT, DEFAULT)}
        reasons = {why.name: why for why in ranked["one"].reasons}
        assert (reasons[unknown].message, reasons[unknown].own) == (f"{unknown} unknown", own)


def test_reasons_give_times_in_the_portal_zone() -> None:
    """With the zone's abbreviation."""
    (one,) = rank([article("a", age=2)], SLOT, DEFAULT, zone=ZoneInfo("Europe/Moscow"))
    assert _message(one, "published") == "published 2026-10-01 05:00 MSK"


def test_rank_article_missed_by_its_source_has_stopped_growing() -> None:
    """Its last count belongs to the age at the slot, and not to the age of the reading."""
    visits = [SLOT - hours(6 - 0.25 * number) for number in range(25)]
    shown = article("shown", *(reading(100, at=at) for at in visits), age=7)
    gone = article("gone", *(reading(100, at=at) for at in visits[:4]), age=7)
    fresh = article("fresh", reading(100, at=visits[-1]), age=1)
    ranked = {one.article.key: one for one in rank([shown, gone, fresh], SLOT, VIEWS_ONLY)}
    assert ranked["gone"].score == ranked["shown"].score < ranked["fresh"].score
    assert "at age 7.0 h" in _message(ranked["gone"], "views")


def test_rank_article_of_an_unvisited_source_was_not_missed() -> None:
    """A source that was down since the evening does not show that its articles stopped growing."""
    evening = SLOT - hours(9)
    one = article("one", reading(50, at=evening - hours(1)), reading(100, at=evening), age=11)
    (ranked,) = rank([one], SLOT, VIEWS_ONLY)
    assert "at age 2.0 h" in _message(ranked, "views")


def test_rank_normalise_shifts_groups_to_one_mean() -> None:
    """The best articles of two incomparable counters rank side by side; without `normalise` the counts decide."""
    loud = [article(f"loud{count}", reading(count * 100, source="cms"), section="News") for count in range(1, 21)]
    quiet = [article(f"quiet{count}", reading(count * 10, source="stats"), section="Port") for count in range(1, 21)]
    plain = keys(rank([*loud, *quiet], SLOT, VIEWS_ONLY))
    assert plain[:18] == [f"loud{count}" for count in range(20, 2, -1)]
    for normalise in ("source", "section"):
        settings = RankingSettings(comments_weight=0, normalise=normalise)
        ranked = rank([*loud, *quiet], SLOT, settings)
        assert {"quiet20", "quiet19"} <= set(keys(ranked)[:15])
        own = [key for key in keys(ranked) if key.startswith("quiet")]
        assert own == [f"quiet{count}" for count in range(20, 0, -1)]
        assert "moved by" in _message(ranked[0], "level")
    assert rank(loud, SLOT, RankingSettings(comments_weight=0, normalise="source"))[0].score == pytest.approx(
        rank(loud, SLOT, VIEWS_ONLY)[0].score
    )


def test_rank_normalise_by_hand() -> None:
    """Raw scores are ln(1 + views): 4, 2 and 0, whose mean is 2. One group has 4 and 2, so it moves by -2 / (2 + 5);
    the other has 0 and moves by 2 / (1 + 5).
    """
    counts = {"a": (round(math.e**4 - 1), "City"), "b": (round(math.e**2 - 1), "CITY"), "c": (0, None)}
    articles = [article(key, reading(views), section=section) for key, (views, section) in counts.items()]
    settings = RankingSettings(comments_weight=0, formula="raw", normalise="section")
    ranked = {one.article.key: one for one in rank(articles, SLOT, settings)}
    plain = {key: math.log1p(views) for key, (views, _section) in counts.items()}
    mean = math.fsum(plain.values()) / 3
    city, none = -(plain["a"] + plain["b"] - 2 * mean) / 7, mean / 6
    expected = {"a": plain["a"] + city, "b": plain["b"] + city, "c": none}
    assert {key: one.score for key, one in ranked.items()} == pytest.approx(expected)
    assert _message(ranked["b"], "level") == f"normalised: city moved by {city:+.2f}"
    assert _message(ranked["c"], "level") == f"normalised: no group moved by {none:+.2f}"
    assert {why.name: why.value for why in ranked["c"].reasons}["level"] == round(none, 4)


def test_reasons_of_undated_article_name_the_first_sighting() -> None:
    """Its age counts from the first sighting."""
    (one,) = rank([article("a", age=3, dated=False)], SLOT, DEFAULT)
    assert _message(one, "published") == "no date: first seen 2026-10-01 01:00 UTC"


def _message(ranked: RankedArticle, name: str) -> str:
    return next(reason.message for reason in ranked.reasons if reason.name == name)

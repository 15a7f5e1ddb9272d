"""Merging: one article of what several sources say, and what its counters stood at by the slot."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.collecting.merge import merge
from digest.model.articles import Article, ArticleRecord, Count, Counters, Reading, Role
from digest.ranking.counters_at_slot import count_at_slot
from tests.support.articles import article_record, hours, reading, seen
from tests.support.issues import SLOT

ORDER = {"main": 0, "database": 1, "blog": 2}
WORDS = st.one_of(st.none(), st.sampled_from(["one", "two", "three"]))
MOMENTS = st.one_of(st.none(), st.integers(-48, 12).map(lambda number: SLOT + hours(number)))
COUNTS = st.one_of(st.none(), st.integers(0, 1000))
SIGHTINGS = st.fixed_dictionaries(
    {
        "url": st.sampled_from(["https://gazette.example/1", "http://www.gazette.example/1/"]),
        "published_at": MOMENTS,
        "updated_at": MOMENTS,
        **dict.fromkeys(("summary", "image_url", "image_credit", "section", "author", "language"), WORDS),
    }
)
READINGS = st.builds(
    lambda source, at, views, comments: reading(views, comments, at=SLOT + hours(at), source=source),
    st.sampled_from(["main", "database", "forum"]),
    st.integers(-24, 6),
    COUNTS,
    COUNTS,
)
VISITS = st.lists(READINGS, max_size=6, unique_by=lambda one: (one.source, one.taken_at))  # a source is asked once
TOLD = st.builds(
    lambda by_source, readings: article_record(
        *(seen(name, **words) for name, words in by_source.items()), readings=readings
    ),
    st.dictionaries(st.sampled_from(["main", "database", "blog", "unknown"]), SIGHTINGS, min_size=1),
    VISITS.map(tuple),
)


@given(TOLD, st.randoms())
def test_the_order_in_which_sources_answered_makes_no_difference(all_said: ArticleRecord, chance: Any) -> None:
    """Sources answer side by side: whoever was first, the article is the same."""
    sightings, readings = list(all_said.sightings), list(all_said.readings)
    chance.shuffle(sightings)
    chance.shuffle(readings)
    shuffled = article_record(*sightings, readings=tuple(readings))
    assert merge(shuffled, ORDER) == merge(all_said, ORDER)


@given(TOLD)
def test_a_merged_article_merges_to_itself(all_said: ArticleRecord) -> None:
    """What one source tells that has it all is the article."""
    article = merge(all_said, ORDER)
    words = {name: getattr(article, name) for name in ("url", "title", "summary", "image_url", "image_credit")}
    words |= {name: getattr(article, name) for name in ("section", "author", "language", "updated_at")}
    published = article.published_at if article.dated else None
    again = merge(article_record(seen("main", published_at=published, **words), readings=article.readings), ORDER)
    assert _without_sources(again) == _without_sources(article)


def _without_sources(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in article.__dataclass_fields__ if name != "sources"}


@given(TOLD)
def test_nothing_is_invented(all_said: ArticleRecord) -> None:
    """Every word of the article is a source's; what no source tells stays unknown; the earliest date counts."""
    article = merge(all_said, ORDER)
    for name in ("url", "title", "summary", "image_url", "section", "author", "language"):
        said = {getattr(sighting, name) for sighting in all_said.sightings} - {None}
        assert getattr(article, name) in (said or {None})
    dates = {sighting.published_at for sighting in all_said.sightings} - {None}
    assert article.published_at == (min(dates) if dates else all_said.first_seen_at)  # type: ignore[type-var]
    assert article.dated == bool(dates)
    assert set(article.sources) == {sighting.source for sighting in all_said.sightings}


def test_the_source_that_is_named_first_is_believed_first() -> None:
    """What it does not tell, the next one tells; a source that the configuration no longer names comes last."""
    article = merge(
        article_record(
            seen("gone", summary="from gone", author="Nobody"),
            seen("blog", summary="from the blog", section="Blog"),
            seen("main", section="Port"),
        ),
        ORDER,
    )
    assert (article.title, article.summary, article.section) == ("As main says", "from the blog", "Port")
    assert (article.author, article.language) == ("Nobody", None)
    assert article.sources == ("main", "blog", "gone")


def test_a_picture_keeps_its_own_credit() -> None:
    """The credit of one source's picture never stands under another's."""
    article = merge(
        article_record(seen("main", image_credit="Nobody's"), seen("blog", image_url="https://gazette.example/1.png")),
        ORDER,
    )
    assert (article.image_url, article.image_credit) == ("https://gazette.example/1.png", None)


def test_edits_do_not_make_an_article_younger() -> None:
    """The earliest publication and the latest update count."""
    early, late = SLOT - hours(9), SLOT - hours(1)
    edited, first = seen("main", published_at=late, updated_at=early), seen("blog", published_at=early, updated_at=late)
    article = merge(article_record(edited, first), ORDER)
    assert (article.published_at, article.updated_at, article.dated) == (early, late, True)


def test_a_thread_under_the_same_address_says_nothing_of_the_article() -> None:
    """Its comments count, its title and date do not."""
    thread = seen("forum", role=Role.DISCUSSION, title="Dialogue", published_at=SLOT - hours(40), author="Talker")
    article = merge(article_record(thread, seen("main"), readings=(reading(comments=7, source="forum"),)), ORDER)
    assert (article.title, article.author, article.dated, article.sources) == ("As main says", None, False, ("main",))
    assert count_at_slot(article.readings, SLOT, lambda counters: counters.comments) == Count(value=7, taken_at=SLOT)


def views(*readings: Reading) -> Count | None:
    """What the views stood at by the slot."""
    return count_at_slot(readings, SLOT, lambda counters: counters.views)


def test_readings_taken_by_the_slot_decide() -> None:
    """The latest one at the slot or before it; what readers did after it is another day's."""
    before, at, after = (reading(count, at=SLOT + hours(hour)) for count, hour in ((5, -2), (9, 0), (50, 1)))
    assert views(before, at, after) == Count(value=9, taken_at=SLOT)
    assert views(after, before) == Count(value=5, taken_at=SLOT - hours(2))


def test_without_one_the_earliest_later_reading_counts_at_its_own_time() -> None:
    """So yesterday's issue can be made again."""
    early, late = (reading(count, at=SLOT + hours(hour)) for count, hour in ((70, 5), (90, 8)))
    assert views(late, early) == Count(value=70, taken_at=SLOT + hours(5))


def test_a_counter_that_fell_keeps_its_maximum() -> None:
    """A cache that was emptied takes no readers away; the count is as old as the last look at it."""
    assert views(reading(80, at=SLOT - hours(3)), reading(2, at=SLOT - hours(1))) == Count(
        value=80, taken_at=SLOT - hours(1)
    )


def test_of_several_sources_the_one_that_counted_most_is_believed() -> None:
    """Counters of two places are never added up."""
    ours, theirs = reading(40, at=SLOT - hours(1)), reading(60, at=SLOT - hours(2), source="database")
    assert views(ours, theirs) == Count(value=60, taken_at=SLOT - hours(2))


def test_unknown_is_not_zero() -> None:
    """A reading that does not tell the counter is no reading of it; one that says zero is."""
    assert views() is None
    assert views(reading(comments=3)) is None
    assert views(reading(0), reading(comments=3, at=SLOT - hours(1))) == Count(value=0, taken_at=SLOT)
    assert views(Reading(source="x", taken_at=SLOT, counters=Counters())) is None


@given(VISITS, st.randoms())
def test_the_order_of_readings_makes_no_difference(readings: list[Reading], chance: Any) -> None:
    """What a counter stood at is one of the values read, whatever order the store gives them in."""
    shuffled = list(readings)
    chance.shuffle(shuffled)
    standing = views(*readings)
    assert views(*shuffled) == standing
    assert standing is None or standing.value in {one.counters.views for one in readings}


@given(VISITS, st.integers(1, 100))
def test_later_readings_never_lower_a_counter(readings: list[Reading], fewer: int) -> None:
    """A further visit by the slot that shows less changes no count."""
    by_slot = [one for one in readings if one.taken_at <= SLOT - hours(1)]
    if standing := views(*by_slot):
        later = reading(max(standing.value - fewer, 0), at=SLOT - timedelta(minutes=1), source=by_slot[0].source)
        again = views(*by_slot, later)
        assert again is not None
        assert again.value == standing.value

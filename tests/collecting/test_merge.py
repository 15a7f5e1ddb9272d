"""Merging the sightings of several sources into one article, and its counters at the slot."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collecting.merge import added_article, merge
from digest.model.articles import Article, ArticleRecord, Count, Counters, Reading, Role
from digest.model.overrides import Override, OverrideKind
from digest.ranking.counters_at_slot import count_at_slot
from tests.support.articles import article_record, hours, reading, seen
from tests.support.issues import SLOT

ORDER = {"main": 0, "database": 1, "blog": 2}
TEXTS = st.one_of(st.none(), st.sampled_from(["one", "two", "three"]))
MOMENTS = st.one_of(st.none(), st.integers(-48, 12).map(lambda number: SLOT + hours(number)))
COUNTS = st.one_of(st.none(), st.integers(0, 1000))
SIGHTINGS = st.fixed_dictionaries(
    {
        "url": st.sampled_from(["https://gazette.example/1", "http://www.gazette.example/1/"]),
        "published_at": MOMENTS,
        **dict.fromkeys(("summary", "image_url", "image_credit", "section", "author", "language"), TEXTS),
    }
)
READINGS = st.builds(
    lambda source, at, views, comments: reading(views, comments, at=SLOT + hours(at), source=source),
    st.sampled_from(["main", "database", "forum"]),
    st.integers(-24, 6),
    COUNTS,
    COUNTS,
)
VISITS = st.lists(READINGS, max_size=6, unique_by=lambda one: (one.source, one.taken_at))  # a source is visited once
RECORDS = st.builds(
    lambda by_source, readings: article_record(
        *(seen(name, **words) for name, words in by_source.items()), readings=readings
    ),
    st.dictionaries(st.sampled_from(["main", "database", "blog", "unknown"]), SIGHTINGS, min_size=1),
    VISITS.map(tuple),
)


@given(RECORDS, st.randoms())
def test_merge_any_order_of_sightings_gives_the_same_article(record: ArticleRecord, chance: Any) -> None:
    """Sources are visited concurrently, and the first response has no advantage."""
    sightings, readings = list(record.sightings), list(record.readings)
    chance.shuffle(sightings)
    chance.shuffle(readings)
    shuffled = article_record(*sightings, readings=tuple(readings))
    assert merge(shuffled, ORDER) == merge(record, ORDER)


@given(RECORDS)
def test_merge_merged_article_is_unchanged(record: ArticleRecord) -> None:
    """A single source with all the fields gives the same article."""
    article = merge(record, ORDER)
    words = {name: getattr(article, name) for name in ("url", "title", "summary", "image_url", "image_credit")}
    words |= {name: getattr(article, name) for name in ("section", "author", "language")}
    published = article.published_at if article.dated else None
    again = merge(article_record(seen("main", published_at=published, **words), readings=article.readings), ORDER)
    assert _without_sources(again) == _without_sources(article)


def _without_sources(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in article.__dataclass_fields__ if name != "sources"}


@given(RECORDS)
def test_merge_any_record_invents_nothing(record: ArticleRecord) -> None:
    """Every field comes from a source; what no source has stays unknown; the earliest date counts."""
    article = merge(record, ORDER)
    for name in ("url", "title", "summary", "image_url", "section", "author", "language"):
        said = {getattr(sighting, name) for sighting in record.sightings} - {None}
        assert getattr(article, name) in (said or {None})
    dates = {sighting.published_at for sighting in record.sightings} - {None}
    assert article.published_at == (min(dates) if dates else record.first_seen_at)  # type: ignore[type-var]
    assert article.dated == bool(dates)
    assert set(article.sources) == {sighting.source for sighting in record.sightings}


def test_merge_first_source_of_the_configuration_has_priority() -> None:
    """A field that it lacks comes from the next one; a source that is no longer configured comes last."""
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


def test_merge_image_keeps_its_own_credit() -> None:
    """The credit of one source's image is never shown with another's."""
    article = merge(
        article_record(seen("main", image_credit="Nobody's"), seen("blog", image_url="https://gazette.example/1.png")),
        ORDER,
    )
    assert (article.image_url, article.image_credit) == ("https://gazette.example/1.png", None)


@pytest.mark.parametrize(
    "other",
    [
        *("https://m.gazette.example/1", "https://www.amp.gazette.example/1", "https://gazette.example/amp/1"),
        *("https://gazette.example/1/amp/", "https://gazette.example/1.amp", "https://gazette.example/1?amp=1"),
    ],
)
def test_merge_address_of_the_whole_page_comes_before_that_of_a_mobile_or_amp_page(other: str) -> None:
    """Readers at a desk have the page for them; without another address they have that one."""
    page = "https://www.gazette.example/1"
    assert merge(article_record(seen("main", url=other), seen("blog", url=page)), ORDER).url == page
    assert merge(article_record(seen("main", url=other)), ORDER).url == other
    champ = "https://gazette.example/champ?ampere=1"
    record = article_record(seen("main", url=champ), seen("blog", url=page), key="gazette.example/champ?ampere=1")
    assert merge(record, ORDER).url == champ


def test_merge_address_of_a_moved_article_is_that_of_the_source_that_lists_it_there() -> None:
    """A source that still lists the former address may come first in the configuration."""
    record = article_record(seen("main", url="https://gazette.example/old"), seen("blog"))
    assert merge(record, ORDER).url == "https://gazette.example/1"


def test_merge_image_in_avif_gives_way_to_that_of_another_source() -> None:
    """Many mail apps do not show it."""
    avif, usual = "https://gazette.example/1.avif", "https://gazette.example/1.jpg"
    record = article_record(seen("main", image_url=avif), seen("blog", image_url=usual, image_width=800))
    assert (merge(record, ORDER).image_url, merge(record, ORDER).image_width) == (usual, 800)
    assert merge(article_record(seen("main", image_url=avif)), ORDER).image_url == avif


def test_merge_image_keeps_its_own_size() -> None:
    """The size that a source states is that of its own image, whoever else names that image."""
    url = "https://gazette.example/1.png"
    other = seen("main", image_width=64, image_height=64)
    sized = seen("gone", image_url=url, image_width=800, image_height=450)
    article = merge(article_record(other, seen("blog", image_url=url), sized), ORDER)
    assert (article.image_width, article.image_height) == (800, 450)
    unsized = merge(article_record(other, seen("blog", image_url=url)), ORDER)
    assert (unsized.image_width, unsized.image_height) == (None, None)


def test_merge_image_without_a_stated_size_has_that_in_its_name() -> None:
    """As of a page or a JSON API; what a source states counts more."""
    copy = "https://gazette.example/quay-150x100.jpg"
    named = merge(article_record(seen("main", image_url=copy)), ORDER)
    assert (named.image_width, named.image_height) == (150, 100)
    stated = merge(article_record(seen("main", image_url=copy, image_width=300, image_height=200)), ORDER)
    assert (stated.image_width, stated.image_height) == (300, 200)


def test_merge_later_dates_do_not_make_an_article_newer() -> None:
    """The earliest publication counts."""
    early, late = SLOT - hours(9), SLOT - hours(1)
    edited, first = seen("main", published_at=late), seen("blog", published_at=early)
    article = merge(article_record(edited, first), ORDER)
    assert (article.published_at, article.dated) == (early, True)


def test_merge_thread_with_the_same_url_adds_only_comments() -> None:
    """Its comments count, its title and date do not."""
    thread = seen("forum", role=Role.DISCUSSION, title="Dialogue", published_at=SLOT - hours(40), author="Talker")
    article = merge(article_record(thread, seen("main"), readings=(reading(comments=7, source="forum"),)), ORDER)
    assert (article.title, article.author, article.dated, article.sources) == ("As main says", None, False, ("main",))
    assert count_at_slot(article.readings, SLOT, lambda counters: counters.comments) == Count(value=7, taken_at=SLOT)


def views(*readings: Reading) -> Count | None:
    """Return the views at the slot."""
    return count_at_slot(readings, SLOT, lambda counters: counters.views)


def test_counters_at_slot_uses_the_latest_reading_before_it() -> None:
    """Readings after the slot belong to the next day."""
    before, at, after = (reading(count, at=SLOT + hours(hour)) for count, hour in ((5, -2), (9, 0), (50, 1)))
    assert views(before, at, after) == Count(value=9, taken_at=SLOT)
    assert views(after, before) == Count(value=5, taken_at=SLOT - hours(2))


def test_counters_at_slot_without_earlier_reading_uses_the_next() -> None:
    """It counts at its own time, so yesterday's issue can be made again."""
    early, late = (reading(count, at=SLOT + hours(hour)) for count, hour in ((70, 5), (90, 8)))
    assert views(late, early) == Count(value=70, taken_at=SLOT + hours(5))


def test_counters_at_slot_falling_counter_keeps_its_maximum() -> None:
    """An emptied cache takes no readers away; the count is as old as the latest reading."""
    assert views(reading(80, at=SLOT - hours(3)), reading(2, at=SLOT - hours(1))) == Count(
        value=80, taken_at=SLOT - hours(1)
    )


def test_counters_at_slot_of_several_sources_is_the_largest() -> None:
    """Counters of two sources are never added up."""
    ours, theirs = reading(40, at=SLOT - hours(1)), reading(60, at=SLOT - hours(2), source="database")
    assert views(ours, theirs) == Count(value=60, taken_at=SLOT - hours(2))


def test_counters_at_slot_unknown_is_not_zero() -> None:
    """A reading without the counter is no reading of it; one with zero is."""
    assert views() is None
    assert views(reading(comments=3)) is None
    assert views(reading(0), reading(comments=3, at=SLOT - hours(1))) == Count(value=0, taken_at=SLOT)
    assert views(Reading(source="x", taken_at=SLOT, counters=Counters())) is None


@given(VISITS, st.randoms())
def test_counters_at_slot_any_order_of_readings_gives_one_of_their_values(readings: list[Reading], chance: Any) -> None:
    """The result is a value that was read, whatever order the store returns them in."""
    shuffled = list(readings)
    chance.shuffle(shuffled)
    counter = views(*readings)
    assert views(*shuffled) == counter
    assert counter is None or counter.value in {one.counters.views for one in readings}


@given(VISITS, st.integers(1, 100))
def test_counters_at_slot_later_smaller_reading_changes_nothing(readings: list[Reading], fewer: int) -> None:
    """A further visit before the slot with a smaller counter changes no count."""
    by_slot = [one for one in readings if one.taken_at <= SLOT - hours(1)]
    if counter := views(*by_slot):
        later = reading(max(counter.value - fewer, 0), at=SLOT - timedelta(minutes=1), source=by_slot[0].source)
        again = views(*by_slot, later)
        assert again is not None
        assert again.value == counter.value


def test_merge_hour_is_known_where_the_earliest_date_has_one() -> None:
    """A source that states the day alone dates the article later than one that states the hour."""
    exact = seen("main", published_at=SLOT)
    day = seen("database", published_at=SLOT + hours(1), day_only=True)
    assert not merge(article_record(exact, day), ORDER).day_only
    assert merge(article_record(day), ORDER).day_only


def test_added_article_is_its_address_until_somebody_gives_it_a_title() -> None:
    """No source says when it was published, and it is never shown without a link."""
    address = "https://gazette.example/added"
    added = added_article(Override(key="added", kind=OverrideKind.ADD, value=address, by="ada", at=SLOT))
    assert (added.url, added.title, added.published_at, added.dated) == (address, address, SLOT, False)

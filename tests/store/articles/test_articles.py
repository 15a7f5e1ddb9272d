"""Articles: each source's latest sighting, every reading, and the window of an article."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from digest.model.articles import (
    ArticleRecord,
    Collected,
    Counters,
    Reading,
    Role,
    SourceReport,
    Validators,
    Visit,
    Window,
)
from digest.store.articles.article_keys import article_key
from digest.store.articles.articles import Articles
from digest.store.engine.database import Database
from tests.support.store import NOW, WINDOW, minutes, seen, thread, visit

VALID = Validators(url="https://gazette.example/rss", etag='"1"', last_modified="Thu, 01 Oct 2026 03:00:00 GMT")


def _only(articles: Articles) -> ArticleRecord:
    (found,) = articles.records(WINDOW)
    return found


def test_record_full_sighting_is_read_back(articles: Articles) -> None:
    """All fields of a sighting are stored, with its counters; only new articles are counted."""
    full = seen(
        1,
        summary="Ships sail again.",
        image_url="https://gazette.example/1.jpg",
        image_width=1200,
        image_height=675,
        image_credit="Anna",
        section="Port",
        author="Ben",
        language="en",
        updated_at=NOW - minutes(5),
        counters=Counters(views=1841, comments=0, rating=-3),
    )
    assert articles.record(visit(full, seen(2))) == 2
    assert articles.record(visit(full, seen(2), seen(3), at=NOW)) == 1
    first, second, _third = articles.records(WINDOW)
    assert first == ArticleRecord(
        key="gazette.example/1",
        first_seen_at=NOW,
        sightings=(full,),
        readings=(Reading(source="main", taken_at=NOW, counters=full.counters),),
    )
    assert second.readings == ()


def test_record_changed_sighting_replaces_fields_and_adds_a_reading(articles: Articles) -> None:
    """A changed title replaces the old one; the readings are appended."""
    articles.record(visit(seen(1, counters=Counters(views=1))))
    later = NOW + minutes(15)
    articles.record(visit(seen(1, at=later, title="New title", counters=Counters(views=5)), at=later))
    found = _only(articles)
    assert [one.title for one in found.sightings] == ["New title"]
    assert [one.counters.views for one in found.readings] == [1, 5]
    assert found.first_seen_at == NOW


def test_record_sighting_whose_page_was_not_read_keeps_what_the_page_said(articles: Articles) -> None:
    """Under cron a visit reads a part of the pages only; what the source says itself is new."""
    picture = {"image_url": "https://gazette.example/1.jpg", "image_width": 1200, "image_height": 630}
    said: dict[str, Any] = {
        "summary": "What the page says.",
        "author": "Anna",
        "section": "Port",
        "image_credit": "Press",
        **picture,
    }
    articles.record(visit(seen(1, title="Old", **said)))
    later = NOW + minutes(15)
    articles.record(visit(seen(1, at=later, title="New", page_unread=True), at=later))
    found = _only(articles).sightings[0]
    assert {name: getattr(found, name) for name in said} == said
    assert found.title == "New"


@pytest.mark.parametrize(("picture", "size"), [("1", (1200, 630)), ("2", (None, None))])
def test_record_sighting_whose_page_was_not_read_keeps_the_size_of_the_same_picture(
    articles: Articles, picture: str, size: tuple[int | None, int | None]
) -> None:
    """Another picture of the source has another size."""
    url = "https://gazette.example/{}.jpg".format
    articles.record(visit(seen(1, image_url=url("1"), image_width=1200, image_height=630)))
    later = NOW + minutes(15)
    articles.record(visit(seen(1, at=later, image_url=url(picture), page_unread=True), at=later))
    found = _only(articles).sightings[0]
    assert (found.image_url, found.image_width, found.image_height) == (url(picture), *size)


def test_record_sighting_whose_page_was_read_replaces_all_of_it(articles: Articles) -> None:
    """An article that lost its picture has none, also beside one whose page was not read."""
    articles.record(visit(*(seen(number, image_url=f"https://gazette.example/{number}.jpg") for number in (1, 2, 3))))
    later = NOW + minutes(15)
    articles.record(visit(*(seen(number, at=later, page_unread=number == 2) for number in (1, 2, 3)), at=later))
    pictures = {one.sightings[0].url: one.sightings[0].image_url for one in articles.records(WINDOW)}
    assert [url for url in pictures.values() if url] == ["https://gazette.example/2.jpg"]


def test_record_older_visit_stored_later_changes_no_field(articles: Articles) -> None:
    """A visit that was made earlier and stored later does not restore the old fields."""
    later = NOW + minutes(15)
    fresh = Validators(url=VALID.url, etag='"2"')
    articles.record(visit(seen(1, at=later, title="New"), at=later, validators=fresh))
    articles.record(visit(seen(1, title="Old", counters=Counters(views=1)), validators=VALID))
    found = _only(articles)
    assert found.sightings[0].title == "New"
    assert [one.taken_at for one in found.readings] == [NOW]
    assert articles.validators() == {"main": fresh}


def test_record_same_visit_twice_changes_nothing(articles: Articles) -> None:
    """A reading is never counted twice, nor changed."""
    articles.record(visit(seen(1, counters=Counters(views=1))))
    articles.record(visit(seen(1, counters=Counters(views=9))))
    assert [one.counters.views for one in _only(articles).readings] == [1]


def test_record_equivalent_urls_of_two_sources_are_one_article(articles: Articles) -> None:
    """URLs with one key lead to one article; each source keeps its own fields and readings."""
    other = replace(seen(1, source="db", title="DB"), url="http://www.gazette.example/1/?utm_source=x#top")
    reports = tuple(
        SourceReport(source=one.source, visit=Visit(sightings=(replace(one, counters=Counters(views=views)),)))
        for views, one in enumerate((seen(1), other))
    )
    assert articles.record(Collected(taken_at=NOW, reports=reports)) == 1
    found = _only(articles)
    assert [(one.source, one.title) for one in found.sightings] == [("db", "DB"), ("main", "Article 1")]
    assert [(one.source, one.counters.views) for one in found.readings] == [("db", 1), ("main", 0)]


def test_record_article_twice_in_one_visit_keeps_the_first(articles: Articles) -> None:
    """The first item counts, with its own counters."""
    articles.record(visit(seen(1, counters=Counters(views=1)), seen(1, title="Again", counters=Counters(views=2))))
    (word,) = _only(articles).sightings
    assert (word.title, word.counters.views) == ("Article 1", 1)


def test_record_unchanged_visit_repeats_the_latest_counters(articles: Articles) -> None:
    """Not modified means that the counters of the last full response are valid now; those of older ones are not."""
    articles.record(visit(seen(9, at=NOW - minutes(15), counters=Counters(views=7)), at=NOW - minutes(15)))
    articles.record(visit(seen(1, counters=Counters(views=3)), seen(2), validators=VALID))
    for turn in (1, 2):
        articles.record(visit(at=NOW + minutes(15 * turn), unchanged=True))
    first, second, old = articles.records(WINDOW)
    assert [(one.taken_at - NOW, one.counters.views) for one in first.readings] == [
        (minutes(0), 3),
        (minutes(15), 3),
        (minutes(30), 3),
    ]
    assert second.readings == ()
    assert [one.sightings[0].taken_at for one in (first, second)] == [NOW + minutes(30)] * 2
    assert first.sightings[0].counters.views == 3
    assert len(old.readings) == 1
    assert articles.validators() == {"main": VALID}


def test_record_late_unchanged_visit_moves_no_sighting_back(articles: Articles) -> None:
    """The late report of an earlier visit changes no later sighting, nor an article of another source."""
    articles.record(visit(seen(1, counters=Counters(views=3))))
    articles.record(visit(at=NOW - minutes(15), unchanged=True))
    articles.record(visit(at=NOW + minutes(15), source="other", unchanged=True))
    found = _only(articles)
    assert len(found.readings) == 1
    assert found.sightings[0].taken_at == NOW


def test_record_failed_visit_changes_nothing(articles: Articles) -> None:
    """A source that failed is as it was."""
    articles.record(visit(seen(1, counters=Counters(views=3)), validators=VALID))
    failed = SourceReport(source="main", visit=Visit(sightings=(seen(2),)), error="timed out")
    assert articles.record(Collected(taken_at=NOW + minutes(15), reports=(failed,))) == 0
    articles.record(visit(at=NOW + minutes(30), unchanged=True))
    assert len(_only(articles).readings) == 2
    assert articles.validators() == {"main": VALID}


def test_record_response_without_validators_removes_the_old_ones(articles: Articles) -> None:
    """They belong to an earlier response; an unchanged response may bring new ones."""
    articles.record(visit(seen(1), validators=VALID))
    newer = Validators(url=VALID.url, etag='"2"')
    articles.record(visit(at=NOW + minutes(1), unchanged=True, validators=newer))
    assert articles.validators() == {"main": newer}
    articles.record(visit(seen(1, at=NOW + minutes(2)), at=NOW + minutes(2)))
    assert articles.validators() == {}


def test_articles_in_window_is_half_open(articles: Articles) -> None:
    """The start belongs to the window and the end to the next; an undated article counts from its first sighting."""
    moments = [WINDOW.start, WINDOW.end - timedelta(microseconds=1), WINDOW.end, WINDOW.start - minutes(1)]
    articles.record(visit(*(seen(number, published_at=moment) for number, moment in enumerate(moments))))
    undated = NOW - minutes(1)
    articles.record(visit(seen(7, at=undated, published_at=None), at=undated, source="main"))
    articles.record(visit(seen(8, published_at=None)))
    assert [one.key[-1] for one in articles.records(WINDOW)] == ["0", "1", "7"]
    later = Window(start=WINDOW.end, end=WINDOW.end + minutes(60))
    assert [one.key[-1] for one in articles.records(later)] == ["2", "8"]


def test_published_date_of_changed_sightings_is_the_earliest(articles: Articles) -> None:
    """A later date is an edit, and a missing one changes nothing; another source may state an earlier one."""
    articles.record(visit(seen(1)))
    articles.record(visit(seen(1, at=NOW + minutes(1), published_at=NOW + minutes(1)), at=NOW + minutes(1)))
    articles.record(visit(seen(1, at=NOW + minutes(2), published_at=None), at=NOW + minutes(2)))
    assert _only(articles).sightings[0].published_at == NOW - minutes(120)
    early = WINDOW.start - minutes(1)
    articles.record(visit(seen(1, source="db", published_at=early), source="db"))
    assert articles.records(WINDOW) == []
    assert len(articles.records(Window(start=early, end=WINDOW.start))) == 1


def test_thread_in_window_is_dated_by_its_last_comment(articles: Articles) -> None:
    """A thread's date changes with its comments, and does not affect the article's own date."""
    day = timedelta(days=1)
    articles.record(visit(seen(1), thread(1, 4), thread(2, 2)))
    moved = replace(thread(2, 5, at=NOW + day), published_at=NOW + day - minutes(5))
    listed_still = replace(thread(1, 4), taken_at=NOW + day)
    articles.record(visit(moved, listed_still, at=NOW + day, source="forum"))
    assert [one.key[-1] for one in articles.records(WINDOW)] == ["1"]
    assert [one.key[-1] for one in articles.records(WINDOW, Role.DISCUSSION)] == ["1"]
    (found,) = articles.records(Window(start=WINDOW.end, end=WINDOW.end + day), Role.DISCUSSION)
    assert [one.counters.comments for one in found.readings] == [2, 5]


def test_thread_that_its_source_lists_no_longer_is_not_shown(articles: Articles) -> None:
    """A removed thread, or a row of a wrong selector; an unchanged or a failed visit removes none."""

    def shown() -> list[str]:
        return [one.key[-1] for one in articles.records(WINDOW, Role.DISCUSSION)]

    articles.record(visit(thread(1, 4), thread(2, 2), source="forum", validators=VALID))
    articles.record(visit(at=NOW + minutes(5), source="forum", unchanged=True))
    failed = SourceReport(source="forum", error="cannot be reached")
    articles.record(Collected(taken_at=NOW + minutes(6), reports=(failed,)))
    assert shown() == ["1", "2"]
    articles.record(visit(thread(2, 3, at=NOW + minutes(10)), at=NOW + minutes(10), source="forum"))
    assert shown() == ["2"]
    assert articles.field_counts(WINDOW, Role.DISCUSSION)["forum"].items == 2  # what past days are compared by
    articles.record(
        visit(*(thread(one, 5, at=NOW + minutes(15)) for one in (1, 2)), at=NOW + minutes(15), source="forum")
    )
    assert shown() == ["1", "2"]


def test_record_out_of_range_values_do_not_stop_the_others(articles: Articles) -> None:
    """Counters beyond 64 bits, dates beyond the calendar and very long URLs leave the visit whole."""
    far = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    bad = seen(1, published_at=far, updated_at=far, counters=Counters(views=2**63, comments=2**63 - 1))
    endless = [replace(seen(2), url=f"https://gazette.example/{'ж' * 1_900}{end}") for end in "12"]
    assert articles.record(visit(bad, *endless, seen(3))) == 4
    found = {one.key: one for one in articles.records(replace(WINDOW, end=NOW + minutes(1)))}
    assert found["gazette.example/1"].readings[0].counters == Counters(comments=2**63 - 1)
    assert found["gazette.example/1"].sightings[0].published_at is None
    assert {article_key(one.url) for one in endless} < set(found)


def test_articles_in_window_over_a_thousand_take_three_queries(articles: Articles, database: Database) -> None:
    """Reading takes three queries for any number of articles, and returns all of them in order."""
    many = [seen(number, counters=Counters(views=number)) for number in range(1_100)]  # a statement lists 500
    assert articles.record(visit(*many)) == 1_100
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    found = articles.records(WINDOW)
    event.remove(Engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.startswith("SELECT")]) == 3
    assert [one.key for one in found] == sorted(f"gazette.example/{number}" for number in range(1_100))
    assert all(one.readings[0].counters.views == int(one.key.rpartition("/")[2]) for one in found)


def test_record_moment_of_another_zone_is_the_same_instant(articles: Articles) -> None:
    """A date with an offset is compared as the instant that it is."""
    moscow = timezone(timedelta(hours=3))
    articles.record(visit(seen(1, published_at=WINDOW.start.astimezone(moscow))))
    (word,) = _only(articles).sightings
    assert word.published_at == WINDOW.start
    assert word.published_at is not None
    assert word.published_at.tzinfo is UTC


def test_field_counts_are_of_the_role_that_is_asked_for(database: Database) -> None:
    """A source that lists threads is not counted among those of articles, nor one that only counts them."""
    articles = Articles(database)
    articles.record(visit(seen(1, summary="short"), seen(2)))
    articles.record(visit(thread(1, 5), source="forum"))
    counter = seen(1, source="stats", role=Role.COUNTERS, counters=Counters(views=7))
    articles.record(visit(counter, source="stats"))
    window = Window(start=NOW - timedelta(days=1), end=NOW + timedelta(days=1))
    found = articles.field_counts(window)
    assert {source: counts.items for source, counts in found.items()} == {"main": 2}
    assert (found["main"].known["summary"], found["main"].known["views"]) == (1, 0)
    threads = articles.field_counts(window, Role.DISCUSSION)
    assert {source: (counts.items, counts.known["comments"]) for source, counts in threads.items()} == {"forum": (1, 1)}


def test_article_key_of_a_long_url_is_shortened_and_stays_its_own() -> None:
    """To 2,400 bytes, which indexes can hold; one that is as long as that stays as it is."""
    start = "gazette.example/"
    longest = start + "a" * (2_400 - len(start))
    assert article_key(f"https://{longest}") == longest
    longer = [article_key(f"https://{longest}{end}") for end in "bc"] + [article_key(f"https://{longest}", "item")]
    assert len(set(longer)) == 3
    assert {len(one) for one in longer} == {2_400}
    assert all(one.startswith(longest[:2_335]) for one in longer)
    assert article_key(f"https://{start}{'%D1%8F' * 600}").isprintable()


def test_last_listings_are_those_of_dated_articles_beside_the_latest_answer(articles: Articles) -> None:
    """Threads, days without an hour and what was published earlier are left out."""
    later, since = NOW + minutes(15), NOW - minutes(180)
    others = seen(3, day_only=True), seen(4, published_at=None), seen(5, published_at=since - minutes(1))
    articles.record(visit(seen(1), seen(2), *others))
    articles.record(visit(thread(6, comments=1), source="forum"))
    articles.record(visit(seen(1, at=later), at=later))
    found = sorted((one.key, one.source, one.taken_at, one.visited_at) for one in articles.last_listings(since))
    assert found == [("gazette.example/1", "main", later, later), ("gazette.example/2", "main", NOW, later)]

"""Articles: each source's latest word, every reading, and the window that an article belongs to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

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
from digest.store.articles import Articles, article_key
from digest.store.database import Database
from tests.support.store import NOW, WINDOW, minutes, seen, thread, visit

VALID = Validators(url="https://gazette.example/rss", etag='"1"', last_modified="Thu, 01 Oct 2026 03:00:00 GMT")


@pytest.fixture
def articles(database: Database) -> Articles:
    """The articles of an empty database."""
    return Articles(database)


def _only(articles: Articles, window: Window = WINDOW) -> ArticleRecord:
    (told,) = articles.records(window)
    return told


def test_everything_told_comes_back(articles: Articles) -> None:
    """All words of a sighting are kept, its counters too; only new articles are counted."""
    full = seen(
        1,
        summary="Ships sail again.",
        image_url="https://gazette.example/1.jpg",
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


def test_the_latest_word_stands_and_every_reading(articles: Articles) -> None:
    """A changed title replaces the old one; the readings are appended."""
    articles.record(visit(seen(1, counters=Counters(views=1))))
    later = NOW + minutes(15)
    articles.record(visit(seen(1, at=later, title="New title", counters=Counters(views=5)), at=later))
    told = _only(articles)
    assert [one.title for one in told.sightings] == ["New title"]
    assert [one.counters.views for one in told.readings] == [1, 5]
    assert told.first_seen_at == NOW


def test_an_older_answer_changes_nothing(articles: Articles) -> None:
    """A round that was taken earlier and stored later does not bring the old words back."""
    later = NOW + minutes(15)
    fresh = Validators(url=VALID.url, etag='"2"')
    articles.record(visit(seen(1, at=later, title="New"), at=later, validators=fresh))
    articles.record(visit(seen(1, title="Old", counters=Counters(views=1)), validators=VALID))
    told = _only(articles)
    assert told.sightings[0].title == "New"
    assert [one.taken_at for one in told.readings] == [NOW]
    assert articles.validators() == {"main": fresh}


def test_the_same_round_twice_is_the_same(articles: Articles) -> None:
    """A reading is never counted twice, nor changed."""
    articles.record(visit(seen(1, counters=Counters(views=1))))
    articles.record(visit(seen(1, counters=Counters(views=9))))
    assert [one.counters.views for one in _only(articles).readings] == [1]


def test_two_sources_tell_of_one_article(articles: Articles) -> None:
    """Addresses that mean the same meet on one article; each source keeps its own words and readings."""
    other = replace(seen(1, source="db", title="DB"), url="http://www.gazette.example/1/?utm_source=x#top")
    reports = tuple(
        SourceReport(source=one.source, visit=Visit(sightings=(replace(one, counters=Counters(views=views)),)))
        for views, one in enumerate((seen(1), other))
    )
    assert articles.record(Collected(taken_at=NOW, reports=reports)) == 1
    told = _only(articles)
    assert [(one.source, one.title) for one in told.sightings] == [("db", "DB"), ("main", "Article 1")]
    assert [(one.source, one.counters.views) for one in told.readings] == [("db", 1), ("main", 0)]


def test_an_article_twice_in_one_answer(articles: Articles) -> None:
    """The first item counts, with its own counters."""
    articles.record(visit(seen(1, counters=Counters(views=1)), seen(1, title="Again", counters=Counters(views=2))))
    (word,) = _only(articles).sightings
    assert (word.title, word.counters.views) == ("Article 1", 1)


def test_an_unchanged_visit_reads_the_counters_again(articles: Articles) -> None:
    """Not modified means that the last full answer's counters hold now, and those of older answers do not."""
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


def test_an_unchanged_visit_of_the_past_changes_nothing(articles: Articles) -> None:
    """A late report of an earlier visit moves no sighting back, and another source's articles stay out of it."""
    articles.record(visit(seen(1, counters=Counters(views=3))))
    articles.record(visit(at=NOW - minutes(15), unchanged=True))
    articles.record(visit(at=NOW + minutes(15), source="other", unchanged=True))
    told = _only(articles)
    assert len(told.readings) == 1
    assert told.sightings[0].taken_at == NOW


def test_an_error_changes_nothing(articles: Articles) -> None:
    """A source that failed is as it was."""
    articles.record(visit(seen(1, counters=Counters(views=3)), validators=VALID))
    failed = SourceReport(source="main", visit=Visit(sightings=(seen(2),)), error="timed out")
    assert articles.record(Collected(taken_at=NOW + minutes(15), reports=(failed,))) == 0
    articles.record(visit(at=NOW + minutes(30), unchanged=True))
    assert len(_only(articles).readings) == 2
    assert articles.validators() == {"main": VALID}


def test_an_answer_without_validators_voids_the_old_ones(articles: Articles) -> None:
    """What a former answer carried says nothing of the present one; an unchanged one may bring new ones."""
    articles.record(visit(seen(1), validators=VALID))
    newer = Validators(url=VALID.url, etag='"2"')
    articles.record(visit(at=NOW + minutes(1), unchanged=True, validators=newer))
    assert articles.validators() == {"main": newer}
    articles.record(visit(seen(1, at=NOW + minutes(2)), at=NOW + minutes(2)))
    assert articles.validators() == {}


def test_windows_are_half_open(articles: Articles) -> None:
    """The start belongs to the window and the end to the next; without a date our first sight decides."""
    moments = [WINDOW.start, WINDOW.end - timedelta(microseconds=1), WINDOW.end, WINDOW.start - minutes(1)]
    articles.record(visit(*(seen(number, published_at=moment) for number, moment in enumerate(moments))))
    undated = NOW - minutes(1)
    articles.record(visit(seen(7, at=undated, published_at=None), at=undated, source="main"))
    articles.record(visit(seen(8, published_at=None)))
    assert [one.key[-1] for one in articles.records(WINDOW)] == ["0", "1", "7"]
    later = Window(start=WINDOW.end, end=WINDOW.end + minutes(60))
    assert [one.key[-1] for one in articles.records(later)] == ["2", "8"]


def test_the_earliest_stated_date_counts(articles: Articles) -> None:
    """A later date is an edit, and a date that is not told any more still stands; another source may know better."""
    articles.record(visit(seen(1)))
    articles.record(visit(seen(1, at=NOW + minutes(1), published_at=NOW + minutes(1)), at=NOW + minutes(1)))
    articles.record(visit(seen(1, at=NOW + minutes(2), published_at=None), at=NOW + minutes(2)))
    assert _only(articles).sightings[0].published_at == NOW - minutes(120)
    early = WINDOW.start - minutes(1)
    articles.record(visit(seen(1, source="db", published_at=early), source="db"))
    assert articles.records(WINDOW) == []
    assert len(articles.records(Window(start=early, end=WINDOW.start))) == 1


def test_threads_go_by_their_last_comment(articles: Articles) -> None:
    """A thread's date moves on with its comments, and says nothing about the article's own date."""
    day = timedelta(days=1)
    articles.record(visit(seen(1), thread(1, 4), thread(2, 2)))
    moved = replace(thread(2, 5, at=NOW + day), published_at=NOW + day - minutes(5))
    articles.record(visit(moved, at=NOW + day, source="forum"))
    assert [one.key[-1] for one in articles.records(WINDOW)] == ["1"]
    assert [one.key[-1] for one in articles.records(WINDOW, Role.DISCUSSION)] == ["1"]
    (told,) = articles.records(Window(start=WINDOW.end, end=WINDOW.end + day), Role.DISCUSSION)
    assert [one.counters.comments for one in told.readings] == [2, 5]


def test_hostile_values_do_not_stop_the_others(articles: Articles) -> None:
    """Counters beyond 64 bits, dates beyond the calendar and endless addresses leave the round whole."""
    far = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    bad = seen(1, published_at=far, updated_at=far, counters=Counters(views=10**30, comments=5))
    endless = [replace(seen(2), url=f"https://gazette.example/{'ж' * 1_900}{end}") for end in "12"]
    assert articles.record(visit(bad, *endless, seen(3))) == 4
    told = {one.key: one for one in articles.records(replace(WINDOW, end=NOW + minutes(1)))}
    assert told["gazette.example/1"].readings[0].counters == Counters(comments=5)
    assert told["gazette.example/1"].sightings[0].published_at is None
    assert {article_key(one.url) for one in endless} < set(told)


def test_thousands_take_a_fixed_number_of_statements(articles: Articles, database: Database) -> None:
    """Reading costs three queries however many articles there are, and all of them come back in order."""
    many = [seen(number, counters=Counters(views=number)) for number in range(3_000)]
    assert articles.record(visit(*many)) == 3_000
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    told = articles.records(WINDOW)
    event.remove(Engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.startswith("SELECT")]) == 3
    assert [one.key for one in told] == sorted(f"gazette.example/{number}" for number in range(3_000))
    assert all(one.readings[0].counters.views == int(one.key.rpartition("/")[2]) for one in told)


def test_moments_of_other_zones_are_the_same_moment(articles: Articles) -> None:
    """A date with an offset is compared as the instant it is."""
    moscow = timezone(timedelta(hours=3))
    articles.record(visit(seen(1, published_at=WINDOW.start.astimezone(moscow))))
    (word,) = _only(articles).sightings
    assert word.published_at == WINDOW.start
    assert word.published_at is not None
    assert word.published_at.tzinfo is UTC

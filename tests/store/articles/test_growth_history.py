"""The data for growth curves: compact, of full-grown articles only, and without later readings."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from digest.model.articles import Counters
from digest.ranking.growth import GrowthHistory, learn_curves
from digest.store.articles import growth_history
from digest.store.articles.articles import Articles
from digest.store.engine.database import Database
from digest.store.tables.schema import article, reading, sighting
from tests.support.store import NOW, opened, seen, thread, visit

HOUR = timedelta(hours=1)


def read(database: Database, number: int, *, born: float, counts: dict[float, int], source: str = "main") -> None:
    """Store an article published `born` hours before now, with readings at these ages in hours."""
    published = NOW - born * HOUR
    for age, count in counts.items():
        at = published + age * HOUR
        sighting = seen(
            number, at=at, source=source, published_at=published, counters=Counters(views=count, comments=count // 10)
        )
        Articles(database).record(visit(sighting, at=at, source=source))


def of(database: Database) -> GrowthHistory:
    """The history as it is known now."""
    return Articles(database).history(NOW)


def test_growth_history_has_a_point_for_each_hour_and_the_final_count(database: Database) -> None:
    """The mean of an hour's readings at their mean age; the largest count by an age of 72 hours is the final one."""
    read(database, 1, born=100, counts={0.75: 10, 1.25: 20, 5: 50, 71: 90, 73: 500})
    (views,) = of(database).views
    assert (views.final, views.published) == (90, (NOW - 100 * HOUR).timestamp())
    assert [tuple(point) for point in views.points[:2]] == [(1, 1.0, 15.0), (5, 5.0, 50.0)]
    (comments,) = of(database).comments
    assert comments.final == 9


def test_growth_history_reading_before_publication_has_no_age(database: Database) -> None:
    """A source shows an article a second before the time that it states."""
    second = 1 / 3600
    read(database, 1, born=100, counts={-second: 10, 71: 90})
    (views,) = of(database).views
    assert [tuple(point) for point in views.points[:1]] == [(0, 0.0, 10.0)]


def test_growth_history_young_or_old_articles_are_left_out(database: Database) -> None:
    """72 hours old at the slot, and published in the sixty days before that; no threads and no undated articles."""
    for number, born in enumerate((71.9, 72, 24 * 63 - 0.1, 24 * 63)):
        read(database, number, born=born, counts={1: 10})
    Articles(database).record(visit(thread(9, 50, at=NOW - 90 * HOUR), at=NOW - 90 * HOUR, source="forum"))
    undated = seen(8, at=NOW - 90 * HOUR, published_at=None, counters=Counters(views=5))
    Articles(database).record(visit(undated, at=NOW - 90 * HOUR))
    ages = sorted((NOW.timestamp() - one.published) / 3600 for one in of(database).views)
    assert ages == pytest.approx([72, 24 * 63 - 0.1])


def test_growth_history_of_two_sources_uses_the_larger_counter(database: Database) -> None:
    """Two sources of one article give one growth."""
    read(database, 1, born=100, counts={1: 10, 5: 20})
    read(database, 1, born=100, counts={1: 100, 5: 400}, source="stats")
    (views,) = of(database).views
    assert [point.value for point in views.points[:2]] == [100, 400]


def test_growth_history_unknown_counter_has_no_growth(database: Database) -> None:
    """Comments unknown: no curve for them."""
    at = NOW - 90 * HOUR
    sighting = seen(1, at=at, published_at=at - HOUR, counters=Counters(views=5))
    Articles(database).record(visit(sighting, at=at))
    assert len(of(database).views) == 1
    assert not of(database).comments


def test_growth_history_many_articles_are_sampled(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every nth article, always the same ones."""
    monkeypatch.setattr(growth_history, "SAMPLE", 20)
    with opened(sqlite_url) as database:
        with database.write() as connection:
            for number in range(1, 101):
                born = NOW - timedelta(days=4, hours=number / 10)
                row = {"id": number, "key": f"g/{number}", "first_seen_at": born, "published_at": born}
                connection.execute(insert(article), row)
                named = {"article_id": number, "source": "main", "taken_at": born + HOUR}
                words = {"role": "articles", "url": f"https://g/{number}", "title": "A"}
                connection.execute(insert(sighting), named | words)
                connection.execute(insert(reading), named | {"views": 5})
        found = of(database).views
        assert len(found) == 20
        assert found == of(database).views
        assert learn_curves(of(database), NOW.timestamp(), 4).views.articles == 20


def test_readings_are_ordered_by_article(database: Database) -> None:
    """Article by article, with both counters; threads are left out."""
    read(database, 1, born=100, counts={1: 10, 5: 20})
    read(database, 2, born=50, counts={1: 30})
    Articles(database).record(visit(thread(9, 50)))
    found = [(row.key, row.views, row.comments) for row in Articles(database).readings()]
    assert sorted(found) == [("gazette.example/1", 10, 1), ("gazette.example/1", 20, 2), ("gazette.example/2", 30, 3)]


def test_growth_history_needs_no_function_of_a_newer_sqlite(sqlite_url: str) -> None:
    """Ubuntu 22.04 has SQLite 3.37, and unixepoch() came with 3.38."""

    def without_function(connection: sqlite3.Connection, *_: object) -> None:
        connection.create_function("unixepoch", -1, None)

    with opened(sqlite_url) as database:
        event.listen(database._engine, "checkout", without_function)
        read(database, 1, born=100, counts={1: 10, 71: 90})
        (views,) = of(database).views
    assert views.final == 90

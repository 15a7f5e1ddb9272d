"""Old readings are thinned and old articles deleted in the database; what is listed or young stays."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from digest.model.articles import Counters
from digest.ranking.thinning import Thinning
from digest.store.articles.articles import Articles
from digest.store.articles.reading_retention import ReadingRetention
from digest.store.engine.database import Database
from digest.store.tables.schema import article, reading, sighting
from tests.support.store import NOW, seen, visit

DAY = timedelta(days=1)
THINNING = Thinning(now=NOW, readings=60 * DAY, slots=[])


def record(database: Database, number: int, at: datetime, views: int, source: str = "main") -> None:
    """Store one sighting of an article with its counters."""
    counted = seen(number, at=at, source=source, published_at=at, counters=Counters(views=views))
    Articles(database).record(visit(counted, at=at, source=source))


def stored(database: Database) -> list[tuple[datetime, int]]:
    """The moment and the views of every reading."""
    with database.read() as connection:
        return [(row.taken_at, row.views) for row in connection.execute(select(reading).order_by(reading.c.taken_at))]


def rows(database: Database) -> list[int]:
    """How many articles, sightings and readings there are."""
    with database.read() as connection:
        return [connection.scalar(select(func.count()).select_from(one)) or 0 for one in (article, sighting, reading)]


def test_thin_of_two_sources_keeps_the_last_reading_of_each(database: Database) -> None:
    """Of three readings of each of two sources the last stays, and young ones stay."""
    for source in ("main", "stats"):
        for hours in (3, 2, 1):
            record(database, 1, NOW - 70 * DAY - timedelta(hours=hours), 10 - hours, source)
    record(database, 1, NOW - DAY, 20)
    record(database, 1, NOW, 21)
    assert sum(ReadingRetention(database).thin(THINNING)) == 4
    last = NOW - 70 * DAY - timedelta(hours=1)
    assert stored(database) == [(last, 9), (last, 9), (NOW - DAY, 20), (NOW, 21)]
    assert sum(ReadingRetention(database).thin(THINNING)) == 0


def test_thin_of_more_articles_than_a_batch_reaches_all(database: Database) -> None:
    """250 articles with two old readings each: all lose the first."""
    for hours in (2, 1):
        at = NOW - 70 * DAY - timedelta(hours=hours)
        sightings = [seen(number, at=at, published_at=at, counters=Counters(views=9 - hours)) for number in range(250)]
        Articles(database).record(visit(*sightings, at=at))
    assert sum(ReadingRetention(database).thin(THINNING)) == 250
    assert {views for _at, views in stored(database)} == {8}


def test_delete_articles_takes_their_sightings_and_readings(database: Database) -> None:
    """An article that nobody has listed for 400 days goes; one that a second source still lists stays."""
    record(database, 1, NOW - 401 * DAY, 5)
    record(database, 2, NOW - 401 * DAY, 6)
    record(database, 2, NOW - 399 * DAY, 7, source="other")
    record(database, 3, NOW, 8)
    assert sum(ReadingRetention(database).delete_articles(NOW - 400 * DAY)) == 1
    assert rows(database) == [2, 3, 3]
    assert sum(ReadingRetention(database).delete_articles(NOW - 400 * DAY)) == 0


def test_delete_articles_of_an_old_date_that_is_still_listed_keeps_it(database: Database) -> None:
    """What counts is when a source listed the article last, so that it does not come again as a new one."""
    Articles(database).record(visit(seen(1, at=NOW, published_at=NOW - 900 * DAY)))
    assert sum(ReadingRetention(database).delete_articles(NOW - 400 * DAY)) == 0


def test_thin_of_one_source_leaves_the_readings_of_others(database: Database) -> None:
    """Also those of the same moment, and of other articles: they are the only ones that those have."""
    old = [NOW - 70 * DAY - timedelta(hours=hours) for hours in (3, 2, 1)]
    for number, at in enumerate(old):
        record(database, 1, at, number)
    for source in ("first", "third"):
        record(database, 1, old[0], 30, source)
    record(database, 2, old[0], 31)
    assert sum(ReadingRetention(database).thin(THINNING)) == 2
    assert sorted(stored(database)) == [(old[0], 30), (old[0], 30), (old[0], 31), (old[2], 2)]

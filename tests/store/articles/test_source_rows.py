"""What a source has stored: found and deleted, and nothing else with it."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from digest.model.articles import Counters, Role, Sighting, Validators
from digest.store.articles.articles import Articles
from digest.store.articles.source_rows import SourceRows, StoredRows
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.tables.schema import article, issue_article, reading, sighting, source
from tests.support.store import LEASE, NOW, SLOT, WINDOW, frozen, minutes, seen, thread, visit

VALID = Validators(url="https://gazette.example/rss", etag='"1"')


def counted(number: int, name: str = "main", hours: float = 2) -> Sighting:
    """An article of some hours ago with a counter, which is a reading."""
    published_at = NOW - minutes(60 * hours)
    return seen(number, source=name, counters=Counters(views=number), published_at=published_at)


@pytest.fixture
def rows(database: Database) -> SourceRows:
    """Three articles of `main`, the first of which `db` knows too and dates later, and a thread of `forum`."""
    articles = Articles(database)
    articles.record(visit(counted(1), counted(2), counted(3), validators=VALID))
    articles.record(visit(counted(1, "db", hours=0.5), source="db"))
    articles.record(visit(thread(7, 5), source="forum"))
    return SourceRows(database)


def _left(database: Database) -> dict[str, int]:
    with database.read() as connection:
        counts = {table: select(func.count()).select_from(table) for table in (article, sighting, reading, source)}
        return {table.name: connection.execute(count).scalar_one() for table, count in counts.items()}


def test_find_counts_and_names_the_latest_rows(rows: SourceRows) -> None:
    """Of one source, newest first, or of one URL."""
    assert rows.names() == {"main", "db", "forum"}
    everything = rows.find("main", None, 2)
    assert (everything.articles, everything.threads, everything.readings) == (3, 0, 3)
    assert everything.latest == tuple((f"Article {one}", f"https://gazette.example/{one}") for one in (3, 2))
    one = rows.find("main", "http://www.gazette.example/2/?utm_source=x", 5)
    assert one == StoredRows(articles=1, threads=0, readings=1, latest=(("Article 2", "https://gazette.example/2"),))
    assert rows.find("forum", None, 0) == StoredRows(articles=0, threads=1, readings=1)
    assert rows.find("stranger", None, 5) == rows.find("main", "https://gazette.example/9", 5)


def test_delete_source_keeps_what_others_know(rows: SourceRows, database: Database) -> None:
    """The shared article stays with the other source's date; the source's next visit is unconditional."""
    rows.delete("main", None)
    (kept,) = Articles(database).records(WINDOW)
    assert [(one.source, one.counters.views) for one in kept.sightings] == [("db", 1)]
    assert kept.readings == tuple(one for one in kept.readings if one.source == "db")
    assert _left(database) == {"article": 2, "sighting": 2, "reading": 2, "source": 2}
    assert Articles(database).validators() == {}
    before = replace(WINDOW, end=NOW - minutes(60))
    assert Articles(database).records(before) == []  # main's date was two hours ago


def test_delete_url_keeps_the_rest_of_the_source(rows: SourceRows, database: Database) -> None:
    """Only that article goes, and the next visit stays conditional."""
    rows.delete("main", "https://gazette.example/2")
    assert [one.key[-1] for one in Articles(database).records(WINDOW)] == ["1", "3"]
    assert Articles(database).validators() == {"main": VALID}
    rows.delete("forum", "https://gazette.example/7")
    assert Articles(database).records(WINDOW, Role.DISCUSSION) == []


def test_delete_url_shared_by_items_deletes_all_of_them(rows: SourceRows, database: Database) -> None:
    """The episodes of a podcast have one URL; an address that only begins like it stays."""
    url = "https://pod.example/show"
    episodes = [replace(seen(one, source="pod"), url=url, item=f"guid {one}") for one in (1, 2)]
    others = [
        replace(seen(3, source="pod"), url=end) for end in (f"{url}s", f"{url}#!/about", "https://pod.example/SHOW")
    ]
    Articles(database).record(visit(*episodes, *others, source="pod"))
    assert rows.find("pod", url, 5).articles == 2
    rows.delete("pod", url)
    assert rows.find("pod", None, 5).articles == 3


def test_delete_counters_of_a_source_keep_the_article(rows: SourceRows, database: Database) -> None:
    """A counter source has readings only; an address that only it counted goes."""
    counters = [replace(counted(one, "matomo"), role=Role.COUNTERS, title="") for one in (1, 99)]
    Articles(database).record(visit(*counters, source="matomo"))
    assert rows.find("matomo", None, 5) == StoredRows(articles=0, threads=0, readings=2)
    before = _left(database)
    rows.delete("matomo", None)
    after = _left(database)
    assert {name: before[name] - after[name] for name in before} == {
        "article": 1,
        "sighting": 0,
        "reading": 2,
        "source": 1,
    }


def test_delete_keeps_the_rows_of_frozen_issues(rows: SourceRows, database: Database) -> None:
    """An article that was sent stays in its issue, and is not sent again when it comes back."""
    keys = ("gazette.example/2", "gazette.example/3")
    frozen(database, 1, keys=keys)
    Deliveries(database).claim(1, owner="me", now=NOW, lease=LEASE)
    rows.delete("main", None)
    with database.read() as connection:
        assert set(connection.scalars(select(issue_article.c.article))) == set(keys)
    later = replace(SLOT, day=SLOT.day.replace(day=2))
    assert set(keys) <= set(Issues(database).used_keys("daily", later))

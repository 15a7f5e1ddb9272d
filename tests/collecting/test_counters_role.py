"""Sources of counters only: they add readings to articles by URL, and make no article."""

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from digest.model.articles import Counters, Role, Sighting
from digest.store.articles.articles import Articles
from digest.store.articles.orphan_counters import KEPT
from digest.store.engine.database import Database
from digest.store.tables.schema import article, reading
from tests.support.feed_server import FeedServer
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.store import NOW, WINDOW, minutes, seen, visit


def counted(number: int, views: int, after: float = 0) -> Sighting:
    """Return the counters that analytics have of an article, some minutes after NOW."""
    return Sighting(
        source="stats",
        role=Role.COUNTERS,
        url=f"http://www.gazette.example/{number}/",
        title="",
        taken_at=NOW + minutes(after),
        counters=Counters(views=views),
    )


def rows(database: Database) -> tuple[int, int]:
    """How many addresses and readings are kept."""
    with database.read() as connection:
        tables = (article, reading)
        addresses, readings = (connection.scalar(select(func.count()).select_from(table)) for table in tables)
    return int(addresses or 0), int(readings or 0)


def test_counters_source_adds_readings_to_the_article(articles: Articles) -> None:
    """They are readings of the article that another source found, and add no other field."""
    articles.record(visit(seen(1, counters=Counters(comments=2))))
    assert articles.record(visit(counted(1, 1841), source="stats")) == 0
    (found,) = articles.records(WINDOW)
    assert [one.source for one in found.sightings] == ["main"]
    assert {(one.source, one.counters.views, one.counters.comments) for one in found.readings} == {
        ("main", None, 2),
        ("stats", 1841, None),
    }


def test_counters_source_makes_no_article(articles: Articles) -> None:
    """Analytics also count the front page and searches."""
    assert articles.record(visit(counted(1, 5), counted(2, 7), source="stats")) == 0
    assert articles.records(WINDOW) == []
    assert articles.records(WINDOW, Role.DISCUSSION) == []


def test_counters_before_the_article_are_kept_for_it(articles: Articles) -> None:
    """It has the latest reading; it is new when it is first seen, and dated by its own first sighting."""
    for turn in range(3):
        articles.record(visit(counted(1, 5 + turn, after=turn), at=NOW + minutes(turn), source="stats"))
    came = NOW + minutes(30)
    assert articles.record(visit(seen(1, at=came, published_at=None), at=came)) == 1
    (found,) = articles.records(type(WINDOW)(start=came, end=came + minutes(1)))
    assert found.first_seen_at == came
    assert [(one.taken_at, one.counters.views) for one in found.readings] == [(NOW + minutes(2), 7)]
    articles.record(visit(counted(1, 9, after=45), at=NOW + minutes(45), source="stats"))
    (found,) = articles.records(type(WINDOW)(start=came, end=came + minutes(1)))
    assert [one.counters.views for one in found.readings] == [7, 9]


def test_counters_of_an_unknown_url_are_deleted_after_a_week(articles: Articles, database: Database) -> None:
    """Readings of URLs without an article do not pile up; those of an article are kept."""
    articles.record(visit(seen(1, published_at=None), seen(2)))
    for turn in range(3):
        known = [counted(number, turn + 1, after=turn) for number in (1, 3, 4)]
        articles.record(visit(*known, at=NOW + minutes(turn), source="stats"))
    assert rows(database) == (4, 3 + 2)
    for number, later in ((4, KEPT - timedelta(minutes=5)), (2, KEPT + timedelta(minutes=5))):
        last = counted(number, 8, after=later / timedelta(minutes=1))
        articles.record(visit(last, at=NOW + later, source="stats"))
    assert rows(database) == (3, 3 + 1 + 1)


def test_addresses_are_the_latest_of_the_window(articles: Articles) -> None:
    """The window's articles, the latest first, up to the limit; no threads and no URLs with counters only."""
    thread = seen(7, source="forum", role=Role.DISCUSSION)
    articles.record(visit(*(seen(number, published_at=NOW - timedelta(hours=number)) for number in (3, 1, 2, 50))))
    articles.record(visit(thread, source="forum"))
    articles.record(visit(counted(9, 1), source="stats"))
    here = "https://gazette.example"
    assert articles.addresses(WINDOW, 10) == [f"{here}/1", f"{here}/2", f"{here}/3"]
    assert articles.addresses(WINDOW, 2) == [f"{here}/1", f"{here}/2"]


SOURCES = (
    'name = "main"\nkind = "feed"\nurl = "feed.xml"',
    """name = "stats"
preset = "umami"
url = "stats.json"
with = { site = "https://stats.example", id = "7", token = "$STATS_TOKEN" }""",
)


def installed(folder: Path, *sources: str) -> Installation:
    """An installation with a feed of three articles, equally old and without counters."""
    installation = Installation(folder).configure(sources=sources)
    made = (item(number, url=f"https://gazette.example/news/{number}.html") for number in (1, 2, 3))
    installation.write("feed.xml", rss(*made).replace("<slash:comments>0</slash:comments>", ""))
    return installation


def test_rank_views_of_analytics_order_a_feed(tmp_path: Path) -> None:
    """Views by path decide the order of a feed's articles, and other pages have no effect."""
    installation = installed(tmp_path, *SOURCES)
    views = [("/", 90_000), ("/news/2.html", 1841), ("/news/1.html?utm_source=mail", 12), ("/news/3.html", 412)]
    installation.write("stats.json", json.dumps([{"x": path, "y": number} for path, number in views]))
    env = {"STATS_TOKEN": "s3cret"}
    now = SLOT + timedelta(minutes=1)
    ranked = installation.run("rank", "--date", DAY, "--json", env=env, now=now).fine().json
    assert [(one["url"][-6:], one["views"]) for one in ranked] == [("2.html", 1841), ("3.html", 412), ("1.html", 12)]
    found = installation.run("collect", "--json", env=env, now=now).fine().json
    assert [(one["source"], one["items"]) for one in found] == [("main", 3), ("stats", 4)]


def test_rank_comments_of_a_comment_service_order_a_feed(tmp_path: Path) -> None:
    """It is queried after the others about the articles that they found, and its counters decide the order."""
    with FeedServer() as server:
        server.answer("/count", "[3, 40, 17]", content_type="application/json")
        isso = f'name = "isso"\npreset = "isso"\nwith = {{ site = "{server.url("/")}" }}'
        installation = installed(tmp_path, isso, SOURCES[0])
        now = SLOT + timedelta(minutes=1)
        ranked = installation.run("rank", "--date", DAY, "--json", now=now).fine().json
        requested = json.loads(server.requests[0].body or b"")
    assert sorted(requested) == ["/news/1.html", "/news/2.html", "/news/3.html"]
    order = sorted(zip([3, 40, 17], requested, strict=True), reverse=True)
    assert [(one["comments"], one["url"].removeprefix("https://gazette.example")) for one in ranked] == order


def test_collect_failed_comment_service_is_named(tmp_path: Path) -> None:
    """The other sources count."""
    with FeedServer() as server:
        isso = f'name = "isso"\npreset = "isso"\nwith = {{ site = "{server.url("/")}" }}'
        installation = installed(tmp_path, SOURCES[0], isso)
        found = installation.run("collect", "--json", now=SLOT)
    main, failed = found.json
    assert (found.code, main["error"], main["items"]) == (1, None, 3)
    assert failed["error"].endswith("/count: the server answered 404 Not Found")

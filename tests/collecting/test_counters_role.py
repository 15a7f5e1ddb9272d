"""Counters alone: they join articles by address, make none, and wait for those that come later."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from digest.model.articles import Counters, Role, Sighting
from digest.store.articles import Articles
from digest.store.database import Database
from digest.store.orphan_counters import KEPT
from digest.store.schema import article, reading
from tests.support.feed_server import FeedServer
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.store import NOW, WINDOW, minutes, opened, seen, visit


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """An open database of each kind."""
    with opened(store_url) as database:
        yield database


@pytest.fixture
def articles(database: Database) -> Articles:
    """The articles of an empty database."""
    return Articles(database)


def counted(number: int, views: int, after: float = 0, source: str = "stats") -> Sighting:
    """What analytics say of the article of that number, so many minutes later."""
    return Sighting(
        source=source,
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


def test_counters_join_the_article(articles: Articles) -> None:
    """They are readings of the article that another source told, and no word about it."""
    articles.record(visit(seen(1, counters=Counters(comments=2))))
    assert articles.record(visit(counted(1, 1841), source="stats")) == 0
    (told,) = articles.records(WINDOW)
    assert [one.source for one in told.sightings] == ["main"]
    assert {(one.source, one.counters.views, one.counters.comments) for one in told.readings} == {
        ("main", None, 2),
        ("stats", 1841, None),
    }


def test_counters_make_no_article(articles: Articles) -> None:
    """The front page and a search for nonsense are counted too."""
    assert articles.record(visit(counted(1, 5), counted(2, 7), source="stats")) == 0
    assert articles.records(WINDOW) == []
    assert articles.records(WINDOW, Role.DISCUSSION) == []


def test_an_article_that_comes_later_has_them(articles: Articles) -> None:
    """The latest reading is waiting for it; it is new when it comes, and dated by its own first sight."""
    for turn in range(3):
        articles.record(visit(counted(1, 5 + turn, after=turn), at=NOW + minutes(turn), source="stats"))
    came = NOW + minutes(30)
    assert articles.record(visit(seen(1, at=came, published_at=None), at=came)) == 1
    (told,) = articles.records(type(WINDOW)(start=came, end=came + minutes(1)))
    assert told.first_seen_at == came
    assert [(one.taken_at, one.counters.views) for one in told.readings] == [(NOW + minutes(2), 7)]
    articles.record(visit(counted(1, 9, after=45), at=NOW + minutes(45), source="stats"))
    (told,) = articles.records(type(WINDOW)(start=came, end=came + minutes(1)))
    assert [one.counters.views for one in told.readings] == [7, 9]


def test_an_address_that_nobody_tells_is_forgotten(articles: Articles, database: Database) -> None:
    """Readings of strangers do not pile up, and go a week after the last; an article's own stay."""
    articles.record(visit(seen(1, published_at=None), seen(2)))
    for turn in range(3):
        known = [counted(number, turn + 1, after=turn) for number in (1, 3, 4)]
        articles.record(visit(*known, at=NOW + minutes(turn), source="stats"))
    assert rows(database) == (4, 3 + 2)
    for number, later in ((4, KEPT - timedelta(minutes=5)), (2, KEPT + timedelta(minutes=5))):
        last = counted(number, 8, after=later / timedelta(minutes=1))
        articles.record(visit(last, at=NOW + later, source="stats"))
    assert rows(database) == (3, 3 + 1 + 1)


def test_the_addresses_to_ask_about(articles: Articles) -> None:
    """The window's articles, the latest first, as many as wanted; no thread and nothing that is counted alone."""
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


def test_from_analytics_to_the_ranking(tmp_path: Path) -> None:
    """Views by path decide the order of a feed's articles, and the pages that are none enter nowhere."""
    installation = installed(tmp_path, *SOURCES)
    views = [("/", 90_000), ("/news/2.html", 1841), ("/news/1.html?utm_source=mail", 12), ("/news/3.html", 412)]
    installation.write("stats.json", json.dumps([{"x": path, "y": number} for path, number in views]))
    env = {"STATS_TOKEN": "s3cret"}
    now = SLOT + timedelta(minutes=1)
    ranked = installation.run("rank", "--date", DAY, "--json", env=env, now=now).fine().json
    assert [(one["url"][-6:], one["views"]) for one in ranked] == [("2.html", 1841), ("3.html", 412), ("1.html", 12)]
    told = installation.run("collect", "--json", env=env, now=now).fine().json
    assert [(one["source"], one["items"]) for one in told] == [("main", 3), ("stats", 4)]


def test_from_a_comment_service_to_the_ranking(tmp_path: Path) -> None:
    """It is asked after the others about the articles that they told, and its answer decides the order."""
    with FeedServer() as server:
        server.answer("/count", "[3, 40, 17]", content_type="application/json")
        isso = f'name = "isso"\npreset = "isso"\nwith = {{ site = "{server.url("/")}" }}'
        installation = installed(tmp_path, isso, SOURCES[0])
        now = SLOT + timedelta(minutes=1)
        ranked = installation.run("rank", "--date", DAY, "--json", now=now).fine().json
        asked = json.loads(server.asked[0].body or b"")
    assert sorted(asked) == ["/news/1.html", "/news/2.html", "/news/3.html"]
    order = sorted(zip([3, 40, 17], asked, strict=True), reverse=True)
    assert [(one["comments"], one["url"].removeprefix("https://gazette.example")) for one in ranked] == order


def test_a_comment_service_that_fails_is_named(tmp_path: Path) -> None:
    """The others count."""
    with FeedServer() as server:
        isso = f'name = "isso"\npreset = "isso"\nwith = {{ site = "{server.url("/")}" }}'
        installation = installed(tmp_path, SOURCES[0], isso)
        told = installation.run("collect", "--json", now=SLOT)
    main, failed = told.json
    assert (told.code, main["error"], main["items"]) == (1, None, 3)
    assert failed["error"].endswith("/count: the server answered 404 Not Found")

"""One day of a real outlet, read from each kind of source and sent to two hundred readers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml.html import fromstring
from sqlalchemy import BigInteger, Column, DateTime, MetaData, NullPool, Table, Text, create_engine

from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import web_url
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import Item, address, body, configuration, install, parsed, rss
from tests.support.installation import Installation
from tests.support.real_days import real_day
from tests.support.smtp_server import honest_server

pytestmark = pytest.mark.needs("corpora")

OUTLET, DAY, SLOT = "cnn", "2019-10-03", "2019-10-04"
READERS = 200
QUERY = "SELECT * FROM articles WHERE published_at >= :start AND published_at < :end ORDER BY number"
TOP = 25
EDITION = f'name = "daily"\ntop = {TOP}\nwindow = "36h"'

_metadata = MetaData()
_articles = Table(
    "articles",
    _metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("image_url", Text),
    Column("published_at", DateTime, nullable=False),
    Column("views", BigInteger),
    Column("comments", BigInteger),
)


@pytest.fixture(scope="module")
def day() -> list[Item]:
    """The articles of the day, titles and counters as the outlet had them."""
    items = real_day(OUTLET, DAY)
    assert len(items) > 60
    return items


def in_database(url: str, items: list[Item]) -> str:
    """A portal's database filled with the day, as a source."""
    engine = create_engine(url, poolclass=NullPool)
    _metadata.create_all(engine)
    rows = [
        {
            "number": number,
            "url": one.url,
            "title": one.title,
            "summary": one.summary,
            "image_url": one.image or None,
            "published_at": one.published.replace(tzinfo=None),
            "views": one.views,
            "comments": one.comments,
        }
        for number, one in enumerate(items)
    ]
    with engine.begin() as connection:
        connection.execute(_articles.insert(), rows)
    engine.dispose()
    return f'name = "main"\nkind = "sql"\nurl = "{url}"\ntimezone = "UTC"\nquery = "{QUERY}"'


@pytest.fixture(scope="module")
def feed(day: list[Item]) -> Iterator[str]:
    """The day served as RSS over HTTP, as a source."""
    with FeedServer() as server:
        yield f'name = "main"\nkind = "feed"\nurl = "{server.answer("/rss.xml", rss(day))}"'


def installed(folder: Path, source: str, *, port: int = 25, readers: int = 0) -> Installation:
    """An installation with that one source."""
    folder.mkdir(exist_ok=True)
    install(folder, configuration(source=source, port=port, zone="America/New_York", editions=[EDITION]), readers)
    return Installation(folder)


def ranking(installation: Installation) -> list[dict[str, Any]]:
    """The answer of `digest rank` for the day."""
    answer: list[dict[str, Any]] = installation.run("rank", "--json", "--date", SLOT).fine().json
    return answer


@pytest.fixture(scope="module")
def by_feed(feed: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The ranking of the day read from the feed."""
    return ranking(installed(tmp_path_factory.mktemp("feed"), feed))


def test_rank_day_of_a_real_outlet_holds_each_article_once(day: list[Item], by_feed: list[dict[str, Any]]) -> None:
    """Each article of the day once, with the outlet's counters: the selection first, then the others by score."""
    counters = {canonical_key(web_url(one.url) or ""): (one.views, one.comments) for one in reversed(day)}
    assert {canonical_key(row["url"]): (row["views"], row["comments"]) for row in by_feed} == counters
    assert [row["position"] for row in by_feed] == list(range(1, len(counters) + 1))
    scores = [row["score"] for row in by_feed]
    assert scores[0] == max(scores)
    assert scores[TOP:] == sorted(scores[TOP:], reverse=True)
    assert len(set(scores)) > len(scores) / 3
    top = {row["url"]: (row["views"] or 0) + (row["comments"] or 0) for row in by_feed}
    assert max(top.values()) in list(top.values())[:3]


def test_rank_same_day_from_each_kind_of_source_is_equal(
    day: list[Item], by_feed: list[dict[str, Any]], portal_url: str, tmp_path: Path
) -> None:
    """SQLite, PostgreSQL and MariaDB give the same articles, titles, counters and order as the feed."""
    rows = ranking(installed(tmp_path / "home", in_database(portal_url, day)))
    assert [row["url"] for row in rows] == [row["url"] for row in by_feed]
    for name in ("title", "views", "comments", "score"):
        assert [row[name] for row in rows] == [row[name] for row in by_feed], name
    # A feed's dates have no fractions of a second; the outlet's own sometimes do.
    assert [row["published_at"][:19] for row in rows] == [row["published_at"][:19] for row in by_feed]


def test_send_day_of_a_real_outlet_reaches_two_hundred_readers(
    feed: str, by_feed: list[dict[str, Any]], tmp_path: Path
) -> None:
    """The preview has no findings and names the first article; each reader has exactly one readable message."""
    with honest_server() as (port, log):
        home = installed(tmp_path / "home", feed, port=port, readers=READERS)
        answer = home.run("preview", "--json", "--date", SLOT, "-o", "day.html").fine().json
        assert {row["url"] for row in answer["articles"]} == {row["url"] for row in by_feed[:25]}
        assert [one for one in answer["findings"] if one["level"] == "error"] == []
        page = (home.folder / "day.html").read_text()
        assert log.accepted == []
        home.run("send", "--date", SLOT, "--yes").fine()
        home.run("send", "--date", SLOT, "--yes").fine()
        assert home.status()["sent"] == READERS
    assert sorted(one.recipient for one in log.accepted) == sorted(address(number) for number in range(1, READERS + 1))
    assert len(log.copies) == READERS
    shown = answer["articles"][: len(answer["articles"]) - answer["trimmed"]]
    for one in log.accepted:
        message = parsed(one.content)
        (reader,) = message["To"].addresses
        assert reader.addr_spec == one.recipient
        assert message["Subject"] == answer["subject"]
        html, plain = body(message, "html"), body(message, "plain")
        words, visible = " ".join(plain.split()), " ".join(fromstring(html).text_content().split())
        for article in shown:
            assert article["url"] in plain
            assert beginning(article["title"]) in words
            assert beginning(article["title"]) in visible
    assert beginning(shown[0]["title"]) in " ".join(fromstring(page).text_content().split())


def beginning(title: str) -> str:
    """The first words of a title: a long one is cut, and lines break anywhere."""
    return " ".join(title.split()[:6])

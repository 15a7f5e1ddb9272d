"""One text has one meaning: counters and dates are the same from every kind of source, and from the readings' CSV."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.errors import ParseError
from digest.evaluation.readings_csv import read_readings
from digest.model.articles import Visit, Window
from digest.settings.sources import FeedSettings, JsonSettings, PageSettings, SqlSettings
from digest.sources.feed.source import FeedSource
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.json_api.source import JsonSource
from digest.sources.page.source import PageSource
from digest.sources.sql.source import SqlSource

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WINDOW = Window(start=datetime(2026, 11, 25, 12, tzinfo=UTC), end=NOW)
MOSCOW = ZoneInfo("Europe/Moscow")
BASE = "https://gazette.example"
FIELDS = {"url": "u", "title": "t", "published_at": "d", "views": "v"}
GOOD_DATE = "2026-11-25T17:25:26Z"
TITLE = "Harbour opens"


def visit_feed(root: Path, views: str, date: str) -> Visit:
    """An RSS feed in a file."""
    item = f"<title>{TITLE}</title><link>{BASE}/1</link><pubDate>{escape(date)}</pubDate>"
    community = f'<media:community><media:statistics views="{escape(views)}"/></media:community>'
    opening = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item>'
    (root / "feed.xml").write_text(f"{opening}{item}{community}</item></channel></rss>", encoding="utf-8")
    settings = FeedSettings.model_validate({"name": "main", "kind": "feed", "url": "feed.xml"})
    with Fetcher() as fetcher:
        return FeedSource(settings, fetcher=fetcher, root=root, zone=MOSCOW).visit(WINDOW, NOW, None)


def visit_json_feed(root: Path, views: str, date: str) -> Visit:
    """A JSON Feed in a file."""
    item = {"id": "1", "url": f"{BASE}/1", "title": TITLE, "date_published": date, "_portal": {"views": views}}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}
    (root / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    settings = FeedSettings.model_validate({"name": "main", "kind": "feed", "url": "feed.json"})
    with Fetcher() as fetcher:
        return FeedSource(settings, fetcher=fetcher, root=root, zone=MOSCOW).visit(WINDOW, NOW, None)


def visit_json(root: Path, views: str, date: str) -> Visit:
    """A JSON API's answer in a file."""
    (root / "api.json").write_text(json.dumps([{"u": "/1", "t": TITLE, "d": date, "v": views}]), encoding="utf-8")
    table = {"name": "main", "kind": "json", "url": "api.json", "items": "@", "fields": FIELDS}
    with Fetcher() as fetcher:
        settings = JsonSettings.model_validate(table)
        return JsonSource(settings, fetcher=fetcher, root=root, zone=MOSCOW, base=BASE).visit(WINDOW, NOW, None)


def visit_page(root: Path, views: str, date: str) -> Visit:
    """A listing page in a file."""
    row = f'<a href="/1">{TITLE}</a><time datetime="{escape(date)}">then</time><b>{escape(views)}</b>'
    (root / "page.html").write_text(f"<meta charset=utf-8><ul><li>{row}</li></ul>", encoding="utf-8")
    fields = {"url": "a@href", "title": "a", "published_at": "time@datetime", "views": "b"}
    table = {"name": "main", "kind": "page", "url": "page.html", "item": "li", "fields": fields}
    with Fetcher() as fetcher:
        settings = PageSettings.model_validate(table)
        return PageSource(settings, fetcher=fetcher, root=root, zone=MOSCOW, base=BASE).visit(WINDOW, NOW, None)


def visit_sql(root: Path, views: str, date: str) -> Visit:
    """A query on a SQLite database."""
    with closing(sqlite3.connect(root / "portal.db")) as connection, connection:
        connection.execute("CREATE TABLE a (url TEXT, title TEXT, published_at TEXT, views TEXT)")
        connection.execute("INSERT INTO a VALUES ('/1', ?, ?, ?)", (TITLE, date, views))
    query = "SELECT url, title, published_at, views FROM a"
    table = {"name": "main", "kind": "sql", "url": "sqlite:///portal.db", "query": query}
    settings = SqlSettings.model_validate(table)
    return SqlSource(settings, root=root, zone=MOSCOW, base=BASE).visit(WINDOW, NOW, None)


SOURCES = [visit_feed, visit_json_feed, visit_json, visit_page, visit_sql]
COUNTS = {
    "1841": 1841,
    "1 841": 1841,
    "1\u00a0841": 1841,
    "1\u202f841": 1841,
    "1\u2009841": 1841,
    "1,841": 1841,
    "1.841": 1841,
    "1'841": 1841,
    "1 841 просмотр": 1841,
    "Views: 1,841 | Comments: 5": 1841,
    "1841.0": 1841,
    "1.8K": 1800,
    "1,8 тыс.": 1800,
    "1,2 тысячи": 1200,
    "2,3 млн": 2_300_000,
    "1.2M": 1_200_000,
    "0": 0,
    "": None,
    "—": None,
}
UNREADABLE_COUNTS = ["1841.7", "0,5", "1.841K", "-5", "many", "1e5", "12 / 34", "95 %", "9" * 30]
DATES = {
    "Wed, 25 Nov 2026 17:25:26 GMT": GOOD_DATE,
    "Wed, 25 Nov 2026 17:25:26 -0000": GOOD_DATE,
    "Wed, Nov 25 2026 08:25:26 PM": GOOD_DATE,
    "11/25/2026 08:25:26 PM": GOOD_DATE,
    "2026-11-25 17:25:26 UTC": GOOD_DATE,
    "20261125T172526Z": GOOD_DATE,
    "2026/11/25 20:25:26 +0300": GOOD_DATE,
    "25.11.2026 20:25:26": GOOD_DATE,
    "Ср, 25 ноября 2026 20:25:26 МСК": GOOD_DATE,
    "25 Nov 2026 22:25:26 YEKT": GOOD_DATE,
    "1795627526": GOOD_DATE,
    "2026/11/25": "2026-11-24T21:00:00Z",
    "25-11-2026": "2026-11-24T21:00:00Z",
}
UNREADABLE_DATES = ["yesterday", "1970-01-01", "05/06/2026", "2026-11", "25 Nov 2026 10:00 IST", "25 Nov 2026 17:25 PM"]
FUTURE_DATES = ["2026-11-26T12:16:00Z", "Wed, 25 Nov 2099 10:00:00 GMT", "2027/01/01", "4102444800"]


@pytest.mark.parametrize("visit", SOURCES)
@pytest.mark.parametrize("text", COUNTS)
def test_sources_one_text_is_one_count(visit: Callable[..., Visit], text: str, tmp_path: Path) -> None:
    """Whatever brings it; and what means something, or nothing, is not reported."""
    found = visit(tmp_path, text, GOOD_DATE)
    assert found.sightings[0].counters.views == COUNTS[text]
    assert found.notes == ()


@pytest.mark.parametrize("visit", SOURCES)
@pytest.mark.parametrize("text", UNREADABLE_COUNTS)
def test_sources_ambiguous_count_is_unknown_and_noted(visit: Callable[..., Visit], text: str, tmp_path: Path) -> None:
    """Fractions are not cut off, and nothing is guessed."""
    found = visit(tmp_path, text, GOOD_DATE)
    assert found.sightings[0].counters.views is None
    assert found.notes in {
        ("a counter was not a whole number",),
        (f'views not understood in 1 item, such as "{text}"',),
        (f'views not understood in 1 row, such as "{text}"',),
    }


@pytest.mark.parametrize("visit", SOURCES)
@pytest.mark.parametrize("text", DATES)
def test_sources_one_text_is_one_moment(visit: Callable[..., Visit], text: str, tmp_path: Path) -> None:
    """Without a zone in the portal's."""
    found = visit(tmp_path, "1", text)
    assert found.sightings[0].published_at == datetime.fromisoformat(DATES[text])
    assert found.notes == ()


@pytest.mark.parametrize("visit", SOURCES)
@pytest.mark.parametrize("text", UNREADABLE_DATES)
def test_sources_partly_understood_date_is_unknown_and_noted(
    visit: Callable[..., Visit], text: str, tmp_path: Path
) -> None:
    """Never another moment."""
    found = visit(tmp_path, "1", text)
    assert found.sightings[0].published_at is None
    assert any("date" in note or "published_at" in note for note in found.notes)


@pytest.mark.parametrize("visit", SOURCES)
@pytest.mark.parametrize("text", FUTURE_DATES)
def test_sources_future_date_is_unknown_and_noted(visit: Callable[..., Visit], text: str, tmp_path: Path) -> None:
    """An article that is seen now cannot appear later; but a row of a database may be seen before it is published."""
    found = visit(tmp_path, "1", text)
    (note,) = found.notes
    if visit is visit_sql:
        assert found.sightings == ()
        assert note == "1 row dated in the future left out (is timezone right?)"
    else:
        assert found.sightings[0].published_at is None
        assert note.startswith("a date was in the future and was ignored")


@pytest.mark.parametrize("text", [*COUNTS, *UNREADABLE_COUNTS])
def test_readings_csv_one_text_is_one_count(text: str) -> None:
    """The same counts as from sources."""
    views, notes = read_row(views=text)
    assert views == COUNTS.get(text)
    assert bool(notes) == (text in UNREADABLE_COUNTS)


@pytest.mark.parametrize("text", [*DATES, *UNREADABLE_DATES, *FUTURE_DATES])
def test_readings_csv_one_text_is_one_moment(text: str) -> None:
    """The same moments as from sources."""
    _views, notes = read_row(taken_at=text)
    assert bool(notes) == (text not in DATES)


def read_row(*, views: str = "1", taken_at: str = GOOD_DATE) -> tuple[Any, list[str]]:
    """The views of one row of recorded readings, and what was wrong with it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["article", "published_at", "taken_at", "views", "comments"])
    writer.writerow(["a", "2026-11-20T00:00:00Z", taken_at, views, "0"])
    try:
        recorded = read_readings(text.getvalue().splitlines(keepends=True), "x.csv", MOSCOW, NOW)
    except ParseError as error:
        return None, [str(error)]
    assert taken_at not in DATES or recorded.past[0].times[0] == datetime.fromisoformat(DATES[taken_at]).timestamp()
    values = recorded.past[0].views.values
    return values[0] if values else None, recorded.notes

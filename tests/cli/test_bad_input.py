"""Bad input from outside, as an operator meets it: one clear sentence, exit code 1 or 2, nothing half-written."""

import gzip
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from tests.support.feed_server import FeedServer
from tests.support.full_disk import max_file_size
from tests.support.installation import DAY, Installation, day, item, rss
from tests.support.permissions import ordinary_permissions

GOOD = 'name = "main"\nkind = "feed"\nurl = "feed.xml"'
NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)
HTML = "<!doctype html><html><head><title>News</title></head><body><h1>News of the harbour</h1></body></html>"


@cache
def _gzip_bomb() -> bytes:
    """Return a feed with 30 MB of spaces, compressed."""
    return gzip.compress(day().encode() + b" " * 30_000_000, 1)


def _respond(server: FeedServer, what: str) -> str:
    """The address of a bad answer."""
    if what == "no network":
        return "http://127.0.0.1:1/rss.xml"
    answers: dict[str, Callable[[], str]] = {
        "404": lambda: server.url("/rss.xml"),
        "bomb": lambda: server.answer("/rss.xml", _gzip_bomb(), headers={"Content-Encoding": "gzip"}),
        "page": lambda: server.answer("/rss.xml", HTML, content_type="text/html"),
        "nothing": lambda: server.answer("/rss.xml", ""),
        "half": lambda: server.answer("/rss.xml", day().encode()[:900], cut=5000),
        "broken": lambda: server.answer("/rss.xml", b"\x00\xff\xfe<rss" * 50),
    }
    return answers[what]()


BAD_ANSWERS = [
    ("no network", "could not be reached"),
    ("404", "404 Not Found"),
    ("bomb", "is larger than 10 MB after decompression"),
    ("page", "is a web page and not a feed"),
    ("nothing", "is empty"),
    ("half", "/rss.xml: "),
    ("broken", "is cut off before its first item"),
]


@pytest.mark.parametrize(("what", "phrase"), BAD_ANSWERS)
def test_commands_only_source_without_feed_exit_1(
    site: Installation, server: FeedServer, what: str, phrase: str
) -> None:
    """Preview, rank, collect and send name the source and the reason, and leave no file or row."""
    site.configure(sources=[f'name = "portal"\nkind = "feed"\nurl = "{_respond(server, what)}"'])
    site.subscribe("a@reader.example")
    before = site.files()
    for command in ("preview", "rank", "collect", "send --yes", "send --outbox out"):
        words = command.split()
        ran = site.run(*words, *([] if command == "collect" else ["--date", DAY]))
        ran.failed(1)
        (named,) = [line for line in ran.err.splitlines() if line.startswith("digest: source portal failed: ")]
        assert phrase in named
        assert len(named) < 300
    assert site.files() == before
    assert site.run("status", "--json").json == []


@pytest.mark.parametrize(("what", "phrase"), BAD_ANSWERS[1:4])
def test_preview_one_source_of_two_fails_is_named(
    site: Installation, server: FeedServer, what: str, phrase: str
) -> None:
    """The edition is still made of the other."""
    bad = f'name = "portal"\nkind = "feed"\nurl = "{_respond(server, what)}"'
    site.configure(sources=[bad, GOOD])
    ran = site.run("preview", "--date", DAY, "--json").fine()
    assert [row["source"] for row in ran.json["sources"] if row["error"]] == ["portal"]
    assert phrase in ran.err
    assert len(ran.json["articles"]) == 5


def test_preview_empty_feed_exits_1(site: Installation) -> None:
    """A feed without items is not a failure of the source, but there is nothing to show."""
    site.write("feed.xml", rss())
    site.subscribe("a@reader.example")
    site.run("preview", "--feed", "feed.xml").failed(1, "has no articles; nothing was written")
    window = "2025-06-01 07:00 to 2025-06-02 07:00 MSK"
    empty = f"daily/{DAY} has no articles; nothing was written; it would have those published {window}"
    site.run("preview", "--date", DAY).failed(1, empty)
    assert site.run("rank", "--date", DAY, "--json").fine().json == []
    assert "is skipped: too few articles: 0" in site.run("send", "--date", DAY, "--yes").fine().out
    assert "preview.html" not in site.files()


def test_preview_future_or_missing_date_is_the_first_sighting(site: Installation) -> None:
    """A date in the future is unknown and noted; the articles are dated by their first sighting."""
    undated = item(9).replace("<pubDate>", "<x>").replace("</pubDate>", "</x>")
    site.write("feed.xml", rss(item(1, hours=-10_000), item(2), item(3), undated))
    ran = site.run("preview", "--date", "2025-06-03", "--json", now=NOW).fine()
    assert "a date was in the future and was ignored" in ran.err
    urls = {one["url"].rpartition("/")[2] for one in ran.json["articles"]}
    assert urls == {"1", "9"}  # seen on this day; the others are yesterday's
    rows = site.run("rank", "--date", "2025-06-03", "--json", now=NOW + timedelta(hours=1)).fine().json
    assert {row["published_at"] for row in rows} == {"2025-06-02T05:00:00+00:00"}


def test_preview_duplicate_guids_lose_no_article(site: Installation) -> None:
    """The same guid and title twice is one article; one guid for all items loses none."""
    guid = "<guid>7</guid>"
    twice = item(1, title="Twice", url="https://gazette.example/a", more=guid)
    again = item(2, title="Twice", url="https://gazette.example/b", more=guid)
    site.write("feed.xml", rss(twice, again, *(item(number, more=guid) for number in (3, 4, 5))))
    ran = site.run("preview", "--date", DAY, "--json").fine()
    assert "a repeated item was used once" in ran.err
    assert len(ran.json["articles"]) == 4


def test_preview_relative_links_start_from_the_feed(site: Installation, server: FeedServer) -> None:
    """They lead to the site that the feed came from."""
    site.configure(sources=[f'name = "portal"\nkind = "feed"\nurl = "{server.url("/feeds/rss.xml")}"'])
    items = [item(number, url=f"/news/{number}") for number in range(1, 5)]
    body = rss(*items).replace("<link>https://gazette.example</link>", "")
    server.answer("/feeds/rss.xml", body)
    urls = {one["url"] for one in site.run("preview", "--date", DAY, "--json").fine().json["articles"]}
    assert urls == {server.url(f"/news/{number}") for number in range(1, 5)}


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r"])
@pytest.mark.parametrize("where", ["xml", "http"])
def test_preview_old_russian_encodings_are_readable(
    site: Installation, server: FeedServer, encoding: str, where: str
) -> None:
    """Whether the document or the server declares the encoding."""
    titles = [f"Ледокол вернулся в гавань, рейс {number}" for number in range(1, 5)]
    text = rss(*(item(number, title=title) for number, title in enumerate(titles)))
    text = text.replace('encoding="utf-8"', f'encoding="{encoding}"' if where == "xml" else "")
    kind = "application/rss+xml" + (f"; charset={encoding}" if where == "http" else "")
    url = server.answer("/rss.xml", text.encode(encoding), content_type=kind)
    answer = site.run("preview", "--feed", url, "--json").fine().json
    assert sorted(one["title"] for one in answer["articles"]) == titles
    assert answer["language"] == "ru"
    assert "Ледокол" in (site.folder / "preview.html").read_text()


def _portal_database(site: Installation, query: str, url: str = "sqlite:///portal.db") -> None:
    site.configure(sources=[f'name = "portal-db"\nkind = "sql"\nurl = "{url}"\nquery = "{query}"'])
    with closing(sqlite3.connect(site.folder / "portal.db")) as portal, portal:
        portal.execute("CREATE TABLE articles (url TEXT, title TEXT, published_at TEXT, views INTEGER)")
        rows = [(f"https://gazette.example/{n}", f"The news number {n}", f"{DAY} 0{n}:00:00", n) for n in range(1, 6)]
        portal.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", rows)


@pytest.mark.parametrize(
    ("query", "phrase"),
    [
        ("SELECT url, titel FROM articles", "no such column: titel"),
        ("SELECT url, title FROM artikles", "no such table: artikles"),
        ("SELEC url FROM articles", "the query must be a SELECT"),
        ("SELECT url, title FROM articles WHERE (", "incomplete input"),
        ("SELECT url, published_at FROM articles", "the query returns no column title; it returns: url, published_at"),
        ("DELETE FROM articles", "the query must be a SELECT"),
        ("SELECT 1; DROP TABLE articles", "portal-db failed: "),
    ],
)
def test_preview_sql_error_is_one_line(site: Installation, query: str, phrase: str) -> None:
    """The database's error is one line; the portal's data are unchanged."""
    _portal_database(site, query)
    ran = site.run("preview", "--date", DAY)
    ran.failed(1, f"daily/{DAY} has no articles")
    assert len(ran.err.splitlines()) == 2
    assert ran.err.startswith("digest: source portal-db failed: ")
    assert phrase in ran.err.splitlines()[0]
    with closing(sqlite3.connect(site.folder / "portal.db")) as portal:
        assert portal.execute("SELECT count(*) FROM articles").fetchone() == (5,)


def test_rank_sql_query_reads_articles(site: Installation) -> None:
    """The same database with a correct query: the test above is about the query."""
    _portal_database(site, "SELECT * FROM articles WHERE published_at >= :start AND published_at < :end")
    rows = site.run("rank", "--date", DAY, "--json").fine().json
    assert sorted(row["views"] for row in rows) == [1, 2, 3, 4, 5]


def test_collect_missing_portal_database_is_not_created(site: Installation) -> None:
    """No file is made in its place."""
    _portal_database(site, "SELECT url, title FROM articles", url="sqlite:///elsewhere.db")
    ran = site.run("collect")
    assert "there is no database file" in ran.failed(1)
    assert "elsewhere.db" not in site.files()


@pytest.mark.parametrize(
    ("database", "phrase"),
    [
        ("sqlite:///no/where/digest.db", "no/where/digest.db cannot be created: no such file or directory"),
        ("sqlite:///config", "config"),
        ("sqlite:///feed.xml", "is not a SQLite database"),
        ("postgresql://digest@127.0.0.1:1/digest", "the PostgreSQL database digest at 127.0.0.1:1 "),
    ],
)
def test_commands_unusable_database_is_one_line(site: Installation, database: str, phrase: str) -> None:
    """Every command reports it in one line, and the file is unchanged."""
    site.configure(database=database)
    before = (site.folder / "feed.xml").read_bytes()
    for command in ("status", "collect", "preview", "subscribers list", "migrate"):
        site.run(*command.split()).failed(1, phrase)
    assert (site.folder / "feed.xml").read_bytes() == before
    assert site.files() == {"feed.xml", "config/digest.toml"}


def test_commands_corrupt_database_is_named(site: Installation) -> None:
    """Each command exits with 1 and names the file."""
    site.subscribe(*(f"reader{number}@reader.example" for number in range(500)))
    file = site.folder / "digest.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))
    for command in ("status", "subscribers list", "preview"):
        site.run(*command.split()).failed(1, "digest.db")


def test_commands_read_only_disk_is_one_line(site: Installation) -> None:
    """Database and folder cannot be written: one line, and everything is as it was."""
    site.subscribe("a@reader.example")
    before = {name: (site.folder / name).read_bytes() for name in site.files()}
    (site.folder / "digest.db").chmod(0o444)
    site.folder.chmod(0o555)
    try:
        for command in (["send", "--yes", "--date", DAY], ["subscribers", "add", "b@reader.example"]):
            with ordinary_permissions():
                site.run(*command).failed(1, "digest.db cannot be written", "read-only")
    finally:
        site.folder.chmod(0o755)
    assert {name: (site.folder / name).read_bytes() for name in site.files()} == before


def test_collect_full_disk_leaves_no_partial_database(site: Installation) -> None:
    """The next start, with space, works."""
    with max_file_size(3000):
        site.run("collect").failed(1, "digest.db", "full")
    site.run("collect").fine()
    assert len(site.run("rank", "--date", DAY, "--json").fine().json) == 5


@pytest.mark.parametrize(
    ("name", "content", "place", "phrase"),
    [
        ("issue.mjml", "<mjml>\n<mj-body>\n{{ isue.lead }}\n</mj-body></mjml>", "issue.mjml:3", "'isue' is undefined"),
        ("issue.mjml", "<mjml>\n{% if %}\n</mjml>", "issue.mjml:2", "Expected an expression"),
        ("issue.mjml", "{% extends 'package/default/issue.mjml' %}\n{{", "issue.mjml:2", "unexpected"),
        ("issue.mjml", "\n{% include 'gone.mjml' %}", "issue.mjml:2", "no template 'gone.mjml'"),
        ("issue.mjml", "\n\n{{ issue.nothing.at.all }}", "issue.mjml:3", "nothing"),
        ("issue.txt", "{{ 1 / 0 }}", "issue.txt:1", "division by zero"),
        ("issue.mjml", "<mjml><mj-body><mj-nonsense /></mj-body></mjml>", "issue.mjml", "<mj-nonsense>"),
        ("issue.mjml", "<mjml><mj-body><mj-section>", "issue.mjml", "valid MJML"),
    ],
)
def test_preview_and_send_template_error_names_file_and_line(
    site: Installation, name: str, content: str, place: str, phrase: str
) -> None:
    """Nothing is written, and no issue is made."""
    site.write(f"templates/default/{name}", content)
    site.subscribe("a@reader.example")
    before = site.files()
    for command in ("preview", "send --yes", "send --outbox out"):
        error = site.run(*command.split(), "--date", DAY).failed(1, phrase)
        assert place in error
    assert site.files() == before
    assert site.run("status", "--json").json == []


@pytest.mark.parametrize(
    ("content", "phrase"),
    [("[light]\nbackground = ", "not valid TOML"), ("[light]\nbackground = 7", "light.background")],
)
def test_preview_invalid_theme_toml_exits_2(site: Installation, content: str, phrase: str) -> None:
    """The colours of a theme are configuration: the file is named, and nothing is written."""
    site.write("templates/default/theme.toml", content)
    ran = site.run("preview", "--date", DAY)
    ran.failed(2)
    assert re.search(rf"theme\.toml: .*{re.escape(phrase)}", ran.err)
    assert "preview.html" not in site.files()


@pytest.mark.parametrize(
    ("database", "phrase"),
    [
        ("mysql://localhost/digest", "sqlite:/// or postgresql://"),
        ("digest.db", "is not a database URL"),
        ("postgresql://digest:a@sesame/b@db.example/digest", "write it as %40"),
        ("postgresql://digest:a@sesame@db.example/digest", "write it as %40"),
    ],
)
def test_commands_invalid_database_url_exits_2(site: Installation, database: str, phrase: str) -> None:
    """A URL that can never work is a fault of the configuration."""
    site.configure(database=database)
    for command in ("status", "collect", "subscribers list", "migrate"):
        message = site.run(*command.split()).failed(2, phrase)
        assert "sesame" not in message  # a part of the password


@pytest.mark.parametrize(
    ("source", "phrase"),
    [("pop3://bounces@mail.example/INBOX", "is not valid"), ("imaps://u:sesame@mail.example/INBOX", "has a password")],
)
def test_commands_invalid_bounces_source_exits_2(site: Installation, source: str, phrase: str) -> None:
    """Before `digest run` has started, and without the password that does not belong there."""
    site.configure(smtp=f'\n[bounces]\nsource = "{source}"')
    problem = f"[bounces] source: the mailbox's address {phrase}"
    for command in ("status", "collect", "run"):
        assert "sesame" not in site.run(command).failed(2, problem)
    checked = site.run("check", "--only", "configuration", "--json")
    assert (checked.code, checked.json[0]["level"]) == (1, "fail")
    assert problem in checked.out


@pytest.mark.parametrize("database", ["sqlite://digest.db", "sqlite://", "sqlite:///:memory:"])
def test_commands_database_without_a_file_exits_2(site: Installation, database: str) -> None:
    """What commands store would be lost at their end, such as which messages were sent."""
    site.configure(database=database)
    for command in ("collect", "send --yes", "run", "check", "subscribers add a@reader.example", "subscribers list"):
        site.run(*command.split()).failed(2, "[database] url names no file; write it after three slashes")


def test_preview_invalid_subject_or_theme_exits_2(site: Installation) -> None:
    """It is an error of the configuration: the key or the name is shown."""
    site.configure(editions=['name = "daily"\nsubject = "{{ lead.titel }}"', 'name = "weekly"\ntheme = "festive"'])
    site.run("preview", "--date", DAY).failed(2, "editions.daily.subject", "titel")
    weekly = site.run("preview", "--date", DAY, "--edition", "weekly")
    weekly.failed(2, "editions.weekly.theme: unknown theme 'festive'", "default")
    assert "preview.html" not in site.files()

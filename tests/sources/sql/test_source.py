"""The SQL source: what it reads on three databases, and that it cannot write on any of them."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from digest.errors import SourceError
from digest.model.articles import Counters, Role, Visit
from digest.settings.sources import SqlSettings
from digest.sources.sql.connect import database_url, open_read_only
from digest.sources.sql.limits import Limits
from digest.sources.sql.source import SqlSource
from tests.support.portal_database import MOSCOW, NOW, WINDOW, PortalDatabase


@pytest.fixture
def portal(portal_url: str, tmp_path: Path) -> PortalDatabase:
    """A portal with three articles, one of them in the window."""
    database = PortalDatabase(portal_url, tmp_path)
    moment = "DATETIME" if database.engine.name == "mysql" else "TIMESTAMP"
    words = ["url", "title", "summary", "image_url", "image_credit", "section", "author", "language"]
    database.run(
        f"CREATE TABLE articles (id INTEGER PRIMARY KEY, {', '.join(f'{word} VARCHAR(200)' for word in words)},"
        f" published_at {moment}, updated_at {moment}, views INTEGER, comments INTEGER, rating DECIMAL(8, 2))",
        "INSERT INTO articles VALUES (1, '/a/1', 'Harbour &amp; <b>bridge</b>', '<p>It opened.</p><p>Today.</p>',"
        " '/i/1.jpg', 'Photo: Ann', 'City', 'B. Line', 'en', '2026-10-01 06:59:59', '2026-10-01 07:30:00', 1841, 0, 0)",
        "INSERT INTO articles (id, url, title, published_at) VALUES (2, '/a/2', 'Too late', '2026-10-01 07:00:00')",
        "INSERT INTO articles (id, url, title, published_at) VALUES (3, '/a/3', 'Too old', '2026-09-30 06:59:59')",
    )
    return database


def test_sql_source_row_becomes_a_sighting(portal: PortalDatabase) -> None:
    """Every column is read, cleaned, absolute and in UTC; `:start` and `:end` are the portal's local times."""
    visit = portal.visit()
    assert visit.notes == ("unknown columns: id",)
    (sighting,) = visit.sightings
    assert sighting.source == "portal-db"
    assert sighting.role is Role.ARTICLES
    assert sighting.url == "https://gazette.example/a/1"
    assert sighting.title == "Harbour & bridge"
    assert sighting.summary == "It opened. Today."
    assert sighting.image_url == "https://gazette.example/i/1.jpg"
    assert (sighting.image_credit, sighting.section) == ("Photo: Ann", "City")
    assert (sighting.author, sighting.language) == ("B. Line", "en")
    assert sighting.published_at == datetime(2026, 10, 1, 3, 59, 59, tzinfo=UTC)
    assert sighting.updated_at == datetime(2026, 10, 1, 4, 30, tzinfo=UTC)
    assert sighting.taken_at == NOW
    assert sighting.counters == Counters(views=1841, comments=0, rating=0)


def test_sql_source_columns_may_be_the_size_of_the_picture(portal: PortalDatabase) -> None:
    """As numbers of any type, or as texts."""
    query = "SELECT url, title, image_url, 1200.0 AS image_width, '675' AS image_height FROM articles WHERE id = 1"
    (sighting,) = portal.visit(query).sightings
    assert (sighting.image_width, sighting.image_height) == (1200, 675)


def test_sql_source_null_is_unknown(portal: PortalDatabase) -> None:
    """NULL is None, not zero; the source's own section, language and role are used instead."""
    query = "SELECT URL, Title, views, comments, published_at FROM articles WHERE id = 2"
    (sighting,) = portal.visit(query, section="News", language="ru", role="discussion").sightings
    assert sighting.counters == Counters()
    assert (sighting.section, sighting.language, sighting.role) == ("News", "ru", Role.DISCUSSION)
    assert (sighting.summary, sighting.image_url, sighting.author) == (None, None, None)


def test_sql_source_own_zone_has_priority(portal: PortalDatabase) -> None:
    """With `timezone = "UTC"` the same columns and bounds mean other instants."""
    visit = portal.visit(timezone="UTC")
    assert [sighting.title for sighting in visit.sightings] == ["Too old"]
    assert visit.sightings[0].published_at == datetime(2026, 9, 30, 6, 59, 59, tzinfo=UTC)


def test_sql_source_other_special_characters_are_unchanged(portal: PortalDatabase) -> None:
    """Only `:start` and `:end` outside literals and comments are bound, each time they occur."""
    query = (
        "SELECT url, title, ':start 07:00 100%s ?' AS section, -- :end 5%\n"
        " CASE WHEN title LIKE '%bridge%' THEN 7 ELSE 0 END AS views /* :start; */"
        " FROM articles WHERE published_at >= :start AND (published_at < :end OR :end IS NULL);"
    )
    (sighting,) = portal.visit(query).sightings
    assert sighting.section == ":start 07:00 100%s ?"
    assert sighting.counters.views == 7


@pytest.mark.parametrize(
    ("stored", "section"),
    [("Uncategorized", "News"), ("Без рубрики", "News"), ("", "News"), ("17", "17"), ("Arts, /", "Arts")],
)
def test_sql_source_section_of_an_uncategorized_article_is_the_configured_one(
    stored: str, section: str, portal: PortalDatabase
) -> None:
    """What an engine calls the lack of a category is no heading; a number may be what editions name."""
    portal.run(f"UPDATE articles SET section = '{stored}'")
    seen = portal.visit("SELECT * FROM articles", section="News").sightings
    assert {one.section for one in seen} == {section}


def test_sql_source_foreign_texts_are_cleaned(portal: PortalDatabase) -> None:
    """Markup, entities, addresses and long language tags in short texts do not reach the issue."""
    portal.run(
        "UPDATE articles SET section = 'Arts &amp; <i>Life</i>', author = 'Ann (ann@gazette.example)',"
        " language = 'ru-RU', summary = '<script>x</script>', image_credit = 'Photo:', title = 'A < B' WHERE id = 1",
        "UPDATE articles SET language = 'по-русски' WHERE id = 2",
    )
    visit = portal.visit("SELECT * FROM articles ORDER BY id")
    first, second, _ = visit.sightings
    assert (first.title, first.section, first.author, first.language) == ("A < B", "Arts & Life", "Ann", "ru")
    assert (first.summary, first.image_credit, second.language) == (None, None, None)
    assert 'language not understood in 1 row, such as "по-русски"' in visit.notes


def test_sql_source_bad_row_affects_no_other(portal: PortalDatabase) -> None:
    """Rows without URL or title are counted; an invalid count, date or URL is unknown."""
    portal.run(
        "DELETE FROM articles",
        "INSERT INTO articles (id, url, title, views) VALUES (1, 'javascript:alert(1)', 'x', 1), (2, NULL, 'x', 1),"
        " (3, '/3', ' ', 1), (4, '/4', NULL, 1), (5, '/5', 'Good', -3), (6, '/6', 'Better', 4), (7, '/5/', 'Good', 1)",
        "UPDATE articles SET image_url = 'ftp://x.example/1', section = 'about yesterday' WHERE id = 5",
    )
    visit = portal.visit("SELECT url, title, views, image_url, section AS published_at FROM articles ORDER BY id")
    assert [sighting.url[-1] for sighting in visit.sightings] == ["5", "6"]
    assert visit.sightings[0].counters.views is None
    assert visit.sightings[0].published_at is None
    assert visit.notes == (
        "1 row with the url of an earlier row left out",
        "2 rows without a title left out",
        '2 rows without a web address in url left out, such as "javascript:alert(1)"',
        'image_url not understood in 1 row, such as "ftp://x.example/1"',
        'published_at not understood in 1 row, such as "about yesterday"',
        'views not understood in 1 row, such as "-3"',
    )


def test_sql_source_rows_that_are_all_unusable_fail_with_an_example(portal: PortalDatabase) -> None:
    """Nothing read is no success; no row at all, as at night, is one."""
    message = portal.error("SELECT 'mailto:' || id AS url, title FROM articles WHERE id < 3")
    assert "none of the rows could be used: 2 rows without a web address in url left out, such as" in message
    assert portal.visit("SELECT url, title FROM articles WHERE id < 0").notes == ()


def test_sql_source_missing_column_is_one_line(portal: PortalDatabase) -> None:
    """Without `url` or `title` nothing can be read, and the error lists the columns of the query."""
    message = portal.error("SELECT url AS link, title AS title FROM articles")
    assert message == "the query returns no column url; it returns: link, title"


def test_sql_source_number_of_a_section_or_an_author_is_no_name(portal: PortalDatabase) -> None:
    """It is the identifier of a row in another table, and no reader knows it; a title may be a year."""
    visit = portal.visit("SELECT url, 1984 AS title, 5 AS section, 7 AS author FROM articles WHERE id = 1")
    assert [(one.title, one.section, one.author) for one in visit.sightings] == [("1984", None, None)]
    assert visit.notes == (
        'author not understood in 1 row, such as "7"',
        'section not understood in 1 row, such as "5"',
    )


@pytest.mark.parametrize("identifier", ["97e044a1-7d4f-4f48-92ee-96c61672624c", "507f1f77bcf86cd799439011"])
def test_sql_source_identifier_of_a_section_or_an_author_is_no_name(identifier: str, portal: PortalDatabase) -> None:
    """Directus has a UUID there, and a table that came from MongoDB its keys."""
    visit = portal.visit(f"SELECT url, title, '{identifier}' AS section, '{identifier}' AS author FROM articles")
    assert {(one.section, one.author) for one in visit.sightings} == {(None, None)}


@pytest.mark.parametrize("tag", ["und", "*", "ZXX"])
def test_sql_source_language_that_names_none_is_unknown(tag: str, portal: PortalDatabase) -> None:
    """Drupal and Joomla state that an article has no language, or that it is for all; nothing is wrong with that."""
    visit = portal.visit(f"SELECT url, title, '{tag}' AS language FROM articles WHERE id = 1")
    assert [one.language for one in visit.sightings] == [None]
    assert visit.notes == ()


def test_sql_source_picture_is_that_of_the_summary_where_no_other_is_named(portal: PortalDatabase) -> None:
    """A text of a content system holds its pictures; relative ones start from the portal's address."""
    text = '<img src="images/ferry.jpg" width="1200" height="800"><p>Ferry</p>'
    visit = portal.visit(
        f"SELECT '/news/1' AS url, 'A' AS title, '{text}' AS summary, NULL AS image_url, 5 AS image_width"
        f" UNION ALL SELECT '/news/2', 'B', '{text}', 'b.jpg', 600"
    )
    one, other = visit.sightings
    assert (one.image_url, one.image_width) == ("https://gazette.example/images/ferry.jpg", 1200)
    assert (other.image_url, other.image_width) == ("https://gazette.example/b.jpg", 600)


@pytest.mark.parametrize(
    "text", [b'<img src="/1.jpg"> \xcf\xee\xf0\xf2', '&lt;p&gt;&lt;img src="/1.jpg"&gt;&lt;/p&gt;', "\0", None]
)
def test_sql_source_picture_of_a_summary_is_found_as_its_text_is_read(
    text: bytes | str | None, sqlite_url: str, tmp_path: Path
) -> None:
    """Also in bytes of another encoding, and in HTML that was escaped twice."""
    portal = PortalDatabase(sqlite_url, tmp_path)
    portal.run("CREATE TABLE a (text)")
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO a VALUES (?)", (text,))
    (sighting,) = portal.visit("SELECT '/news/1' AS url, 'A' AS title, text AS summary FROM a").sightings
    assert (sighting.image_url is not None) is (text not in {"\0", None})


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("<p>Lead.</p><!--more--><p>Rest.</p>", "Lead."),
        ("<p>Lead.</p><!--more Read on--><p>Rest.</p>", "Lead."),
        ("<img src='/1.jpg'><!--more--><p>Rest.</p>", "Rest."),
        ("<h2>The title</h2><!--more--><p>Rest.</p>", "Rest."),
        ("The title<!--more--><p>Rest.</p>", "Rest."),
        ("<p>Lead.</p><!--members-only--><p>Paid.</p>", "Lead."),
        ("<!--members-only--><p>Paid.</p><img src='/paid.jpg'>", None),
    ],
)
def test_sql_source_summary_ends_where_the_content_system_ends_the_lead(
    text: str, summary: str | None, portal: PortalDatabase
) -> None:
    """WordPress keeps the mark in the text, and Ghost the one behind which only subscribers read on."""
    quoted = text.replace("'", "''")
    (sighting,) = portal.visit(f"SELECT '/news/1' AS url, 'The title' AS title, '{quoted}' AS summary").sightings
    assert sighting.summary == summary
    assert "paid" not in (sighting.image_url or "")


def test_sql_source_quotes_that_php_escaped_are_quotes(sqlite_url: str, tmp_path: Path) -> None:
    """DataLife Engine keeps its texts so, and leaves the backslashes out of its pages; others stay."""
    portal = PortalDatabase(sqlite_url, tmp_path)
    text = r"<img src=\"/1.jpg\" alt=\"\">The ferry \"Neva\" isn\'t late, C:\news"
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (text)")
        connection.exec_driver_sql("INSERT INTO a VALUES (?)", (text,))
    query = r"SELECT '/news/1' AS url, 'A \\\" B' AS title, text AS summary, 'Pat \"Oak\"' AS author FROM a"
    (sighting,) = portal.visit(query).sightings
    assert (sighting.title, sighting.image_url) == ('A " B', "https://gazette.example/1.jpg")
    assert sighting.author == 'Pat "Oak"'
    assert sighting.summary == r"""The ferry "Neva" isn't late, C:\news"""


@pytest.mark.parametrize(
    ("text", "section"),
    [("Port,Town", "Port"), ("5,7", None), ("5,Port", "Port"), ("Culture, media", "Culture, media"), (",Port", "Port")],
)
def test_sql_source_section_of_a_joined_list_is_its_first_name(
    text: str, section: str | None, portal: PortalDatabase
) -> None:
    """GROUP_CONCAT writes a comma without a space; DataLife Engine keeps numbers of categories so."""
    visit = portal.visit(f"SELECT url, title, '{text}' AS section FROM articles WHERE id = 1")
    assert [one.section for one in visit.sightings] == [section]


def test_sql_source_list_of_names_is_the_first_section_and_the_authors(postgres_url: str, tmp_path: Path) -> None:
    """A column of tags or of authors in PostgreSQL is a list, as it is in JSON."""
    portal = PortalDatabase(postgres_url, tmp_path)
    visit = portal.visit(
        "SELECT '/news/1' AS url, 'A' AS title, ARRAY['Uncategorized', NULL, 'Port', 'Town'] AS section,"
        " ARRAY['Anna', 'Boris'] AS author UNION ALL SELECT '/news/2', 'B', ARRAY[]::text[], NULL"
        " UNION ALL SELECT '/news/3', 'C', ARRAY['5', 'Port'], ARRAY['Anna']"
    )
    named = [(one.section, one.author) for one in visit.sightings]
    assert named == [("Port", "Anna, Boris"), (None, None), ("Port", "Anna")]
    assert visit.notes == ()


def test_sql_source_scheduled_articles_alone_are_no_failure(portal: PortalDatabase) -> None:
    """At night a portal may have nothing but what it publishes in the morning; nobody may read it before."""
    visit = portal.visit("SELECT url, title, '2027-01-01 09:00:00' AS published_at FROM articles WHERE id = 1")
    assert visit.sightings == ()
    assert visit.notes == ("1 row dated in the future left out (is timezone right?)",)


def test_sql_source_update_in_the_future_is_unknown(portal: PortalDatabase) -> None:
    """An article that was published is one, whatever its last change says."""
    visit = portal.visit("SELECT url, title, '2027-01-01' AS updated_at FROM articles WHERE id = 1")
    assert [one.updated_at for one in visit.sightings] == [None]


def test_sql_source_thread_dated_in_the_future_is_listed(portal: PortalDatabase) -> None:
    """It is dated by its last comment, which cannot be scheduled: the zone of the source is wrong."""
    visit = portal.visit(
        "SELECT url, title, '2027-01-01' AS published_at FROM articles WHERE id = 1", role="discussion"
    )
    assert [one.published_at for one in visit.sightings] == [None]
    assert visit.notes == ("a date was in the future and was ignored (is timezone right?)",)


def test_sql_source_columns_of_one_name_are_noted(portal: PortalDatabase) -> None:
    """`SELECT a.*, b.n AS views` may mean the second; the first is read."""
    visit = portal.visit("SELECT url, title, views, 7 AS VIEWS, 1 AS x, 2 AS x FROM articles WHERE id = 1")
    assert visit.notes == ("unknown columns: x", "several columns are called views; the first one is read")


def test_sql_source_database_error_is_one_line(portal: PortalDatabase) -> None:
    """A wrong column is named as the database names it."""
    message = portal.error("SELECT url, title, viewz FROM articles")
    assert message.startswith("the database reports: ")
    assert "viewz" in message


def test_sql_source_more_rows_than_the_limit_are_noted(portal: PortalDatabase) -> None:
    """The first ones count; exactly as many as the limit: no note."""
    many = "SELECT url, title FROM articles"
    capped = portal.visit(many, limits=Limits(rows=2))
    assert (len(capped.sightings), capped.notes) == (2, ("stopped at 2 rows",))
    assert portal.visit(many, limits=Limits(rows=3)).notes == ()


WRITES = [
    "DELETE FROM articles",
    "UPDATE articles SET views = 9",
    "INSERT INTO articles (id, url, title) VALUES (9, 'x', 'y')",
    "SELECT url, title FROM articles; DROP TABLE articles",
    "DROP TABLE articles",
    "CREATE TABLE taken (n INTEGER)",
    "CREATE TABLE taken AS SELECT url, title FROM articles",
    "SELECT url, title INTO taken FROM articles",
    "SELECT url, title FROM articles INTO OUTFILE '/tmp/digest-must-not-exist'",
    "WITH gone AS (DELETE FROM articles RETURNING url, title) SELECT url, title FROM gone",
    "WITH one AS (SELECT 1) DELETE FROM articles",
    "COPY articles TO PROGRAM 'cat'",
    "PRAGMA user_version = 7",
    "PRAGMA query_only = OFF",
    "ATTACH DATABASE 'other.db' AS other",
    "VACUUM INTO 'copy.db'",
    "BEGIN",
    "COMMIT",
    "SET GLOBAL max_connections = 10",
    "CALL something()",
    "EXPLAIN ANALYZE DELETE FROM articles",
]


@pytest.mark.parametrize("query", WRITES)
def test_sql_source_writing_query_is_refused(portal: PortalDatabase, query: str) -> None:
    """Anything but one SELECT is refused."""
    portal.error(query)
    assert portal.value("SELECT count(*) FROM articles WHERE views IS NULL OR views = 1841") == 3
    assert not (portal.root / "other.db").exists()
    assert not (portal.root / "copy.db").exists()


CHANGES = [query for query in WRITES if query.startswith(("DELETE", "UPDATE", "INSERT", "DROP", "CREATE"))]


@pytest.mark.parametrize("query", CHANGES)
def test_sql_source_connection_refuses_to_write(portal: PortalDatabase, query: str) -> None:
    """Even if the query were not checked, the database would refuse."""
    opened = open_read_only(database_url(portal.url), root=portal.root, zone=MOSCOW, at=NOW, limits=Limits())
    with opened as connection:
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql(query)
        connection.commit()
    assert portal.value("SELECT count(*) FROM articles WHERE views IS NULL OR views = 1841") == 3
    with pytest.raises(DBAPIError):
        portal.value("SELECT count(*) FROM taken")


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"


@pytest.mark.parametrize("what", ["i AS url, i AS title FROM n WHERE i < 0", "count(*) AS url, 1 AS title FROM n"])
def test_sql_source_endless_query_is_stopped(portal: PortalDatabase, what: str) -> None:
    """An endless recursion is stopped at the time limit."""
    if portal.engine.name == "mysql":
        portal.run("SET GLOBAL max_recursive_iterations = 4294967295")
    message = portal.error(f"{ENDLESS} {what}", limits=Limits(statement=0.3))
    assert message == "the database did not answer within 0.3 s"


def test_sql_source_sleeping_query_is_stopped(postgres_url: str, mariadb_url: str, tmp_path: Path) -> None:
    """Servers that have a sleep function are interrupted at the time limit."""
    asleep = {
        postgres_url: "SELECT pg_sleep(60)::text AS url, 'x' AS title",
        mariadb_url: "SELECT SLEEP(60) url, 1 title",
    }
    for url, query in asleep.items():
        message = PortalDatabase(url, tmp_path).error(query, limits=Limits(statement=0.3))
        assert message == "the database did not answer within 0.3 s"


def test_sql_source_long_value_is_cut_and_noted(portal: PortalDatabase) -> None:
    """Of each text the beginning is read; the other rows and columns are whole."""
    portal.run("UPDATE articles SET title = 'Short' WHERE id <> 1")
    query = "SELECT id AS views, url, title, title AS section FROM articles ORDER BY id DESC"
    visit = portal.visit(query, limits=Limits(value=7))
    assert [(one.title, one.section) for one in visit.sightings] == [("Short", "Short")] * 2 + [("Harbour", "Harbour")]
    assert visit.notes == tuple(
        f"{name} longer than 7 characters in 1 row; only its beginning was read" for name in ("section", "title")
    )
    assert portal.visit(query, limits=Limits(value=len("Harbour &amp; <b>bridge</b>"))).notes == ()


def test_sql_source_sqlite_bytes_of_another_charset_are_text(sqlite_url: str, tmp_path: Path) -> None:
    """windows-1251 in a text or a BLOB is recognised; a picture is no title."""
    portal = _with_texts(sqlite_url, tmp_path, "")
    news = "'cdeee2eef1f2e820e4edff'"
    visit = portal.visit(
        f"SELECT '/1' AS url, CAST(x{news} AS TEXT) AS title UNION ALL SELECT '/2', x{news}"
        " UNION ALL SELECT '/3', x'89504e470d0a1a0a0000000d' UNION ALL SELECT 15, 'A number'"
    )
    assert [one.title for one in visit.sightings] == ["Новости дня"] * 2
    assert visit.notes[:2] == (
        "1 row without a title left out",
        '1 row without a web address in url left out, such as "15"',
    )


@pytest.mark.parametrize("order", ["", "ORDER BY published_at DESC", "ORDER BY id -- the newest"])
def test_sql_source_sqlite_huge_summary_keeps_all_rows(sqlite_url: str, tmp_path: Path, order: str) -> None:
    """SQLite reads a value whole or not at all: the summaries are left out."""
    portal = _with_texts(sqlite_url, tmp_path, "x" * 3_000_000)
    query = f"SELECT url, Title, body AS Summary, published_at FROM articles WHERE published_at < :end {order}"
    visit = portal.visit(query, limits=Limits(cell=2_000_000))
    assert sorted(one.title for one in visit.sightings) == ["One", "Three", "Two"]
    assert [one.summary for one in visit.sightings] == [None] * 3
    (note,) = visit.notes
    assert note.startswith("all summaries were left out: a value is larger than 2 MB; select only its beginning")
    assert {one.summary for one in portal.visit(query).sightings} == {"Short", "x" * 599 + "…"}


def test_sql_source_sqlite_huge_title_is_one_line(sqlite_url: str, tmp_path: Path) -> None:
    """There is nothing to leave out."""
    portal = _with_texts(sqlite_url, tmp_path, "x" * 3_000_000)
    for query in (
        "SELECT url, body AS title FROM articles",
        "SELECT url, body AS title, title AS summary FROM articles",
    ):
        message = portal.error(query, limits=Limits(cell=2_000_000))
        assert message.startswith("a value is larger than 2 MB; select only its beginning")


def _with_texts(url: str, root: Path, second: str) -> PortalDatabase:
    """A portal of three articles; `second` is the text of the second."""
    portal = PortalDatabase(url, root)
    portal.run("CREATE TABLE articles (id INTEGER PRIMARY KEY, url, title, body, published_at)")
    for number, (title, body) in enumerate((("One", "Short"), ("Two", second), ("Three", "Short")), 1):
        portal.run(
            f"INSERT INTO articles VALUES ({number}, '/{number}', '{title}', '{body}', '2026-10-01 0{number}:00:00')"
        )
    return portal


TRICKLING = {
    "sqlite": f"{ENDLESS} '/' || i AS url, 'A title' AS title FROM n",
    "postgres": "SELECT '/' || i AS url, 'A title' AS title, pg_sleep(0.02)::text AS summary"
    " FROM generate_series(1, 1000) AS s (i)",
}


@pytest.mark.parametrize("dialect", TRICKLING)
def test_sql_source_trickling_query_keeps_the_rows_until_then(
    dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Rows that never end are read until the time limit, and the note says so."""
    portal = PortalDatabase(request.getfixturevalue(f"{dialect}_url"), tmp_path)
    portal.run("CREATE TABLE articles (id INTEGER)")  # SQLite makes the file now
    visit = portal.visit(TRICKLING[dialect], limits=Limits(statement=0.4, rows=10**9))
    assert visit.sightings
    (note,) = visit.notes
    rows = f"{len(visit.sightings):,} rows were"
    assert note == f"the database did not answer within 0.4 s: only the first {rows} read"


def test_sql_source_missing_file_is_not_created(tmp_path: Path) -> None:
    """`sqlite:///portal.db` is a file of the root folder; a missing one is reported, and stays missing."""
    PortalDatabase(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path).run("CREATE TABLE t (url TEXT, title TEXT)")
    relative = PortalDatabase("sqlite:///portal.db", tmp_path)
    assert relative.visit("SELECT url, title FROM t") == Visit()
    message = PortalDatabase("sqlite:///missing.db", tmp_path).error("SELECT url, title FROM t")
    assert message == f"there is no database file {tmp_path / 'missing.db'}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["portal.db"]


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("sqlite:///x.db", "sqlite"),
        ("sqlite+pysqlite:///x.db", "sqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg2://u:p@h/d", "postgresql+psycopg"),
        ("mysql://u:p@h/d", "mysql+pymysql"),
        ("mariadb://u:p@h/d", "mysql+pymysql"),
        ("mysql+mysqldb://u:p@h/d", "mysql+pymysql"),
    ],
)
def test_sql_source_url_gets_the_bundled_driver(written: str, driver: str) -> None:
    """However the URL names the kind of database."""
    assert database_url(written).drivername == driver


@pytest.mark.parametrize(
    "url",
    [
        "oracle://me:hunter2@host/x",
        "hunter2",
        "postgresql://me:hunter2@host:port/x",
        "sqlite://",
        "",
        "://hunter2",
        "mysql://me:a@hunter2/b@host/x",
    ],
)
def test_sql_source_invalid_url_is_not_repeated(url: str, tmp_path: Path) -> None:
    """One line, without the password in it."""
    settings = SqlSettings.model_construct(name="portal-db", kind="sql", url=url, query="SELECT 1", timezone=None)
    source = SqlSource(settings, root=tmp_path, zone=MOSCOW, base="https://gazette.example")
    with pytest.raises(SourceError, match=r"^its url ") as caught:
        source.visit(WINDOW, NOW, None)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("ssl-mode=REQUIRED", "ssl-mode: .*unexpected keyword argument 'ssl-mode'"),
        ("ssl=true", "ssl: .+"),
        ("ssl_ca=/nowhere/ca.pem", "ssl_ca: .*No such file"),
    ],
)
def test_sql_source_option_that_the_driver_lacks_is_named(option: str, problem: str, tmp_path: Path) -> None:
    """Hosting companies give addresses with options of other drivers."""
    settings = SqlSettings(
        name="portal-db", kind="sql", url=f"mysql://me:hunter2@127.0.0.1:9/x?{option}", query="SELECT 1"
    )
    source = SqlSource(settings, root=tmp_path, zone=MOSCOW, base="https://gazette.example")
    with pytest.raises(
        SourceError, match=f"the database driver does not take the options of its url, {problem}"
    ) as caught:
        source.visit(WINDOW, NOW, None)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_sql_source_refused_connection_is_one_line(scheme: str, tmp_path: Path) -> None:
    """Without the password."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"{scheme}://me:hunt%2Fer2@127.0.0.1:{taken.getsockname()[1]}/portal"
        settings = SqlSettings(name="portal-db", kind="sql", url=url, query="SELECT 1")
        source = SqlSource(settings, root=tmp_path, zone=MOSCOW, base="https://gazette.example")
        with pytest.raises(SourceError, match=r"^the database reports: .*refused") as caught:
            source.visit(WINDOW, NOW, None)
    assert "er2" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.needs("time")
@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_sql_source_silent_server_is_given_up(scheme: str, tmp_path: Path) -> None:
    """A connection that is accepted without a greeting ends at the connect timeout."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"{scheme}://me:secret@127.0.0.1:{deaf.getsockname()[1]}/portal"
        message = _silent(url, tmp_path)
    assert "secret" not in message


def _silent(url: str, root: Path) -> str:
    settings = SqlSettings(name="portal-db", kind="sql", url=url, query="SELECT 1")
    limits = Limits(connect=1, statement=1)
    source = SqlSource(settings, root=root, zone=MOSCOW, base="https://gazette.example", limits=limits)
    with pytest.raises(SourceError) as caught:
        source.visit(WINDOW, NOW, None)
    return str(caught.value)


def test_sql_source_wrong_password_is_not_repeated(mariadb_url: str, tmp_path: Path) -> None:
    """The server's refusal is shown, the password is not."""
    url = mariadb_url.replace("root@", "nobody:hunter2@")
    message = PortalDatabase(url, tmp_path).error("SELECT 1")
    assert "Access denied" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("end", "is_noted"),
    [
        ("ORDER BY published_at LIMIT 2", True),
        ("ORDER BY published_at\nlimit 2 OFFSET 0 ; ", True),
        ("ORDER BY published_at LIMIT 4", False),
        ("ORDER BY published_at", False),
        ("ORDER BY published_at DESC LIMIT 2", False),
        ("ORDER BY id LIMIT 2", False),
        ("ORDER BY id DESC LIMIT 2", False),
    ],
)
def test_sql_source_limit_with_the_oldest_rows_is_noted(end: str, is_noted: bool, portal: PortalDatabase) -> None:
    """All articles are found while the table is short, and later none of today's."""
    portal.run("UPDATE articles SET published_at = '2026-10-01 06:00:00' WHERE id = 2")
    visit = portal.visit(f"SELECT url, title, published_at FROM articles {end}")
    assert visit.notes == (
        ("LIMIT 2 kept the oldest rows, and newer ones may be missing; add DESC to ORDER BY",) if is_noted else ()
    )

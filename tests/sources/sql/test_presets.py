"""Presets that ask a portal's own database: tables of each system's shape, filled by the test, on MariaDB."""

from pathlib import Path
from typing import Any

import pytest

from digest.model.articles import Counters, Visit
from digest.settings.load import parse
from digest.settings.sources import SqlSettings
from digest.sources.sql.source import SqlSource
from tests.support.json_sources import PORTAL
from tests.support.portal_database import MOSCOW, NOW, WINDOW, PortalDatabase

MODERN = {"path": "/{year}/{month}/{slug}/"}


def visit(preset: str, url: str, options: dict[str, Any], **own: Any) -> Visit:
    """Visit the source for the day; the portal is in the zone of Moscow."""
    table = {"name": "cms", "preset": preset, "url": "$DB", "with": options, **own}
    read = parse({"portal": PORTAL, "sources": [table]}, file="f", root=Path("/"), environ={"DB": url})
    (settings,) = read.sources
    assert isinstance(settings, SqlSettings)
    return SqlSource(settings, root=Path("/"), zone=MOSCOW, base=PORTAL["url"]).visit(WINDOW, NOW, None)


@pytest.fixture(params=["sqlite", "mariadb"])
def portable(request: pytest.FixtureRequest, tmp_path: Path) -> PortalDatabase:
    """A database of each kind that the portable presets are tried on."""
    return PortalDatabase(request.getfixturevalue(f"{request.param}_url"), tmp_path)


@pytest.fixture
def mariadb(mariadb_url: str, tmp_path: Path) -> PortalDatabase:
    """MariaDB, for presets that speak its dialect."""
    return PortalDatabase(mariadb_url, tmp_path)


def test_sql_preset_dle_reads_articles(portable: PortalDatabase) -> None:
    """Approved articles of the window, dated in the portal's zone, with the first of their categories and its path."""
    portable.run(
        "CREATE TABLE dle_post (id INTEGER PRIMARY KEY, autor VARCHAR(40), date DATETIME, short_story TEXT, full_story"
        " TEXT, title VARCHAR(255), category VARCHAR(190), alt_name VARCHAR(190), comm_num INTEGER, approve INTEGER)",
        "CREATE TABLE dle_post_extras (eid INTEGER PRIMARY KEY, news_id INTEGER, news_read INTEGER, rating INTEGER)",
        "CREATE TABLE dle_category (id INTEGER PRIMARY KEY, parentid INTEGER, name VARCHAR(50), alt_name VARCHAR(50))",
        "INSERT INTO dle_category VALUES (5, 7, 'Порт', 'port'), (7, 0, 'Город', 'city'), (6, 5, 'Суда', 'ships')",
        "INSERT INTO dle_post VALUES"
        " (1, 'anna', '2026-09-30 21:05:00', '<img src=\"/uploads/1.jpg\"><b>Паром</b> ходит', 'Весь текст', 'Паром"
        " &quot;Нева&quot;', '5,7', 'parom', 21, 1),"
        " (2, 'anna', '2026-09-30 12:00:00', '', '', 'Draft', '5', 'draft', 0, 0),"
        " (3, 'anna', '2026-10-01 07:00:00', '', '', 'Next window', '', 'next', 0, 1),"
        " (4, 'boris', '2026-09-30 07:00:00', '', '<p>Весь текст</p>', 'No category', '', 'none', 0, 1),"
        " (5, 'boris', '2026-09-30 07:30:00', 'Text', '', 'Three deep', '6', 'liner', 0, 1)",
        "INSERT INTO dle_post_extras VALUES (1, 1, 1841, 4), (2, 2, 5, 0), (3, 3, 5, 0), (4, 4, 12, 0), (5, 5, 9, 0)",
    )
    seen = visit("dle", portable.url, {"path": "/{category}/{id}-{slug}.html"})
    ferry, deep, plain = seen.sightings
    assert deep.url == "https://gazette.example/city/port/ships/5-liner.html"
    assert (ferry.url, ferry.title) == ("https://gazette.example/city/port/1-parom.html", 'Паром "Нева"')
    assert (ferry.section, ferry.author, ferry.summary) == ("Порт", "anna", "Паром ходит")
    assert ferry.image_url == "https://gazette.example/uploads/1.jpg"
    assert str(ferry.published_at) == "2026-09-30 18:05:00+00:00"
    assert ferry.counters == Counters(views=1841, comments=21, rating=4)
    assert (plain.url, plain.summary) == ("https://gazette.example/4-none.html", "Весь текст")
    assert (plain.section, plain.counters.views) == (None, 12)
    assert seen.notes == ()
    dated = visit("dle", portable.url, {"path": "/{year}/{month}/{day}/{slug}.html"})
    assert dated.sightings[0].url == "https://gazette.example/2026/09/30/parom.html"
    assert visit("dle", portable.url, {}).sightings[0].url == "https://gazette.example/index.php?newsid=1"


def test_sql_preset_wordpress_popular_posts_reads_articles(portable: PortalDatabase) -> None:
    """Published posts with the plugin's total and WordPress's comment count; a post without views has no count.

    A post with a password is left out, as from WordPress's own feed.
    """
    moment = "post_date DATETIME, post_date_gmt DATETIME, post_modified_gmt DATETIME"
    portable.run(
        f"CREATE TABLE blog_posts (ID INTEGER PRIMARY KEY, post_author INTEGER, {moment}, post_title TEXT, post_excerpt"
        " TEXT, post_content TEXT, post_password VARCHAR(255), post_status VARCHAR(20), post_name VARCHAR(200),"
        " post_type VARCHAR(20), comment_count INTEGER)",
        "CREATE TABLE blog_popularpostsdata (postid INTEGER PRIMARY KEY, day DATETIME, pageviews INTEGER)",
        "CREATE TABLE blog_users (ID INTEGER PRIMARY KEY, display_name VARCHAR(250))",
        "INSERT INTO blog_users VALUES (3, 'Anna Petrova')",
        "INSERT INTO blog_posts VALUES"
        " (1, 3, '2026-09-30 21:05:00', '2026-09-30 18:05:00', '2026-09-30 18:40:00', 'Ferry', '', '<p>Returns</p>',"
        " '', 'publish', 'ferry', 'post', 21),"
        " (2, 3, '2026-09-30 21:00:00', '2026-09-30 18:00:00', '2026-09-30 18:00:00', 'Page', '', '', '', 'publish',"
        " 'page', 'page', 0),"
        " (3, 9, '2026-09-30 07:00:00', '2026-09-30 04:00:00', '2026-09-30 04:00:00', 'Quiet', 'Lead', 'Text', '',"
        " 'publish', 'quiet', 'post', 0),"
        " (4, 3, '2026-09-30 20:00:00', '2026-09-30 17:00:00', '2026-09-30 17:00:00', 'Protected', '', '', 'secret',"
        " 'publish', 'protected', 'post', 0)",
        "CREATE TABLE blog_postmeta (post_id INTEGER, meta_key VARCHAR(255), meta_value TEXT)",
        "INSERT INTO blog_postmeta VALUES (1, '_thumbnail_id', '9'), (9, '_wp_attached_file', '2026/09/ferry.jpg')",
        "CREATE TABLE blog_terms (term_id INTEGER PRIMARY KEY, name VARCHAR(200))",
        "CREATE TABLE blog_term_taxonomy (term_taxonomy_id INTEGER PRIMARY KEY, term_id INTEGER, taxonomy VARCHAR(32))",
        "CREATE TABLE blog_term_relationships (object_id INTEGER, term_taxonomy_id INTEGER)",
        "INSERT INTO blog_terms VALUES (1, 'A tag'), (2, 'Town'), (3, 'Port')",
        "INSERT INTO blog_term_taxonomy VALUES (1, 1, 'post_tag'), (2, 2, 'category'), (3, 3, 'category')",
        "INSERT INTO blog_term_relationships VALUES (1, 1), (1, 2), (1, 3)",
        "INSERT INTO blog_popularpostsdata VALUES (1, '2026-09-30 21:05:00', 1841)",
    )
    seen = visit("wordpress-popular-posts", portable.url, {"prefix": "blog_", **MODERN})
    ferry, quiet = seen.sightings
    assert (ferry.url, ferry.author) == ("https://gazette.example/2026/09/ferry/", "Anna Petrova")
    assert str(ferry.published_at) == "2026-09-30 18:05:00+00:00"
    assert (ferry.summary, ferry.section) == ("Returns", "Port")
    assert ferry.image_url == "https://gazette.example/wp-content/uploads/2026/09/ferry.jpg"
    assert ferry.counters == Counters(views=1841, comments=21)
    assert (quiet.author, quiet.counters) == (None, Counters(comments=0))
    assert (quiet.summary, quiet.section, quiet.image_url) == ("Lead", None, None)


def test_sql_preset_bitrix_reads_articles(portable: PortalDatabase) -> None:
    """Active elements of the block; comments are a property of the forum or of the blog; unknown views are no count.

    One whose time is over is no article, and neither is one without the code that its address needs.
    """
    portable.run(
        "CREATE TABLE b_iblock_element (ID INTEGER PRIMARY KEY, TIMESTAMP_X DATETIME, DATE_CREATE DATETIME, IBLOCK_ID"
        " INTEGER, IBLOCK_SECTION_ID INTEGER, ACTIVE CHAR(1), ACTIVE_FROM DATETIME, ACTIVE_TO DATETIME, NAME"
        " VARCHAR(255), PREVIEW_TEXT TEXT, DETAIL_TEXT TEXT, PREVIEW_PICTURE INTEGER, DETAIL_PICTURE INTEGER,"
        " WF_PARENT_ELEMENT_ID INTEGER, CODE VARCHAR(255), SHOW_COUNTER INTEGER)",
        "CREATE TABLE b_iblock_section (ID INTEGER PRIMARY KEY, NAME VARCHAR(255), CODE VARCHAR(255))",
        "CREATE TABLE b_iblock_property (ID INTEGER PRIMARY KEY, IBLOCK_ID INTEGER, CODE VARCHAR(50))",
        "CREATE TABLE b_iblock_element_property (ID INTEGER PRIMARY KEY, IBLOCK_PROPERTY_ID INTEGER, IBLOCK_ELEMENT_ID"
        " INTEGER, VALUE TEXT, VALUE_NUM DECIMAL(18,4))",
        "INSERT INTO b_iblock_section VALUES (2, 'Порт', 'port')",
        "INSERT INTO b_iblock_property VALUES (10, 5, 'FORUM_MESSAGE_CNT'), (11, 5, 'BLOG_COMMENTS_CNT'), (12, 5, 'X')",
        "INSERT INTO b_iblock_element_property VALUES (1, 10, 1, '21', 21), (2, 11, 1, '0', 0), (3, 12, 1, '99', 99)",
        "INSERT INTO b_iblock_element VALUES"
        " (1, '2026-09-30 21:40:00', '2026-09-29 10:00:00', 5, 2, 'Y', '2026-09-30 21:05:00', '2026-10-01 07:00:00',"
        " 'Паром', 'Ходит', 'Весь текст', 77, 78, NULL, 'parom', 1841),"
        " (2, '2026-09-30 12:00:00', '2026-09-30 12:00:00', 5, NULL, 'Y', NULL, NULL, 'Совет', '', '<p>Весь текст</p>',"
        " 79, NULL, NULL, 'sovet', NULL),"
        " (3, '2026-09-30 12:00:00', '2026-09-30 12:00:00', 6, NULL, 'Y', NULL, NULL, 'Other block', NULL, NULL, NULL,"
        " NULL, NULL, 'x', 1),"
        " (4, '2026-09-30 12:00:00', '2026-09-30 12:00:00', 5, NULL, 'N', NULL, NULL, 'Inactive', NULL, NULL, NULL,"
        " NULL, NULL, 'y', 1),"
        " (5, '2026-09-30 12:00:00', '2026-09-30 12:00:00', 5, NULL, 'Y', NULL, NULL, 'A version of 1', NULL, NULL,"
        " NULL, NULL, 1, 'z', 1),"
        " (6, '2026-09-30 12:00:00', '2026-09-30 12:00:00', 5, NULL, 'Y', NULL, '2026-09-30 20:00:00', 'Over', NULL,"
        " NULL, NULL, NULL, NULL, 'over', 1),"
        " (7, '2026-09-30 11:00:00', '2026-09-30 11:00:00', 5, NULL, 'Y', NULL, NULL, 'No code', NULL, NULL, 77,"
        " 0, NULL, '', 1)",
        "CREATE TABLE b_file (ID INTEGER PRIMARY KEY, HEIGHT INTEGER, WIDTH INTEGER, SUBDIR VARCHAR(255), FILE_NAME"
        " VARCHAR(255), HANDLER_ID VARCHAR(50))",
        "INSERT INTO b_file VALUES (77, 80, 120, 'iblock/a', 'small.jpg', NULL), (78, 800, 1200, 'iblock/b',"
        " 'ferry.jpg', NULL), (79, 800, 1200, 'iblock/c', 'cloud.jpg', '1')",
    )
    seen = visit("bitrix", portable.url, {"iblock": 5, "path": "/news/{section}/{code}-{id}/"})
    ferry, council = seen.sightings
    assert (ferry.url, ferry.title, ferry.section) == ("https://gazette.example/news/port/parom-1/", "Паром", "Порт")
    assert str(ferry.published_at) == "2026-09-30 18:05:00+00:00"
    assert ferry.counters == Counters(views=1841, comments=21)
    assert (ferry.summary, ferry.image_url) == ("Ходит", "https://gazette.example/upload/iblock/b/ferry.jpg")
    assert (ferry.image_width, ferry.image_height) == (1200, 800)
    assert (council.summary, council.image_url, council.counters) == ("Весь текст", None, Counters())
    assert seen.notes == ("1 row without a web address in url left out",)
    by_id = visit("bitrix", portable.url, {"iblock": 5, "path": "/news/{id}/"})
    assert [one.url.rpartition("/news/")[2] for one in by_id.sightings] == ["1/", "2/", "7/"]
    assert by_id.sightings[2].image_url == "https://gazette.example/upload/iblock/a/small.jpg"


def test_sql_preset_drupal_reads_articles(mariadb: PortalDatabase) -> None:
    """Nodes of the type by the latest alias in their language; comments of all fields are added up."""
    mariadb.run(
        "CREATE TABLE node_field_data (nid INTEGER, type VARCHAR(32), langcode VARCHAR(12), status INTEGER, title"
        " VARCHAR(255), created INTEGER, changed INTEGER, default_langcode INTEGER, PRIMARY KEY (nid, langcode))",
        "CREATE TABLE node_counter (nid INTEGER PRIMARY KEY, totalcount BIGINT, daycount INTEGER, timestamp BIGINT)",
        "CREATE TABLE comment_entity_statistics (entity_id INTEGER, entity_type VARCHAR(32), field_name VARCHAR(32),"
        " comment_count INTEGER)",
        "CREATE TABLE path_alias (id INTEGER PRIMARY KEY, path VARCHAR(255), alias VARCHAR(255), status INTEGER,"
        " langcode VARCHAR(12))",
        "INSERT INTO path_alias VALUES (1, '/node/41', '/old', 1, 'und'), (2, '/node/41', '/news/ferry', 1, 'ru'),"
        " (3, '/node/41', '/off', 0, 'ru'), (4, '/node/41', '/news/in-english', 1, 'en')",
        "INSERT INTO node_field_data VALUES"
        " (41, 'article', 'ru', 1, 'Паром', 1790791500, 0, 1),"
        " (42, 'article', 'en', 1, 'Council', 1790758800, 0, 1),"
        " (43, 'page', 'en', 1, 'About', 1790758800, 0, 1),"
        " (44, 'article', 'en', 1, 'Old', 1788253200, 0, 1)",
        "INSERT INTO node_counter VALUES (41, 1841, 7, 0)",
        "INSERT INTO comment_entity_statistics VALUES (41, 'node', 'comment', 20), (41, 'node', 'field_talk', 1),"
        " (41, 'user', 'comment', 500)",
    )
    seen = visit("drupal", mariadb.url, {})
    ferry, council = seen.sightings
    assert (ferry.url, ferry.language) == ("https://gazette.example/news/ferry", "ru")
    assert str(ferry.published_at) == "2026-09-30 18:05:00+00:00"
    assert ferry.counters == Counters(views=1841, comments=21)
    assert (council.url, council.counters) == ("https://gazette.example/node/42", Counters())


def test_sql_source_own_query_replaces_the_preset(portable: PortalDatabase) -> None:
    """The keys of the table have priority."""
    portable.run("CREATE TABLE a (b INTEGER)")
    seen = visit("dle", portable.url, {}, query="SELECT '/1' AS url, 'Own' AS title")
    assert [one.title for one in seen.sightings] == ["Own"]


def test_sql_source_counters_only_need_no_title(portable: PortalDatabase) -> None:
    """A query may return counters of articles that another source finds."""
    portable.run("CREATE TABLE a (b INTEGER)")
    query = "SELECT '/1' AS url, 7 AS views"
    (one,) = visit("dle", portable.url, {}, query=query, role="counters").sightings
    assert (one.title, one.counters) == ("", Counters(views=7))

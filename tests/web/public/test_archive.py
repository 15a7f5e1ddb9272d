"""The archive over HTTP: pages, search and feeds, made of the frozen issue."""

import html
import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from unittest import mock
from urllib.parse import quote

import feedparser
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import tokens
from digest.errors import StoreError
from digest.rendering.render import Renderer
from digest.rendering.theme import built_in_templates
from digest.settings.looks import LogoSettings
from digest.store.issues.archive import Archive
from digest.web.public.public_issue import feed_html, public_issue
from tests.support import issues
from tests.support.installation import DAY, NEXT_DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Log
from tests.support.web import BASE, Web, served
from tests.web.conftest import configured

ISSUE = f"/archive/daily/{DAY}"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = "<script>alert(1)</script> & <b>bold</b> {{7*7}}"


def test_issue_page_has_the_articles_and_no_personal_link(web: Web) -> None:
    """Titles and links of the frozen issue, its picture's sources allowed; nothing that belongs to one reader."""
    page = web.get(ISSUE)
    assert page.status == 200
    for number in range(1, 6):
        assert f'href="https://gazette.example/news/{number}"' in page.text
    assert not re.search(r"/(?:leave|preferences|confirm|u|p|v)/", page.text)
    for purpose in (tokens.LEAVE, tokens.PREFERENCES, tokens.READER):
        assert tokens.placeholder(web.secret, f"daily/{DAY}", purpose) not in page.text
    assert "You receive this email" not in page.text
    assert "are personal" not in page.text
    assert "All articles" not in page.text  # there is no list of them
    assert "https:" in page.headers["content-security-policy"].partition("img-src")[2].partition(";")[0]


def test_issue_page_needs_no_inline_style(web: Web) -> None:
    """The policy forbids inline styles and scripts, so there are none; the classes are in the issue's stylesheet."""
    page = web.get(ISSUE)
    assert "style=" not in page.text
    assert "<style" not in page.text
    assert "<script" not in page.text
    sheet = web.get(f"{ISSUE}.css")
    assert sheet.headers["content-type"].startswith("text/css")
    used = set(re.findall(r"\bs\d+\b", " ".join(re.findall(r'class="([^"]*)"', page.text))))
    assert used
    assert all(f".{name}.{name}{{" in sheet.text for name in used)


def test_issue_page_is_small_and_revalidated(web: Web) -> None:
    """At most 50 KB; a client that has the page gets 304."""
    page = web.get(ISSUE)
    assert len(page.body) <= 50_000
    again = web.get(ISSUE, If_None_Match=page.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert web.get(ISSUE, If_None_Match='"other"').status == 200
    etag = page.headers["etag"].strip('"')
    for known in (f'W/"{etag}"', f'"other", "{etag}-gzip"', f'W/"{etag}-br"', f'"{etag};gzip"'):
        assert web.get(ISSUE, If_None_Match=known).status == 304
    assert web.get(ISSUE, If_None_Match=f'"{etag}-other"').status == 200


def test_issue_page_has_canonical_and_opengraph(web: Web) -> None:
    """Search engines and messengers find the address, the title and the description."""
    page = lxml.html.document_fromstring(web.get(f"{ISSUE}?lang=ru").text)
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{BASE}{ISSUE}"]
    assert page.xpath("//meta[@property='og:title']/@content") == page.xpath("//title/text()")
    assert page.xpath("//meta[@property='og:type']/@content") == ["article"]
    assert page.get("lang") == "ru"
    assert page.xpath("//main/div/@lang") == ["en"]


@pytest.mark.parametrize(
    "path",
    [
        "/archive/daily/2025-06-09",
        "/archive/other/2025-06-02",
        "/archive/daily/..%2f..%2fetc%2fpasswd",
        "/archive/daily/%00",
        "/archive/daily/2025-13-45",
        "/archive/..\\..\\x/2025-06-02",
        "/archive/alert/2025-06-02",
    ],
)
def test_issue_page_of_what_is_not_there_is_404(web: Web, path: str) -> None:
    """Unknown issues, days that are none, paths of files, system mail."""
    assert web.get(path).status == 404


def test_archive_list_and_latest_lead_to_the_issue(web: Web) -> None:
    """The list links it, and `/archive/latest` redirects to it."""
    assert f'href="{ISSUE}"' in web.get("/archive").text
    assert web.get("/archive/latest").headers["location"] == ISSUE
    assert web.get("/archive/latest?lang=ru").headers["location"] == f"{ISSUE}?lang=ru"


def test_home_page_and_archive_latest_prefer_an_issue_in_the_language_of_the_page(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """Of two editions; where there is none in that language, the latest one of all."""
    configured(site.folder, mail[0], editions=('name = "daily"', 'name = "ru"\nlanguage = "ru"\narticles = "any"'))
    site.run("send", "--yes", "--edition", "ru", "--date", DAY, now=SLOT).fine()
    with served(site) as web:
        for language, path in {"en": ISSUE, "ru": f"/archive/ru/{DAY}"}.items():
            assert web.get(f"/archive/latest?lang={language}").headers["location"] == f"{path}?lang={language}"
            assert f'href="{path}?lang={language}"' in web.get(f"/?lang={language}").text


def test_archive_list_marks_texts_in_another_language_than_the_page(site: Installation, mail: tuple[int, Log]) -> None:
    """Subjects and titles of editions, also beside the boxes of the forms: a screen reader changes its voice."""
    editions = (
        'name = "daily"\ntitle = "The Quay"',
        'name = "ru"\ntitle = "Причал"\nlanguage = "ru"\narticles = "any"',
    )
    configured(site.folder, mail[0], editions=editions)
    site.run("send", "--yes", "--edition", "ru", "--date", DAY, now=SLOT).fine()
    with served(site) as web:
        for language in ("en", "ru"):
            page = web.get(f"/archive?lang={language}")
            assert page.languages_of("А также: ") == page.languages_of("Причал") == {"ru"}
            assert page.languages_of("Plus: ") == page.languages_of("The Quay") == {"en"}
            for form in ("/subscribe", f"/preferences/{web.token(1, tokens.PREFERENCES)}"):
                page = web.get(f"{form}?lang={language}")
                assert (page.languages_of("The Quay"), page.languages_of("Причал")) == ({"en"}, {"ru"})


@pytest.mark.parametrize(("words", "found"), [("harbour", True), ("HARBOUR number", True), ("harbour tram", False)])
def test_archive_search_finds_issues_with_every_word(web: Web, words: str, found: bool) -> None:
    """In any case, in any order; a search without a result says so."""
    page = web.get(f"/archive?q={words.replace(' ', '+')}").text
    assert (f'href="{ISSUE}"' in page) == found
    assert ("No issue has all of these words." in page) != found


@pytest.mark.parametrize(
    ("query", "title", "canonical"),
    [
        ("", "Archive", ""),
        ("?page=2&lang=ru", "Страница 2 · Архив", "?page=2"),
        ("?page=1&edition=daily", "Archive", "?edition=daily"),
        ("?edition=daily&page=1200", "Page 1,200 · Archive", "?edition=daily&page=1200"),
        ("?q=harbour&page=2", "harbour · Page 2 · Archive", ""),
    ],
)
def test_archive_pages_and_searches_have_titles_and_addresses_of_their_own(
    web: Web, query: str, title: str, canonical: str
) -> None:
    """For tabs, bookmarks and screen readers, and for search engines, which keep one page of those of an address."""
    page = lxml.html.document_fromstring(web.get(f"/archive{query}").text)
    assert page.findtext(".//title") == f"{title} · Harbour Gazette"
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/archive{canonical}"]


@pytest.mark.parametrize("path", ["/archive", "/archive/latest", "/archive/feed.atom", "/archive/feed.json"])
def test_archive_of_an_edition_that_is_not_configured_has_its_issues_alone(
    site: Installation, mail: tuple[int, Log], path: str
) -> None:
    """Whoever follows an edition that was renamed gets no other one; for a name that no issue has there is no page."""
    configured(site.folder, mail[0], editions=('name = "evening"\narticles = "any"',))
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    with served(site) as web:
        answer = web.get(f"{path}?edition=daily")
        shown = answer.headers.get("location", "") + answer.text
        assert set(re.findall(r"/archive/(\w+)/\d", shown)) == {"daily"}
        for unknown in ("weekend", "%00", "Daily", "confirmation.en"):
            assert web.get(f"{path}?edition={unknown}").status == 404, unknown
        assert web.get(f"{path}?edition=").status == web.get(path).status


def test_archive_of_one_edition_leads_to_its_feeds(web: Web) -> None:
    """That of all leads to those of all; so do the links by which feed readers find them, and the feeds lead back."""
    for query in ("", "?edition=daily"):
        page = lxml.html.document_fromstring(web.get(f"/archive{query}").text)
        for links in ("//main//a[contains(@href, '/feed.')]/@href", "//head/link[@rel='alternate']/@href"):
            assert page.xpath(links) == [f"/archive/feed.atom{query}", f"/archive/feed.json{query}"]
        assert (
            f'rel="alternate" type="text/html" href="{BASE}/archive{query}"'
            in web.get(f"/archive/feed.atom{query}").text
        )


def test_archive_latest_of_an_edition_without_issues_leads_to_its_list(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """And not to an issue of another edition."""
    configured(site.folder, mail[0], editions=('name = "daily"', 'name = "evening"'))
    with served(site) as web:
        location = web.get("/archive/latest?edition=evening&lang=ru").headers["location"]
        assert location == "/archive?edition=evening&lang=ru"
        assert web.get("/archive/latest?edition=daily").headers["location"] == ISSUE


@pytest.mark.parametrize("query", ["", "q=harbour&", "edition=daily&"])
def test_archive_page_after_the_last_one_says_so(web: Web, query: str) -> None:
    """There are issues, and the link leads to the first page with them."""
    page = web.get(f"/archive?{query}page=7")
    assert (page.status, "There are no issues on this page." in page.text) == (200, True)
    assert "There are no issues yet." not in page.text
    assert "No issue has all of these words." not in page.text
    (newer,) = re.findall(r'href="([^"]+)">← Newer issues', page.text)
    assert f'href="{ISSUE}"' in web.get(html.unescape(newer)).text


def test_archive_search_that_failed_is_tried_again_as_a_whole(web: Web) -> None:
    """The link of the error page keeps the words, the page and the language, whatever the query names."""
    with mock.patch.object(Archive, "latest", side_effect=StoreError("it is locked")):
        answer = web.get("/archive?q=harbour+news&page=2&request=1&lang=ru")
    assert answer.status == 503
    unstorable = web.get("/subscribe?edition=%00")
    found = [
        lxml.html.document_fromstring(one.text).xpath("//p[@class='buttons']/a[1]/@href")
        for one in (answer, unstorable)
    ]
    assert found == [["/archive?q=harbour+news&page=2&request=1&lang=ru"], ["/subscribe"]]


def test_archive_search_escapes_what_was_typed(web: Web) -> None:
    """Neither markup nor the wildcards of LIKE have an effect."""
    page = web.get("/archive?q=%3Cscript%3E%25_").text
    assert "<script>" not in page
    assert "No issue has all of these words." in page


def test_archive_search_finds_russian_words_in_any_case(mail: tuple[int, Log], site: Installation) -> None:
    """SQLite compares only ASCII letters without case."""
    configured(site.folder, mail[0], editions=('name = "daily"\narticles = "any"',))
    items = (item(n, title=f"Порт открыт: причал {n}", comments=n, hours=-6) for n in range(11, 16))
    site.write("feed.xml", rss(*items))
    site.run("send", "--yes", "--date", NEXT_DAY, "--force", now=SLOT + timedelta(days=1)).fine()
    with served(site) as web:
        for query in ("порт", "ПОРТ", "Порт"):
            assert f"/archive/daily/{NEXT_DAY}" in web.get(f"/archive?q={quote(query)}").text


def test_archive_search_finds_words_in_other_spellings(mail: tuple[int, Log], site: Installation) -> None:
    """As readers type them: without ё, with the other apostrophe and hyphen, and longer than a line of the text."""
    word = "водогрязеторфопарафино" * 5
    titles = ("Ёлка в порту", "O\u2019Neil\u2019s boat", "Северо\u2011западный ветер", f"Лечебница {word}", "Причал")
    configured(site.folder, mail[0], editions=('name = "daily"\narticles = "any"',))
    items = (item(n, title=title, comments=n, hours=-6) for n, title in enumerate(titles, start=11))
    site.write("feed.xml", rss(*items))
    site.run("send", "--yes", "--date", NEXT_DAY, "--force", now=SLOT + timedelta(days=1)).fine()
    with served(site) as web:
        for query in ("елка", "ЁЛКА", "o'neil's boat", "ONeils", "северо-западный", "северозападный", word, "елка -"):
            assert f"/archive/daily/{NEXT_DAY}" in web.get(f"/archive?q={quote(query)}").text, query
        assert f"/archive/daily/{NEXT_DAY}" not in web.get(f"/archive?q={quote('ёлки')}").text


def test_atom_feed_is_valid_and_whole(web: Web) -> None:
    """RFC 4287: id, title, updated; each entry has the whole issue, and feed readers and browsers read it."""
    answer = web.get("/archive/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.body)
    (entry,) = feed.findall("a:entry", ATOM)
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"a:{name}", "", ATOM)
        assert entry.findtext(f"a:{name}", "", ATOM)
    content = entry.findtext("a:content", "", ATOM)
    assert all(f"https://gazette.example/news/{number}" in content for number in range(1, 6))
    assert "/leave/" not in content
    parsed = feedparser.parse(answer.body)
    assert not parsed.bozo
    assert parsed.entries[0].link == f"{BASE}{ISSUE}"
    assert web.get("/archive/feed.atom", If_None_Match=answer.headers["etag"]).status == 304


def test_json_feed_has_what_version_1_1_demands(web: Web) -> None:
    """Version, title and items with an id and content; found from the pages."""
    answer = web.get("/archive/feed.json")
    assert answer.headers["content-type"].startswith("application/feed+json")
    feed = json.loads(answer.body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{BASE}/archive/feed.json"
    (entry,) = feed["items"]
    assert entry["url"] == f"{BASE}{ISSUE}"
    assert "https://gazette.example/news/1" in entry["content_html"]
    links = lxml.html.document_fromstring(web.get("/archive").text).xpath("//link[@rel='alternate']/@href")
    assert links == ["/archive/feed.atom", "/archive/feed.json"]


def test_hostile_titles_stay_text_on_every_page(site: Installation) -> None:
    """Markup and template syntax in a title are text on the page, in the list and in both feeds."""
    site.write("feed.xml", rss(*(item(n, title=f"{HOSTILE} {n}", comments=n, hours=-6) for n in range(21, 26))))
    site.run("send", "--yes", "--date", NEXT_DAY, "--force", now=SLOT + timedelta(days=1)).fine()
    with served(site) as web:
        for path in (f"/archive/daily/{NEXT_DAY}", "/archive", "/"):
            page = web.get(path)
            assert page.status == 200
            assert "<script" not in page.text
            assert "7*7" in page.text
        (first, *_rest) = json.loads(web.get("/archive/feed.json").body)["items"]
        assert "<script" not in first["content_html"]
        assert "<b>" not in first["content_html"]
        assert feedparser.parse(web.get("/archive/feed.atom").body).entries[0].title.startswith("<script>")


def test_empty_archive_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Before the first issue: list, latest and feeds answer."""
    site = Installation(tmp_path_factory.mktemp("empty")).configure(web=f'base_url = "{BASE}/news"')
    with served(site) as web:
        assert "There are no issues yet." in web.get("/archive").text
        assert web.get("/archive/latest").headers["location"] == "/news/archive"
        assert ET.fromstring(web.get("/archive/feed.atom").body).findall("a:entry", ATOM) == []
        assert web.get("/news/archive").body == web.get("/archive").body


def test_archive_without_issues_offers_no_search(tmp_path_factory: pytest.TempPathFactory) -> None:
    """There is nothing to find; whoever follows an old link to a search can change its words."""
    site = Installation(tmp_path_factory.mktemp("empty")).configure(web=f'base_url = "{BASE}"')
    with served(site) as web:
        assert 'role="search"' not in web.get("/archive").text
        assert 'role="search"' in web.get("/archive?q=harbour").text


def test_public_issue_drops_links_that_an_older_secret_signed() -> None:
    """Personal links are known by their form too: the placeholders of a secret that was replaced stay private."""
    token = "A" * 36
    html = (
        '<html lang="ru"><head><style>p{color:red}</style></head><body style="margin:0"><p onclick="x()">Text</p>'
        f'<p><a href="https://n.example/u/{token}">Leave</a> · <a href="https://n.example/v/{token}">View</a></p>'
        f'<p>Write to <a href="mailto:n@n.example?subject=unsubscribe%20{token}">us</a></p><!-- note --></body></html>'
    )
    public = public_issue(html, (), (), "/archive/daily/2026-10-01")
    assert token not in public.html
    assert "Leave" not in public.html
    assert "·" not in public.html
    assert "onclick" not in public.html
    assert (public.language, "p{color:red}" in public.css) == ("ru", True)
    assert ".s1.s1{margin:0}" in public.css


@pytest.mark.parametrize(
    "end", ["v/0f8fad5b-d9cb-469f-a165-70867728950e", "p/harbour-opens-after-two-years-of-rain"], ids=["uuid", "slug"]
)
def test_public_issue_keeps_articles_whose_address_is_as_long_as_a_personal_link(end: str) -> None:
    """Sites give articles, videos and users such addresses."""
    assert len(end) >= 38
    html = f'<html><body><p>Lead: <a href="https://n.example/{end[:38]}">Harbour opens</a></p></body></html>'
    assert f"https://n.example/{end[:38]}" in public_issue(html, (), (), "/archive/daily/2026-10-01").html


@given(st.binary(min_size=32, max_size=32), st.integers(min_value=0, max_value=2**40))
def test_public_issue_drops_the_link_of_any_delivery(secret: bytes, delivery_id: int) -> None:
    """Whatever the secret was."""
    token = tokens.mint(secret, delivery_id, tokens.LEAVE)
    html = f'<html><body><p>Text</p><p><a href="https://n.example/leave/{token}">Leave</a></p></body></html>'
    assert token not in public_issue(html, (), (), "/archive/daily/2026-10-01").html


def test_feed_html_keeps_text_links_and_images_alone() -> None:
    """No tables, classes or scripts."""
    html = '<html><body><table><tr><td><a href="https://x.example" class="k">A</a><img src="https://x.example/i.png">'
    public = public_issue(html, (), (), "/archive/x/2026-10-01")
    assert feed_html(public) == '<a href="https://x.example">A</a><img src="https://x.example/i.png">'


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
def test_feed_html_has_the_logo_once(theme: str) -> None:
    """The picture for dark mode is hidden by styles, which a feed does not have."""
    logo = LogoSettings(light="https://x.example/l.png", dark="https://x.example/d.png", width=160, height=40)
    renderer = Renderer(issues.PORTAL.model_copy(update={"logo": logo}), [built_in_templates()])
    html = renderer.render(issues.english(), issues.LINKS, theme=theme).html
    shown = feed_html(public_issue(html, (issues.TOKEN,), (), "/archive/x/2026-10-01"))
    assert (shown.count("https://x.example/l.png"), shown.count("https://x.example/d.png")) == (1, 0)


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
def test_feed_html_begins_with_what_a_reader_sees(theme: str) -> None:
    """Neither with the preview text, which is hidden by styles, nor with the spaces behind it."""
    html = Renderer(issues.PORTAL, [built_in_templates()]).render(issues.english(), issues.LINKS, theme=theme).html
    shown = feed_html(public_issue(html, (issues.TOKEN,), (), "/archive/x/2026-10-01"))
    assert shown.startswith(f'<h1><a href="https://gazette.example">{issues.PORTAL.name}</a></h1>')

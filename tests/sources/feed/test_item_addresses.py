"""The addresses of feeds' items: whose link it is, where relative ones start, and items that share one."""

import json
from pathlib import Path

import pytest

from digest.sources.fetching.fetcher import Fetcher
from digest.store.articles.article_keys import article_key
from tests.support.feed_server import FeedServer
from tests.support.feeds import NOW, WINDOW, item, only, parse_feed, rss, source, visited


def test_feed_source_items_with_one_url_are_one_article(tmp_path: Path) -> None:
    """The first item, with the larger counters."""
    visit = visited(
        tmp_path,
        rss(
            item("<slash:comments>3</slash:comments>", title="First"),
            item("<slash:comments>9</slash:comments>", title="Second", link="http://www.a.example/1/?utm_source=rss"),
            item("<guid isPermaLink='false'>g</guid>", title="Third", link="https://a.example/3"),
            item("<guid isPermaLink='false'>g</guid>", title="Third", link="https://a.example/3-new"),
            item("<guid isPermaLink='false'>g</guid>", title="Fourth", link="https://a.example/4"),
        ),
    )
    assert [sighting.title for sighting in visit.sightings] == ["First", "Third", "Fourth"]
    assert visit.sightings[0].counters.comments == 9
    assert visit.notes == ("a repeated item was used once (2 times)",)


def episodes(links: list[str], *, guid: str = "episode-{}") -> str:
    """A feed of items with these links, and with guids and titles of their own."""
    return rss(
        *(
            item(f"<guid isPermaLink='false'>{guid.format(number)}</guid>", title=f"Episode {number}", link=link)
            for number, link in enumerate(links)
        )
    )


def test_items_without_guids_that_all_share_a_link_are_separate_articles(tmp_path: Path) -> None:
    """All lead to the home page; two of three that do may be one article with a new title."""
    titles = ["One", "Two", "Three"]
    visit = visited(tmp_path, rss(*(item(title=title) for title in titles)))
    assert [sighting.title for sighting in visit.sightings] == titles
    visit = visited(tmp_path, rss(*(item(title=title) for title in titles), item(link="https://a.example/2")))
    assert [sighting.title for sighting in visit.sightings] == ["One", "Harbour opens"]


@pytest.mark.parametrize("links", [["https://a.example/show"] * 3, [f"https://a.example/live#{n}" for n in range(3)]])
def test_items_that_share_a_link_are_separate_articles(tmp_path: Path, links: list[str]) -> None:
    """Episodes of a podcast and entries of a live page differ in guid and title, and keep their links."""
    visit = visited(tmp_path, episodes(links))
    assert [sighting.url for sighting in visit.sightings] == links
    assert len({article_key(sighting.url, sighting.item) for sighting in visit.sightings}) == 3
    assert visit.notes == ()


def test_items_that_share_a_link_use_their_guid_where_it_is_an_address(tmp_path: Path) -> None:
    """It leads to the episode and not to the show."""
    visit = visited(tmp_path, episodes(["https://a.example/show"] * 2, guid="https://a.example/show/{}"))
    assert [sighting.url for sighting in visit.sightings] == ["https://a.example/show/0", "https://a.example/show/1"]


def test_items_that_share_a_link_and_a_guid_are_one_article(tmp_path: Path) -> None:
    """An item that is listed twice, with a title that was changed."""
    visit = visited(tmp_path, episodes(["https://a.example/1"] * 2, guid="one"))
    assert len(visit.sightings) == 1


def test_feed_source_each_kind_of_link_is_read(tmp_path: Path) -> None:
    """Relative links are resolved, a guid that is an address is a link, and an item without one is left out."""
    visit = visited(
        tmp_path,
        rss(
            item(link="/1?a=1&amp;b=2"),
            "<title>B</title><guid>https://a.example/2</guid>",
            "<title>C</title><guid isPermaLink='false'>https://a.example/3</guid>",
            item(link="javascript:alert(1)"),
            item(link="http://me:pw@a.example/"),
            channel="<link>https://a.example/news/</link>",
        ),
    )
    urls = [sighting.url for sighting in visit.sightings]
    assert urls == ["https://a.example/1?a=1&b=2", "https://a.example/2", "https://a.example/3"]
    assert visit.notes == ("an item without a URL was left out (2 times)",)


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ("<link>/1</link><related><link>/2</link></related>", "https://a.example/1"),
        ("<yandex:related><link url='/2'>Other</link></yandex:related><link>/1</link>", "https://a.example/1"),
        ("<link>/1</link><author><name>Anna</name><link>/anna</link></author>", "https://a.example/1"),
        ("<photos><link>/2</link></photos><link>/1</link><guid>/1</guid>", "https://a.example/1"),
        ("<atom:link href='/en' hreflang='en'/><atom:link href='/de' hreflang='de'/>", "https://a.example/en"),
        ("<atom:link rel='related' href='/2'/><atom:link href='/1'/>", "https://a.example/1"),
        ("<link>/go</link><feedburner:origLink>https://a.example/1</feedburner:origLink>", "https://a.example/1"),
        ("<guid>/1</guid>", "https://a.example/1"),
        ("<guid>17</guid>", None),
        ("<guid>17 at https://a.example</guid>", None),
        ("<guid>17</guid><enclosure url='/1.mp3' type='audio/mpeg'/>", "https://a.example/1.mp3"),
        ("<guid>17</guid><enclosure url='/1.jpg' type='image/jpeg'/>", None),
        ("<atom:link rel='self' href='/1.atom'/>", "https://a.example/1.atom"),
        ("<link>/?a=1&amp;amp;b=2</link>", "https://a.example/?a=1&b=2"),
        ("<link>null</link><guid>https://a.example/1</guid>", "https://a.example/1"),
        ("<link>{{ post.url }}</link>", None),
        ("<link>#</link>", None),
        ("<atom:link type='application/json' href='/2'/><atom:link type='Text/HTML; charset=utf-8' href='/1'/>",
         "https://a.example/1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_link_of_an_item_is_its_own(links: str, url: str | None, end: str) -> None:
    """The first one that leads to a page; the links of nested elements and identifiers are not the article's."""
    feed = rss(f"<title>A</title>{links}") + end
    (entry,) = parse_feed(feed.encode(), base="https://a.example/feed").entries
    assert entry.url == url


def test_feed_source_relative_links_start_from_the_final_url(server: FeedServer, tmp_path: Path) -> None:
    """After redirects, the URL of the response counts."""
    server.redirect("/feed", "/deep/er/rss.xml")
    server.answer("/deep/er/rss.xml", rss(item('<enclosure url="i.jpg" type="image/jpeg"/>', link="../1.html")))
    with Fetcher() as fetcher:
        visit = source(server.url("/feed"), fetcher, tmp_path).visit(WINDOW, NOW, None)
    assert only(visit).url == server.url("/deep/1.html")
    assert only(visit).image_url == server.url("/deep/er/i.jpg")


ATOM_ELSEWHERE = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="alternate" type="text/html" href="https://gazette.example/n/"/>'
    '<entry><title>One</title><link href="1"/><summary type="html">&lt;img src="i.jpg"&gt;</summary></entry></feed>'
)


RSS_ELSEWHERE = rss(
    item('<enclosure url="i.jpg" type="image/jpeg"/>', link="1"), channel="<link>https://gazette.example/n/</link>"
)


JSON_ELSEWHERE = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://gazette.example/n/",
        "items": [{"id": "1", "title": "One", "url": "1", "image": "i.jpg"}],
    }
)


@pytest.mark.parametrize("feed", [RSS_ELSEWHERE, RSS_ELSEWHERE[:-6], ATOM_ELSEWHERE, JSON_ELSEWHERE])
@pytest.mark.parametrize("base", ["https://feeds.example/gazette.xml", None])
def test_relative_links_of_a_feed_on_another_host_start_from_its_site(feed: str, base: str | None) -> None:
    """FeedBurner, a CDN, a bucket or a saved file; read by either parser."""
    (entry,) = parse_feed(feed.encode(), base=base).entries
    assert (entry.url, entry.image_url) == ("https://gazette.example/n/1", "https://gazette.example/n/i.jpg")


ATOM_LINK = '<link xmlns="http://www.w3.org/2005/Atom" rel="{}" href="https://gazette.example/n/{}"/>'


@pytest.mark.parametrize(
    "channel",
    [
        ATOM_LINK.format("self", "feed.xml"),
        "<link>gazette.example/n/</link>",
        "<link>feed://gazette.example/n/</link>",
        f'{ATOM_LINK.format("alternate", "")}<link rel="alternate" hreflang="en" href="https://en.example/"/>',
    ],
)
@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
@pytest.mark.parametrize("base", ["https://feeds.example/gazette.xml", None])
def test_relative_links_start_from_the_site_however_it_is_named(channel: str, end: str, base: str | None) -> None:
    """A feed without a link to its site names itself; a host without a scheme is one, another language is not."""
    feed = rss(item(link="1"), channel=channel) + end
    (entry,) = parse_feed(feed.encode(), base=base).entries
    assert entry.url == "https://gazette.example/n/1"


@pytest.mark.parametrize("name", ["index.shtml", "index.cgi", "main.php5"])
def test_relative_links_do_not_start_from_a_file_that_the_channel_names(name: str) -> None:
    """It is no host, although a host could end so."""
    feed = rss(item(link="/1"), channel=f"<link>{name}</link>")
    assert parse_feed(feed.encode(), base="https://gazette.example/a.xml").entries[0].url == "https://gazette.example/1"


def test_relative_links_of_json_feed_without_a_site_start_from_its_own_address() -> None:
    """As `rel="self"` in the other formats."""
    feed = JSON_ELSEWHERE.replace(
        '"home_page_url": "https://gazette.example/n/"', '"feed_url": "https://gazette.example/n/f"'
    )
    (entry,) = parse_feed(feed.encode(), base="https://feeds.example/gazette.json").entries
    assert entry.url == "https://gazette.example/n/1"


def test_relative_links_do_not_start_from_the_machine_on_which_the_site_was_built() -> None:
    """Generators of sites leave its address in the channel's link."""
    feed = rss(item(link="/1"), channel="<link>http://localhost:4000/</link>")
    assert parse_feed(feed.encode(), base="https://gazette.example/a.xml").entries[0].url == "https://gazette.example/1"


@pytest.mark.parametrize(
    ("link", "picture"),
    [("/n/1/", "https://gazette.example/n/1/i.jpg"), ("https://clicks.example/r/1", "https://gazette.example/i.jpg")],
)
@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_relative_picture_in_a_text_starts_from_the_item(link: str, picture: str, end: str) -> None:
    """As in the page of the article; an item's link to another host may be a redirect that counts clicks."""
    feed = rss(item("<description>&lt;img src='i.jpg'&gt;</description>", link=link)) + end
    assert parse_feed(feed.encode(), base="https://gazette.example/a.xml").entries[0].image_url == picture


def test_relative_picture_in_json_feed_starts_from_the_item() -> None:
    """As in the other formats."""
    feed = {"version": "https://jsonfeed.org/version/1.1"}
    items = [{"id": "1", "title": "One", "url": "/n/1/", "content_html": "<img src='i.jpg'>"}]
    (entry,) = parse_feed(json.dumps(feed | {"items": items}).encode(), base="https://gazette.example/f").entries
    assert entry.image_url == "https://gazette.example/n/1/i.jpg"


@pytest.mark.parametrize("base", ["https://gazette.example/feeds/a.xml", "https://www.gazette.example/feeds/a.xml"])
def test_relative_links_of_a_feed_on_its_own_host_start_from_the_feed(base: str) -> None:
    """As RFC 3986 defines it; `www.` is the same host."""
    assert parse_feed(RSS_ELSEWHERE.encode(), base=base).entries[0].url == base.replace("a.xml", "1")


@pytest.mark.parametrize(
    ("xml_base", "url"),
    [("https://cdn.example/x/", "https://cdn.example/x/1"), ("/x/", "https://gazette.example/x/1")],
)
def test_relative_links_below_xml_base_start_from_it(xml_base: str, url: str) -> None:
    """It is nearer than the feed's own link; a relative one starts from the site."""
    for feed in (RSS_ELSEWHERE, ATOM_ELSEWHERE):
        based = feed.replace("<item>", f'<item xml:base="{xml_base}">').replace(
            "<entry>", f'<entry xml:base="{xml_base}">'
        )
        (entry,) = parse_feed(based.encode(), base="https://feeds.example/a.xml").entries
        assert entry.url == url
        assert entry.image_url == url.replace("/1", "/i.jpg")


@pytest.mark.parametrize(
    ("based", "url"),
    [
        ('<item xml:base="https://cdn.example/x/"><title>A</title><link>1</link></item>', "https://cdn.example/x/1"),
        ('<item><title>A</title><description xml:base="/x/">A</description><link>1</link></item>', None),
        ('<item><title xml:base="https://cdn.example/">A</title><link>/1</link></item>', None),
        ('<item xml:base="/y/"><title>A</title><link>1</link></item>', "https://gazette.example/y/1"),
    ],
)
@pytest.mark.parametrize("end", ["</channel></rss>", ""], ids=["well-formed", "broken"])
def test_xml_base_of_an_item_does_not_apply_to_later_ones(based: str, url: str | None, end: str) -> None:
    """Nor does that of a title or a text; the guid of an item must not depend on those before it."""
    other = "<item><title>{0}</title><link>{0}</link><guid>{0}</guid></item>"
    later = '<item xml:base="/z/"><title>C</title><link>c</link></item>'
    feed = f'<rss version="2.0"><channel>{based}{other.format("b")}{later}{other.format("d")}{end}'
    first, *others = parse_feed(feed.encode(), base="https://gazette.example/feed.xml").entries
    assert first.url == (url or "https://gazette.example/1")
    assert [(one.url, one.guid) for one in others] == [
        ("https://gazette.example/b", "b"),
        ("https://gazette.example/z/c", None),
        ("https://gazette.example/d", "d"),
    ]


def test_feed_source_picture_in_content_starts_from_its_xml_base() -> None:
    """That of the content is nearer than that of the feed."""
    content = '<content type="html" xml:base="https://cdn.example/c/">&lt;img src="p.jpg"&gt;</content>'
    feed = ATOM_ELSEWHERE.replace("<summary", f"{content}<summary").replace("i.jpg", "")
    assert parse_feed(feed.encode()).entries[0].image_url == "https://cdn.example/c/p.jpg"

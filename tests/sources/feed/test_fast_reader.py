"""The fast feed reader gives what feedparser gives, or leaves the feed to it."""

import html
import os
from collections import Counter
from datetime import UTC
from pathlib import Path

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.parsing.canonical_key import canonical_key
from digest.parsing.encodings.charset import as_utf8, decoded
from digest.parsing.html_tags import with_literal_brackets
from digest.parsing.html_text import _ALSO_BREAKING, _BREAKING, plain_text
from digest.parsing.text import LONGEST_TEXT, clean_line
from digest.parsing.urls import web_url
from digest.sources.feed.entry import Parsed
from digest.sources.feed.fast_names import may_be_mojibake
from digest.sources.feed.fast_reader import read_ordinary
from digest.sources.feed.parse import parse_ordinary, parse_text
from tests.support.feeds import item, rss

BASE = "https://a.example/feed"

# Where the two differ on purpose, and why; see docs/feeds.md.
DIFFERENCES: dict[str, str] = {}

_PIECES = st.sampled_from(
    [
        "<title>Harbour &amp;amp; quay</title>",
        "<title type='html'>&lt;b&gt;Bold&lt;/b&gt;</title>",
        "<title>a &lt;i&gt;b&lt;/i&gt;</title>",
        "<title/>",
        "<title>Ã©tude \x80 x</title>",
        "<media:title>Of the picture</media:title>",
        "<dc:title>Of Dublin</dc:title>",
        "<link>https://a.example/1?a=1&amp;b=2</link>",
        "<link>  /relative </link>",
        "<link/>",
        "<atom:link href='https://a.example/2'/>",
        "<atom:link rel='replies' href='https://a.example/2#r' thr:count='4'/>",
        "<atom:link rel='self' href='https://a.example/self'/>",
        "<guid>https://a.example/3</guid>",
        "<guid>17</guid>",
        "<guid isPermaLink='false'>17</guid>",
        "<guid>HTTP://a.example/../x</guid>",
        "<description>One</description>",
        "<description>&lt;p&gt;Two &lt;img src='/2.jpg'&gt;&lt;/p&gt;</description>",
        "<content:encoded><![CDATA[<p>Three</p><img src=3.png>]]></content:encoded>",
        "<itunes:summary>Four</itunes:summary>",
        "<media:description>Five</media:description>",
        "<author>anna@a.example (Anna)</author>",
        "<author>Anna</author>",
        "<author>Анна (Тверь)</author>",
        "<author><name>Person</name><email>p@a.example</email></author>",
        "<author/>",
        "<dc:creator>Ben</dc:creator>",
        "<dc:creator>Ben (ben@a.info)</dc:creator>",
        "<x:group xmlns:x='urn:odd'><dc:creator>Inside</dc:creator></x:group>",
        "<category>News</category>",
        "<category domain='x'>City</category>",
        "<category/>",
        "<dc:subject>Port</dc:subject>",
        "<media:keywords>a, b</media:keywords>",
        "<itunes:category text='Talk'><itunes:category text='Inner'/></itunes:category>",
        "<pubDate>Mon, 23 Nov 2026 10:00:00 +0300</pubDate>",
        "<pubDate>Mon, 23 Nov 2026 10:00 MSK</pubDate>",
        "<pubDate>yesterday</pubDate>",
        "<dc:date>2026-11-23T10:00:00Z</dc:date>",
        "<date>2026-11-23T10:00:00Z</date>",
        "<related><link>/of-another</link></related>",
        "<yandex:related><link url='/of-another'>B</link></yandex:related>",
        "<photo><link>/of-a-photo</link></photo>",
        "<itunes:keywords><![CDATA[a, b]]></itunes:keywords>",
        "<media:content url='/m2.jpg'><media:description>Of the picture</media:description></media:content>",
        "<dc:language>ru-RU</dc:language>",
        "<slash:comments>7</slash:comments>",
        "<thr:total>8</thr:total>",
        "<media:content url='/m.jpg' medium='image'><media:credit>Carla</media:credit></media:content>",
        "<media:group><media:content url='/v.mp4' type='video/mp4'/><media:thumbnail url='/t.jpg'/></media:group>",
        "<media:community><media:statistics views='9'/></media:community>",
        "<enclosure url='/e.jpg' type='image/jpeg'/>",
        "<itunes:image href='/i.jpg'/>",
        "<source url='https://b.example/'>B</source>",
        "<x:odd xmlns:x='urn:odd'><title>Inside</title></x:odd>",
        "<description xml:base='https://c.example/'>Six</description>",
        "<title><b>mixed</b></title>",
        "<image><link>https://a.example/i</link></image>",
        "<image><url>/of-the-item.jpg</url></image>",
        "<image>https://a.example/of-the-item.jpg</image>",
        "<image href='/of-the-item.jpg'/>",
        "<yandex:full-text>Seven</yandex:full-text>",
        "<turbo:topic>Topic</turbo:topic>",
        "<turbo:source>https://a.example/turbo</turbo:source>",
        "<turbo:content type='x'><![CDATA[<header><h1>H</h1><img src='/8.jpg'></header><p>Eight</p>]]></turbo:content>",
    ]
)  # fmt: skip


def read_slowly(text: str, base: str | None = BASE) -> Parsed | None:
    """Return what feedparser reads."""
    try:
        return parse_text(text, base=base, zone=UTC)
    except ParseError:
        return None


def read_fast(data: bytes, content_type: str | None = None, base: str | None = BASE) -> Parsed | None:
    """Return what the fast reader reads, None where it leaves the feed to feedparser."""
    return parse_ordinary(data, content_type=content_type, base=base, zone=UTC)


def same(one: Parsed, other: Parsed | None) -> bool:
    """The same entries, and the same flaws."""
    return other is not None and one.entries == other.entries and +Counter(one.flaws) == +Counter(other.flaws)


@pytest.mark.needs("corpora")
@pytest.mark.timeout(300)
def test_fast_reader_corpora_equal_feedparser() -> None:
    """Each feed that it reads has the same entries and flaws; it reads nearly half of these odd ones."""
    folder = Path(os.environ["DIGEST_CORPORA"]) / "feeds" / "feedparser" / "tests"
    taken, different = 0, set()
    for file in sorted(folder.rglob("*.xml")):
        data = file.read_bytes()
        for base in (f"http://127.0.0.1:8097/{file.name}", None):
            quick = read_fast(data, base=base)
            taken += quick is not None
            if quick is not None and not same(quick, read_slowly(decoded(data, None), base)):
                different.add(file.relative_to(folder).as_posix())
    assert taken > 1_700
    assert different == set(DIFFERENCES)


@given(st.lists(st.lists(_PIECES, max_size=8).map("".join), max_size=3))
@example(["<title>Ã©tude \x80 x</title>" + item()])
@example(["<title>One</title><x:odd xmlns:x='urn:odd'><title>Inside</title></x:odd><title>Two</title>"])
def test_fast_reader_any_feed_equals_feedparser(items: list[str]) -> None:
    """Any elements in any order and number give the same entries, or are left to feedparser."""
    feed = rss(*items)
    quick = read_fast(feed.encode())
    assert quick is None or same(quick, read_slowly(feed))


RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="https://a.example/"><title>F</title></channel>'
    '<item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link></item></rdf:RDF>'
)
ORDINARY = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>F</title>
<author><name>Whole feed</name></author><link href="https://a.example/"/>
<entry><title type="html">A &amp;amp; B</title><link href="/1"/><id>tag:a.example,2026:1</id>
<updated>2026-11-23T10:00:00Z</updated><author><name>Anna</name><email>anna@a.example</email></author>
<category term="city" label="City"/><summary>Plain &lt;words&gt;</summary>
<content type="html">&lt;p&gt;Text&lt;/p&gt;</content></entry></feed>"""


@pytest.mark.parametrize(
    "feed",
    [
        rss(item("<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>"), item(title="Two", link="https://a.example/2")),
        ORDINARY,
        RDF,
    ],
    ids=["rss", "atom", "rdf"],
)
def test_fast_reader_ordinary_feed_equals_feedparser(feed: str) -> None:
    """RSS, Atom and RDF without oddities are read without feedparser, with the same result."""
    quick = read_fast(feed.encode())
    assert quick is not None
    assert quick.entries
    assert same(quick, read_slowly(feed))


@pytest.mark.parametrize(
    "odd",
    [
        rss(item()).replace("</rss>", ""),
        rss(item()).replace("?>", "?><!DOCTYPE rss>", 1),
        rss(item()).replace("<channel>", '<channel xml:base="https://b.example/">'),
        ORDINARY.replace('<content type="html">', '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">')
        .replace("</content>", "</div></content>"),
        "<html><body>a page</body></html>",
        rss(item("<a>" * 300 + "</a>" * 300)),
        rss(item()).replace("<item", "<item" + "".join(f' b{number}=""' for number in range(101)), 1),
        '{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        "",
    ],
)  # fmt: skip
def test_fast_reader_odd_feed_is_left_to_feedparser(odd: str) -> None:
    """Broken, with a document type, a base, inline markup, endless depth or attributes, or not a feed at all."""
    assert read_fast(odd.encode()) is None


@pytest.mark.parametrize(
    "hostile",
    [
        *(f"<{name}" + "".join(f' b{number}=""' for number in range(100_000)) + "/>" for name in ("a", "title")),
        f'<a b="{"x" * 2_000_000}"/>',
        "<a/>" * 140_000,
        "<author>" + "a." * 400_000 + "</author>",
        "<description>" + html.escape("<a href='" * 90_000) + "</description>",
        "<description>" + html.escape("<p " + "a " * 400_000) + "</description>",
        "<title>" + "&amp;" * 300_000 + "</title>",
        "<link>" + "http://" + "a/" * 500_000 + "</link>",
        "<category>x</category>" * 60_000,
    ],
)
@pytest.mark.timeout(30)
def test_fast_reader_hostile_feed_ends_soon(hostile: str) -> None:
    """A hundred thousand attributes, elements or characters are read or left to feedparser, and no text grows long."""
    parsed = read_fast(rss(item(hostile)).encode())
    for entry in parsed.entries if parsed else ():
        assert all(len(text or "") < 3_000 for text in (entry.title, entry.summary, entry.author, entry.section))


def test_fast_reader_too_many_items_are_left_to_feedparser() -> None:
    """The limit is an argument."""
    feed = rss(*[item()] * 5).encode()
    assert read_ordinary(feed, 4) is None
    assert read_ordinary(feed, 5) is not None


@pytest.mark.parametrize("stated", ["windows-1251", "koi8-r", "utf-16"])
def test_fast_reader_other_charsets_equal_feedparser(stated: str) -> None:
    """The declared character set counts, also that of the header."""
    feed = rss(item(title="Новости гавани")).replace("?>", f' encoding="{stated}"?>', 1)
    data = feed.encode(stated)
    assert as_utf8(data, None).decode().lstrip("\ufeff") == feed
    quick = read_fast(feed.encode("windows-1251"), "text/xml; charset=windows-1251") if stated != "utf-16" else None
    assert quick is None or quick.entries[0].title == "Новости гавани"


@given(st.text(st.sampled_from("ab <>/=\"'&;#pimgdv.!-\n\u00a0\u200b\u0301é"), max_size=60))
@example('<p title="a > b">x</p>')
@example("<img alt='<p>'>text")
@example('<a x" y=\'" >text')
@example("&bd")
@example(";<dd;")
def test_fast_reader_simple_markup_equals_the_html_parser(markup: str) -> None:
    """Where tags are removed without an HTML parser, the text is the same as with one."""
    assert plain_text(markup, 600) == _by_parser(markup)


@given(st.lists(st.sampled_from(["<p>word ", "</p>", "<b>x</b>. ", "<table>", "y", "<!--", "-->"]), max_size=8))
@example(["<table>", "<b>x</b>. ", "<p>word ", "<table>", "-->", "y", "<!--", "<p>word "])
def test_fast_reader_long_markup_equals_the_whole(parts: list[str]) -> None:
    """Only the beginning of a long text is read, with the same result."""
    markup = "".join(parts) * 200  # 800 characters are its beginning
    line = _by_parser(markup[:LONGEST_TEXT], 10**6)
    assert plain_text(markup, 100)[:40] == line[:40] or len(line) <= 100


def _by_parser(markup: str, limit: int = 600) -> str:
    spaced = with_literal_brackets(_ALSO_BREAKING.sub(" <", _BREAKING.sub(" <", markup)))
    content = {"script", "style", "title", "iframe", "noscript", "template"}
    return clean_line(html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags=content)), limit)


_ADDRESSES = st.from_regex(
    r"https?://(www\.)?[a-z0-9.-]{1,12}(:[0-9]{1,5})?(/[A-Za-z0-9._~/%+,:=!*'()$@&;-]{0,12})?([?][a-z=&%/?]{0,6})?(#[a-z!/]{0,4})?",
    fullmatch=True,
)


@given(_ADDRESSES, st.sampled_from([None, "https://b.example/x", "http://b.example/"]))
def test_fast_reader_complete_url_equals_the_full_check(url: str, base: str | None) -> None:
    """The short cuts give what the full check gives; a URL surrounded by spaces does not take the short cut."""
    with pytest.MonkeyPatch.context() as patch:
        quick = web_url(url, base), _key(url)
        patch.setattr("digest.parsing.urls._COMPLETE", _NEVER)
        patch.setattr("digest.parsing.canonical_key._SIMPLE", _NEVER)
        assert quick == (web_url(url, base), _key(url))


def _key(url: str) -> str | None:
    found = web_url(url)
    return canonical_key(found) if found else None


class _Never:
    """A pattern that nothing matches."""

    def fullmatch(self, _text: str) -> None:
        """Nothing."""


_NEVER = _Never()


@pytest.mark.parametrize("form", ["{0:c}", "&#{0};", "&#0{0};", "&#x{0:x};", "&#x00{0:X};"])
def test_fast_reader_only_texts_with_c1_characters_are_scanned(form: str) -> None:
    """A document without U+0080 to U+00BF, written or as a reference, needs no correction; any other may."""
    for point in (*range(32, 0x200), 0x2019, 0x43D, 0x1F600):
        document = f"<title>{form.format(point)}</title>".encode()
        assert may_be_mojibake(document) == (0x80 <= point <= 0xBF), document

"""Feeds: what each format tells of an article, and what becomes of bad ones."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import FetchError, ParseError
from digest.model.articles import Counters, Role, Sighting, Visit
from digest.sources.feed.entry import BAD_DATE
from digest.sources.fetching.fetcher import Fetcher
from tests.support.feed_server import FeedServer
from tests.support.feeds import NOW, WINDOW, item, only, parse_feed, rss, source, visited


def test_feed_source_rss_item_has_every_field(tmp_path: Path) -> None:
    """Every field of an RSS item is read and cleaned."""
    feed = rss(
        item(
            "<description>&lt;p&gt;The &lt;b&gt;new&lt;/b&gt; quay.&lt;/p&gt;</description>"
            "<dc:creator>Ann Lee</dc:creator><category>City</category><category>Sea</category>"
            '<media:content url="/i.jpg" medium="image"><media:credit>J. Doe</media:credit></media:content>'
            "<pubDate>Mon, 23 Nov 2026 10:00:00 +0300</pubDate><slash:comments>21</slash:comments>"
            '<media:community><media:statistics views="1841" favorites="5"/></media:community>'
            "<comments>https://a.example/1#comments</comments>",
            title="Harbour &amp;amp; sea",
        ),
        channel="<link>https://a.example/</link><language>en-GB</language>",
    )
    visit = visited(tmp_path, feed)
    assert only(visit) == Sighting(
        source="main",
        url="https://a.example/1",
        title="Harbour & sea",
        taken_at=NOW,
        summary="The new quay.",
        image_url="https://a.example/i.jpg",
        image_credit="J. Doe",
        section="City",
        author="Ann Lee",
        language="en",
        published_at=datetime(2026, 11, 23, 7, tzinfo=UTC),
        counters=Counters(views=1841, comments=21),
    )
    assert visit.notes == ()


def test_feed_source_atom_entry_has_every_field(tmp_path: Path) -> None:
    """Every field of an Atom entry is read, also the number of replies, with any prefix."""
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:t="http://purl.org/syndication/thread/1.0" xml:lang="ru">
      <entry><title type="html">Порт &amp;lt;открыт&amp;gt; &lt;b&gt;снова&lt;/b&gt;</title><id>urn:1</id>
      <link href="https://a.example/1"/><link rel="replies" href="https://a.example/1/c" t:count="10"/>
      <updated>2026-11-23T10:30:00+03:00</updated><published>2026-11-23T10:00:00+03:00</published>
      <author><name>Анна</name><email>anna@a.example</email></author><category term="city" label="Город"/>
      <summary>5 &lt; 6</summary></entry>
      <entry><title type="text">1 &lt;b&gt; 2</title><link href="https://a.example/2"/><t:total>22</t:total></entry>
    </feed>"""
    first, second = visited(tmp_path, feed).sightings
    assert (first.title, first.summary) == ("Порт <открыт> снова", "5 < 6")
    assert (first.author, first.section, first.language) == ("Анна", "Город", "ru")
    assert first.published_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert first.counters == Counters(comments=10)
    assert (second.title, second.counters) == ("1 <b> 2", Counters(comments=22))


@pytest.mark.parametrize(
    "feed",
    [
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item>'
            "<title>A</title><link>https://a.example/1</link></item></rdf:RDF>"
        ),
        '<rss version="0.91"><channel><item><title>A</title><link>https://a.example/1</link></item></channel></rss>',
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>A</title>'
            '<link rel="alternate" type="text/html" href="https://a.example/1"/></entry></feed>'
        ),
        '<CHANNEL HREF="https://a.example/"><ITEM HREF="https://a.example/1"><TITLE>A</TITLE></ITEM></CHANNEL>',
        '{"version": "https://jsonfeed.org/version/1", "items": [{"title": "A", "url": "https://a.example/1"}]}',
    ],
)
def test_feed_source_every_format_has_titles_and_links(tmp_path: Path, feed: str) -> None:
    """RDF, RSS 0.91, Atom 0.3, CDF and JSON Feed give an article."""
    assert (only(visited(tmp_path, feed)).title, only(visited(tmp_path, feed)).url) == ("A", "https://a.example/1")


@pytest.mark.parametrize(
    "text", ["-1", "NaN", "1e9", "12 likes", "https://a.example/c", "0x10", "9" * 9000, "1.5", "inf"]
)
def test_feed_source_invalid_counter_is_unknown_and_noted(tmp_path: Path, text: str) -> None:
    """A counter that is not a whole number is unknown, never zero."""
    visit = visited(tmp_path, rss(item(f"<slash:comments>{text}</slash:comments>")))
    assert only(visit).counters == Counters()
    assert visit.notes == ("a counter was not a whole number",)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", None),
        (" 7 ", 7),
        ("1 841", 1841),
        ("0", 0),
        ("1,841", 1841),
    ],
)
def test_feed_source_grouped_digits_are_read(tmp_path: Path, text: str, means: int | None) -> None:
    """An empty counter is unknown."""
    visit = visited(tmp_path, rss(item(f"<slash:comments>{text}</slash:comments>")))
    assert only(visit).counters.comments == means


def test_feed_source_url_of_the_comments_is_not_a_counter(tmp_path: Path) -> None:
    """RSS has an element `comments` that is a URL, even if it looks like a number."""
    assert only(visited(tmp_path, rss(item("<comments>12</comments>")))).counters == Counters()


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", 10),
        ("Mon, 23 Nov 2026 10:00:00 +0300", 7),
        ("Mon, 23 Nov 2026 10:00:00 MSK", 7),
        ("Mon, 23 Nov 2026 10:00:00", 7),
        ("23 Nov 2026 10:00", 7),
        ("2026-11-23 10:00:00", 7),
        ("2026-11-23T10:00:00Z", 10),
        ("2026-11-23T10:00:00", 7),
        ("Mon, 23 Nov 26 10:00:00 EST", None),
    ],
)
def test_feed_source_date_without_zone_is_in_the_zone_of_the_source(
    tmp_path: Path, text: str, means: int | None
) -> None:
    """A date is read in its own zone, else in the source's; one in the future is unknown."""
    published = only(visited(tmp_path, rss(item(f"<pubDate>{text}</pubDate>")))).published_at
    assert published == (None if means is None else datetime(2026, 11, 23, means, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "note"),
    [
        *(
            (text, f'{BAD_DATE}, such as "{text}"')
            for text in (
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Mon, 99 Nov 2026 10:00:00 GMT",
                "0001-01-01T00:00:00+14:00",
                "yesterday",
            )
        ),
        ("Mon, 23 Nov 2099 10:00:00 GMT", "a date was in the future and was ignored"),
    ],
)
def test_feed_source_impossible_date_is_unknown_and_noted(tmp_path: Path, text: str, note: str) -> None:
    """The article is kept without a date."""
    visit = visited(tmp_path, rss(item(f"<pubDate>{text}</pubDate>")))
    assert only(visit).published_at is None
    assert visit.notes == (note,)


def test_feed_source_impossible_dates_are_counted_with_the_first_of_them(tmp_path: Path) -> None:
    """An example says what to change; one for each item would fill the log."""
    dates = ("31 Foo 2026", "32 Foo 2026")
    feed = rss(*(item(f"<pubDate>{date}</pubDate>", link=f"https://a.example/{n}") for n, date in enumerate(dates)))
    assert visited(tmp_path, feed).notes == (f'{BAD_DATE}, such as "31 Foo 2026" (2 times)',)


def test_feed_source_without_dates_has_articles(tmp_path: Path) -> None:
    """A feed without dates is valid."""
    assert only(visited(tmp_path, rss(item()))).published_at is None


def test_feed_source_updated_replaces_missing_published(tmp_path: Path) -> None:
    """Atom requires only this date."""
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="https://a.example/1"/>'
        "<updated>2026-11-23T07:00:00Z</updated></entry></feed>"
    )
    assert only(visited(tmp_path, feed)).published_at == datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "means"),
    [
        ("A &lt;b&gt;bold&lt;/b&gt; move", "A bold move"),
        ("<![CDATA[Rock &#8217;n&#8217; roll &amp; more]]>", "Rock ’n’ roll & more"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("{{ 7*7 }} \u202e\u200b&#10;Bcc: x", "{{ 7*7 }} Bcc: x"),
        ("5 &lt; 6 &amp;amp; 7", "5 < 6 & 7"),
    ],
)
def test_feed_source_title_markup_becomes_text(tmp_path: Path, raw: str, means: str) -> None:
    """Known markup is removed, entities are resolved, and the rest is one harmless line."""
    assert only(visited(tmp_path, rss(item(title=raw)))).title == means


@pytest.mark.parametrize("end", ["", "&"])
def test_atom_cdata_that_was_escaped_is_its_content(end: str) -> None:
    """As Plume writes titles, in a format where plain text holds no markup."""
    entry = "<title>&lt;![CDATA[Open letter]]&gt;</title><summary>&lt;![CDATA[To the harbour.]]&gt;</summary>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}<id>1</id></entry>{end}</feed>'
    (found,) = parse_feed(feed.encode()).entries
    assert (found.title, found.summary) == ("Open letter", "To the harbour.")


def test_summary_that_repeats_the_title_is_unknown(tmp_path: Path) -> None:
    """Many feeds fill the description with the title."""
    visit = visited(tmp_path, rss(item("<description>Harbour opens.</description>")))
    assert only(visit).summary is None


@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_summary_that_repeats_the_title_gives_way_to_the_content(end: str) -> None:
    """The content is no summary of its own, but it says more than the title."""
    content = "<content:encoded>&lt;p&gt;The ferry is back.&lt;/p&gt;</content:encoded>"
    feed = rss(item(f"<description>Harbour opens!</description>{content}")) + end
    assert parse_feed(feed.encode()).entries[0].summary == "The ferry is back."


def test_summary_of_signs_alone_is_the_title_of_an_item_without_one(tmp_path: Path) -> None:
    """There is no title that it could repeat."""
    visit = visited(tmp_path, rss(item("<description>⚓</description>", title="")))
    assert only(visit).title == "⚓"


@pytest.mark.parametrize("reference", ["&#xD83D;", "&#55357;", "&#56832;", "&#x110000;", "&#99999999999;"])
def test_reference_to_no_character_does_not_lose_the_feed(tmp_path: Path, reference: str) -> None:
    """A program that cut a title cut an emoji in two."""
    visit = visited(tmp_path, rss(item(title=f"Harbour {reference}"), item(link="https://a.example/2")))
    assert [sighting.title for sighting in visit.sightings] == ["Harbour \ufffd", "Harbour opens"]


@pytest.mark.parametrize("form", ["<title>&amp;#{0};</title>", "<title>&#{0};</title>", "<title>&#{0}</title>"])
def test_reference_of_thousands_of_digits_does_not_lose_the_feed(tmp_path: Path, form: str) -> None:
    """Python refuses to read such a number, wherever it is."""
    long = form.format("1" * 5_000)
    picture = f'<description>&lt;img src="&amp;#{"1" * 5_000};.jpg"></description>'
    feed = rss(f"<item><link>https://a.example/1</link>{long}{picture}</item>", item(link="https://a.example/2"))
    _, second = visited(tmp_path, feed).sightings
    assert second.title == "Harbour opens"


@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_description_of_a_picture_is_the_summary_only_without_another(end: str) -> None:
    """Also where it is first in the item."""
    picture = "<media:content url='/1.jpg'><media:description>A quay</media:description></media:content>"
    feed = rss(item(f"{picture}<description>Lead</description>"), item(picture)) + end
    assert [entry.summary for entry in parse_feed(feed.encode()).entries] == ["Lead", "A quay"]


@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_date_in_html_is_read(end: str) -> None:
    """Drupal's views write the formatted date."""
    stated = "&lt;time datetime='2026-11-22T10:00:00Z'&gt;Sun, 11/22/2026 - 13:00&lt;/time&gt;"
    (entry,) = parse_feed((rss(item(f"<pubDate>{stated}</pubDate>")) + end).encode()).entries
    assert entry.published_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_credit_of_a_picture_is_its_photographer(end: str) -> None:
    """Also where others are named before them."""
    picture = "<media:content url='/1.jpg'><media:credit role='producer'>Ben</media:credit>{}</media:content>"
    both = picture.format("<media:credit role='photographer'>Anna</media:credit>")
    feed = rss(item(both), item(picture.format(""))) + end
    assert [entry.image_credit for entry in parse_feed(feed.encode()).entries] == ["Anna", "Ben"]


@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_names_are_the_same_where_the_xml_is_broken(end: str) -> None:
    """feedparser leaves the entities in them, and the prefix of an attribute."""
    names = "<dc:creator>Anna &amp;amp; Ben</dc:creator><category>Arts &amp;amp; Port</category>"
    others = "<atom:link rel='replies' href='/1#r' thr:count='4'/><date>2026-11-22T10:00:00Z</date>"
    (entry,) = parse_feed((rss(item(names + others)) + end).encode(), base="https://a.example/feed").entries
    assert (entry.author, entry.section, entry.counters.comments) == ("Anna & Ben", "Arts & Port", 4)
    assert entry.updated_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_words_for_nothing_are_unknown(tmp_path: Path) -> None:
    """A program printed its null."""
    markup = "<dc:creator>undefined</dc:creator><category>null</category><description>null</description>"
    sighting = only(visited(tmp_path, rss(item(markup))))
    assert (sighting.author, sighting.section, sighting.summary) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "is_template"),
    [
        *((one, True) for one in ("#PREVIEW_TEXT#", "[[*introtext]]", "[[+title]]", "*|BODY|*", "{short-story}")),
        *((one, True) for one in ("{$item.text}", "%%TEXT%%", "{{ text }}")),
        *((one, False) for one in ("#ПОРТ#", "#harbour", "[[1]]", "{port} opens", "100 %% sure")),
    ],
)
def test_summary_that_is_a_template_is_unknown(tmp_path: Path, text: str, is_template: bool) -> None:
    """An engine has not filled it: of Bitrix, MODX, Mailchimp, DLE, Smarty and others."""
    sighting = only(visited(tmp_path, rss(item(f"<description>{text}</description>"))))
    assert sighting.summary == (None if is_template else text)


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="display:none">Hidden</p><p>The quay.</p><div class="sharedaddy"><a href="x">Tweet</a></div>',
        '<p class="lead">The <a href="https://wa.me/7">quay</a>.</p><a href="https://wa.me/?text=x">Share</a>',
        '<p class="lead">The <a href="https://www.patreon.com/x">quay</a>.</p>',
        '<span class="span-reading-time rt-reading-time"><b class="rt-label">Reading Time: </b>2 min</span>The quay.',
        '<div id="ez-toc-container" class="ez-toc-v2_0"><nav><ul><li>Contents</li></ul></nav></div><p>The quay.</p>',
        '<div id="toc_container" class="no_bullets"><p class="toc_title">Contents</p></div><p>The quay.</p>',
        '<div class="kk-star-ratings kksr-auto"><div class="kksr-legend">5/5 - (1 vote)</div></div><p>The quay.</p>',
        '<div class="post-views content-post"><span>Post Views: </span><span>12</span></div><p>The quay.</p>',
        '<form class="mc4wp-form mc4wp-form-5"><p><label>Email address:</label></p></form><p>The quay.</p>',
        'The quay<span class="modern-footnotes-footnote__note">See map.</span>.',
        'The quay<span class="footnote_tooltip">See map.</span>.',
        '<div class="title_spoiler"><a href="#">Details</a></div><p>The quay.</p>',
        '<div class="message_media_not_supported_wrap"><div>Please open Telegram</div></div><p>The quay.</p>',
        '<span class="field--name-title">Port</span> <span class="field field--name-uid"><b>anna</b></span> The quay.',
    ],
)
def test_summary_is_what_a_reader_sees(tmp_path: Path, markup: str) -> None:
    """Not the hidden preheader, the buttons below, and what Drupal repeats above."""
    assert only(visited(tmp_path, rss(item(f"<description><![CDATA[{markup}]]></description>")))).summary == "The quay."


@pytest.mark.parametrize(
    ("feed", "title", "url"),
    [
        (rss(channel="<dc:title>Gazette</dc:title>"), "Gazette", None),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><link type='application/xhtml+xml' href='https://a.example/'/></feed>",
         "", "https://a.example/"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_channel_is_the_same_by_both_readers(feed: str, title: str, url: str | None, end: str) -> None:
    """A title of Dublin Core, and a page in XHTML."""
    channel = parse_feed((feed + end).encode(), base="https://a.example/feed").channel
    assert (channel.title, channel.url) == (title, url)


@pytest.mark.parametrize(
    ("categories", "section"),
    [
        ("<category>Uncategorized</category><category>Port</category>", "Port"),
        ("<category>Без рубрики</category>", None),
        ("<category>Port &amp; City,</category>", "Port & City"),
        ("<category>17</category><category>-</category><category>24/7</category>", "24/7"),
        ("<category>https://a.example/port</category>", None),
        ("<category>format-article</category><category>index</category><category>Порт</category>", "Порт"),
        ("<media:keywords>quay, ferry</media:keywords><category>Port</category>", "Port"),
        ("<itunes:keywords><![CDATA[quay, ferry]]></itunes:keywords>", None),
        ("<media:content><media:category>Photo</media:category></media:content><category>Port</category>", "Port"),
        ("<media:category label='Port'>1/2</media:category>", "Port"),
    ],
)
@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_section_is_the_first_category_that_names_one(categories: str, section: str | None, end: str) -> None:
    """No keywords, identifiers, addresses and marks for other programs."""
    (entry,) = parse_feed((rss(item(categories)) + end).encode()).entries
    assert entry.section == section


@pytest.mark.parametrize(
    ("declared", "title", "language"),
    [("en-US", "Мост открыт", None), ("rus", "Мост открыт", "ru"), ("ua", "Міст відкрито", "uk"), ("und", "A", None)],
)
def test_language_that_the_letters_contradict_is_unknown(
    tmp_path: Path, declared: str, title: str, language: str | None
) -> None:
    """Of the item and of the channel: an edition in Russian would leave out the whole feed."""
    visit = visited(tmp_path, rss(item(title=title), channel=f"<language>{declared}</language>"))
    assert (only(visit).language, visit.channel.language) == (language, language)


def test_items_in_a_list_of_rss_are_read(tmp_path: Path) -> None:
    """Only RDF has lists of items with another meaning."""
    assert (
        len(
            visited(
                tmp_path, f"<rss version='2.0'><channel><items><item>{item()}</item></items></channel></rss>"
            ).sightings
        )
        == 1
    )


@pytest.mark.parametrize("title", ["🖼", "…", "📷 🎥"])
def test_feed_source_title_without_letters_is_that_of_the_summary(tmp_path: Path, title: str) -> None:
    """Bridges from messengers call a post with a picture so; without a text it stays."""
    body = "<description>The ferry sails.</description>"
    assert only(visited(tmp_path, rss(item(body, title=title)))).title == "The ferry sails."
    assert only(visited(tmp_path, rss(item(title=title)))).title == title


def test_feed_source_title_that_is_the_text_of_a_link_is_that_of_the_summary(tmp_path: Path) -> None:
    """No article is called so; without a text it is left out."""
    body = "<description>The ferry sails.</description>"
    second = item(title="Читать далее »", link="https://a.example/2")
    visit = visited(tmp_path, rss(item(body, title="Read more"), second))
    assert only(visit).title == "The ferry sails."
    assert visit.notes == ("an item without title and text was left out",)


def test_feed_source_item_without_title_has_that_of_the_summary(tmp_path: Path) -> None:
    """The first words of the summary, which goes on behind them; an item with neither is left out."""
    words = "<description>" + "word " * 40 + "end.</description>"
    visit = visited(tmp_path, rss(item(words, title=""), item(title=" ", link="https://a.example/2")))
    assert only(visit).title.startswith("word word")
    assert len(only(visit).title) <= 80
    assert f"{only(visit).title.removesuffix('…')} {(only(visit).summary or '').removeprefix('…')}".split() == [
        *["word"] * 40,
        "end.",
    ]
    assert visit.notes == ("an item without title and text was left out",)


@pytest.mark.parametrize(
    ("markup", "means"),
    [
        ('<media:content url="https://a.example/v.mp4" type="video/mp4"/>', None),
        ('<media:content url="https://a.example/i.JPG"/>', "https://a.example/i.JPG"),
        ('<media:thumbnail url="https://a.example/t.png"/>', "https://a.example/t.png"),
        ('<enclosure url="https://a.example/e.gif" type="image/gif" length="1"/>', "https://a.example/e.gif"),
        ('<itunes:image href="https://a.example/p.jpg"/>', "https://a.example/p.jpg"),
        ("<content:encoded>&lt;img alt='x' src='https://a.example/c.jpg?a=1&amp;amp;b=2'&gt;</content:encoded>",
         "https://a.example/c.jpg?a=1&b=2"),
        ('<media:content url="data:image/png;base64,AA" medium="image"/>', None),
        ('<media:content url="javascript:alert(1)" medium="image"/>', None),
    ],
)  # fmt: skip
def test_feed_source_image_is_found_in_every_place(tmp_path: Path, markup: str, means: str | None) -> None:
    """In every place that feeds use, and only at http and https URLs."""
    assert only(visited(tmp_path, rss(item(markup)))).image_url == means


def test_feed_source_ampersands_that_are_not_escaped_stay_as_they_are() -> None:
    """In titles and addresses; those of a CDATA section are read as before."""
    text = "<description><![CDATA[R&D &copy; <b>x</b>]]></description>"
    feed = rss(item(text, title="AT&T & R&D; &copy; X", link="https://a.example/?a=1&copy=2&b=3"))
    entry = parse_feed(feed.encode()).entries[0]
    assert (entry.title, entry.url) == ("AT&T & R&D; © X", "https://a.example/?a=1&copy=2&b=3")
    assert entry.summary == "R&D © x"


@pytest.mark.parametrize("space", ["http://www.itunes.com/dtds/podcast-1.0.dtd", "http://search.yahoo.com/mrss/"])
@pytest.mark.parametrize("element", ["rss", "item"])
def test_feed_source_rss_in_the_namespace_of_a_module_has_its_items(element: str, space: str) -> None:
    """feedparser takes `item` for an element of that module then, and the feed for an empty one."""
    feed = rss(item()).replace(f"<{element}", f'<{element} xmlns="{space}"', 1)
    assert parse_feed(feed.encode()).entries == parse_feed(rss(item()).encode()).entries


@pytest.mark.parametrize("subset", ["", '[<!ENTITY co "Company">]', '[<!ENTITY % latin SYSTEM "latin.ent">%latin;]'])
def test_feed_source_names_of_characters_behind_a_dtd_are_kept(subset: str) -> None:
    """The DTD of RSS 0.91 defines them. It is not loaded, and no letter is lost, on whichever line it is named."""
    feed = rss(item(title="Caf&eacute; &mdash; &co;")).replace("?>", f'?><!DOCTYPE rss SYSTEM "rss.dtd" {subset}>', 1)
    title = parse_feed(feed.encode()).entries[0].title
    assert title == ("Café — Company" if "co " in subset else "Café — &co;")


@pytest.mark.parametrize(
    ("description", "summary", "image"),
    [
        (
            '&amp;lt;p&amp;gt;&amp;lt;img src="/i.jpg"&amp;gt;Tom &amp;amp; Ann&amp;lt;/p&amp;gt;',
            "Tom & Ann",
            "https://a.example/i.jpg",
        ),
        ("Tom&amp;amp;nbsp;and&amp;amp;#8212;Ann", "Tom and—Ann", None),
        ("Use &amp;lt;p&amp;gt; for paragraphs", "Use <p> for paragraphs", None),
        ("&amp;lt;p&amp;gt; begins a paragraph", "<p> begins a paragraph", None),
    ],
)
def test_feed_source_text_that_was_escaped_twice_is_read(description: str, summary: str, image: str | None) -> None:
    """Markup that was escaped once more is markup; a tag that the text is about stays."""
    feed = rss(item(f"<description>{description}</description>"))
    entry = parse_feed(feed.encode(), base="https://a.example/rss").entries[0]
    assert (entry.summary, entry.image_url) == (summary, image)


def test_feed_source_content_that_is_no_text_is_no_summary() -> None:
    """RFC 4287, 4.1.3.3: it may be a picture in base64."""
    content = '<content type="image/png">iVBORw0KGgo=</content>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title>{content}</entry></feed>'
    assert parse_feed(feed.encode()).entries[0].summary is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \r\n\xef\xbb\xbf", "is empty"),
        (b"<!DOCTYPE html><html><head><title>x</title></head>", "is a web page and not a feed; look there"),
        (
            b"<html><head><title>\n Back &amp; soon </title></head>",
            'is a web page and not a feed; look there for the URL of its feed (its title: "Back & soon")',
        ),
        (b"<!-- x --><html><body>", "is a web page and not a feed; look there"),
        (
            b"<html><META HTTP-EQUIV=Refresh CONTENT='0;URL=\"https://gazette.example/rss\"'></html>",
            "is a web page that leads to https://gazette.example/rss by a meta refresh; use that URL",
        ),
        (b'<html><meta http-equiv="refresh" content="300"></html>', "is a web page and not a feed; look there"),
        (
            b'<html><meta http-equiv="refresh" content="300;url=/rss"></html>',
            "is a web page and not a feed; look there",
        ),
        (
            b'<html><noscript><meta http-equiv="refresh" content="0;url=/nojs"></noscript></html>',
            "is a web page and not a feed; look there",
        ),
        (b'{"items": []}', "is JSON but not a JSON Feed"),
        (b"[1, 2]", "is JSON but not a JSON Feed"),
        (b"{not json", "looks like JSON and is not valid"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="deep"),
        (b'{"version": "https://jsonfeed.org/version/1"}', 'without its list "items"'),
        (b'<?xml version="1.0"?><!-- x --><urlset><url/></urlset>', "is a sitemap and not a feed; look on the site"),
        (b"<ns0:sitemapindex><ns0:sitemap/></ns0:sitemapindex>", "is a sitemap and not a feed; look on the site"),
        (b"Not found", "is not a feed: neither RSS nor Atom nor JSON Feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a feed: neither RSS nor Atom nor JSON Feed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a feed"),
    ],
)
def test_feed_source_other_document_is_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    """Anything but a feed is one line that names the source."""
    with pytest.raises(ParseError) as caught:
        visited(tmp_path, data)
    assert str(caught.value).startswith(f"{tmp_path / 'feed'}: is ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_feed_source_web_page_names_its_feed(server: FeedServer, tmp_path: Path) -> None:
    """The error names the URL of the feed."""
    page = '<!doctype html><link rel="alternate" type="application/rss+xml" href="/rss.xml?a=1&amp;b=2">'
    url = server.answer("/", page, content_type="text/html")
    with Fetcher() as fetcher, pytest.raises(ParseError) as caught:
        source(url, fetcher, tmp_path).visit(WINDOW, NOW, None)
    assert str(caught.value) == f"{url}: is a web page and not a feed; its feed is {server.url('/rss.xml?a=1&b=2')}"


@pytest.mark.parametrize("feed", [rss(), '<feed xmlns="http://www.w3.org/2005/Atom"/>', '<rss version="2.0"/>'])
def test_feed_source_empty_feed_has_no_sightings(tmp_path: Path, feed: str) -> None:
    """A feed without items is not an error."""
    assert visited(tmp_path, feed) == Visit()


def test_feed_source_truncated_feed_keeps_the_items_before(tmp_path: Path) -> None:
    """It is noted that the feed breaks off."""
    visit = visited(tmp_path, rss(item(), item(title="R & D", link="https://a.example/2"))[:-20])
    assert [sighting.title for sighting in visit.sightings] == ["Harbour opens", "R & D"]
    assert visit.notes == ("the feed is not well-formed; the readable part was used",)


@pytest.mark.parametrize("end", ["", "<pubDate>Thu, 01"])
def test_feed_source_item_that_breaks_off_is_left_out(tmp_path: Path, end: str) -> None:
    """Without its date it would be published now."""
    dated = item("<pubDate>Thu, 01 Oct 2026 02:00:00 GMT</pubDate>")
    unfinished = f"<item>{item(title='Old', link='https://a.example/2')}{end}"
    visit = visited(tmp_path, rss(dated).partition("</channel>")[0] + unfinished)
    assert [sighting.title for sighting in visit.sightings] == ["Harbour opens"]


def test_feed_source_item_that_breaks_off_after_more_than_the_one_before_has_is_used(tmp_path: Path) -> None:
    """Nothing shows that a part of it is missing."""
    visit = visited(
        tmp_path, f"{rss(item())[:-17]}<item>{item('<category>News</category>', link='https://a.example/2')}"
    )
    assert [sighting.section for sighting in visit.sightings] == [None, "News"]


@pytest.mark.parametrize(("end", "titles"), [("</a:entry></a:fe", 2), ("</a:feed>", 2), ("", 1)])
def test_feed_source_entry_with_a_prefix_is_left_out_where_it_breaks_off(tmp_path: Path, end: str, titles: int) -> None:
    """An end tag of the feed shows that its last entry only lacks its own."""
    entries = [f'<a:title>{number}</a:title><a:link href="https://a.example/{number}"/>' for number in (1, 2)]
    dated = f"<a:entry>{entries[0]}<a:updated>2026-10-01T02:00:00Z</a:updated></a:entry>"
    visit = visited(tmp_path, f'<a:feed xmlns:a="http://www.w3.org/2005/Atom">{dated}<a:entry>{entries[1]}{end}')
    assert len(visit.sightings) == titles


def test_feed_source_only_item_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    """No other one shows what parts it should have."""
    with pytest.raises(ParseError, match=r"is cut off before its first item$"):
        visited(tmp_path, rss(item()).partition("</item>")[0])


def test_feed_source_feed_that_breaks_off_is_read_whole_next_time(server: FeedServer, tmp_path: Path) -> None:
    """The cache that keeps half of it calls that unchanged."""
    url = server.answer("/rss", rss(item(), item()).rpartition("<item>")[0], headers={"ETag": '"1"'})
    with Fetcher() as fetcher:
        visit = source(url, fetcher, tmp_path).visit(WINDOW, NOW, None)
    assert (len(visit.sightings), visit.validators) == (1, None)


@pytest.mark.parametrize(
    "feed",
    [
        rss(item()).encode("utf-16"),
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
        f"{rss()}<?end?>".encode(),
        rss(item("<nothing>")).encode(),
    ],
)
def test_feed_source_whole_feed_is_asked_for_changes_alone_next_time(
    server: FeedServer, tmp_path: Path, feed: bytes
) -> None:
    """Whatever its character set, and whatever follows its end; also one that is not well-formed."""
    url = server.answer("/rss", feed, content_type="application/xml", headers={"ETag": '"1"'})
    with Fetcher() as fetcher:
        assert source(url, fetcher, tmp_path).visit(WINDOW, NOW, None).validators is not None


def test_feed_source_address_between_spaces_is_fetched(server: FeedServer, tmp_path: Path) -> None:
    """As it was copied; a space before it made a file of it."""
    address = f"\n {server.answer('/rss', rss(item()))} "
    with Fetcher() as fetcher:
        assert only(source(address, fetcher, tmp_path).visit(WINDOW, NOW, None)).title == "Harbour opens"


def test_feed_source_path_or_file_url_is_read(tmp_path: Path) -> None:
    """A relative path starts from the root, a file URL is absolute, and a missing file is one line."""
    (tmp_path / "a feed.xml").write_text(rss(item()))
    with Fetcher() as fetcher:
        for url in ("a feed.xml", (tmp_path / "a feed.xml").as_uri(), str(tmp_path / "a feed.xml")):
            assert only(source(url, fetcher, tmp_path).visit(WINDOW, NOW, None)).title == "Harbour opens"
        for url, message in (
            ("none.xml", "no such file"),
            ("none.xml.gz", "no such file"),
            ("gazette.example/rss", "gazette.example/rss: is no file here; a web address begins with https://"),
            (f"www.gazette.example/{300 * 'x'}?token=1", "x: is no file here; a web address begins with https://$"),
            (".", "is a directory"),
            ("ftp://a.example/x", "unsupported scheme"),
        ):
            with pytest.raises(FetchError, match=message):
                source(url, fetcher, tmp_path).visit(WINDOW, NOW, None)


def test_feed_source_settings_replace_missing_fields(tmp_path: Path) -> None:
    """Section, language and role come from the settings where the items have none."""
    visit = visited(tmp_path, rss(item()), section="News", language="ru", role="discussion")
    assert (only(visit).section, only(visit).language, only(visit).role) == ("News", "ru", Role.DISCUSSION)


def test_feed_source_second_visit_is_unchanged(server: FeedServer, tmp_path: Path) -> None:
    """A 304 has no sightings and keeps the validators."""
    url = server.answer("/rss", rss(item()), headers={"ETag": '"1"'})
    with Fetcher() as fetcher:
        feed = source(url, fetcher, tmp_path)
        first = feed.visit(WINDOW, NOW, None)
        second = feed.visit(WINDOW, NOW, first.validators)
    assert first.validators is not None
    assert first.validators.etag == '"1"'
    assert second == Visit(unchanged=True, validators=first.validators)


@pytest.mark.parametrize(("statuses", "is_noted"), [((301, 308), True), ((301, 302), False), ((307, 301), False)])
def test_feed_source_that_moved_for_good_is_noted(
    server: FeedServer, tmp_path: Path, statuses: tuple[int, int], is_noted: bool
) -> None:
    """The note names the address to use; a temporary redirect on the way may lead elsewhere tomorrow."""
    server.redirect("/old", "/older?key=s3cret", statuses[0])
    server.redirect("/older", "/rss?key=s3cret", statuses[1])
    server.answer("/rss", rss(item()))
    with Fetcher() as fetcher:
        visit = source(server.url("/old"), fetcher, tmp_path).visit(WINDOW, NOW, None)
    note = f"moved permanently to {server.url('/rss')}?…; use that URL"
    assert visit.notes == ((note,) if is_noted else ())

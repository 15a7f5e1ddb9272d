"""Listing pages: items and fields by CSS selectors, and what becomes of pages that are not as expected."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.errors import FetchError, ParseError, SourceError
from digest.model.articles import Counters, Role, Sighting, Visit, Window
from digest.settings.sources import PageSettings
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.page import limits
from digest.sources.page.limits import is_simple, listing_within_limits, markup_within_limits
from digest.sources.page.source import PageSource
from digest.sources.sandbox import SandboxLimits
from tests.support.configurations import setting_errors, source
from tests.support.feed_server import FeedServer

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)  # noon in Moscow
WINDOW = Window(start=datetime(2026, 2, 28, 9, tzinfo=UTC), end=NOW)
MOSCOW = ZoneInfo("Europe/Moscow")
DISCUSSION = """<html><head><title>Гавань</title></head><body><ul class="discussion">
  <li><i class="time">01.03 05:11</i> • <b class="count">108</b> •
    <a href="/forum/1#last">Подушка безопасности порта</a></li>
  <li><i class="time">28.02 21:05</i> • <b class="count">14&nbsp;748</b> •
    <a href="2?utm_source=front">Without <em>carrot</em>
     and stick</a></li>
  <li><i class="time">31.12 23:59</i> • <b class="count">0</b> •
    <a href="https://other.example/3">Five &lt; six</a></li>
</ul></body></html>"""
TABLE = {
    "name": "discussion",
    "kind": "page",
    "role": "discussion",
    "item": ".discussion li",
    "fields": {"title": "a", "url": "a@href", "comments": ".count", "published_at": ".time"},
    "date_format": "dd.MM HH:mm",
}


def listing(url: str, fetcher: Fetcher, root: Path, **changes: Any) -> PageSource:
    """The source of a discussion list, with other settings where they are given."""
    table = PageSettings.model_validate({**TABLE, "url": url, **changes})
    return PageSource(table, fetcher=fetcher, root=root, zone=MOSCOW, base="https://gazette.example")


def visited(root: Path, page: str | bytes, **changes: Any) -> Visit:
    """Visit a page in a file."""
    (root / "page.html").write_bytes(page if isinstance(page, bytes) else page.encode())
    with Fetcher() as fetcher:
        return listing("page.html", fetcher, root, **changes).visit(WINDOW, NOW, None)


def rows(*markup: str) -> str:
    """A discussion list with these rows."""
    return f'<ul class="discussion">{"".join(f"<li>{row}</li>" for row in markup)}</ul>'


def row(number: int = 1, *, href: str = "", title: str = "A thread", count: str = "5", at: str = "01.03 05:11") -> str:
    """A row of the list."""
    href = href or f"/forum/{number}"
    return f'<i class="time">{at}</i> <b class="count">{count}</b> <a href="{href}">{title}</a>'


def test_page_source_discussion_list_is_read(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """Titles in two languages, links relative to the page, counts with spaces, dates without a year in the zone."""
    url = server.answer("/forum/", DISCUSSION, content_type="text/html")
    visit = listing(url, fetcher, tmp_path).visit(WINDOW, NOW, None)
    assert visit.notes == ()
    assert visit.sightings == (
        _thread(
            server.url("/forum/1#last"), "Подушка безопасности порта", 108, datetime(2026, 3, 1, 2, 11, tzinfo=UTC)
        ),
        _thread(
            server.url("/forum/2?utm_source=front"),
            "Without carrot and stick",
            14_748,
            datetime(2026, 2, 28, 18, 5, tzinfo=UTC),
        ),
        _thread("https://other.example/3", "Five < six", 0, datetime(2025, 12, 31, 20, 59, tzinfo=UTC)),
    )


def test_page_source_that_moved_for_good_is_noted(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """The note names the address to use."""
    url = server.redirect("/old", server.answer("/forum/", DISCUSSION, content_type="text/html"), 301)
    notes = listing(url, fetcher, tmp_path).visit(WINDOW, NOW, None).notes
    assert notes == (f"moved permanently to {server.url('/forum/')}; use that URL",)


def _thread(url: str, title: str, comments: int, at: datetime) -> Sighting:
    return Sighting(
        source="discussion",
        role=Role.DISCUSSION,
        url=url,
        title=title,
        taken_at=NOW,
        published_at=at,
        counters=Counters(comments=comments),
    )


def test_page_source_listing_has_every_field(tmp_path: Path) -> None:
    """From texts and attributes, also of the item itself; `<base>` is respected."""
    page = """<base href="/ru/"><a class=story href="1" lang="ru-RU">
      <h2>Порт <wbr>открыт</h2><p>Первая <b>новость</b>.</p>
      <img src="i.jpg"><small>© A. Veil</small><s>Город</s><u>Ann Lee</u>
      <time datetime="2026-03-01T10:00:00+03:00">утром</time>
      <time class=upd datetime="2026-03-01T08:30:00Z">потом</time>
      <q>Просмотров: 1,8 тыс. | Комментариев: 21 | Рейтинг: 4</q></a>"""
    fields = {
        "url": "@href",
        "title": "h2",
        "summary": "p",
        "image_url": "img@src",
        "image_credit": "small",
        "section": "s",
        "author": "u",
        "language": "@lang",
        "published_at": "time@datetime",
        "updated_at": ".upd@datetime",
        **dict.fromkeys(("views", "comments", "rating"), "q"),
    }
    visit = visited(tmp_path, page, role="articles", item="a.story", fields=fields, date_format=None)
    assert visit.sightings == (
        Sighting(
            source="discussion",
            url="https://gazette.example/ru/1",
            title="Порт открыт",
            taken_at=NOW,
            summary="Первая новость.",
            image_url="https://gazette.example/ru/i.jpg",
            image_credit="© A. Veil",
            section="Город",
            author="Ann Lee",
            language="ru",
            published_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
            updated_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
            counters=Counters(views=1800, comments=21, rating=4),
        ),
    )
    assert visit.notes == ()


def test_selector_of_a_link_takes_its_address(tmp_path: Path) -> None:
    """And that of a picture takes its source, loaded late or not."""
    pictures = '<img src="data:," data-src="/i/1.jpg">', '<img src="/i/2.jpg">'
    page = rows(*(f'<a href="/{number}">Thread</a>{img}' for number, img in enumerate(pictures, 1)))
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a", "image_url": "img"}, date_format=None)
    assert [(one.url, one.image_url) for one in visit.sightings] == [
        (f"https://gazette.example/{number}", f"https://gazette.example/i/{number}.jpg") for number in (1, 2)
    ]


def test_selector_of_a_counter_ignores_programs(tmp_path: Path) -> None:
    """A script or a style in the element is not what readers see."""
    counts = "<script>var n = 5;</script>1841", "<style>.c{width:5px}</style> 1841", "1841"
    page = rows(*(f'<a href="/{number}">Thread</a><i class=c>{count}</i>' for number, count in enumerate(counts)))
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a", "views": ".c"}, date_format=None)
    assert [one.counters.views for one in visit.sightings] == [1841] * 3


def test_selector_of_a_source_set_takes_its_best_picture(tmp_path: Path) -> None:
    """Not the whole list."""
    page = rows('<a href="/1">Thread</a><img srcset="/i/0.jpg 300w, /i/1.jpg 900w">')
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a", "image_url": "img@srcset"}, date_format=None)
    assert [one.image_url for one in visit.sightings] == ["https://gazette.example/i/1.jpg"]


@pytest.mark.parametrize(
    "markup",
    [
        '<img srcset="/i/0.jpg 300w, /i/1.jpg 900w">',
        '<img src="/i/0.jpg" srcset="/i/0.jpg 150w, /i/1.jpg 900w">',
        '<picture><source srcset="/i/1.jpg"><img src="data:,"></picture>',
        '<img src="/i/lazyload.gif"><noscript><img src="/i/1.jpg"></noscript>',
        '<img class="avatar" src="/u/anna.jpg"><img src="/i/1.jpg">',
        '<img src="/p.gif" width="1" height="1"><img src="/i/1.jpg">',
        "<span class=i style=\"background-image: url('/i/1.jpg')\"></span>",
        '<video class=i poster="/i/1.jpg"></video>',
    ],
)
def test_page_source_picture_is_the_one_that_is_shown(tmp_path: Path, markup: str) -> None:
    """As in a feed: the largest reasonable one, and no avatar, pixel or placeholder."""
    fields = {"title": "a", "url": "a", "image_url": "img, .i"}
    visit = visited(tmp_path, rows(f'<a href="/1">One</a>{markup}'), fields=fields, date_format=None)
    assert [one.image_url for one in visit.sightings] == ["https://gazette.example/i/1.jpg"]


def test_page_source_style_as_a_picture_is_its_background(tmp_path: Path) -> None:
    """The whole text of the attribute would be a broken picture."""
    styles = ("background: #eee url('/i/1.jpg') no-repeat", "color: red")
    page = rows(*(f'<a href="/{n}" style="{style}">T</a>' for n, style in enumerate(styles)))
    fields = {"title": "a", "url": "a@href", "image_url": "a@style"}
    visit = visited(tmp_path, page, fields=fields, date_format=None)
    assert [one.image_url for one in visit.sightings] == ["https://gazette.example/i/1.jpg", None]


def test_page_source_url_is_the_first_address_of_a_page(tmp_path: Path) -> None:
    """An anchor, a script and a mail address lead to no article."""
    page = rows("<a name=x>#1</a><a href='#c'>5</a><a href='JavaScript:x()'>x</a><a href='/1'><b>One</b></a>")
    visit = visited(tmp_path, page, fields={"title": "b", "url": "a"}, date_format=None)
    assert [one.url for one in visit.sightings] == ["https://gazette.example/1"]


def test_page_source_title_is_the_first_match_with_a_text(tmp_path: Path) -> None:
    """The picture of a card is often a link of its own before the title."""
    page = rows("<a href='/1'><img src='/1.jpg'></a><a href='/1'>One</a>")
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a"}, date_format=None)
    assert [one.title for one in visit.sightings] == ["One"]


@pytest.mark.parametrize("name", ["sr-only", "visuallyhidden x", "visually-hidden", "element-invisible"])
def test_page_source_title_is_without_what_only_screen_readers_get(tmp_path: Path, name: str) -> None:
    """News sites put “Video, 1 minute” into their links; a link with nothing else keeps it."""
    hidden = f"<span class='{name}'>Video, 1 minute: </span>"
    page = rows(f"<a href='/1'>{hidden}One</a>", f"<a href='/2'>{hidden}</a>")
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a"}, date_format=None)
    assert [one.title for one in visit.sightings] == ["One", "Video, 1 minute:"]


@pytest.mark.parametrize("attribute", ["hidden", "style='display:none'", "style='color:red; display: none'"])
def test_page_source_title_is_without_hidden_text(tmp_path: Path, attribute: str) -> None:
    """Cards keep labels for their filters and sort keys in their links; a link with nothing else keeps them."""
    hidden = f"<b {attribute}><i>sport</i></b>"
    page = rows(f"<a href='/1'>{hidden}One</a>", f"<a href='/2'>{hidden}</a>")
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a"}, date_format=None)
    assert [one.title for one in visit.sightings] == ["One", "sport"]


@pytest.mark.parametrize(
    ("card", "title"),
    [
        (
            "<a href='/1'><i class='sr-only'></i><figure><img><figcaption>One</figcaption></figure> 12:30</a>",
            "One 12:30",
        ),
        ("<a href='/1'><h3>Реклама</h3></a>", "Реклама"),
        ("<h3><a href='/1'>Related: One</a></h3>", "Related: One"),
    ],
)
def test_page_source_title_is_whole_where_a_summary_would_be_shorter(tmp_path: Path, card: str, title: str) -> None:
    """In a list of cards a caption is a headline, and a label such as “Related” begins one."""
    page = rows(f"<b>{card}</b>")
    visit = visited(tmp_path, page, fields={"title": "b", "url": "a"}, date_format=None)
    assert [one.title for one in visit.sightings] == [title]


def test_page_source_summary_is_without_paragraphs_that_lead_elsewhere(tmp_path: Path) -> None:
    """As in a feed."""
    page = rows("<a href='/1'>One</a><i>The port opens.<p>Read also: <a href='/2'>Fog</a></p></i>")
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a", "summary": "i"}, date_format=None)
    assert [one.summary for one in visit.sightings] == ["The port opens."]


@pytest.mark.parametrize("selector", ["a", "a@href"])
def test_page_source_link_to_a_place_on_the_page_is_no_address(tmp_path: Path, selector: str) -> None:
    """The list itself would become an article; old sites have pages in their fragments."""
    example = ', such as "#"' if selector == "a@href" else ""  # the first address of an element is chosen
    page = rows(*(f"<b>Thread</b><a href='{href}'></a>" for href in ("#", "#c", "#!", "#!/forum/5", "/6")))
    visit = visited(tmp_path, page, fields={"title": "b", "url": selector}, date_format=None)
    assert [one.url for one in visit.sightings] == [f"https://gazette.example{path}" for path in ("#!/forum/5", "/6")]
    assert visit.notes == (f"3 items without a web address in url left out{example}",)


@pytest.mark.parametrize("selector", ["time", ".date"])
@pytest.mark.parametrize(("date_format", "hour"), [(None, 7), ("dd.MM.yyyy HH:mm", 6)])
def test_page_source_time_is_what_it_states_for_programs(
    tmp_path: Path, date_format: str | None, hour: int, selector: str
) -> None:
    """The text, such as "2 hours ago", is for people, also where it is selected with what is around it.

    A pattern is for the text.
    """
    time = '<time datetime="2026-03-01T07:00:00Z">01.03.2026 09:00</time>'
    page = rows(f'<a href="/1">One</a><p class="date">{time}</p>')
    fields = {"title": "a", "url": "a", "published_at": selector}
    visit = visited(tmp_path, page, fields=fields, date_format=date_format)
    assert [one.published_at for one in visit.sightings] == [datetime(2026, 3, 1, hour, tzinfo=UTC)]
    assert visit.notes == ()


@pytest.mark.parametrize(
    "times",
    [
        '<time datetime="2026-03-01T05:00Z">01.03.2026 09:00</time><time datetime="2026-03-01T07:00Z"></time>',
        '01.03.2026 <time datetime="2026-03-01T05:00:00Z">09:00</time>',
    ],
)
def test_page_source_element_with_two_times_has_the_date_of_its_text(tmp_path: Path, times: str) -> None:
    """Nobody can tell which of them is meant."""
    page = rows(f'<a href="/1">One</a><p class="date">{times}</p>')
    fields = {"title": "a", "url": "a", "published_at": ".date"}
    visit = visited(tmp_path, page, fields=fields, date_format=None)
    assert [one.published_at for one in visit.sightings] == [datetime(2026, 3, 1, 6, tzinfo=UTC)]


def test_text_with_spaces_instead_of_an_address_is_reported(tmp_path: Path) -> None:
    """It would become a link that leads nowhere."""
    fields = {"title": "b", "url": "i"}
    page = rows("<b>One</b><i>Read more</i>", "<b>Two</b><i>https://gazette.example/2</i>")
    visit = visited(tmp_path, page, fields=fields, date_format=None)
    assert [sighting.url for sighting in visit.sightings] == ["https://gazette.example/2"]
    assert 'url: "Read more" is not an address; expected a link or its attribute, such as "a@href"' in visit.notes
    with pytest.raises(ParseError, match='"Read more" is not an address'):
        visited(tmp_path, rows("<b>One</b><i>Read more</i>"), fields=fields, date_format=None)


@pytest.mark.parametrize(
    "markup",
    [
        *('<a href="#">Подробнее</a>', '<a href="javascript:open(1)">Read</a>', "<a>More?</a>", "<a name=x>#1</a>"),
        *(
            '<a href="mailto:a@gazette.example">АП/Reuters</a>',
            "<a>1/2</a>",
            "<a>А.Иванов</a>",
            '<a href="tel:1">+7</a>',
        ),
    ],
)
def test_page_source_link_that_leads_nowhere_has_no_address(tmp_path: Path, markup: str) -> None:
    """Its text would become the address of an article that does not exist."""
    page = rows(f"<b>One</b>{markup}", "<b>Two</b><a href=/2>Two</a>")
    visit = visited(tmp_path, page, fields={"title": "b", "url": "a"}, date_format=None)
    assert [one.url for one in visit.sightings] == ["https://gazette.example/2"]
    assert visit.notes[0].startswith('url: "')
    assert visit.notes[1:] == ("1 item without a web address in url left out",)


def test_page_source_caption_is_no_picture(tmp_path: Path) -> None:
    """A placeholder of a page has a word in it and no picture."""
    markup = "<span class=i>Фото</span>", "<span class=i>AP/Reuters</span>", "<span class=i></span>"
    page = rows(*(f'<a href="/{number}">One</a>{span}' for number, span in enumerate(markup)))
    visit = visited(tmp_path, page, fields={"title": "a", "url": "a", "image_url": ".i"}, date_format=None)
    assert [one.image_url for one in visit.sightings] == [None] * 3
    assert visit.notes == ('image_url: "Фото" is not an address; expected a link or its attribute, such as "a@href"',)


@pytest.mark.parametrize(
    "text",
    [
        *("https://gazette.example/5", "HTTPS://gazette.example/5", "//gazette.example/5", "/5", "./5", "../5"),
        *("gazette.example/5", "www.gazette.example/5"),
    ],
)
def test_page_source_address_as_text_is_read(tmp_path: Path, text: str) -> None:
    """With a scheme, a host or a slash, as in the source of a sitemap."""
    visit = visited(tmp_path, rows(f"<b>One</b><i>{text}</i>"), fields={"title": "b", "url": "i"}, date_format=None)
    assert [one.url.replace("www.", "") for one in visit.sightings] == ["https://gazette.example/5"]
    assert visit.notes == ()


def test_page_source_link_with_a_space_leads_to_its_page(tmp_path: Path) -> None:
    """As with `a@href`, and as browsers read it."""
    page = rows("<a href='/port news'>One</a>")
    for selector in ("a", "a@href"):
        visit = visited(tmp_path, page, fields={"title": "a", "url": selector}, date_format=None)
        assert [one.url for one in visit.sightings] == ["https://gazette.example/port%20news"]


FLAT = """<table><tr class="story"><td><a href="/1">One</a></td></tr><tr><td class="by">Anna</td></tr>
<tr><td class="count">21</td></tr><tr class="story"><td><a href="/2">Two</a></td></tr><tr><td>-</td></tr>
<tr class="story"><td><a href="/3">Three</a></td></tr><tr><td class="by">Ben</td></tr></table>"""


def test_fields_in_siblings_of_a_flat_list_belong_to_their_item(tmp_path: Path) -> None:
    """`+` looks into the next element, `~` into all of them up to the next item."""
    fields = {"title": "a", "url": "a", "author": "+ .by", "comments": "~ .count"}
    visit = visited(tmp_path, FLAT, role="articles", item="tr.story", fields=fields, date_format=None)
    assert [(one.title, one.author, one.counters.comments) for one in visit.sightings] == [
        ("One", "Anna", 21),
        ("Two", None, None),
        ("Three", "Ben", None),
    ]


def test_page_source_counters_only_need_no_title(tmp_path: Path) -> None:
    """With the role `counters` a URL and a number are enough."""
    fields = {"url": "a@href", "comments": ".count"}
    (sighting,) = visited(tmp_path, rows(row()), role="counters", fields=fields).sightings
    assert (sighting.url, sighting.counters) == ("https://gazette.example/forum/1", Counters(comments=5))


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8"])
@pytest.mark.parametrize("said", ["header", "meta", "equiv", "nowhere"])
def test_page_source_russian_in_any_charset_is_readable(
    server: FeedServer, fetcher: Fetcher, tmp_path: Path, charset: str, said: str
) -> None:
    """Declared by the header, by either form of `<meta>`, or detected."""
    meta = {
        "meta": f'<meta charset="{charset}">',
        "equiv": f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">',
    }
    page = f"<html><head>{meta.get(said, '')}</head>{rows(row(title='Порт открыт снова', count='1,8 тыс.'))}"
    kind = f"text/html; charset={charset}" if said == "header" else "text/html"
    url = server.answer("/", page.encode(charset), content_type=kind)
    (sighting,) = listing(url, fetcher, tmp_path).visit(WINDOW, NOW, None).sightings
    assert (sighting.title, sighting.counters.comments) == ("Порт открыт снова", 1800)


def test_page_source_charset_of_meta_is_used(tmp_path: Path) -> None:
    """`<meta>` counts where the bytes are ambiguous."""
    page = f'<meta charset="iso-8859-2">{rows(row(title="Łódź żegna port"))}'
    assert visited(tmp_path, page.encode("iso-8859-2")).sightings[0].title == "Łódź żegna port"


def test_page_source_link_to_the_front_page_is_left_out(tmp_path: Path) -> None:
    """As where the navigation looks like the list; a query or a fragment may name an article."""
    links = (
        "/",
        "http://www.gazette.example",
        "/?utm_source=menu",
        "/?p=7",
        "/#!/news/8",
        "/#one",
        "https://b.example/",
    )
    visit = visited(tmp_path, rows(*(row(href=link) for link in links)))
    assert [one.url.partition("example/")[2] for one in visit.sightings] == ["?p=7", "#!/news/8", "#one", ""]
    assert "3 items with the url of the front page left out" in visit.notes


def test_page_source_second_visit_is_unchanged(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """The request has the validators of the response before."""
    url = server.answer("/", DISCUSSION, content_type="text/html", headers={"ETag": '"1"'})
    source = listing(url, fetcher, tmp_path)
    first = source.visit(WINDOW, NOW, None)
    assert source.visit(WINDOW, NOW, first.validators).unchanged


def test_page_source_item_selector_without_match_is_an_error(tmp_path: Path) -> None:
    """The visit fails, and the error names the setting."""
    with pytest.raises(ParseError, match=r'page.html: sources.discussion.item = "tr.row": matches nothing'):
        visited(tmp_path, DISCUSSION, item="tr.row")


def test_page_source_error_names_the_title_of_another_page(tmp_path: Path) -> None:
    """A check for robots, maintenance and a login come with the status 200."""
    page = "<html><head><title>Just a moment...</title></head><body><h1>gazette.example</h1></body></html>"
    with pytest.raises(ParseError, match=r'matches nothing .* \(its title: "Just a moment\.\.\."\)$'):
        visited(tmp_path, page, item="li")


def test_page_source_meta_refresh_is_reported(tmp_path: Path) -> None:
    """It is not followed: the page that it names belongs in the configuration."""
    page = '<meta http-equiv="refresh" content="0; url=/forum/?a=1&amp;b=2">'
    leads = r"page.html: is a web page that leads to https://gazette.example/forum/\?a=1&b=2 by a meta refresh"
    with pytest.raises(ParseError, match=leads):
        visited(tmp_path, page)
    assert visited(tmp_path, page + DISCUSSION).sightings


def test_page_source_only_item_without_a_title_is_named_in_the_singular(tmp_path: Path) -> None:
    """A selector that matches the whole list finds one item."""
    with pytest.raises(ParseError, match=r'the only item could not be used: title: "h3" matched nothing in 1 item'):
        visited(tmp_path, DISCUSSION, item="body", fields={"url": "a@href", "title": "h3"})


def test_page_source_field_selector_without_match_is_noted(tmp_path: Path) -> None:
    """The articles lack the field, and a note explains why; a required field that is missing everywhere is an error."""
    fields = {**TABLE["fields"], "views": ".eye", "image_url": "img@src"}  # type: ignore[dict-item]  # a table of texts
    visit = visited(tmp_path, DISCUSSION, fields=fields)
    assert len(visit.sightings) == 3
    assert visit.notes == (
        'views: ".eye" matched nothing in 3 items',
        'image_url: "img@src" matched nothing in 3 items',
    )
    with pytest.raises(ParseError, match=r'none of the 3 items could be used: title: "h3" matched nothing'):
        visited(tmp_path, DISCUSSION, fields={"url": "a@href", "title": "h3"})


def test_page_source_bad_item_affects_no_other(tmp_path: Path) -> None:
    """An item without URL or title is left out; an invalid counter or date is unknown; all is noted."""
    page = rows(
        row(1),
        row(2, href="javascript:alert(1)"),
        row(3, title=""),
        row(4, count="-5"),
        row(5, count="1e18"),
        row(6, count="9" * 30),
        row(7, at="soon"),
        row(8, at="01.03 19:00"),
        row(9, title="<script>alert(1)</script>A <b>thread</b>\u202e", count="—"),
        row(1, title="The same again"),
    )
    visit = visited(tmp_path, page)
    assert [one.url.rpartition("/")[2] for one in visit.sightings] == ["1", "4", "5", "6", "7", "8", "9"]
    assert [one.counters.comments for one in visit.sightings] == [5, None, None, None, 5, 5, None]
    assert [one.published_at is None for one in visit.sightings] == [False] * 4 + [True, True, False]
    assert visit.sightings[-1].title == "A thread"
    assert visit.notes == (
        "a date was in the future and was ignored (is timezone right?)",
        "1 item with the url of an earlier item left out",
        "1 item without a title left out",
        '1 item without a web address in url left out, such as "javascript:alert(1)"',
        'comments not understood in 3 items, such as "-5"',
        'published_at not understood in 1 item, such as "soon"',
    )


@pytest.mark.parametrize(
    ("date_format", "at", "published_at"),
    [
        ("HH:mm", "25 ноября, 05:11", None),
        ("MM.dd", "05.06.2025", None),
        ("dd.MM", "05.06.2025", datetime(2025, 6, 4, 21, tzinfo=UTC)),
        ("dd.MM", "2025.11.25", datetime(2025, 11, 24, 21, tzinfo=UTC)),
        ("MM/dd/yyyy", "25/11/2025", datetime(2025, 11, 24, 21, tzinfo=UTC)),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 PM", datetime(2025, 11, 25, 17, 19, tzinfo=UTC)),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 UTC", datetime(2025, 11, 25, 8, 19, tzinfo=UTC)),
    ],
)
def test_page_source_piece_of_a_fuller_date_is_not_read_alone(
    tmp_path: Path, date_format: str, at: str, published_at: datetime | None
) -> None:
    """The whole date counts, or it is unknown and noted; a pattern that fits no date is no obstacle."""
    visit = visited(tmp_path, rows(row(at=at)), date_format=date_format)
    assert visit.sightings[0].published_at == published_at
    assert visit.notes == (() if published_at else (f'published_at not understood in 1 item, such as "{at}"',))


def test_page_source_date_without_pattern_is_noted(tmp_path: Path) -> None:
    """The note shows a date that needs `date_format`."""
    visit = visited(tmp_path, rows(row(at="01.03 05:11")), date_format=None)
    assert visit.sightings[0].published_at is None
    assert visit.notes == (
        'a date such as "01.03 05:11" needs date_format',
        'published_at not understood in 1 item, such as "01.03 05:11"',
    )


def test_page_source_more_than_2000_items_are_cut_and_noted(tmp_path: Path) -> None:
    """The first ones count; 2,003 small items are parsed without the sandbox."""
    visit = visited(tmp_path, rows(*(row(number) for number in range(2_003))))
    assert len(visit.sightings) == 2_000
    assert visit.notes == ("3 items beyond the first 2,000 were left out",)


def test_page_source_gzip_bomb_is_refused(server: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """It is decompressed up to the limit and no further."""
    url = server.answer_gzipped("/", b"<li>" * 5_000_000)
    with pytest.raises(FetchError, match="larger than 10 MB"):
        listing(url, fetcher, tmp_path).visit(WINDOW, NOW, None)


@pytest.mark.parametrize(
    "page",
    [
        "<ul class=discussion>" + "<div>" * 300_000,
        "<ul class=discussion><li><a href=/1>" * 100_000,
        "<select class=discussion>" + "<option><li>x" * 300_000,
        "<ul class=discussion><li " + " ".join(f"a{number}=1" for number in range(300_000)),
    ],
    ids=["elements", "items", "options", "attributes"],
)
def test_page_source_page_that_takes_too_long_is_refused(page: str) -> None:
    """It is parsed in a process of its own, which is ended: only this source fails."""
    assert not is_simple(page)
    with pytest.raises(ParseError, match=r"^(takes longer than 1 s to parse$|was not parsed within 3 s: )"):
        listing_within_limits(page, ".discussion li", {"url": "a@href", "title": "a"}, limits=SandboxLimits(seconds=1))


def test_page_source_page_whose_elements_are_opened_again_is_refused() -> None:
    """25 kB make a million elements."""
    page = "".join(f"<p><b a{number}><!--</b>--></p>" for number in range(2_000))
    with pytest.raises(ParseError, match=r"^takes more than 300 MB of memory to parse$"):
        listing_within_limits(page, "li", {"url": "a@href"}, limits=SandboxLimits(memory=300_000_000))


def test_page_source_page_that_takes_too_much_memory_is_refused() -> None:
    """A page of a million elements with a small limit."""
    with pytest.raises(ParseError, match=r"^takes more than 150 MB of memory to parse$"):
        listing_within_limits("<b>x</b>" * 1_000_000, "li", {"url": "a@href"}, limits=SandboxLimits(memory=150_000_000))


@pytest.mark.parametrize(
    ("page", "simple"),
    [
        (rows(*map(row, range(2_000))), True),
        ("<p>" + "<li><img><br>" * 400, True),
        ("<select>" + "<option>x</option>" * 6_000, False),
        ("<div>" * 600, False),
        (f"<a {'x' * 60_000}>", False),
        ("<b>x</b>" * 15_000, False),
        ("<p><b>x</b> <i class='icon'></i></p>" * 3_000, True),
        ("".join(f"<p><b a{number}><!--</b>--></p>" for number in range(400)), False),
        ("<p><i a=1 b=\"'</i>'\"></p>" * 400, False),
        ("".join(f"<p><i class=a{number}>x</i></p>" for number in range(100)), True),
        ("x" * 3_100_000, False),
    ],
)
def test_page_source_only_odd_pages_need_the_sandbox(page: str, simple: bool) -> None:
    """A list of 2,000 rows is simple; depth, options, long tags, many tags and great length are not.

    Nor are many elements that every later block would open again.
    """
    assert is_simple(page) is simple


def test_page_source_in_the_sandbox_has_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a page is simple or not, the result is the same."""
    fields, page = {"title": "a", "url": "a@href"}, "<b class=v>x</b><i itemprop=commentCount>3</i><s class=r>7</s>"
    here = listing_within_limits(DISCUSSION, ".discussion li", fields)
    marked = markup_within_limits(page, "https://a.example/1", {"views": ".v", "rating": ".r", "image_credit": ".n"})
    monkeypatch.setattr(limits, "is_simple", lambda _: False)
    assert listing_within_limits(DISCUSSION, ".discussion li", fields) == here
    selectors = {"views": ".v", "rating": ".r", "image_credit": ".n"}
    assert markup_within_limits(page, "https://a.example/1", selectors) == marked


@settings(max_examples=150)
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode), st.binary(max_size=100))
@example(b"<ul class=discussion><li><a href='//[::1'>x</a>", b"")
@example(b"<base href='//[::1'>", b"<a href=/1>x")
@example(b"\xff\xfe<\0u\0l\0>", b"")
@example(b"<plaintext>", b"</ul>")
def test_page_source_any_bytes_are_sightings_or_one_error(tmp_path_factory: Any, before: bytes, in_it: bytes) -> None:
    """No page raises anything but the source's own error, of one line."""
    page = before + b'<ul class="discussion"><li>' + in_it + b"<a href=/1>x</a>"
    try:
        visit = visited(tmp_path_factory.getbasetemp(), page)
    except SourceError as error:
        message = str(error)
        assert "\n" not in message  # an error may come, and need not
    else:
        assert all(one.title and one.url.startswith(("http://", "https://")) for one in visit.sightings)
        assert visit.sightings


GOOD = 'name = "list"\nkind = "page"\nurl = "u"\nitem = "li"\n'
FIELDS = 'fields = { title = "a", url = "a@href" }\n'


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (GOOD, "sources.list.fields: is missing"),
        (GOOD.replace('"li"', '"li["') + FIELDS, 'sources.list.item = "li[": expected a CSS selector such as'),
        (GOOD.replace('"li"', '"li@id"') + FIELDS, 'sources.list.item = "li@id": expected a CSS selector such as'),
        (GOOD.replace('"li"', '""') + FIELDS, 'sources.list.item = "": expected a CSS selector such as'),
        (
            GOOD + 'fields = { titel = "a" }',
            "sources.list.fields: unknown field titel; did you mean",
        ),
        (
            GOOD + 'fields = { colour = "a" }',
            "sources.list.fields: unknown field colour; expected",
        ),
        (GOOD + 'fields = { title = "a" }', "sources.list: fields has no url; expected for example"),
        (GOOD + 'fields = { title = "..", url = "a@href" }', 'sources.list.fields: title = "..": expected a CSS'),
        (
            GOOD + FIELDS + 'date_format = "%d.%m.%Y в %H:%M"',
            'sources.list.date_format = "%d.%m.%Y в %H:%M": strftime codes are not used here; expected date_format',
        ),
        (GOOD + FIELDS + 'date_format = "DD.MM"', 'sources.list.date_format = "DD.MM": expected a pattern such as'),
        (GOOD + FIELDS + 'page = { viws = ".v" }', "sources.list.page: unknown field viws; did"),
        (GOOD + FIELDS + 'page = { views = ".v:foo" }', 'sources.list.page: views = ".v:foo": expected a CSS selector'),
        (
            GOOD + FIELDS + 'page = { title = "h1" }',
            "sources.list.page: unknown field title; expect",
        ),
    ],
)
def test_page_settings_wrong_key_is_one_line(lines: str, message: str) -> None:
    """The key, the value and what is expected, before any request."""
    (fault,) = setting_errors(source(lines))
    assert fault.startswith(f"digest.toml: {message}")


@pytest.mark.parametrize("date_format", [None, "dd.MM HH:mm"])
def test_page_source_date_relative_to_the_visit_is_read(tmp_path: Path, date_format: str | None) -> None:
    """Many lists show `5 минут назад`; an article without a date counts as new whenever it is first seen."""
    page = rows(
        *(f"<a href='/{n}'>A</a><i>{text}</i>" for n, text in enumerate(("2 минуты назад", "just now", "2 часа назад")))
    )
    fields = {"title": "a", "url": "a", "published_at": "i"}
    visit = visited(tmp_path, page, role="articles", fields=fields, date_format=date_format)
    minutes = [one.published_at and (NOW - one.published_at) / timedelta(minutes=1) for one in visit.sightings]
    assert minutes == [2, 0, None]
    assert any('"2 часа назад"' in note for note in visit.notes)

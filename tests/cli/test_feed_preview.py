"""`digest preview --feed`: any feed, or a list of feeds, as an issue without a configuration."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import bootstrap
from digest.cli.feed_preview import channel_logo, feed_address
from digest.clock import SystemClock
from digest.errors import FetchError
from digest.model.articles import Channel
from digest.model.pictures import StoredPicture
from digest.rendering.logo import fitted_logo
from digest.settings.feeds import feed_settings
from tests.support.feed_server import FeedServer
from tests.support.installation import Installation, item, rss

CHANNEL = "<title>Вести &amp;amp; гавань</title><link>https://vesti.example/main</link><language>ru-RU</language>"


def _feed(count: int, channel: str = CHANNEL, start: int = 1) -> str:
    items = "".join(f"<item>{item(one, hours=50 * one)[6:-7]}</item>" for one in range(start, start + count))
    return rss(items).replace("<title>Harbour Gazette</title><link>https://gazette.example</link>", channel, 1)


def test_preview_feed_has_the_name_link_and_language_of_the_channel(empty: Installation) -> None:
    """The masthead is the channel's, in its language although the titles are in another."""
    empty.write("news.xml", _feed(3))
    answer = empty.run("preview", "--feed", "news.xml", "--bare", "--json").fine().json
    page = (empty.folder / "preview.html").read_text()
    assert answer["language"] == "ru"
    assert 'lang="ru"' in page
    assert "Вести &amp; гавань</a></h1>" in page
    assert 'href="https://vesti.example/main"' in page


class OnePicture:
    """A source of pictures that has one of a size, or fails."""

    def __init__(self, url: str, width: int = 1400, height: int = 700) -> None:
        self._url = url
        self._size = (width, height)

    def fetch(self, url: str, widths: Collection[int]) -> Mapping[int, StoredPicture]:
        """The picture at its own address."""
        if url != self._url:
            raise FetchError("there is nothing")
        width, height = self._size
        return {one: StoredPicture(content=b"", media_type="image/png", width=width, height=height) for one in widths}


def test_channel_picture_is_the_logo_in_its_proportions() -> None:
    """It is measured, and shown no larger than a masthead has room for."""
    url = "https://vesti.example/logo.png"
    logo = channel_logo(Channel(image_url=url), lambda: OnePicture(url))
    assert logo is not None
    assert (logo.light, logo.width, logo.height) == (url, 80, 40)


def test_channel_icon_is_no_logo() -> None:
    """A square picture does not tell the name of the paper, which the logo replaces."""
    url = "https://vesti.example/icon.png"
    assert channel_logo(Channel(image_url=url), lambda: OnePicture(url, 512, 512)) is None


@pytest.mark.parametrize("url", [None, "http://vesti.example/logo.png", "https://vesti.example/gone.png"])
def test_channel_picture_without_https_or_that_cannot_be_had_is_no_logo(url: str | None) -> None:
    """Nothing else changes."""
    found = OnePicture("http://vesti.example/logo.png")
    assert channel_logo(Channel(image_url=url), lambda: found) is None


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_fitted_logo_has_room_and_its_proportions(width: int, height: int) -> None:
    """To half a pixel; it is never enlarged."""
    logo = fitted_logo("https://vesti.example/logo.png", width, height)
    assert logo.width <= min(240, width)
    assert logo.height <= min(40, height)
    assert abs(logo.width * height - logo.height * width) <= max(width, height)


def test_portal_of_the_feed_has_the_logo(empty: Installation) -> None:
    """As editions show it."""
    logo = fitted_logo("https://vesti.example/logo.png", 200, 40)
    with bootstrap.open_app(feed_settings(["news.xml"], empty.folder), SystemClock()) as app:
        named = bootstrap.with_portal(app, name="", url=None, logo=logo)
        assert named.portal_of(named.settings.edition(None)).logo == logo
        assert app.portal_of(app.settings.edition(None)).logo is None


def test_preview_feed_without_language_detects_it(empty: Installation) -> None:
    """Also where the channel's is none that Digest writes."""
    for language in ("", "<language>de</language>"):
        empty.write("news.xml", _feed(3, f"<title>A</title>{language}"))
        assert empty.run("preview", "--feed", "news.xml", "--json").fine().json["language"] == "en"


def test_preview_feed_shows_all_items(empty: Installation) -> None:
    """More than an issue has otherwise, of one section, and weeks old."""
    empty.write("news.xml", _feed(25))
    assert len(empty.run("preview", "--feed", "news.xml", "--json").fine().json["articles"]) == 25


def test_preview_opml_file_shows_its_feeds(empty: Installation) -> None:
    """Nested outlines, one of them twice; the list's title is the masthead, and a feed that fails is named."""
    with FeedServer() as server:
        one = server.answer("/one?a=1&b=2", _feed(2))
        two = server.answer("/two", _feed(2, start=5))
        listed = f"<outline text='x'><outline xmlUrl='{one}'/></outline><outline type='rss' xmlURL='{two}'/>"
        body = f"<body>{listed}<outline xmlUrl='{two}'/><outline xmlUrl='http://127.0.0.1:1/x'/></body>"
        empty.write(
            "feeds.xml", f"<?xml version='1.0'?><opml version='2.0'><head><title>Mine</title></head>{body}</opml>"
        )
        ran = empty.run("preview", "--feed", "feeds.xml", "--bare", "--json").fine()
    assert [len(ran.json["articles"]), len(ran.json["sources"])] == [4, 3]
    assert [bool(source["error"]) for source in ran.json["sources"]] == [False, False, True]
    assert ">Mine</a></h1>" in (empty.folder / "preview.html").read_text()


def test_preview_opml_address_shows_its_feeds(empty: Installation) -> None:
    """A list beside a feed, at an address that does not tell that it is a list; nothing is called a failure."""
    empty.write("news.xml", _feed(2))
    with FeedServer() as server:
        one = server.answer("/one", _feed(2, start=5))
        list_url = server.answer("/subscriptions?user=7", f"<opml><body><outline xmlUrl='{one}'/></body></opml>")
        ran = empty.run("preview", "--feed", "news.xml", "--feed", list_url, "--json").fine()
    assert len(ran.json["articles"]) == 4
    assert "OPML" not in ran.err


def test_preview_opml_in_opml_is_named(empty: Installation) -> None:
    """A list in a list is a source that fails; the others count."""
    empty.write("news.xml", _feed(2))
    with FeedServer() as server:
        inner = server.answer("/inner", "<opml><body/></opml>")
        one = server.answer("/one", _feed(2))
        outlines = f"<outline xmlUrl='{inner}'/><outline xmlUrl='{one}'/>"
        empty.write("mine.opml", f"<opml><body>{outlines}</body></opml>")
        ran = empty.run("preview", "--feed", "mine.opml", "--json").fine()
    assert len(ran.json["articles"]) == 2
    assert "source feed-1 failed" in ran.err


def test_preview_opml_without_feeds_is_one_line(empty: Installation) -> None:
    """Nothing is written."""
    empty.write("feeds.opml", "<opml><body><outline xmlUrl='javascript:1'/></body></opml>")
    empty.run("preview", "--feed", "feeds.opml").failed(1, "feeds.opml: is a list of feeds (OPML) without a feed in it")
    assert empty.files() == {"feeds.opml"}


def test_preview_opml_with_too_many_feeds_names_how_many_are_missing(empty: Installation) -> None:
    """The first ones are shown."""
    with FeedServer() as server:
        outlines = f"<outline xmlUrl='{server.answer('/one', _feed(2))}'/>"
        outlines += "".join(f"<outline xmlUrl='http://127.0.0.1:1/{n}'/>" for n in range(201))
        empty.write("mine.opml", f"<opml><body>{outlines}</body></opml>")
        ran = empty.run("preview", "--feed", "mine.opml", "--json").fine()
    assert len(ran.json["articles"]) == 2
    assert "mine.opml: only its first 200 feeds are read, 2 more are not" in ran.err


def test_collect_opml_as_a_source_is_explained(empty: Installation) -> None:
    """In a configuration each feed is a source."""
    site = empty.configure()
    site.write("feed.xml", "<?xml version='1.0'?><!-- by a reader --><OPML><body/></OPML>")
    assert "is a list of feeds (OPML); add each of its feeds as a source" in site.run("collect").err


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("news.example/rss", "https://news.example/rss"),
        ("news.example", "https://news.example"),
        ("www.news.example:8080/rss.xml", "https://www.news.example:8080/rss.xml"),
        ("http://news.example/rss", "http://news.example/rss"),
        ("feed://news.example/rss", "https://news.example/rss"),
        ("feed:http://news.example/rss", "http://news.example/rss"),
        ("podcast://news.example/rss", "https://news.example/rss"),
        ("news.xml", "news.xml"),
        ("folder/news.xml", "folder/news.xml"),
        ("./news.example/rss", "./news.example/rss"),
        ("there.example/rss", "there.example/rss"),
    ],
)
def test_feed_address_without_scheme_is_https(tmp_path: Path, written: str, address: str) -> None:
    """A host and a path, unless there is such a file."""
    (tmp_path / "there.example").mkdir()
    (tmp_path / "there.example" / "rss").touch()
    assert feed_address(written, tmp_path) == address

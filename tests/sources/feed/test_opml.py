"""Lists of feeds that were fetched a second time, and need not be what they were."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.sources.feed.opml import MOST_FEEDS, read_opml
from tests.support.feeds import parse_feed


@given(st.binary())
@example(b"")
@example(b"<opml")
def test_read_opml_any_bytes_are_feeds_or_one_error(body: bytes) -> None:
    """An empty document, too."""
    with pytest.raises(ParseError, match="list of feeds"):
        read_opml(body)


def test_read_opml_counts_the_feeds_beyond_the_limit() -> None:
    """Each feed counts once."""
    outlines = "".join(f"<outline xmlUrl='https://a.example/{n}'/>" * 2 for n in range(MOST_FEEDS + 3))
    found = read_opml(f"<opml><body>{outlines}</body></opml>".encode())
    assert (len(found.urls), found.urls[0], found.left_out) == (MOST_FEEDS, "https://a.example/0", 3)


@pytest.mark.parametrize(
    "attributes",
    [
        *('xmlUrl="https://a.example/1"', 'XMLURL=" https://a.example/1 "', 'xmlurl="feed://a.example/1"'),
        *('xmlUrl="feed:https://a.example/1"', 'xmlUrl="a.example/1"', 'type="rss" url="https://a.example/1"'),
    ],
)
def test_read_opml_address_in_any_form_is_that_of_the_feed(attributes: str) -> None:
    """Without a scheme, with that of feed readers, and in the attribute of another kind of outline."""
    found = read_opml(
        f'<opml><body><outline text="A" {attributes} htmlUrl="https://a.example/"/></body></opml>'.encode()
    )
    assert found.urls == ("https://a.example/1",)


@pytest.mark.parametrize(
    "attributes", ['htmlUrl="https://a.example/"', 'type="link" url="https://a.example/"', 'xmlUrl="a"']
)
def test_read_opml_outline_without_a_feed_is_passed_over(attributes: str) -> None:
    """A link to a page is no feed."""
    with pytest.raises(ParseError, match="without a feed in it"):
        read_opml(f"<opml><body><outline {attributes}/></body></opml>".encode())


@pytest.mark.parametrize(
    "outline",
    [
        '<outline text="&#55357;&#56832;" xmlUrl="https://a.example/1"/>',
        '<outline text="&#55357;" xmlUrl="https://a.example/1"/>',
        '<outline text="The "best" feed" type="rss" xmlUrl="https://a.example/1"/>',
        '<OUTLINE XMLURL="https://a.example/1"/>',
        '<!-- <outline xmlUrl="https://a.example/2"/> --><outline text="a < b" xmlUrl="https://a.example/1"/>',
        '<outline xmlUrl="https://a.example/1"/><outline text="cut of',
    ],
)
def test_read_opml_broken_outline_has_its_feed(outline: str) -> None:
    """Whatever is wrong with its other attributes; half of an emoji was no text for lxml."""
    found = read_opml(f"<opml><head><title>List</title></head><body>{outline}</body></opml>".encode())
    assert (found.title, found.urls) == ("List", ("https://a.example/1",))


@pytest.mark.parametrize("charset", ["windows-1251", "utf-16", "utf-8-sig"])
def test_read_opml_in_any_charset_has_its_title(charset: str) -> None:
    """The declared one, or that of the byte order mark."""
    declared = charset.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><opml><head><title>Газеты</title></head><body>'
    assert read_opml(f'{text}<outline xmlUrl="a.example/1"/></body></opml>'.encode(charset)).title == "Газеты"


@pytest.mark.parametrize("start", ["", "<?xml version='1.0'?><!DOCTYPE opml>\n", "<!-- exported -->"])
def test_parse_feed_of_a_list_says_so(start: str) -> None:
    """So that `--feed` reads its feeds."""
    with pytest.raises(ParseError, match="list of feeds"):
        parse_feed(f"{start}<opml version='2.0'/>".encode())

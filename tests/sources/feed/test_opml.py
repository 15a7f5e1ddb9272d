"""Lists of feeds that were fetched a second time, and need not be what they were."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.sources.feed.opml import MOST_FEEDS, read_opml


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

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

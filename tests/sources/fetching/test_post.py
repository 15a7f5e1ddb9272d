"""Fetching with a body: what is sent, and where it does not follow."""

import pytest

from digest.errors import FetchError
from digest.sources.fetching.fetcher import Fetcher
from tests.support.feed_server import FeedServer


def test_a_body_makes_it_a_post(server: FeedServer, fetcher: Fetcher) -> None:
    """The bytes and the headers arrive as they are, and the Link header comes back."""
    url = server.answer("/api", b"[]", headers={"Link": '<?page=2>; rel="next"'})
    fetched = fetcher.fetch(url, body=b"\xff", headers={"Content-Type": "application/json"})
    (asked,) = server.asked
    assert (asked.body, asked.headers["content-type"]) == (b"\xff", "application/json")
    assert (fetched.body, fetched.link) == (b"[]", '<?page=2>; rel="next"')


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_follows_where_it_is_kept(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """These two redirects ask for the same request again."""
    server.answer("/new", b"[]")
    fetcher.fetch(server.redirect("/old", "/new", status), body=b"x")
    assert [one.body for one in server.asked] == [b"x", b"x"]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_body_is_not_dropped_in_silence(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """A redirect that turns the question into another one is said; its query is not shown."""
    server.answer("/new", b"[]")
    says = rf"/old: leads to {server.url('/new')}\?…, and what is sent there does not follow$"
    with pytest.raises(FetchError, match=says):
        fetcher.fetch(server.redirect("/old", "/new?key=s3cret", status), body=b"x")
    assert len(server.asked) == 1


def test_a_body_stays_on_its_host(server: FeedServer, fetcher: Fetcher) -> None:
    """It may hold a token."""
    with FeedServer() as other:
        other.answer("/new", b"[]")
        with pytest.raises(FetchError, match="does not follow"):
            fetcher.fetch(server.redirect("/old", other.url("/new"), 307), body=b"x")
        assert other.asked == []

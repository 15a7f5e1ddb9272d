"""POST: what is sent, and which redirects a body follows."""

import pytest

from digest.errors import FetchError
from digest.sources.fetching.fetcher import Fetcher
from tests.support.feed_server import FeedServer


def test_fetch_with_a_body_is_a_post(server: FeedServer, fetcher: Fetcher) -> None:
    """The bytes and the headers arrive as they are, and the Link header comes back."""
    url = server.answer("/api", b"[]", headers={"Link": '<?page=2>; rel="next"'})
    fetched = fetcher.fetch(url, body=b"\xff", headers={"Content-Type": "application/json"})
    (request,) = server.requests
    assert (request.body, request.headers["content-type"]) == (b"\xff", "application/json")
    assert (fetched.body, fetched.link) == (b"[]", '<?page=2>; rel="next"')


@pytest.mark.parametrize("status", [307, 308])
def test_body_follows_a_redirect_that_keeps_it(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """307 and 308 ask for the same request again."""
    server.answer("/new", b"[]")
    fetcher.fetch(server.redirect("/old", "/new", status), body=b"x")
    assert [one.body for one in server.requests] == [b"x", b"x"]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_redirect_that_drops_the_body_is_an_error(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """The target is in the message, without its query."""
    server.answer("/new", b"[]")
    message = rf"/old: redirects a POST to {server.url('/new')}\?…, which is not followed$"
    with pytest.raises(FetchError, match=message):
        fetcher.fetch(server.redirect("/old", "/new?key=s3cret", status), body=b"x")
    assert len(server.requests) == 1


def test_body_is_not_sent_to_another_host(server: FeedServer, fetcher: Fetcher) -> None:
    """It may hold a token."""
    with FeedServer() as other:
        other.answer("/new", b"[]")
        with pytest.raises(FetchError, match="is not followed"):
            fetcher.fetch(server.redirect("/old", other.url("/new"), 307), body=b"x")
        assert other.requests == []

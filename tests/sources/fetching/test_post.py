"""POST: what is sent, and which redirects a body follows."""

import json
import socket
from contextlib import nullcontext, suppress
from urllib.parse import urlencode

import pytest

from digest.errors import FetchError
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.request import FetchRequest
from tests.sources.fetching.test_lenient_http import answering
from tests.support.feed_server import FeedServer


def test_fetch_with_a_body_is_a_post(server: FeedServer, fetcher: Fetcher) -> None:
    """The bytes and the headers arrive as they are, and the Link header comes back."""
    url = server.answer("/api", b"[]", headers={"Link": '<?page=2>; rel="next"'})
    fetched = fetcher.fetch(url, body=b"\xff", headers={"Content-Type": "application/json"})
    (request,) = server.requests
    assert (request.body, request.headers["content-type"]) == (b"\xff", "application/json")
    assert (fetched.body, fetched.link) == (b"[]", '<?page=2>; rel="next"')


@pytest.mark.parametrize("repeated", ["k/3cret+18/41==", "s3ss", "c00kie-1841", "k3y77"])
def test_refusal_of_a_form_shows_no_value_of_it_or_of_a_header(
    repeated: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """Programs repeat the key that they refuse, without its name and as it was before it was encoded."""
    body = urlencode({"api_key": "k/3cret+18/41==", "session": "s3ss"}).encode()
    for words in ("Invalid key", "x" * 156):  # of so long a message only the beginning is quoted
        answer = json.dumps({"message": f"{words} {repeated}"}).encode()
        url = server.answer("/api", answer, status=401, content_type="application/json")
        with pytest.raises(FetchError, match=r"401 Unauthorized$"):
            fetcher.fetch(url, body=body, headers={"Cookie": "login=c00kie-1841; x=1", "X-Key": "k3y77"})


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


@pytest.mark.parametrize(
    ("start", "target", "has_secrets"),
    [
        ("https://gazette.example/old", "https://gazette.example/new", True),
        ("http://gazette.example/old", "https://gazette.example/new", True),
        ("http://gazette.example/old", "/new", True),
        ("https://gazette.example/old", "http://gazette.example/new", False),
        ("https://gazette.example/old", "https://news.gazette.example/new", False),
        ("https://gazette.example:8443/old", "http://gazette.example:8443/new", False),
    ],
)
def test_redirect_from_https_to_http_loses_the_secrets(start: str, target: str, has_secrets: bool) -> None:
    """A login, a token and a body that were encrypted are not sent as plain text."""
    login = start.replace("://", "://me:s3cret@")
    request = FetchRequest(login, trusted=True, validators=None, headers={"X-Key": "k"})
    request.redirect(target, 302)
    assert ({"Authorization", "X-Key"} <= request.headers.keys()) == has_secrets
    post = FetchRequest(login, trusted=True, validators=None, headers={}, body=b"x")
    with nullcontext() if has_secrets else pytest.raises(FetchError, match="redirects a POST"):
        post.redirect(target, 307)


def test_body_is_sent_again_where_the_server_closes_a_connection_in_use(fetcher: Fetcher) -> None:
    """It answers one request of each connection, without saying so."""
    answered: list[bytes] = []

    def answer(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            answered.append(_request(peer))
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
            _request(peer)

    with answering(answer) as url:
        assert [fetcher.fetch(url, body=body).body for body in (b"one", b"two")] == [b"[]", b"[]"]
    assert [request[-3:] for request in answered] == [b"one", b"two"]


def _request(peer: socket.socket) -> bytes:
    """One request with a body of three bytes, or what came of it."""
    received = b""
    while received.find(b"\r\n\r\n") not in range(len(received) - 6):
        piece = peer.recv(65_536)
        if not piece:
            return received
        received += piece
    return received

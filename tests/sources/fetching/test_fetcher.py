"""The fetcher, decompression and the address guard, against real servers on this machine."""

import asyncio
import gzip
import socket
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.parse import quote, unquote, urlsplit

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from digest.errors import FetchError
from digest.model.articles import Validators
from digest.sources.fetching.address_guard import PrivateAddressError, PublicResolver
from digest.sources.fetching.decompress import DecompressError, Decompressor, TooLargeError
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.network_errors import LONGEST_HEADER, MOST_HEADERS
from digest.sources.fetching.request import FetchRequest
from digest.sources.fetching.retry_after import HostWaits, retry_after_seconds
from digest.sources.fetching.wire_url import redacted
from tests.support.feed_server import Canned, FeedServer, Request


def test_fetch_of_a_url_returns_body_type_and_validators(server: FeedServer, fetcher: Fetcher) -> None:
    """A response comes with its media type, its URL and the validators for the next request."""
    dated = "Mon, 23 Nov 2026 10:00:00 GMT"
    url = server.answer("/rss", b"<rss/>", headers={"ETag": '"1"', "Last-Modified": dated})
    fetched = fetcher.fetch(url)
    assert (fetched.body, fetched.content_type, fetched.url) == (b"<rss/>", "application/rss+xml", url)
    assert fetched.validators == Validators(url=url, etag='"1"', last_modified=dated)


def test_fetch_with_validators_returns_not_modified(server: FeedServer, fetcher: Fetcher) -> None:
    """A second visit sends the validators, and a 304 keeps them."""
    url = server.answer("/rss", b"<rss/>", headers={"ETag": '"1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"})
    first = fetcher.fetch(url)
    second = fetcher.fetch(url, validators=first.validators)
    assert second.not_modified
    assert second.validators == first.validators
    assert server.requests[1].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize("date", ["Sat, 16 Nov 2041 19:11:00 GMT", "Tue, 01 Jan 1980 00:00:01 GMT"])
def test_validators_beside_an_impossible_date_are_not_sent(server: FeedServer, fetcher: Fetcher, date: str) -> None:
    """The server compares later requests with that date, and answers 304 whatever was published."""
    url = server.answer("/rss", b"<rss/>", headers={"ETag": f'"{date}"', "Last-Modified": date})
    known = fetcher.fetch(url).validators
    assert (known.etag, known.last_modified) == (None, None)


def test_validators_of_another_url_are_not_sent(server: FeedServer, fetcher: Fetcher) -> None:
    """Validators are valid only for the URL that gave them."""
    url = server.answer("/rss", b"<rss/>")
    fetcher.fetch(url, validators=Validators(url=server.url("/other"), etag='"1"'))
    assert "if-none-match" not in server.requests[0].headers


def test_validators_are_sent_after_the_redirect(server: FeedServer, fetcher: Fetcher) -> None:
    """The URL that answers gets the conditional request, not the one that redirects to it."""
    server.redirect("/old", "/rss")
    server.answer("/rss", b"<rss/>", headers={"ETag": '"1"'})
    first = fetcher.fetch(server.url("/old"))
    assert first.url == server.url("/rss")
    assert fetcher.fetch(server.url("/old"), validators=first.validators).not_modified


@pytest.mark.parametrize("status", [412, 500])
def test_fetch_condition_that_fails_is_requested_again_without_it(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Some servers and buckets answer 412 where 304 is meant, to each request with the present ETag; others crash."""

    def reply(request: Request) -> Canned:
        has_etag = "if-none-match" in request.headers
        return Canned(status=status) if has_etag else Canned(body=b"<rss/>", headers={"ETag": '"1"'})

    monkeypatch.setattr(server, "reply_to", reply)
    first = fetcher.fetch(server.url("/rss"))
    second = fetcher.fetch(server.url("/rss"), validators=first.validators)
    assert (second.body, second.validators, second.not_modified) == (b"<rss/>", first.validators, False)


@pytest.mark.parametrize("status", [412, 500])
def test_fetch_error_without_a_condition_too_is_reported(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """Tomcat also answers 412 to a request without a cookie; the second answer counts."""
    url = server.answer("/rss", status=status)
    with pytest.raises(FetchError, match=f"answered {status}"):
        fetcher.fetch(url, validators=Validators(url=url, etag='"1"'))
    assert len(server.requests) == 2


def test_user_agent_names_program_and_portal(server: FeedServer) -> None:
    """Operators of other servers can see who fetches."""
    with Fetcher(portal_url="https://gazette.example") as fetcher:
        fetcher.fetch(server.answer("/rss", b"x"))
    assert server.requests[0].headers["user-agent"].startswith("portal-digest/")
    assert server.requests[0].headers["user-agent"].endswith("(+https://gazette.example)")


@pytest.mark.parametrize("status", [404, 410, 500, 304])
def test_error_status_is_reported_without_the_query(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """The status is in the message; the query may hold a secret and is not."""
    server.answer("/rss", b"no", status=status)
    with pytest.raises(
        FetchError, match=rf"^http://127\.0\.0\.1:\d+/rss\?…: the server answered {status} \w+"
    ) as raised:
        fetcher.fetch(server.url("/rss?key=s3cret"))
    assert "s3cret" not in str(raised.value)


LARGE_HEADERS = {
    "long policy": {"Content-Security-Policy": "https://a.example " * 570},
    "longer list of links": {"Link": "</a.css>; rel=preload; as=style, " * 1_000},
    "many": {f"X-Part-{number}": "1" for number in range(140)},
}


@pytest.mark.parametrize("headers", LARGE_HEADERS.values(), ids=LARGE_HEADERS.keys())
def test_response_with_large_headers_is_fetched(server: FeedServer, fetcher: Fetcher, headers: dict[str, str]) -> None:
    """Shops and portals send 35 KB of them, which browsers accept."""
    assert fetcher.fetch(server.answer("/rss", b"<rss/>", headers=headers)).body == b"<rss/>"


@pytest.mark.parametrize(
    "headers",
    [{"X-Long": "x" * (LONGEST_HEADER + 1)}, {f"X-{number}": "1" for number in range(MOST_HEADERS + 1)}],
    ids=["long", "many"],
)
def test_headers_beyond_the_limit_are_named(server: FeedServer, fetcher: Fetcher, headers: dict[str, str]) -> None:
    """The error is not "not valid HTTP"."""
    url = server.answer("/rss", b"<rss/>", headers=headers)
    with pytest.raises(FetchError, match=r"the headers exceed the limit: 131,072 bytes each and 1,000 of them"):
        fetcher.fetch(url)


def test_retry_after_is_obeyed_by_later_fetches(server: FeedServer, fetcher: Fetcher) -> None:
    """The host gets no request until the time is over, at any path."""
    server.answer("/rss", b"slow down", status=429, headers={"Retry-After": "600"})
    with pytest.raises(FetchError, match=r"answered 429 Too Many Requests, and asked to wait 600 s"):
        fetcher.fetch(server.url("/rss"))
    server.answer("/other", b"<rss/>")
    with pytest.raises(FetchError, match=r"not requested, because the server asked to wait 600 s$"):
        fetcher.fetch(server.url("/other"))
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "seconds"), [(503, 3_600), (429, 86_400)])
def test_retry_after_of_a_day_is_obeyed_for_an_hour_where_the_server_is_away(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, status: int, seconds: int
) -> None:
    """The error is the same all the time, so that a log has it once, and says what the server answered."""
    moment = 1000.0
    clock = SimpleNamespace(monotonic=lambda: moment, time=time.time)
    monkeypatch.setattr("digest.sources.fetching.retry_after.time", clock)
    headers = {"Retry-After": "86400"}
    url = server.answer("/rss", b"back soon", content_type="text/plain", status=status, headers=headers)
    with pytest.raises(FetchError, match=f"the server answered {status}") as first:
        fetcher.fetch(url)
    moment += seconds - 1
    with pytest.raises(FetchError) as second:
        fetcher.fetch(url)
    assert str(first.value) == str(second.value)
    assert len(server.requests) == 1
    server.answer("/rss", b"<rss/>")
    moment += 2
    fetcher.fetch(url)


@pytest.mark.parametrize("seconds", [0.0, 10.0])
def test_retry_after_of_an_answer_under_way_shortens_no_longer_one(seconds: float) -> None:
    """A host is asked for several feeds at once, and not each of its answers says how long to wait."""
    waits = HostWaits()
    waits.record(URL("https://gazette.example/rss"), 600.0)
    waits.record(URL("https://gazette.example/other"), seconds)
    refusal = waits.refusal(URL("https://gazette.example/third"))
    assert refusal == "not requested, because the server asked to wait 600 s"


def test_short_retry_after_is_waited_for_once(server: FeedServer, fetcher: Fetcher) -> None:
    """A second later the same fetch asks again, and no third time."""
    server.answer("/rss", b"", status=503, headers={"Retry-After": "1"})
    with pytest.raises(FetchError, match=r"answered 503 Service Unavailable, and asked to wait 1 s"):
        fetcher.fetch(server.url("/rss"))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Mon, 23 Nov 2020 10:00:00 GMT", 0.0),
        ("Fri, 23 Nov 2096 10:00:00 GMT", 86_400.0),
        ("9" * 50, 86_400.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    """At most a day; anything else is no request to wait."""
    assert retry_after_seconds(header) == seconds


@pytest.mark.parametrize(
    ("body", "content_type", "explanation"),
    [
        (b'{"code": 7, "message": "Invalid API token"}', "application/json", ': "Invalid API token"'),
        (b'{"error": {"detail": "Token expired"}}', "application/problem+json", ': "Token expired"'),
        (b'{"errors": ["No access", "x"]}', "application/json; charset=utf-8", ': "No access"'),
        (b"Please log in\r\n first", "text/plain", ': "Please log in first"'),
        (b"<html>Please log in</html>", "text/html", ""),
        (b"{broken", "application/json", ""),
        (b'{"message": "key s3cret-1841 is unknown"}', "application/json", ""),
        (b'{"message": "no user t0ken-1841"}', "application/json", ""),
    ],
)
def test_refusal_shows_the_servers_explanation_without_secrets(
    server: FeedServer, fetcher: Fetcher, body: bytes, content_type: str, explanation: str
) -> None:
    """A text that repeats what was sent is not shown."""
    server.answer("/rss", body, status=401, content_type=content_type)
    with pytest.raises(FetchError) as raised:
        fetcher.fetch(server.url("/rss?key=s3cret-1841"), headers={"Authorization": "Bearer t0ken-1841"})
    assert str(raised.value).endswith(f"/rss?…: the server answered 401 Unauthorized{explanation}")


def test_refused_connection_is_reported(fetcher: Fetcher) -> None:
    """Nothing listens on the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(FetchError, match=r"could not be reached: connection refused$"):
            fetcher.fetch(f"http://127.0.0.1:{port}/rss")


def test_unknown_host_is_reported(fetcher: Fetcher) -> None:
    """The name has no address."""
    with pytest.raises(FetchError, match=r"^http://no-such-host\.invalid/rss: could not be reached: name not known$"):
        fetcher.fetch("http://no-such-host.invalid/rss")


def test_silent_name_server_is_not_reported_as_an_unknown_name(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is wrong with the address, and the operator must not look for a typing error in it."""
    silent = Mock(side_effect=socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(FetchError, match=r"rss: could not be reached: temporary failure in name resolution$"):
        fetcher.fetch("http://news.gazette.example/rss")


def test_tls_to_a_plain_server_fails(server: FeedServer, fetcher: Fetcher) -> None:
    """TLS that fails is an error, never a downgrade."""
    with pytest.raises(FetchError, match=r"could not be reached safely: the server does not speak TLS$"):
        fetcher.fetch(server.url("/rss").replace("http:", "https:"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "gopher://a.example",
        "rss.xml",
        "http://",
        "",
        "http://[::1/x",
        f"http://{'a' * 70}.example/",
    ],
)
def test_url_that_is_not_http_is_refused(fetcher: Fetcher, url: str) -> None:
    """Other schemes, paths and broken URLs."""
    with pytest.raises(FetchError, match="is not a valid URL"):
        fetcher.fetch(url)


def test_login_goes_to_its_host_and_into_no_message(server: FeedServer, fetcher: Fetcher) -> None:
    """User name and password are sent to their host, and are in no URL that is returned or shown."""
    url = server.answer("/rss", b"x").replace("http://", "http://me:s3cret@")
    assert "s3cret" not in repr(fetcher.fetch(url))
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert redacted("https://me:s3cret@a.example/x?key=s3cret#s3cret") == "https://a.example/x?…"
    assert redacted("\u00a0https://me:s3cret@a.example/x ") == "https://a.example/x"


def test_headers_follow_a_redirect_within_their_host(server: FeedServer, fetcher: Fetcher) -> None:
    """A token is sent again."""
    server.redirect("/old", "/rss")
    server.answer("/rss", b"x")
    fetcher.fetch(server.url("/old"), headers={"Authorization": "Bearer t"})
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer t", "Bearer t"]


class CookieWall(BaseHTTPRequestHandler):
    """Redirects each request without its cookie to the same URL, and sets the cookie that the query names."""

    def do_GET(self) -> None:
        """Answer."""
        cookie = unquote(urlsplit(self.path).query)
        has_cookie = self.headers["Cookie"] == cookie
        self.send_response(200 if has_cookie else 302)
        if not has_cookie:
            self.send_header("Set-Cookie", f"{cookie}; Path=/; HttpOnly")
            self.send_header("Location", self.path)
        self.end_headers()
        self.wfile.write(b"<rss/>" if has_cookie else b"")

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.mark.parametrize("cookie", ["seen=1", 'seen={"a":1,"b":[2]}', 'seen="a b"', "seen=Zm9v==", "seen=a,b c"])
def test_redirect_to_the_same_url_with_a_cookie_is_followed(fetcher: Fetcher, cookie: str) -> None:
    """The cookie goes back as it came within the fetch, also in the next one, which starts without it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), CookieWall) as wall:
        threading.Thread(target=wall.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{wall.server_address[1]}/rss?{quote(cookie)}"
        assert [fetcher.fetch(url).body for _ in range(2)] == [b"<rss/>"] * 2
        wall.shutdown()


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/rss?sign=a%2Fb%2Bc%3D&u=https%3A%2F%2Fa.example", "/rss?sign=a%2Fb%2Bc%3D&u=https%3A%2F%2Fa.example"),
        ("/%7Eanna/%41", "/%7Eanna/%41"),
        ("/%ED%EE%E2", "/%ED%EE%E2"),
        ("/caf\xe9", "/caf%E9"),
        ("/a b", "/a%20b"),
        ("\\rss", "/rss"),
    ],
)
def test_redirect_goes_to_the_address_as_it_is_written(
    server: FeedServer, fetcher: Fetcher, address: str, path: str
) -> None:
    """Signed addresses stay valid, and bytes that are not UTF-8 stay what they are."""
    url = server.redirect("/old", address)
    server.answer(path, b"<rss/>")
    fetcher.fetch(url)
    assert server.requests[-1].path == path


def test_url_is_requested_as_it_is_written(server: FeedServer, fetcher: Fetcher) -> None:
    """Only what a request cannot hold is encoded, and the fragment stays here."""
    server.answer("/", b"<rss/>")
    fetcher.fetch(server.url("/?u=https%3A%2F%2Fa.example&q=дом|[1]#top"))
    assert server.requests[-1].path == "/?u=https%3A%2F%2Fa.example&q=%D0%B4%D0%BE%D0%BC%7C[1]"


def test_redirect_loop_is_refused_after_five(server: FeedServer, fetcher: Fetcher) -> None:
    """Redirects are followed five times."""
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(FetchError, match=r"/a: too many redirects \(more than 5\)$"):
        fetcher.fetch(server.url("/a"))
    assert len(server.requests) == 6


def test_redirects_back_to_the_same_url_are_no_move() -> None:
    """Sites redirect for good to set a cookie, and back."""
    request = FetchRequest("https://a.example/rss", trusted=True, validators=None, headers={})
    request.redirect("/rss?cookie=1", 301)
    assert request.is_moved
    request.redirect("/rss", 301)
    assert not request.is_moved


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://a.example/", "javascript:alert(1)", "http://[x/"])
def test_redirect_to_an_invalid_url_is_refused(server: FeedServer, fetcher: Fetcher, location: str) -> None:
    """Redirects to files, scripts and other schemes."""
    url = server.redirect("/a", location)
    with pytest.raises(FetchError, match="redirects to something that is not a valid URL"):
        fetcher.fetch(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "169.254.169.254"]
)
def test_redirect_into_a_private_network_is_refused(server: FeedServer, fetcher: Fetcher, host: str) -> None:
    """A host in the configuration may be private; another one that it redirects to may not."""
    server.answer("/secret", b"secret")
    server.redirect("/a", f"http://{host}:{server.port}/secret")
    with pytest.raises(FetchError, match=r"private network|not a valid URL"):
        fetcher.fetch(server.url("/a"))
    assert [request.path for request in server.requests] == ["/a"]


def test_redirect_to_another_port_of_this_machine_is_refused(server: FeedServer, fetcher: Fetcher) -> None:
    """A feed on this machine must not reach the other services of this machine."""
    with FeedServer() as other:
        server.redirect("/a", other.answer("/secret", b"secret"))
        with pytest.raises(FetchError, match="private network"):
            fetcher.fetch(server.url("/a"))
        assert other.requests == []


def test_untrusted_url_must_be_public(server: FeedServer, fetcher: Fetcher) -> None:
    """A URL from foreign text is refused before any request."""
    with pytest.raises(FetchError, match="private network"):
        fetcher.fetch(server.answer("/page", b"x"), trusted=False)
    assert server.requests == []


def test_slow_server_is_given_up_at_the_deadline() -> None:
    """A byte now and then does not extend the deadline."""
    with FeedServer() as server, Fetcher(deadline=0.3) as fetcher:
        url = server.answer("/rss", b"x" * 1_000, drip=0.02)
        with pytest.raises(FetchError, match=r"/rss: did not answer within 0\.3 s$"):
            fetcher.fetch(url)


def test_gzip_bomb_is_refused_at_the_limit(server: FeedServer, fetcher: Fetcher) -> None:
    """30 MB of zeros in 30 KB are not decompressed, in one layer or in two."""
    bomb = gzip.compress(bytes(30_000_000))
    once = server.answer("/once", bomb, headers={"Content-Encoding": "gzip"})
    twice = server.answer("/twice", gzip.compress(bomb), headers={"Content-Encoding": "gzip, gzip"})
    for url in (once, twice):
        with pytest.raises(FetchError, match=r"is larger than 10 MB after decompression$"):
            fetcher.fetch(url)


def test_large_uncompressed_response_is_refused(server: FeedServer) -> None:
    """The limit holds for responses that are not compressed."""
    with Fetcher(largest=1_000) as fetcher, pytest.raises(FetchError, match="is larger than"):
        fetcher.fetch(server.answer("/rss", b"x" * 1_001))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_gzip_several_times_is_decompressed(server: FeedServer, fetcher: Fetcher, times: int) -> None:
    """Up to three layers."""
    url = server.answer_gzipped("/rss", b"<rss/>" * 50_000, times=times)
    assert fetcher.fetch(url).body == b"<rss/>" * 50_000
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (zlib.compress(b"plain"), "deflate"),
        (zlib.compress(b"plain")[2:-4], "deflate"),
        (gzip.compress(b"pl", mtime=0) + gzip.compress(b"ain", mtime=0), "x-gzip"),
        (gzip.compress(b"plain", mtime=0) + b"\0\0", "gzip"),
        (b"plain", "identity"),
    ],
    ids=[
        "zlib",
        "bare deflate",
        "two members",
        "padded",
        "not compressed",
    ],  # gzip bytes hold the time: no stable names
)
def test_every_encoding_is_decompressed(packed: bytes, encoding: str) -> None:
    """Deflate with and without a header, several members and padding all give the same, byte by byte."""
    decompressor = Decompressor(encoding, 100)
    plain = b"".join(decompressor.feed(packed[place : place + 1]) for place in range(len(packed)))
    decompressor.finish()
    assert plain == b"plain"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (b"plain", "gzip"),
        (b"x", "br"),
        (gzip.compress(b"plain", mtime=0)[:-3], "gzip"),
        (b"", "gzip, gzip, gzip, gzip"),
    ],
    ids=["not compressed", "brotli", "cut short", "too many layers"],
)
def test_wrong_encoding_is_an_error(packed: bytes, encoding: str) -> None:
    """Not compressed, an unsupported encoding, incomplete, or too many layers."""
    with pytest.raises(DecompressError):
        decompress(packed, encoding)


@pytest.mark.parametrize("encoding", ["gzip", None], ids=["encoded", "gzip file"])
def test_gzip_that_breaks_off_is_an_error(server: FeedServer, fetcher: Fetcher, encoding: str | None) -> None:
    """Half an answer is not taken for a whole one, although all of it was received."""
    packed = gzip.compress(b"<rss/>" * 5_000)[:-9]
    url = server.answer("/rss", packed, headers={"Content-Encoding": encoding} if encoding else {})
    with pytest.raises(FetchError, match=r"/rss: .*incomplete"):
        fetcher.fetch(url)


def decompress(packed: bytes, encoding: str) -> None:
    decompressor = Decompressor(encoding, 100)
    decompressor.feed(packed)
    decompressor.finish()


def test_large_inner_layer_is_refused() -> None:
    """The limit holds for each layer, also where the outermost result is small."""
    inner = gzip.compress(b"") * 50_000
    with pytest.raises(TooLargeError):
        Decompressor("gzip, gzip", 100_000).feed(gzip.compress(inner))


@pytest.mark.parametrize("word", ["UTF-8", "none", "aws-chunked", "8bit", "binary", '"utf-8"', "identity"])
def test_content_encoding_that_means_nothing_is_ignored(server: FeedServer, fetcher: Fetcher, word: str) -> None:
    """Servers put a character set there, or what a bucket was filled with."""
    assert fetcher.fetch(server.answer("/rss", b"<rss/>", headers={"Content-Encoding": word})).body == b"<rss/>"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", "zstd"])
@pytest.mark.parametrize(
    "text",
    [
        *(b'<?xml version="1.0"?><rss/>', b"\xef\xbb\xbf\n<rss/>", b'{"items": []}', b'[{"a": 1}]'),
        *("<rss/>".encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be")),
    ],
)
def test_text_that_is_not_compressed_as_its_encoding_says_is_read(
    server: FeedServer, fetcher: Fetcher, encoding: str, text: bytes
) -> None:
    """Proxies decompress a body and keep its header."""
    assert fetcher.fetch(server.answer("/rss", text, headers={"Content-Encoding": encoding})).body == text


@pytest.mark.parametrize("size", [1, 50_000])
def test_whole_document_is_read_although_its_checksum_is_wrong(server: FeedServer, fetcher: Fetcher, size: int) -> None:
    """Browsers look at neither the checksum nor the length, nor at what follows; one that is not whole is an error."""
    document = b"<rss>" + b"<a/>" * size + b"</rss>"
    packed = gzip.compress(document)
    headers = {"Content-Encoding": "gzip"}
    for name, body in (
        ("/sum", packed[:-8] + b"12345678"),
        ("/length", packed[:-1] + b"1"),
        ("/more", packed + b"\x1f\x8bx"),
    ):
        assert fetcher.fetch(server.answer(name, body, headers=headers)).body == document
    broken = server.answer("/broken", gzip.compress(b"<rss>" + b"<a/>" * size)[:-8] + b"12345678", headers=headers)
    with pytest.raises(FetchError, match="is not what its Content-Encoding names"):
        fetcher.fetch(broken)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"<rss/>", mtime=0), "deflate"),
        (zlib.compress(b"<rss/>"), "gzip"),
        (gzip.compress(b"<rss/>", mtime=0), "gzip, gzip"),
        (gzip.compress(b"<rss/>", mtime=0), "br"),
    ],
    ids=["gzip as deflate", "deflate as gzip", "gzip once of twice", "gzip as br"],
)
def test_encoding_that_is_taken_for_another_is_decompressed(packed: bytes, encoding: str) -> None:
    """Both begin with a header of their own."""
    decompressor = Decompressor(encoding, 1_000)
    assert decompressor.feed(packed) + decompressor.finish() == b"<rss/>"


@pytest.mark.parametrize("name", ["br", "zstd", "gzip, br"])
def test_unsupported_content_encoding_is_named(server: FeedServer, fetcher: Fetcher, name: str) -> None:
    """What was not requested and cannot be read."""
    url = server.answer("/rss", b"\x1b\x00", headers={"Content-Encoding": name})
    with pytest.raises(FetchError, match=f"unsupported Content-Encoding: {name[-2:] if 'br' in name else name}"):
        fetcher.fetch(url)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_gzip_file_without_header_is_decompressed(server: FeedServer, fetcher: Fetcher, encoding: str) -> None:
    """`feed.xml.gz` as it is on the disk, also compressed once more on the way."""
    body = gzip.compress(gzip.compress(b"<rss/>")) if encoding else gzip.compress(b"<rss/>")
    url = server.answer("/feed.xml.gz", body, headers={"Content-Encoding": encoding} if encoding else {})
    assert fetcher.fetch(url).body == b"<rss/>"


def test_gzip_file_in_single_bytes_is_decompressed() -> None:
    """Chunks may be cut anywhere, and a short body that begins like a gzip file is kept."""
    decompressor = Decompressor("", 1_000)
    packed = gzip.compress(b"<rss/>")
    assert b"".join(decompressor.feed(bytes([byte])) for byte in packed) + decompressor.finish() == b"<rss/>"
    short = Decompressor("", 1_000)
    assert short.feed(b"\x1f") + short.finish() == b"\x1f"


def test_gzip_file_bomb_is_refused_at_the_limit() -> None:
    """The limit holds for a layer that no header names, too."""
    with pytest.raises(TooLargeError):
        Decompressor("", 1_000).feed(gzip.compress(b"x" * 100_000))


def test_incomplete_response_is_an_error(server: FeedServer, fetcher: Fetcher) -> None:
    """The connection ends before the promised length."""
    with pytest.raises(FetchError, match="the connection broke off"):
        fetcher.fetch(server.answer("/rss", b"half", cut=10))


def test_response_that_is_not_http_is_an_error(fetcher: Fetcher) -> None:
    """A mail server answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(b"220 mail.example ESMTP\r\n\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(FetchError, match=r"the answer is not valid HTTP$"):
            fetcher.fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()


def test_fetcher_shared_by_threads_fetches_all(server: FeedServer, fetcher: Fetcher) -> None:
    """Several threads fetch at once."""
    urls = [server.answer(f"/{number}", str(number)) for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        bodies = [fetched.body for fetched in pool.map(fetcher.fetch, urls)]
    assert bodies == [str(number).encode() for number in range(20)]


@pytest.mark.parametrize("is_closed", [False, True])
def test_fetcher_that_once_got_no_thread_fetches_again(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, is_closed: bool
) -> None:
    """A limit of threads that is reached for a moment ends one fetch, not all that follow, nor does it keep `close`."""
    url = server.answer("/", b"x")
    with Fetcher() as fetcher:
        with monkeypatch.context() as limited:
            limited.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread")))
            with pytest.raises(RuntimeError, match="new thread"):
                fetcher.fetch(url)
            if is_closed:
                fetcher.close()
        assert fetcher.fetch(url).body == b"x"


def test_fetcher_closed_twice_fetches_again(server: FeedServer) -> None:
    """A later fetch starts the loop again."""
    fetcher = Fetcher()
    url = server.answer("/rss", b"x")
    fetcher.close()
    assert fetcher.fetch(url).body == b"x"
    fetcher.close()
    fetcher.close()
    with fetcher:
        assert fetcher.fetch(url).body == b"x"


def test_close_abandons_running_fetches(server: FeedServer) -> None:
    """A fetch that waits for a slow server ends with an error when the fetcher is closed."""
    fetcher = Fetcher()
    url = server.answer("/rss", b"x" * 10_000, drip=0.01)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fetcher.fetch, url)
        while not server.requests:
            assert not server.pause(0.01)
        fetcher.close()
        with pytest.raises(FetchError, match="abandoned"):
            waiting.result()


class _Names(AbstractResolver):
    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


async def _resolved(*addresses: str) -> list[str]:
    return [answer["host"] for answer in await PublicResolver(_Names(*addresses)).resolve("a.example", 80)]


def test_name_with_one_private_address_is_refused() -> None:
    """One private address among public ones is enough."""
    assert asyncio.run(_resolved("93.184.216.34")) == ["93.184.216.34"]
    with pytest.raises(PrivateAddressError):
        asyncio.run(_resolved("93.184.216.34", "10.0.0.1"))


def test_process_ends_while_a_name_server_is_silent() -> None:
    """A name that is still being looked up when the fetcher is closed keeps no process alive."""
    program = """
import socket, threading
from digest.sources.fetching.fetcher import Fetcher

resolving = threading.Event()

def hang(*args, **names):
    resolving.set()
    threading.Event().wait()

socket.getaddrinfo = hang
fetcher = Fetcher()
threading.Thread(target=fetcher.fetch, args=("http://gazette.example/rss.xml",), daemon=True).start()
resolving.wait()
fetcher.close()
print("closed")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "closed\n"

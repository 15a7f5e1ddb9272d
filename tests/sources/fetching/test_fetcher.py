"""Fetching: what comes, what does not, and the one sentence that says why."""

import asyncio
import gzip
import socket
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from digest.errors import FetchError
from digest.model.articles import Validators
from digest.sources.fetching.address_guard import PrivateAddressError, PublicResolver, is_public
from digest.sources.fetching.decompress import TooLargeError, Unpacker, UnpackError
from digest.sources.fetching.fetcher import Fetcher, shown
from tests.support.feed_server import FeedServer


def test_brings_bytes_type_and_validators(server: FeedServer, fetcher: Fetcher) -> None:
    """An answer comes with its media type, its address and what to ask it with the next time."""
    dated = "Mon, 23 Nov 2026 10:00:00 GMT"
    url = server.answer("/rss", b"<rss/>", headers={"ETag": '"1"', "Last-Modified": dated})
    fetched = fetcher.fetch(url)
    assert (fetched.body, fetched.content_type, fetched.url) == (b"<rss/>", "application/rss+xml", url)
    assert fetched.validators == Validators(url=url, etag='"1"', last_modified=dated)


def test_asks_conditionally_and_takes_not_modified(server: FeedServer, fetcher: Fetcher) -> None:
    """A second visit sends the validators, and a 304 keeps them."""
    url = server.answer("/rss", b"<rss/>", headers={"ETag": '"1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"})
    first = fetcher.fetch(url)
    second = fetcher.fetch(url, validators=first.validators)
    assert second.not_modified
    assert second.validators == first.validators
    assert server.asked[1].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


def test_validators_of_another_address_are_not_sent(server: FeedServer, fetcher: Fetcher) -> None:
    """Validators hold for the address that gave them alone."""
    url = server.answer("/rss", b"<rss/>")
    fetcher.fetch(url, validators=Validators(url=server.url("/other"), etag='"1"'))
    assert "if-none-match" not in server.asked[0].headers


def test_validators_wait_for_the_end_of_a_redirect(server: FeedServer, fetcher: Fetcher) -> None:
    """The address that answered is asked conditionally, not the one that leads to it."""
    server.redirect("/old", "/rss")
    server.answer("/rss", b"<rss/>", headers={"ETag": '"1"'})
    first = fetcher.fetch(server.url("/old"))
    assert first.url == server.url("/rss")
    assert fetcher.fetch(server.url("/old"), validators=first.validators).not_modified


def test_says_who_asks(server: FeedServer) -> None:
    """The user agent names the program and the portal."""
    with Fetcher(portal_url="https://gazette.example") as fetcher:
        fetcher.fetch(server.answer("/rss", b"x"))
    assert server.asked[0].headers["user-agent"].startswith("portal-digest/")
    assert server.asked[0].headers["user-agent"].endswith("(+https://gazette.example)")


@pytest.mark.parametrize("status", [404, 410, 500, 304])
def test_other_answers_are_one_sentence(server: FeedServer, fetcher: Fetcher, status: int) -> None:
    """A status that is no success is named, and the query of the address is not."""
    server.answer("/rss", b"no", status=status)
    with pytest.raises(FetchError, match=rf"^http://127\.0\.0\.1:\d+/rss\?…: the server answered {status} \w+") as told:
        fetcher.fetch(server.url("/rss?key=s3cret"))
    assert "s3cret" not in str(told.value)


def test_nobody_listens(fetcher: Fetcher) -> None:
    """A refused connection is said to be one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(FetchError, match=r"could not be reached: connection refused$"):
            fetcher.fetch(f"http://127.0.0.1:{port}/rss")


def test_name_is_not_known(fetcher: Fetcher) -> None:
    """A host that does not exist is said to be unknown."""
    with pytest.raises(FetchError, match=r"^http://no-such-host\.invalid/rss: could not be reached: name not known$"):
        fetcher.fetch("http://no-such-host.invalid/rss")


def test_plain_server_behind_https(server: FeedServer, fetcher: Fetcher) -> None:
    """TLS that fails is an error, never a downgrade."""
    with pytest.raises(FetchError, match=r"could not be reached safely: TLS failed$"):
        fetcher.fetch(server.url("/rss").replace("http:", "https:"))


@pytest.mark.parametrize("url", ["ftp://a.example/x", "gopher://a.example", "rss.xml", "http://", "", "http://[::1/x"])
def test_only_web_addresses(fetcher: Fetcher, url: str) -> None:
    """What is no http or https address is not fetched."""
    with pytest.raises(FetchError, match="is no web address"):
        fetcher.fetch(url)


def test_login_goes_home_and_never_into_messages(server: FeedServer, fetcher: Fetcher) -> None:
    """User name and password are sent to their host, and stand in no address that we give back."""
    url = server.answer("/rss", b"x").replace("http://", "http://me:s3cret@")
    assert "s3cret" not in repr(fetcher.fetch(url))
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert shown("https://me:s3cret@a.example/x?key=s3cret#s3cret") == "https://a.example/x?…"


def test_headers_stay_with_their_host(server: FeedServer, fetcher: Fetcher) -> None:
    """A token follows a redirect within its host."""
    server.redirect("/old", "/rss")
    server.answer("/rss", b"x")
    fetcher.fetch(server.url("/old"), headers={"Authorization": "Bearer t"})
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer t", "Bearer t"]


def test_redirect_loop_ends(server: FeedServer, fetcher: Fetcher) -> None:
    """Redirects are followed five times."""
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(FetchError, match=r"/a: leads on and on \(more than 5 redirects\)$"):
        fetcher.fetch(server.url("/a"))
    assert len(server.asked) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://a.example/", "javascript:alert(1)", "http://[x/"])
def test_redirect_to_no_web_address(server: FeedServer, fetcher: Fetcher, location: str) -> None:
    """A redirect cannot leave the web."""
    url = server.redirect("/a", location)
    with pytest.raises(FetchError, match="leads to something that is no web address"):
        fetcher.fetch(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "169.254.169.254"]
)
def test_redirect_into_a_private_network_is_refused(server: FeedServer, fetcher: Fetcher, host: str) -> None:
    """The operator's own host may be private; another one that it leads to may not."""
    server.answer("/secret", b"secret")
    server.redirect("/a", f"http://{host}:{server.port}/secret")
    with pytest.raises(FetchError, match=r"private network|no web address"):
        fetcher.fetch(server.url("/a"))
    assert [asked.path for asked in server.asked] == ["/a"]


def test_redirect_to_another_port_is_another_service(server: FeedServer, fetcher: Fetcher) -> None:
    """A feed on this machine cannot send us to the other servers of this machine."""
    with FeedServer() as other:
        server.redirect("/a", other.answer("/secret", b"secret"))
        with pytest.raises(FetchError, match="private network"):
            fetcher.fetch(server.url("/a"))
        assert other.asked == []


def test_foreign_addresses_are_checked_at_once(server: FeedServer, fetcher: Fetcher) -> None:
    """An address that foreign text brought must be public from the start."""
    with pytest.raises(FetchError, match="private network"):
        fetcher.fetch(server.answer("/page", b"x"), trusted=False)
    assert server.asked == []


def test_one_deadline_for_a_server_that_drips() -> None:
    """A byte now and then does not prolong the wait."""
    with FeedServer() as server, Fetcher(deadline=0.3) as fetcher:
        url = server.answer("/rss", b"x" * 1_000, drip=0.02)
        with pytest.raises(FetchError, match=r"/rss: did not answer within 0\.3 s$"):
            fetcher.fetch(url)


def test_gzip_bomb_stops_at_the_limit(server: FeedServer, fetcher: Fetcher) -> None:
    """300 MB of zeros in 300 KB are not unpacked, in one layer or in two."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    once = server.answer("/once", bomb, headers={"Content-Encoding": "gzip"})
    twice = server.answer("/twice", gzip.compress(bomb), headers={"Content-Encoding": "gzip, gzip"})
    for url in (once, twice):
        with pytest.raises(FetchError, match=r"is larger than 10 MB when unpacked$"):
            fetcher.fetch(url)


def test_large_plain_answers_stop_too(server: FeedServer) -> None:
    """The limit holds for answers that are not packed."""
    with Fetcher(largest=1_000) as fetcher, pytest.raises(FetchError, match="is larger than"):
        fetcher.fetch(server.answer("/rss", b"x" * 1_001))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_gzip_several_times_over(server: FeedServer, fetcher: Fetcher, times: int) -> None:
    """Packed answers come unpacked."""
    url = server.answer_gzipped("/rss", b"<rss/>" * 50_000, times=times)
    assert fetcher.fetch(url).body == b"<rss/>" * 50_000
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (zlib.compress(b"plain"), "deflate"),
        (zlib.compress(b"plain")[2:-4], "deflate"),
        (gzip.compress(b"pl") + gzip.compress(b"ain"), "x-gzip"),
        (gzip.compress(b"plain") + b"\0\0", "gzip"),
        (b"plain", "identity"),
    ],
    ids=["zlib", "bare deflate", "two members", "padded", "not packed"],  # gzip bytes hold the time: no stable names
)
def test_every_way_of_packing(packed: bytes, encoding: str) -> None:
    """Deflate with and without a header, several members and padding all give the same, byte by byte."""
    unpacker = Unpacker(encoding, 100)
    plain = b"".join(unpacker.feed(packed[place : place + 1]) for place in range(len(packed)))
    unpacker.finish()
    assert plain == b"plain"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [(b"plain", "gzip"), (b"x", "br"), (gzip.compress(b"plain")[:-3], "gzip"), (b"", "gzip, gzip, gzip, gzip")],
    ids=["not packed", "brotli", "cut short", "too many layers"],
)
def test_wrong_packing_is_said(packed: bytes, encoding: str) -> None:
    """What cannot be unpacked is an error that says so."""
    with pytest.raises(UnpackError):
        _unpacked(packed, encoding)


def _unpacked(packed: bytes, encoding: str) -> None:
    unpacker = Unpacker(encoding, 100)
    unpacker.feed(packed)
    unpacker.finish()


def test_inner_layers_count_too() -> None:
    """A layer that unpacks to little hides no large one."""
    inner = gzip.compress(b"") * 50_000
    with pytest.raises(TooLargeError):
        Unpacker("gzip, gzip", 100_000).feed(gzip.compress(inner))


def test_connection_that_breaks_off(server: FeedServer, fetcher: Fetcher) -> None:
    """Half an answer is none."""
    with pytest.raises(FetchError, match="the connection broke off"):
        fetcher.fetch(server.answer("/rss", b"half", cut=10))


def test_what_is_no_http(fetcher: Fetcher) -> None:
    """A server that speaks another language is one sentence."""
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


def test_threads_share_a_fetcher(server: FeedServer, fetcher: Fetcher) -> None:
    """Several threads fetch at once."""
    urls = [server.answer(f"/{number}", str(number)) for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        bodies = [fetched.body for fetched in pool.map(fetcher.fetch, urls)]
    assert bodies == [str(number).encode() for number in range(20)]


def test_closes_twice_and_opens_again(server: FeedServer) -> None:
    """Closing is for good only until the next fetch."""
    fetcher = Fetcher()
    url = server.answer("/rss", b"x")
    fetcher.close()
    assert fetcher.fetch(url).body == b"x"
    fetcher.close()
    fetcher.close()
    with fetcher:
        assert fetcher.fetch(url).body == b"x"


def test_closing_gives_up_what_is_under_way(server: FeedServer) -> None:
    """A fetch that waits for a slow server ends with one sentence when the fetcher is closed."""
    fetcher = Fetcher()
    url = server.answer("/rss", b"x" * 10_000, drip=0.01)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fetcher.fetch, url)
        while not server.asked:
            assert not server.pause(0.01)
        fetcher.close()
        with pytest.raises(FetchError, match="was given up"):
            waiting.result()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
    ],
)
def test_private_addresses(address: str) -> None:
    """Loopback, private, link-local, multicast and everything that hides an IPv4 address is not public."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses(address: str) -> None:
    """The open internet is public."""
    assert is_public(address)


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


def test_a_name_with_one_private_address_is_refused() -> None:
    """One private answer among public ones spoils the name."""
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

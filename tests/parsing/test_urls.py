"""URLs: what a text means as one, and which are allowed in a message."""

import itertools
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given

from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import (
    has_bare_at,
    is_loopback,
    is_place_on_page,
    shown_host,
    url_origin,
    url_service,
    web_url,
    with_web_scheme,
)
from tests.support.odd_urls import ADDRESSES


@given(ADDRESSES)
@example("https://gazette.example/&amp;\tamp;a=1")
@example("https://gazette.example/&am&#10;p;a=1")
@example("http://\u200bhttps//gazette.example")
def test_web_url_any_accepted_url_is_safe_and_stable(text: str) -> None:
    """It is absolute, has no user name and nothing that ends an attribute or a line, and is its own cleaned form."""
    url = web_url(text)
    if url is not None:
        assert web_url(url) == url
        assert not set(url) & set(' \t\r\n\x00"<>\\^`{|}\u202e\u200b\u2028\x85')
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}
        assert parts.hostname
        assert "@" not in parts.netloc
        url.encode()
        canonical_key(url)


@given(ADDRESSES, ADDRESSES)
@example("&amp;\tamp;a=1", "https://gazette.example/")
@example("//http://gazette.example", "https://gazette.example/")
def test_web_url_any_relative_url_is_refused_or_absolute(text: str, base: str) -> None:
    """Whatever the URL of the page."""
    url = web_url(text, base)
    assert url is None or web_url(url) == url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://gazette.example/thanks?a=1#b", "https://gazette.example"),
        ("HTTPS://Gazette.Example:443/", "https://gazette.example"),
        ("http://gazette.example:80", "http://gazette.example"),
        ("http://gazette.example:443", "http://gazette.example:443"),
        ("https://гавань.рф/спасибо", "https://xn--80aafc7c0e.xn--p1ai"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://user@gazette.example/", None),
        ("https://gazette.example\\@evil.example/", None),
        ("//gazette.example/", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_url_origin_is_what_browsers_send(url: str, origin: str | None) -> None:
    """Without the usual port, the host in ASCII; None for what no browser would open as that site."""
    assert url_origin(url) == origin


def test_web_url_lone_surrogate_in_base_is_refused() -> None:
    """As in the URL itself: neither a database nor a message can hold it."""
    assert web_url("1", "https://gazette.example/\ud800/") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "gazette.example/1",
        "/news/1",
        "//gazette.example/1",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://gazette.example/1",
        "https:",
        "mailto:a@gazette.example",
        "http://",
        "http:///path",
        "https://user:password@gazette.example/",
        "https://user@gazette.example/",
        "http://gazette.example:99999/",
        "http://gazette.example:port/",
        "http://[::1",
        "http://[v1.<b>:x]/",
        "http://[fe80::1%25eth0]/",
        "http://a b.example/",
        "http://gazette%2eexample/",
        "http://.gazette.example/",
        "http://../",
        "http://ex\u202eample.example/",
        f"http://{'a' * 64}é.example/",
        f"http://{'a.' * 127}example/",
        "[https://gazette.example/1]",
        "(https://gazette.example/1)",
        "Далее:https://gazette.example/1",
        "://gazette.example/1",
        "https://gazette.example/1 https://gazette.example/2",
        "https:&#92;&#92;gazette.example&#92;1",
        "https://gazette.example&#64;other.example/1",
        "https://gazette.example/\ud800",
        f"https://gazette.example/{'a' * 2000}",
        f"https://gazette.example/{'<' * 1000}",
    ],
)
def test_web_url_invalid_url_is_none(text: str) -> None:
    """Other schemes, user names, invalid hosts and ports, and lengths that no mail program accepts."""
    assert web_url(text) is None


@pytest.mark.parametrize("path", ["a", "é"])
def test_web_url_of_2000_characters_is_taken(path: str) -> None:
    """And no longer one; a space around it does not count."""
    start = "https://gazette.example/"
    longest = start + path * (2000 - len(start))
    assert web_url(f" {longest} ") == longest
    assert web_url(longest + path) is None


def test_web_url_that_is_too_long_once_quoted_is_none() -> None:
    """As the message would hold it: a quotation mark takes three characters."""
    start = "https://gazette.example/" + "a" * 1973
    assert len(str(web_url(f'{start}"'))) == 2000
    assert web_url(f'{start}a"') is None


@pytest.mark.parametrize("length", [253, 254])
def test_web_url_host_has_253_characters_at_most(length: int) -> None:
    """RFC 1035; also where nothing else is unusual."""
    host = ("a." * 127)[: length - 1] + "b"
    assert (web_url(f"https://{host}/") is not None) is (length == 253)


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://Gazette.example/a", ("gazette.example", None)),
        ("http://gazette.example:80", ("gazette.example", None)),
        ("http://gazette.example:443", ("gazette.example", None)),
        ("https://gazette.example:8443", ("gazette.example", 8443)),
        ("http://gazette.example:99999", ("", None)),
        ("/a", ("", None)),
    ],
)
def test_url_service_is_host_and_unusual_port(url: str, service: tuple[str, int | None]) -> None:
    """Both usual ports are one service, whatever the scheme."""
    assert url_service(url) == service


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://digest:a@b/c@db.example/digest", True),
        ("postgresql://digest:a@b@db.example:5432/digest", True),
        ("postgresql://digest:a@b:c@db.example/digest", True),
        ("mysql://user@server:a%40b@db.example/portal", False),  # a user may have one, as at Azure
        ("postgresql://digest:a:b@db.example/digest?application_name=a@b", False),
        ("postgresql://digest@[::1]:5432/digest", False),
        ("postgresql:///digest?host=/run/postgresql", False),
        ("sqlite:////srv/a@b:c@d@e.db", False),
    ],
)
def test_has_bare_at_finds_a_password_that_is_cut(url: str, expected: bool) -> None:
    """What follows would be taken for the host, and be named in errors."""
    assert has_bare_at(url) is expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.gazette.example/1", "gazette.example"),
        ("https://xn--e1afmkfd.xn--p1ai/1", "пример.рф"),
        ("https://пример.рф", "пример.рф"),
        ("https://xn--a.example", "xn--a.example"),
        ("https://[::1]/", "::1"),
        ("mailto:a@gazette.example", None),
        ("", None),
    ],
)
def test_shown_host_is_in_its_own_letters(url: str, host: str | None) -> None:
    """A name that is no international one stays as it is."""
    assert shown_host(url) == host


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("128.0.0.1", False),
        ("10.0.0.1", False),
        ("a.example", False),
        ("localhost.example", False),
        ("", False),
        (None, False),
    ],
)
def test_is_loopback_is_this_machine(host: str | None, expected: bool) -> None:
    """By its name or an address; no other name is asked for."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://a.example/https://a.example/1", "https://a.example/1"),
        ("https://a.examplehttps://a.example/1", "https://a.example/1"),
        ("https://a.example//http://a.example/http://a.example/1?b=2", "http://a.example/1?b=2"),
        ("https://a.example/https://b.example/1", "https://a.example/https://b.example/1"),
        ("https://a.example/https://a.example.org/1", "https://a.example/https://a.example.org/1"),
        ("feed://a.example/1", "https://a.example/1"),
    ],
)
def test_web_url_site_before_a_complete_address_goes(address: str, url: str) -> None:
    """Generators of sites write it before every address; an archive's address holds that of another site."""
    assert web_url(address) == url


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("feed://a.example/rss", "https://a.example/rss"),
        ("Podcast:http://a.example/rss", "http://a.example/rss"),
        ("https://a.example/rss", "https://a.example/rss"),
        ("a.example/rss", "a.example/rss"),
    ],
)
def test_with_web_scheme_feed_is_https_unless_it_says_http(address: str, url: str) -> None:
    """The schemes of feed readers; other addresses stay."""
    assert with_web_scheme(address) == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://gazette.example/1\n", "https://gazette.example/1"),
        ("HTTP://Gazette.EXAMPLE/News", "http://gazette.example/News"),
        ("https://gazette.example:/1", "https://gazette.example/1"),
        ("https://gazette.example:8443/1", "https://gazette.example:8443/1"),
        ("https://пример.рф/новость?я=1", "https://xn--e1afmkfd.xn--p1ai/новость?я=1"),
        ("https://straße.example/1", "https://xn--strae-oqa.example/1"),
        ("https://☕.example/", "https://xn--53h.example/"),
        ('https://gazette.example/"><script>', "https://gazette.example/%22%3E%3Cscript%3E"),
        ("https://gazette.example/a b", "https://gazette.example/a%20b"),
        ("https://gazette.example/\u202etxt", "https://gazette.example/%E2%80%AEtxt"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("https://gazette.example/#top", "https://gazette.example/#top"),
        ("https://gazette.example/a\\b?c=\\", "https://gazette.example/a/b?c=%5C"),
        ("https://gazette.example/?a=1&amp;b=2&#038;c=3", "https://gazette.example/?a=1&b=2&c=3"),
        ("\ufeffhttps://gazette.example/1\u200b\u00a0", "https://gazette.example/1"),
        ("\u202ahttps://gazette.example/1\u202c\u00ad", "https://gazette.example/1"),
        ("http:/gazette.example/1", "http://gazette.example/1"),
        ("https:///gazette.example/1", "https://gazette.example/1"),
        ("http://https://gazette.example/1", "https://gazette.example/1"),
        ("https//gazette.example/1", "https://gazette.example/1"),
        ("http://http//www.gazette.example/1", "http://www.gazette.example/1"),
        ("https://gazette.example/news&#47;1&#x3f;a&#61;1", "https://gazette.example/news/1?a=1"),
        ("https&#x3A;&#x2F;&#x2F;gazette.example&#x2F;1", "https://gazette.example/1"),
        ("https://gazette.example/?a=1&amp;amp;amp;b=2&amp;#38;c=3", "https://gazette.example/?a=1&b=2&c=3"),
        (
            "https://gazette.example/share?text=One https://a.example",
            "https://gazette.example/share?text=One%20https://a.example",
        ),
        ("https://archive.example/https://gazette.example/1", "https://archive.example/https://gazette.example/1"),
        ("https://gazette.examplehttps://cdn.example/1.jpg", "https://cdn.example/1.jpg"),
    ],
)
def test_web_url_valid_url_is_normalised(text: str, url: str) -> None:
    """Hosts become ASCII and lower case, what an attribute or a line cannot hold is encoded, the rest stays."""
    assert web_url(text) == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("/news/1", "https://gazette.example/news/1"),
        ("2", "https://gazette.example/front/2"),
        ("../2", "https://gazette.example/2"),
        ("?page=2", "https://gazette.example/front/?page=2"),
        ("//images.example/1.png", "https://images.example/1.png"),
        ("__GHOST_URL__/content/images/1.png", "https://gazette.example/content/images/1.png"),
        ("http://other.example/", "http://other.example/"),
        ("javascript:alert(1)", None),
        ("12 at https://gazette.example", None),
        ('<a href="https://gazette.example/1">One</a>', None),
        (
            "some file.html?from=https://gazette.example",
            "https://gazette.example/front/some%20file.html?from=https://gazette.example",
        ),
        ("gazette.example/news/1", "https://gazette.example/news/1"),
        ("Gazette.example", "https://gazette.example"),
        ("www.harbour.example/1", "https://www.harbour.example/1"),
        ("other.example/1", "https://gazette.example/front/other.example/1"),
        ("index.html", "https://gazette.example/front/index.html"),
        ("https//other.example/1", "https://other.example/1"),
        ("http/2-explained", "https://gazette.example/front/http/2-explained"),
        ("[https://other.example/1]", None),
        ("www.html", "https://gazette.example/front/www.html"),
        ("\\news\\1", "https://gazette.example/news/1"),
        ("https:\\\\other.example\\1", None),
    ],
)
def test_web_url_relative_url_starts_from_its_page(text: str, url: str | None) -> None:
    """As in a browser, but for an address that plainly lacks its scheme."""
    assert web_url(text, "https://gazette.example/front/") == url


@pytest.mark.parametrize("address", ["//812-ferry.html", "///812-ferry.html", "/812-ferry.html"])
def test_web_url_empty_part_of_a_path_makes_no_host(address: str) -> None:
    """`/{section}/{id}-{slug}.html` of an article without a section leads to the portal, and to nobody else."""
    assert web_url(address, "https://gazette.example/news/") == "https://gazette.example/812-ferry.html"
    assert web_url("//ferry/?page=2", "https://gazette.example") == "https://gazette.example/ferry/?page=2"


@pytest.mark.parametrize("host", ["cdn.example", "www.gazette.example", "intranet", "127.0.0.1", "cdn:8080", "[::1]"])
def test_web_url_host_behind_two_slashes_is_kept(host: str) -> None:
    """An address may lack its scheme alone, also that of a host on an intranet."""
    assert web_url(f"//{host}/1.html", "https://intranet/news") == f"https://{host}/1.html"


@pytest.mark.needs("corpora")
def test_web_url_naughty_strings_are_refused_or_safe() -> None:
    """The Big List of Naughty Strings as a URL, a path, a query and a host."""
    strings = json.loads((Path(os.environ["DIGEST_CORPORA"]) / "hostile/blns/blns.json").read_text(encoding="utf-8"))
    forms = ("{}", "https://gazette.example/{}", "https://gazette.example/?q={}", "http://{}/", "http://{}.example/")
    for text, form in itertools.product(strings, forms):
        url = web_url(form.format(text))
        assert url is None or web_url(url) == url
        if url is not None:
            key = canonical_key(url)
            assert canonical_key(f"https://{key}") == key


@pytest.mark.parametrize("address", ["#", "#a", " #comments ", "\u200b#top", "#!", "#/", "#!/", "##", "#?page=2"])
def test_is_place_on_page_fragment_alone_is_one(address: str) -> None:
    """Also that of a link which a script handles."""
    assert is_place_on_page(address)


@pytest.mark.parametrize("address", ["#!/news/5", "#/news/5", "#!5", "/news/5#comments", "?p=5#a", "", "news"])
def test_is_place_on_page_address_of_a_page_is_none(address: str) -> None:
    """`#!` and `#/` begin the addresses of pages that a script shows."""
    assert not is_place_on_page(address)

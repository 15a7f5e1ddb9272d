"""URLs: which are allowed in a message, and which name the same article."""

import itertools
import json
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.urls import (
    canonical_key,
    has_bare_at,
    is_loopback,
    is_place_on_page,
    shown_host,
    url_origin,
    url_service,
    web_url,
    with_web_scheme,
)

PIECES = [
    *("http://", "https://", "HTTPS://", "//", "/", "?", "#", ":", "@", "&", "=", ";", "%", "%41", "%2f", "%e9", ".."),
    *("gazette.example", "www.", "xn--", "[::1]", "[", "]", ":80", ":443", ":8080", ":x", "пример.рф", "новость", "é"),
    *("m.", "amp.", "/amp", "amp=1", "straße.example", ".amp", ",amp.html", "/amp-page", "https//", "http:"),
    *("&amp;", "amp;", "&#47;", "&#x3A;", "&#38;", "#64;"),
    *(
        " ",
        "\t",
        "\n",
        "\x00",
        "\u202e",
        "\u200b",
        "\ud800",
        '"',
        "<",
        ">",
        "\\",
        "utm_source=x",
        "a=1",
        "b=2",
        "a",
        "+",
    ),
]
MIXED = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
ADDRESSES = st.one_of(
    MIXED,
    st.text(max_size=20),
    st.builds("https://gazette.example/{}".format, st.one_of(MIXED, st.text(max_size=20))),
    st.builds("http://{}/".format, st.one_of(MIXED, st.text(max_size=12))),
)
SAFE_WORDS = st.text(alphabet="abcxyz019-_.~", min_size=1, max_size=6).filter(lambda word: set(word) != {"."})


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


SAME = [
    "https://gazette.example/news/1?a=1&b=2",
    "http://gazette.example/news/1?a=1&b=2",
    "https://www.gazette.example/news/1?a=1&b=2",
    "https://GAZETTE.example./news/1?a=1&b=2",
    "https://gazette.example:443/news/1?a=1&b=2",
    "http://gazette.example:80/news/1?a=1&b=2",
    "https://gazette.example/news/1/?a=1&b=2",
    "https://gazette.example/news/1?b=2&a=1",
    "https://gazette.example/n%65ws/%31?a=%31&b=2",
    "https://gazette.example/news/1?a=1&b=2#comments",
    "https://gazette.example/news/1?utm_source=feed&a=1&UTM_Medium=rss&b=2&fbclid=x&yclid=y&_openstat=z&erid=q",
    "https://m.gazette.example/news/1?a=1&b=2",
    "https://www.m.gazette.example/news/1?a=1&b=2",
    "https://amp.gazette.example/news/1?a=1&b=2",
    "https://gazette.example/amp/news/1?a=1&b=2",
    "https://gazette.example/news/1/amp/?a=1&b=2",
    "https://gazette.example/news/1?a=1&b=2&amp=1",
    "https://gazette.example/news/1?a=1&b=2&amp",
    "https://gazette.example/news/1?a=1&b=2&ysclid=x&xtor=RSS-1&srsltid=y&clid=2270455&roistat=z&roistat_visit=1",
    "https://gazette.example/news/1?a=1&b=2&from=rss&ref=telegram&source=rss----a1b2---4&_hsEnc=1&__hstc=2",
    "https://gazette.example/news/1?a=1&b=2&etext=1&gad_source=5&igsh=6&ns_mchannel=rss&mindbox-click-id=7&_gl=8",
    "https://gazette.example/news/1?a=1&b=2&partner=rss&emc=rss&CMP=rss&mod=rss_front&via=feed&traffic_source=x",
    "https://gazette.example//news///1?a=1&b=2&__twitter_impression=true",
    "https://gazette.example/news/1.amp?a=1&b=2",
    "https://gazette.example/news/1/amp-page?a=1&b=2",
    "https://gazette.example/news/1;jsessionid=1A2B?a=1&b=2&PHPSESSID=3",
    f"https://gazette.example/news/1?a=1&sid={'0123456789abcdef' * 2}&b=2",
    f"https://gazette.example/news/1?s={'0123456789ABCDEF' * 2}&a=1&b=2&CFID=12&CFTOKEN=34",
    "https://gazette.example/news/1?a=1&b=2&from=main_5&ref=homepage",
    "https://gazette.example/./news/1?a=1&b=2",
    "https://gazette.example/forum/../news/./1/.?a=1&b=2",
]


@pytest.mark.parametrize("address", ["//812-ferry.html", "///812-ferry.html", "/812-ferry.html"])
def test_web_url_empty_part_of_a_path_makes_no_host(address: str) -> None:
    """`/{section}/{id}-{slug}.html` of an article without a section leads to the portal, and to nobody else."""
    assert web_url(address, "https://gazette.example/news/") == "https://gazette.example/812-ferry.html"
    assert web_url("//ferry/?page=2", "https://gazette.example") == "https://gazette.example/ferry/?page=2"


@pytest.mark.parametrize("host", ["cdn.example", "www.gazette.example", "intranet", "127.0.0.1", "cdn:8080", "[::1]"])
def test_web_url_host_behind_two_slashes_is_kept(host: str) -> None:
    """An address may lack its scheme alone, also that of a host on an intranet."""
    assert web_url(f"//{host}/1.html", "https://intranet/news") == f"https://{host}/1.html"


@pytest.mark.parametrize("url", SAME)
def test_canonical_key_equivalent_urls_have_one_key(url: str) -> None:
    """Scheme, `www.`, `m.`, AMP, port, final slash, order, encoding, tracking and fragment do not matter."""
    assert canonical_key(str(web_url(url))) == "gazette.example/news/1?a=1&b=2"


@pytest.mark.parametrize(
    "address",
    [
        *("m.gazette.example/news/1", "amp.gazette.example/news/1/", "gazette.example/amp/news/1"),
        *("gazette.example/news/1.amp", "gazette.example//news/1", "gazette.example/news/1,amp"),
        *("gazette.example/./news/1", "gazette.example/amp/../news/1/", "gazette.example/../news/1"),
    ],
)
def test_canonical_key_of_a_mobile_page_without_parameters_is_the_article(address: str) -> None:
    """Also where nothing but the address is unusual."""
    assert canonical_key(f"https://{address}") == "gazette.example/news/1"


@pytest.mark.parametrize("path", ["/1.amp.html", "/1,amp.html"])
def test_canonical_key_of_an_amp_page_with_a_suffix_keeps_the_suffix(path: str) -> None:
    """It is the page whose name lacks only the sign of AMP."""
    assert canonical_key(f"https://gazette.example{path}") == "gazette.example/1.html"


DIFFERENT = [
    "https://gazette.example/champ",
    "https://gazette.example/champ.amplitude",
    "https://gazette.example/news/amp.html",
    "https://gazette.example/news.html",
    "https://gazette.example/news/1?partner=anna&mod=2",
    "https://gazette.example/news/1",
    "https://gazette.example/news/2",
    "https://gazette.example/news/1?a=1",
    "https://gazette.example/news/1?a=2",
    "https://gazette.example/news/1?a=1&a=2",
    "https://gazette.example/news/1?b=1",
    "https://gazette.example/News/1",
    "https://gazette.example:8080/news/1",
    "https://blog.gazette.example/news/1",
    "https://gazette.example/#!/news/1",
    "https://gazette.example/#!/news/2",
    "https://gazette.example/news/%2531",
    "https://gazette.example/%ED%EE%E2%EE%F1%F2%FC",  # "новость" and "событие" in windows-1251
    "https://gazette.example/%F1%EE%E1%FB%F2%E8%E5",
    "https://gazette.example/?q=%ED%EE%E2",
    "https://gazette.example/?q=%F1%EE%E1",
    "https://gazette.example/%D0%BD",
    "http://[::1]/news/1",
    "https://gazette.example/",
    "https://gazette.example/amp",
    "https://gazette.example/.amp/1",
    "https://gazette.example/...",
    "https://gazette.example/ampere",
    "https://gazette.example/radio/amp/1",
    "https://gazette.example/radio/1",
    "https://gazette.example/news?from=20",
    "https://gazette.example/news?from=40",
    "https://gazette.example/news?ref=anna",
    "https://gazette.example/news?source=1",
    f"https://gazette.example/news?sid={'0123456789abcdef' * 2}",
    f"https://gazette.example/news?sid={'fedcba9876543210' * 2}",
    "https://gazette.example/news?a=1&sid=1",
    "https://gazette.example/news?a=1&sid=2",
    "https://m.tv/news/1",
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(DIFFERENT, 2)))
def test_canonical_key_different_urls_have_different_keys(one: str, other: str) -> None:
    """Path, case, other parameters, host, port and a fragment that names a page distinguish articles."""
    assert canonical_key(str(web_url(one))) != canonical_key(str(web_url(other)))


@pytest.mark.timeout(10)
def test_canonical_key_of_a_long_parameter_ends_soon() -> None:
    """A value that is not a referrer, although it begins like one, is read once."""
    value = f"rss{'_-' * 500}!"
    assert canonical_key(f"https://gazette.example/news/1?from={value}") != canonical_key(SAME[0])


@given(ADDRESSES)
def test_canonical_key_of_a_key_with_scheme_is_the_key(text: str) -> None:
    """So a URL can be made of a key, and a second call changes nothing."""
    if url := web_url(text):
        key = canonical_key(url)
        assert canonical_key(f"https://{key}") == key
        assert canonical_key(f"http://{key}") == key


@given(st.lists(SAFE_WORDS, max_size=3), st.dictionaries(SAFE_WORDS, SAFE_WORDS, max_size=3), st.randoms())
def test_canonical_key_any_spelling_of_a_url_has_one_key(
    path: list[str], query: dict[str, str], chance: object
) -> None:
    """With other encodings, another order and tracking parameters."""
    pairs = [f"{key}={value}" for key, value in query.items()]
    plain = f"https://gazette.example/{'/'.join(path)}?{'&'.join(pairs)}"
    encoded = "/".join("".join(f"%{ord(char):02x}" for char in word) for word in path)
    mixed = [*reversed(pairs), "utm_campaign=x"]
    other = f"http://www.gazette.example:80/{encoded}/?{'&'.join(mixed)}#here"
    assert canonical_key(plain) == canonical_key(other)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10), st.text(max_size=10))
def test_canonical_key_different_encoded_names_have_different_keys(one: str, other: str) -> None:
    """Two encoded names below one path are one article only if they are the same name."""
    names = {quote(name, safe="", errors="replace") for name in (one, other)}
    assert len({canonical_key(f"https://gazette.example/news/{name}-") for name in names}) == len(names)


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

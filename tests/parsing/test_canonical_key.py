"""Which addresses name the same article."""

import itertools
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import web_url
from tests.support.odd_urls import ADDRESSES

SAFE_WORDS = st.text(alphabet="abcxyz019-_.~", min_size=1, max_size=6).filter(lambda word: set(word) != {"."})

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

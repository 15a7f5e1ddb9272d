"""Articles that a feed names by the address of a service."""

import pytest

from digest.sources.redirectors import direct_url


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?rct=j&sa=t&url=https://gazette.example/1?a=b&ct=ga&usg=AO",
        "https://www.google.co.uk/url?q=https://gazette.example/1%3Fa%3Db",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fgazette.example%2f1%3Fa%3Db&c=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fgazette.example%2F1%3Fa%3Db&h=AT",
        "https://vk.com/away.php?to=https%3A%2F%2Fgazette.example%2F1%3Fa%3Db",
    ],
)
def test_direct_url_of_a_service_is_that_of_the_article(url: str) -> None:
    """The same article of another source would be a second one, and its counters would not be joined."""
    assert direct_url(url) == "https://gazette.example/1?a=b"


@pytest.mark.parametrize(
    "url",
    [
        "https://gazette.example/url?url=https://other.example/1",
        "https://www.google.com/url?url=javascript:alert(1)&x=http:",
        "https://www.google.com/search?q=https://gazette.example/1",
        "https://web.archive.org/web/2026/https://gazette.example/1",
    ],
)
def test_direct_url_of_any_other_address_is_itself(url: str) -> None:
    """An address within an address is often the subject of a page."""
    assert direct_url(url) == url

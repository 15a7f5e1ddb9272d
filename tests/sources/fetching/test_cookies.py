"""Cookies of one fetch that redirects lead over several hosts, which a loopback server cannot be."""

import asyncio
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from digest.sources.fetching.cookies import FetchCookies

HERE, THERE = URL("https://a.example/rss"), URL("https://b.example/rss")


def response(cookie: str) -> Any:
    """What is read of a response that sets a cookie."""
    return SimpleNamespace(cookies=SimpleCookie(cookie), headers=CIMultiDict({"Set-Cookie": cookie}))


def sent(*written: tuple[URL, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The headers for the two hosts after responses that set cookies."""

    async def in_loop() -> tuple[dict[str, str], dict[str, str]]:
        cookies = FetchCookies()
        for url, cookie in written:
            cookies.update(response(cookie), url)
        return cookies.added_to({}, HERE), cookies.added_to({}, THERE)

    return asyncio.run(in_loop())


@pytest.mark.parametrize("value", ["s3cret", '"a b"', "Zm9v=="])
def test_fetch_cookies_of_one_name_are_sent_to_their_own_hosts(value: str) -> None:
    """Two sites call a cookie alike; neither gets what the other one wrote."""
    for_here, for_there = sent((THERE, "sid=there; Path=/"), (HERE, f"sid={value}; Path=/"))
    assert (for_here, for_there) == ({"Cookie": f"sid={value}"}, {"Cookie": "sid=there"})


def test_fetch_cookies_of_another_host_are_not_sent() -> None:
    """Nor are those that a host sets for another one."""
    _, for_there = sent((HERE, "sid=1; Path=/"), (HERE, "sid=2; Path=/; Domain=b.example"))
    assert for_there == {}

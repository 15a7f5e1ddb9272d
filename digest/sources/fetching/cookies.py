"""The cookies of one fetch with its redirects."""

import aiohttp
from yarl import URL


class FetchCookies:
    """Keeps cookies, and sends them with the values that the server wrote: aiohttp quotes some, such as JSON."""

    def __init__(self) -> None:
        self._jar = aiohttp.CookieJar(unsafe=True)
        self._written: dict[tuple[str, str], str] = {}  # by name and by the value that aiohttp read

    def update(self, response: aiohttp.ClientResponse, url: URL) -> None:
        """Keep the cookies that the response from a URL sets."""
        self._jar.update_cookies(response.cookies, url)
        for header in response.headers.getall("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            read = response.cookies.get(name.strip())
            if read is not None:
                self._written[read.key, read.value] = value.strip()

    def added_to(self, headers: dict[str, str], url: URL) -> dict[str, str]:
        """Headers with the cookies for a URL, after those that the headers have already."""
        found = self._jar.filter_cookies(url)
        pairs = [f"{name}={self._written.get((name, one.value), one.coded_value)}" for name, one in found.items()]
        own = next((name for name in headers if name.lower() == "cookie"), None)
        if not pairs:
            return headers
        return headers | {own or "Cookie": "; ".join([headers[own], *pairs] if own else pairs)}

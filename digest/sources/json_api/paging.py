"""The request for the next page: by page number, offset, cursor, or a link in the response. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from digest.errors import ParseError
from digest.parsing.urls import web_url
from digest.settings.json_source import LINK, PLACEHOLDER
from digest.settings.sources import JsonSettings
from digest.sources.json_api.request import PlaceholderValues, Request, build_request
from digest.sources.json_api.response import NO_LINK, Path, cursor_of

_LINKS = re.compile(r"<([^<>]*)>([^<]*)")
_IS_NEXT = re.compile(
    r""";\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|'next'|next(?=\s*[;,]|\s*$))""", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponsePage:
    """One response: its value, its items, the URL that it came from and its Link header.

    It is partial where it has items and says that something failed. What the first item has is for messages.
    """

    value: Any
    items: list[Any]
    is_partial: bool = False
    first_item: str = ""
    url: str = ""
    link: str = ""


class Pager:
    """Makes the requests of one visit, one after another."""

    def __init__(self, settings: JsonSettings, values: PlaceholderValues) -> None:
        self._settings = settings
        self._values = values
        self._next = Path(settings.next) if settings.next not in {None, LINK} else None
        templates = f"{settings.url} {settings.body} {settings.form}"
        self._placeholders = {match[1] for match in PLACEHOLDER.finditer(templates)}
        self._identity = [Path(text) for name, text in settings.fields.items() if name in {"url", "published_at"}]
        self._pages: set[tuple[str, ...]] = set()
        self._requested: set[str] = set()

    @property
    def is_single(self) -> bool:
        """Whether one GET is the whole visit, so that a conditional request makes sense."""
        settings = self._settings
        is_get = settings.body is None and settings.form is None
        return is_get and settings.next is None and not self._placeholders & {"page", "offset", "cursor"}

    def first(self) -> Request:
        """The request for the first page."""
        return self._request()

    def after(self, page: ResponsePage) -> Request | None:
        """The request for the page after this one, None after the last one; raises ParseError."""
        is_repeated = self._is_repeated(page.items)
        self._values = replace(self._values, page=self._values.page + 1, offset=self._values.offset + len(page.items))
        if is_repeated:
            return None
        if self._settings.next == LINK:
            return self._at(_next_link(page.link), page.url)
        if self._next is not None:
            return self._continued(cursor_of(self._next.find(page.value)), page.url)
        is_numbered = self._placeholders & {"page", "offset"}
        return self._request() if is_numbered and page.items else None  # an empty page is the last one

    def _is_repeated(self, items: list[Any]) -> bool:
        """Whether an earlier page had the same articles, as from a server without pages; counters may have changed."""
        page = tuple(map(self._identified, items))
        is_known = bool(items) and page in self._pages
        self._pages.add(page)
        return is_known

    def _identified(self, item: Any) -> str:
        """What tells an item from others: its address and its date, or all of it where it lacks one of them."""
        found = [path.find(item) for path in self._identity]
        return repr(item if len(found) < 2 or None in found else found)

    def _continued(self, found: str | None, base: str) -> Request | None:
        if "cursor" not in self._placeholders:
            return self._at(found, base)
        if found is None or found in self._requested:
            return None
        self._requested.add(found)
        self._values = replace(self._values, cursor=found)
        return self._request()

    def _request(self) -> Request:
        settings = self._settings
        try:
            return build_request(settings.url, settings.body, settings.form, self._values)
        except UnicodeError:
            raise ParseError("the cursor of the next page is not valid text") from None

    def _at(self, link: str | None, base: str) -> Request | None:
        """The request for a URL in the response, which must be on the host in the configuration."""
        if not link:
            return None
        url = web_url(link, base)
        if url is None:
            raise ParseError(NO_LINK)
        if url in self._requested:
            return None
        self._requested.add(url)
        own, other = urlsplit(self._settings.url), urlsplit(url)
        if _origin(own) != _origin(other):
            raise ParseError("the next page is on another host and was not requested")
        if (own.scheme, other.scheme) == ("https", "http"):
            # As a server behind a proxy writes it; the request has the login and the headers of the source.
            other = other._replace(scheme="https", netloc=other.netloc.removesuffix(":80"))
        login = own.netloc.rpartition("@")[0]
        target = other._replace(netloc=f"{login}@{other.netloc}") if login else other
        return replace(self._request(), url=urlunsplit(target))


def _next_link(header: str) -> str | None:
    """The target of a Link header's link with the relation `next` (RFC 8288, 3)."""
    return next((target for target, parameters in _LINKS.findall(header) if _IS_NEXT.search(parameters)), None)


def _origin(parts: SplitResult) -> tuple[str | None, int]:
    """Host and port, the same for http and https on their default ports."""
    port = parts.port or 443
    return parts.hostname, 443 if port == 80 else port

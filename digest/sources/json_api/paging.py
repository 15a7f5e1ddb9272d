"""Which request comes after an answer: pages by number, by offset, by a cursor, or where a link leads. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from digest.errors import ParseError
from digest.parsing.urls import web_url
from digest.settings.json_source import LINK, PLACEHOLDER
from digest.settings.sources import JsonSettings
from digest.sources.json_api.request import Blanks, Request, request
from digest.sources.json_api.response import Path, cursor_of

_LINKS = re.compile(r"<([^<>]*)>([^<]*)")
_IS_NEXT = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*[;,]|\s*$))', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer that was understood: its value, its items, the address that gave it and its Link header."""

    value: Any
    items: list[Any]
    url: str = ""
    link: str = ""


class Pager:
    """Makes the requests of one visit, one after the other."""

    def __init__(self, settings: JsonSettings, blanks: Blanks) -> None:
        self._settings = settings
        self._blanks = blanks
        self._next = Path(settings.next) if settings.next not in {None, LINK} else None
        told = f"{settings.url} {settings.body} {settings.form}"
        self._placeholders = {match[1] for match in PLACEHOLDER.finditer(told)}
        self._items: list[Any] = []
        self._asked: set[str] = set()

    @property
    def is_single(self) -> bool:
        """Whether one GET is the whole visit, so that a conditional request makes sense."""
        told = self._settings
        is_get = told.body is None and told.form is None
        return is_get and told.next is None and not self._placeholders & {"page", "offset", "cursor"}

    def first(self) -> Request:
        """The request for the first page."""
        return self._request()

    def after(self, answer: Answer) -> Request | None:
        """The request for the page after that answer, None after the last one; raises ParseError."""
        before, self._items = self._items, answer.items
        self._blanks = replace(self._blanks, page=self._blanks.page + 1, offset=self._blanks.offset + len(answer.items))
        if self._settings.next == LINK:
            return self._at(_next_link(answer.link), answer.url)
        if self._next is not None:
            return self._continued(cursor_of(self._next.find(answer.value)), answer.url)
        # A page that is empty, or the same again from a server that knows no pages, was the last one.
        is_numbered = self._placeholders & {"page", "offset"}
        return self._request() if is_numbered and answer.items and answer.items != before else None

    def _continued(self, found: str | None, base: str) -> Request | None:
        if "cursor" not in self._placeholders:
            return self._at(found, base)
        if found is None or found == self._blanks.cursor:
            return None
        self._blanks = replace(self._blanks, cursor=found)
        return self._request()

    def _request(self) -> Request:
        told = self._settings
        try:
            return request(told.url, told.body, told.form, self._blanks)
        except UnicodeError:
            raise ParseError("the cursor of the next page is no text") from None

    def _at(self, link: str | None, base: str) -> Request | None:
        """The request for an address that the answer names, on the host that the operator wrote and nowhere else."""
        url = web_url(link, base) if link else None
        if url is None or url in self._asked:
            return None
        self._asked.add(url)
        own, other = urlsplit(self._settings.url), urlsplit(url)
        if _origin(own) != _origin(other):
            raise ParseError("the next page lies on another host, and was not asked for")
        login = own.netloc.rpartition("@")[0]
        there = other._replace(netloc=f"{login}@{other.netloc}") if login else other
        return replace(self._request(), url=urlunsplit(there))


def _next_link(header: str) -> str | None:
    """The target of a Link header's link with the relation `next` (RFC 8288, 3)."""
    return next((target for target, parameters in _LINKS.findall(header) if _IS_NEXT.search(parameters)), None)


def _origin(parts: SplitResult) -> tuple[str | None, int]:
    """Host and port; http and https of one host, on their usual ports, are one place."""
    port = parts.port or 443
    return parts.hostname, 443 if port == 80 else port

"""A JSON API as a source of articles, discussions or counters; JMESPath finds its items and fields."""

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from digest.errors import ParseError, SourceError
from digest.model.articles import Role, Validators, Visit, Window
from digest.protocols import Source
from digest.settings.sources import JsonSettings
from digest.sources.fetching.fetcher import Fetched, Fetcher
from digest.sources.fetching.local_files import is_web, local_path, read_file
from digest.sources.fetching.wire_url import redacted
from digest.sources.json_api.items import Items
from digest.sources.json_api.paging import Pager, ResponsePage
from digest.sources.json_api.request import PlaceholderValues, Request, build_request
from digest.sources.json_api.response import Path, first_item, is_refusal, items_of, load_json

BATCH = 100  # articles in one request
_TIME_LIMIT = 35.0  # seconds; a round of all sources ends after 60, and must not lose the pages read until then


class JsonSource:
    """Reads a JSON API, page after page, or a file.

    A relative file starts from `root`, relative addresses in it from `base`, the portal's; `zone` is the portal's, for
    a source without its own.
    """

    def __init__(self, settings: JsonSettings, *, fetcher: Fetcher, root: FilePath, zone: ZoneInfo, base: str) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._root = root
        self._zone = settings.zone_or(zone)
        self._base = base
        self._items = Path(settings.items)

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Fetch the items of the window; unreadable values, and a later page that failed, are noted.

        Raises FetchError and ParseError for the first page.
        """
        items = Items(self._settings, zone=self._zone, base=self._base, taken_at=taken_at)
        if not is_web(self._settings.url):
            file = local_path(self._settings.url, self._root)
            _add_page(items, self._parse(read_file(file), None, str(file)))
            return items.visit()
        pager = Pager(self._settings, self._placeholder_values(window, taken_at))
        is_conditional = pager.is_single and self._settings.role is not Role.COUNTERS
        fetched = self._fetch(pager.first(), validators if is_conditional else None)
        if fetched.not_modified:
            return Visit(unchanged=True, validators=fetched.validators)
        first = self._read_page(fetched)
        for note in fetched.notes:
            items.note(note)
        _add_page(items, first)
        self._follow_pages(pager, first, items, window.start)
        return replace(items.visit(), validators=fetched.validators if is_conditional else None)

    def visit_urls(self, urls: Sequence[str], window: Window, taken_at: datetime) -> Visit:
        """Fetch the counters of these articles in batches; raises FetchError and ParseError for the first batch."""
        items = Items(self._settings, zone=self._zone, base=self._base, taken_at=taken_at)
        if not urls:
            items.note("no article of the window is known yet, so nothing was requested")
        end = time.monotonic() + _TIME_LIMIT
        for start in range(0, len(urls), BATCH):
            batch = urls[start : start + BATCH]
            try:
                self._require_time(end)
                self._fetch_batch(batch, replace(self._placeholder_values(window, taken_at), addresses=batch), items)
            except SourceError as error:
                if start == 0:
                    raise
                items.note(f"only {start} of {len(urls)} articles: {error}")
                break
        return items.visit()

    def _follow_pages(self, pager: Pager, page: ResponsePage, items: Items, start: datetime) -> None:
        """Fetch page after page, up to the last one, or one whose items are all older than the window."""
        end = time.monotonic() + _TIME_LIMIT
        for number in count(2):
            try:
                following = pager.after(page)
                is_past = items.latest is not None and items.latest < start
                if following is None or is_past or items.is_full:
                    return
                if number > self._settings.pages:
                    items.note(f"stopped at pages = {self._settings.pages}; there may be more")
                    return
                self._require_time(end)
                page = self._read_page(self._fetch(following, None))
            except SourceError as error:
                items.note(f"page {number}: {error}")
                return
            _add_page(items, page)

    def _fetch_batch(self, batch: Sequence[str], values: PlaceholderValues, items: Items) -> None:
        settings = self._settings
        request = build_request(settings.url, settings.body, settings.form, values)
        page = self._read_page(self._fetch(request, None))
        if "url" in settings.fields:
            _add_page(items, page)
        elif len(page.items) == len(batch):
            _add_page(items, page, batch)
        else:
            message = f"returned {len(page.items)} items for {len(batch)} articles, so they cannot be matched"
            if len(batch) == 1:
                message = f"returned {len(page.items)} items for 1 article, so they cannot be matched"
            elif len(page.items) == 1:
                message = f"returned 1 item for {len(batch)} articles, so they cannot be matched"
            raise ParseError(f"{redacted(settings.url)}: {message}")

    def _placeholder_values(self, window: Window, taken_at: datetime) -> PlaceholderValues:
        start = window.start - (self._settings.look_back or timedelta())
        return PlaceholderValues(start=start, end=window.end, now=taken_at, zone=self._zone)

    def _fetch(self, request: Request, validators: Validators | None) -> Fetched:
        headers = {"Accept": "application/json, */*;q=0.5", **self._settings.headers}
        if request.content_type and "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = request.content_type
        return self._fetcher.fetch(request.url, validators=validators, headers=headers, body=request.body)

    def _read_page(self, fetched: Fetched) -> ResponsePage:
        page = self._parse(fetched.body, fetched.content_type, redacted(fetched.url), fetched.secrets)
        return replace(page, url=fetched.url, link=fetched.link)

    def _parse(self, body: bytes, content_type: str | None, place: str, secrets: Collection[str] = ()) -> ResponsePage:
        try:
            value = load_json(body, content_type)
            # Without addresses items are matched by their places, and an object has none.
            has_urls = "url" in self._settings.fields
            items = items_of(value, self._items, numbered=has_urls, secrets=secrets)
            is_partial = bool(items) and is_refusal(value, self._items)
            return ResponsePage(value=value, items=items, is_partial=is_partial, first_item=first_item(items, secrets))
        except ParseError as error:
            raise ParseError(f"{place}: {error}") from None

    @staticmethod
    def _require_time(end: float) -> None:
        if time.monotonic() > end:
            raise SourceError(f"stopped after {_TIME_LIMIT:g} s")


def _add_page(items: Items, page: ResponsePage, urls: Sequence[str] | None = None) -> None:
    """Add the items of a page, about these URLs if given, and note a partial answer, such as GraphQL's."""
    if page.is_partial:
        items.note("the response also says that something failed; items or fields may be missing")
    items.add(page, urls)


class JsonCounterLookup:
    """A JSON API that returns counters only for the articles in the request."""

    def __init__(self, source: JsonSource) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._source.name

    def for_urls(self, urls: Sequence[str]) -> Source:
        """A source that returns these articles' counters."""
        return _LookupSource(self._source, urls)


class _LookupSource:
    def __init__(self, source: JsonSource, urls: Sequence[str]) -> None:
        self._source = source
        self._urls = urls

    @property
    def name(self) -> str:
        return self._source.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        return self._source.visit_urls(self._urls, window, taken_at)

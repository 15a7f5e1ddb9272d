"""A JSON API as a source: articles, threads, or counters alone; its items and fields are found by JMESPath."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from digest.errors import ParseError, SourceError
from digest.model.articles import Role, Validators, Visit, Window
from digest.protocols import Source
from digest.settings.sources import JsonSettings
from digest.sources.fetching.fetcher import Fetched, Fetcher, redacted
from digest.sources.fetching.local_files import is_web, local_path, read_file
from digest.sources.json_api.items import Items
from digest.sources.json_api.paging import Answer, Pager
from digest.sources.json_api.request import Blanks, Request, request
from digest.sources.json_api.response import Path, items_of, loaded

BATCH = 100  # addresses in one question
_PATIENCE = 35.0  # seconds; a round of all sources ends after 60, and what came until then shall count


class JsonSource:
    """Asks a JSON API, page after page, or reads a file.

    A relative file starts from `root`, relative addresses in it from `base`, the portal's; `zone` is the portal's, for
    a source that names none.
    """

    def __init__(self, settings: JsonSettings, *, fetcher: Fetcher, root: FilePath, zone: ZoneInfo, base: str) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._root = root
        self._zone = ZoneInfo(settings.timezone) if settings.timezone else zone
        self._base = base
        self._items = Path(settings.items)

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Ask for what it knows of the window; what was not understood, and a later page that failed, is noted.

        Raises FetchError and ParseError for the first page.
        """
        items = Items(self._settings, zone=self._zone, base=self._base, taken_at=taken_at)
        if not is_web(self._settings.url):
            file = local_path(self._settings.url, self._root)
            items.add(self._understood(read_file(file), None, str(file)).items)
            return items.visit()
        pager = Pager(self._settings, self._blanks(window, taken_at))
        is_conditional = pager.is_single and self._settings.role is not Role.COUNTERS
        fetched = self._fetch(pager.first(), validators if is_conditional else None)
        if fetched.not_modified:
            return Visit(unchanged=True, validators=fetched.validators)
        first = self._answer(fetched)
        items.add(first.items)
        self._walk_on(pager, first, items, window.start)
        return replace(items.visit(), validators=fetched.validators if is_conditional else None)

    def visit_about(self, addresses: Sequence[str], window: Window, taken_at: datetime) -> Visit:
        """Ask for the counters of these articles, some at a time; raises FetchError and ParseError for the first."""
        items = Items(self._settings, zone=self._zone, base=self._base, taken_at=taken_at)
        if not addresses:
            items.note("no article of the window is known yet, so nothing was asked")
        end = time.monotonic() + _PATIENCE
        for start in range(0, len(addresses), BATCH):
            batch = addresses[start : start + BATCH]
            try:
                self._require_time(end)
                self._ask_about(batch, replace(self._blanks(window, taken_at), addresses=batch), items)
            except SourceError as error:
                if start == 0:
                    raise
                items.note(f"asked about {start} articles of {len(addresses)}: {error}")
                break
        return items.visit()

    def _walk_on(self, pager: Pager, answer: Answer, items: Items, start: datetime) -> None:
        """Ask for page after page, until there is none, or one whose items all lie before the window."""
        end = time.monotonic() + _PATIENCE
        for number in count(2):
            try:
                following = pager.after(answer)
                is_past = items.latest is not None and items.latest < start
                if following is None or is_past or items.is_full:
                    return
                if number > self._settings.pages:
                    items.note(f"stopped at pages = {self._settings.pages}; there may be more")
                    return
                self._require_time(end)
                answer = self._answer(self._fetch(following, None))
            except SourceError as error:
                items.note(f"page {number}: {error}")
                return
            items.add(answer.items)

    def _ask_about(self, batch: Sequence[str], blanks: Blanks, items: Items) -> None:
        told = self._settings
        answer = self._answer(self._fetch(request(told.url, told.body, told.form, blanks), None))
        if "url" in told.fields:
            items.add(answer.items)
        elif len(answer.items) == len(batch):
            items.add_about(answer.items, batch)
        else:
            says = f"answered {len(answer.items)} items for {len(batch)} articles, so nobody knows which is whose"
            raise ParseError(f"{redacted(told.url)}: {says}")

    def _blanks(self, window: Window, taken_at: datetime) -> Blanks:
        start = window.start - (self._settings.look_back or timedelta())
        return Blanks(start=start, end=window.end, now=taken_at, zone=self._zone)

    def _fetch(self, asking: Request, validators: Validators | None) -> Fetched:
        headers = {"Accept": "application/json, */*;q=0.5", **self._settings.headers}
        if asking.content_type and "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = asking.content_type
        return self._fetcher.fetch(asking.url, validators=validators, headers=headers, body=asking.body)

    def _answer(self, fetched: Fetched) -> Answer:
        answer = self._understood(fetched.body, fetched.content_type, redacted(fetched.url))
        return replace(answer, url=fetched.url, link=fetched.link)

    def _understood(self, body: bytes, content_type: str | None, place: str) -> Answer:
        try:
            value = loaded(body, content_type)
            return Answer(value=value, items=items_of(value, self._items))
        except ParseError as error:
            raise ParseError(f"{place}: {error}") from None

    @staticmethod
    def _require_time(end: float) -> None:
        if time.monotonic() > end:
            raise SourceError(f"{_PATIENCE:g} s were over")


class JsonCounterLookup:
    """A JSON API that counts only the articles that it is asked about."""

    def __init__(self, source: JsonSource) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        return self._source.name

    def for_urls(self, addresses: Sequence[str]) -> Source:
        """The source of these articles' counters."""
        return _About(self._source, addresses)


class _About:
    def __init__(self, source: JsonSource, addresses: Sequence[str]) -> None:
        self._source = source
        self._addresses = addresses

    @property
    def name(self) -> str:
        return self._source.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        return self._source.visit_about(self._addresses, window, taken_at)

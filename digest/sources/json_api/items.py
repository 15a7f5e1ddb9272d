"""Collects the items of all pages of a JSON source into one visit. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import Sighting, Visit
from digest.settings.sources import JsonSettings
from digest.sources.fetching.local_files import is_web
from digest.sources.fetching.wire_url import redacted
from digest.sources.json_api.paging import ResponsePage
from digest.sources.json_api.plain_values import plain_moment, plain_value
from digest.sources.json_api.response import Path
from digest.sources.sightings import SightingBuilder

MOST_ITEMS = 10_000
_NEEDED = frozenset({"url", "title", "published_at"})  # without them there is no article, or its date is not known
_DATES = frozenset({"published_at", "updated_at"})


class Items:
    """Makes sightings of items, and notes what it could not read and which fields found nothing."""

    def __init__(self, settings: JsonSettings, *, zone: ZoneInfo, base: str, taken_at: datetime) -> None:
        self._builder = SightingBuilder(settings, noun="item", zone=zone, base=base, taken_at=taken_at)
        self._place = redacted(settings.url) if is_web(settings.url) else settings.url
        self._fields = {name: Path(text) for name, text in settings.fields.items()}
        self._found: Counter[str] = Counter()
        self._number = 0
        self._first_item = ""
        self._latest: datetime | None = None
        self._sightings: list[Sighting] = []
        self._notes: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether the maximum number of items is reached."""
        return self._number >= MOST_ITEMS

    def add(self, page: ResponsePage, urls: Sequence[str] | None = None) -> None:
        """Add the items of one page, each about the URL at the same place, if given, unless the item has its own."""
        self._latest = None
        self._first_item = self._first_item or page.first_item
        items = page.items
        places: Sequence[str | None] = urls or [None] * len(items)
        for item, url in zip(items, places, strict=True):
            if self.is_full:
                self.note(f"stopped at {MOST_ITEMS:,} items")
                return
            self._number += 1
            row = {name: self._plain_field(name, path.find(item)) for name, path in self._fields.items()}
            self._found.update(name for name, value in row.items() if value is not None)
            sighting = self._builder.build(row if url is None else {"url": url, **row})
            if sighting is not None:
                self._sightings.append(sighting)
                dated = (self._latest, sighting.published_at)
                self._latest = max((moment for moment in dated if moment is not None), default=None)

    @staticmethod
    def _plain_field(name: str, found: Any) -> Any:
        return plain_moment(found) if name in _DATES else plain_value(found)

    def _has_no(self, name: str) -> bool:
        """Whether a field is the size of pictures that there are none of."""
        return name in {"image_width", "image_height"} and not self._found["image_url"]

    @property
    def latest(self) -> datetime | None:
        """The latest date among the items that were added last."""
        return self._latest

    def note(self, message: str) -> None:
        """Add a note for the operator, once."""
        if message not in self._notes:
            self._notes.append(message)

    def visit(self) -> Visit:
        """All items and notes; raises ParseError if there are items and none can be used."""
        absent = [name for name in self._fields if self._number and not self._found[name] and not self._has_no(name)]
        among = f"{self._number:,} item{'s' * (self._number != 1)}"
        nothing = [f"fields.{name} found nothing in {among}" for name in absent]
        if self._first_item and not _NEEDED.isdisjoint(absent):
            nothing.append(f"an item has {self._first_item}")
        notes = (*self._notes, *nothing)
        try:
            self._builder.require_usable(notes)
        except ParseError as error:
            raise ParseError(f"{self._place}: {error}") from None
        return Visit(sightings=tuple(self._sightings), notes=(*notes, *self._builder.notes()))

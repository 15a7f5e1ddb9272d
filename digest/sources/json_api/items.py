"""The items of a JSON source's answers, gathered over its pages into one visit. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.model.articles import Sighting, Visit
from digest.settings.sources import JsonSettings
from digest.sources.json_api.response import Path
from digest.sources.sightings import SightingBuilder, SourceDefaults

MOST_ITEMS = 10_000


class Items:
    """Makes sightings of items; what it could not understand, and fields that found nothing at all, are noted."""

    def __init__(self, settings: JsonSettings, *, zone: ZoneInfo, base: str, taken_at: datetime) -> None:
        defaults = SourceDefaults(
            source=settings.name,
            role=settings.role,
            section=settings.section,
            language=settings.language,
            noun="item",
        )
        self._builder = SightingBuilder(defaults, zone=zone, base=base, taken_at=taken_at)
        self._fields = {name: Path(text) for name, text in settings.fields.items()}
        self._found: Counter[str] = Counter()
        self._number = 0
        self._latest: datetime | None = None
        self._sightings: list[Sighting] = []
        self._notes: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether no further item is taken."""
        return self._number >= MOST_ITEMS

    def add(self, items: Sequence[Any]) -> None:
        """Take the items of one answer."""
        self.add_about(items, [None] * len(items))

    def add_about(self, items: Sequence[Any], addresses: Sequence[str | None]) -> None:
        """Take items each of which is about the address in the same place, as far as it names none itself."""
        self._latest = None
        for item, address in zip(items, addresses, strict=True):
            if self.is_full:
                self.note(f"stopped at {MOST_ITEMS:,} items")
                return
            self._number += 1
            row = {name: path.find(item) for name, path in self._fields.items()}
            self._found.update(name for name, value in row.items() if value is not None)
            sighting = self._builder.build(row if address is None else {"url": address, **row})
            if sighting is not None:
                self._sightings.append(sighting)
                dated = (self._latest, sighting.published_at)
                self._latest = max((moment for moment in dated if moment is not None), default=None)

    @property
    def latest(self) -> datetime | None:
        """The latest date of the items that were added last."""
        return self._latest

    def note(self, says: str) -> None:
        """Say what the operator should know of this visit."""
        if says not in self._notes:
            self._notes.append(says)

    def visit(self) -> Visit:
        """All that was taken."""
        absent = [name for name in self._fields if self._number and not self._found[name]]
        among = f"{self._number:,} item{'s' * (self._number != 1)}"
        nothing = [f"fields.{name} found nothing in {among}" for name in absent]
        return Visit(sightings=tuple(self._sightings), notes=(*self._notes, *nothing, *self._builder.notes()))

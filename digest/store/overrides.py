"""The editors' overrides of articles: pinned, dropped, boosted or retitled, for one slot or for a whole edition."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from digest.model.articles import Override
from digest.model.issues import Slot
from digest.store.database import Database
from digest.store.schema import hand


class Overrides:
    """Overrides by edition and slot; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, edition: str, slot: Slot | None, override: Override) -> None:
        """Keep an override for one slot, or for every slot (None); earlier ones are kept too."""
        row = {
            "edition": edition,
            "slot": slot,
            "article_key": override.key,
            "kind": override.kind,
            "value": override.value,
            "by": override.by,
            "at": override.at,
            "until": override.until,
        }
        with self._database.write() as connection:
            connection.execute(hand.insert(), row)

    def in_force(self, edition: str, slot: Slot, now: datetime) -> list[Override]:
        """The latest override of each article and kind for that slot, without those whose time is over."""
        for_slot = or_(hand.c.slot.is_(None), hand.c.slot == slot)
        chosen = select(hand).where(hand.c.edition == edition, for_slot).order_by(hand.c.at, hand.c.id)
        with self._database.read() as connection:
            latest = {(row.article_key, row.kind): _override(row) for row in connection.execute(chosen)}
        return [override for override in latest.values() if override.until is None or override.until > now]


def _override(row: Row[Any]) -> Override:
    return Override(key=row.article_key, kind=str(row.kind), value=row.value, by=row.by, at=row.at, until=row.until)

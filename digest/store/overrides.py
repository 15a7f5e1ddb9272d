"""The editors' overrides of articles: pinned, dropped, boosted or retitled, for one slot or for a whole edition."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from digest.model.articles import Override
from digest.model.issues import Slot
from digest.store.database import Database
from digest.store.schema import override


class Overrides:
    """Overrides by edition and slot; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, edition: str, slot: Slot | None, added: Override) -> None:
        """Keep an override for one slot, or for every slot (None); earlier ones are kept too."""
        row = {
            "edition": edition,
            "slot": slot,
            "article_key": added.key,
            "kind": added.kind,
            "value": added.value,
            "by": added.by,
            "at": added.at,
            "until": added.until,
        }
        with self._database.write() as connection:
            connection.execute(override.insert(), row)

    def in_force(self, edition: str, slot: Slot, now: datetime) -> list[Override]:
        """The latest override of each article and kind for that slot, without those whose time is over."""
        for_slot = or_(override.c.slot.is_(None), override.c.slot == slot)
        chosen = select(override).where(override.c.edition == edition, for_slot).order_by(override.c.at, override.c.id)
        with self._database.read() as connection:
            latest = {(row.article_key, row.kind): _override(row) for row in connection.execute(chosen)}
        return [known for known in latest.values() if known.until is None or known.until > now]


def _override(row: Row[Any]) -> Override:
    return Override(key=row.article_key, kind=str(row.kind), value=row.value, by=row.by, at=row.at, until=row.until)

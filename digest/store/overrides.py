"""The editors' overrides of articles: pinned, dropped, boosted, retitled, added …, for one slot or a whole edition."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select, update

from digest.model.articles import Override
from digest.model.issues import EditorialChange, Slot
from digest.store.database import Database
from digest.store.schema import override


class Overrides:
    """Overrides by edition and slot; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, edition: str, slot: Slot | None, added: Override) -> EditorialChange:
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
            number: int = connection.execute(override.insert().returning(override.c.id), row).scalar_one()
        return EditorialChange(id=number, slot=slot, override=added)

    def in_force(self, edition: str, slot: Slot, now: datetime) -> list[Override]:
        """The latest override of each article and kind for that slot, without those undone or whose time is over."""
        for_slot = or_(override.c.slot.is_(None), override.c.slot == slot)
        with self._database.read() as connection:
            rows = connection.execute(_of_edition(edition).where(for_slot))
            latest = {(row.article_key, row.kind): _override(row) for row in rows}
        return [known for known in latest.values() if known.until is None or known.until > now]

    def changes(self, edition: str) -> list[EditorialChange]:
        """Every override of the edition that was not undone, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_of_edition(edition))
            return [EditorialChange(id=row.id, slot=row.slot, override=_override(row)) for row in rows]

    def undo(self, changes: Collection[EditorialChange], by: str, now: datetime) -> None:
        """Take changes back: what they replaced is in force again."""
        undone = update(override).where(override.c.id.in_([change.id for change in changes]))
        with self._database.write() as connection:
            connection.execute(undone.values(undone_by=by, undone_at=now))


def _of_edition(edition: str) -> Select[Any]:
    chosen = select(override).where(override.c.edition == edition, override.c.undone_at.is_(None))
    return chosen.order_by(override.c.at, override.c.id)


def _override(row: Row[Any]) -> Override:
    return Override(key=row.article_key, kind=str(row.kind), value=row.value, by=row.by, at=row.at, until=row.until)

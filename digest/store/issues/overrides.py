"""The editors' overrides: articles pinned, dropped, retitled …, and texts of an issue, for one slot or every slot."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, update

from digest.errors import EditConflictError
from digest.model.issues import EditorialChange, Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.engine.locks import lock_table
from digest.store.issues.edit_marks import require_unfrozen, wait_while_made
from digest.store.tables.schema import override


class Overrides:
    """Overrides by edition and slot; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        edition: str,
        slot: Slot | None,
        added: Override,
        *,
        seen: int | None = None,
        entry: AuditEntry | None = None,
    ) -> EditorialChange:
        """`add_together` of one override, with an entry of the audit log."""
        entries = [] if entry is None else [entry]
        (change,) = self.add_together(edition, slot, [added], seen=[seen], entries=entries)
        return change

    def add_together(
        self,
        edition: str,
        slot: Slot | None,
        added: Sequence[Override],
        *,
        seen: Sequence[int | None] = (),
        entries: Sequence[AuditEntry] = (),
        unfrozen: Slot | None = None,
    ) -> list[EditorialChange]:
        """Keep overrides for one slot, or for every slot (None), all or none of them; earlier ones are kept too.

        `unfrozen`: the slot whose issue they have to reach; raises IssueFrozenError if it is made.

        `seen` are the ids of the changes that the first ones replace, as their editor saw them, 0 for none: raises
        EditConflictError if one is not in force any more. None: whatever it replaces.
        """
        rows = [_override_row(edition, slot, one) for one in added]
        adding = override.insert().returning(override.c.id)
        with self._database.write() as connection:
            wait_while_made(connection, edition)
            if unfrozen is not None:
                require_unfrozen(connection, edition, unfrozen)
            for row, known in zip(rows, seen, strict=False):
                if known is not None:
                    _require_unchanged(connection, row, known)
            for entry in entries:
                record_audit(connection, entry)
            numbers: list[int] = [connection.execute(adding, row).scalar_one() for row in rows]
            step = min(numbers, default=0)
            connection.execute(update(override).where(override.c.id.in_(numbers)).values(step=step))
        return [
            EditorialChange(id=number, slot=slot, override=one, step=step)
            for number, one in zip(numbers, added, strict=True)
        ]

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
            return [
                EditorialChange(id=row.id, slot=row.slot, override=_override(row), step=row.step or 0) for row in rows
            ]

    def undo(
        self,
        edition: str,
        changes: Collection[EditorialChange],
        by: str,
        now: datetime,
        entry: AuditEntry | None = None,
        *,
        unfrozen: Slot | None = None,
    ) -> None:
        """Take changes of an edition back: what they replaced is in force again. `entry` is one of the audit log.

        `unfrozen`: the slot whose issue that has to reach; raises IssueFrozenError if it is made.
        """
        these = override.c.id.in_([change.id for change in changes])
        undone = update(override).where(these, override.c.undone_at.is_(None)).values(undone_by=by, undone_at=now)
        with self._database.write() as connection:
            wait_while_made(connection, edition)
            if unfrozen is not None:
                require_unfrozen(connection, edition, unfrozen)
            if connection.execute(undone).rowcount:
                record_audit(connection, entry)


def _require_unchanged(connection: Connection, row: Mapping[str, Any], seen: int) -> None:
    """Raise EditConflictError unless the change `seen`, or for 0 none, is what `row` would replace."""
    lock_table(connection, override, "SHARE ROW EXCLUSIVE")
    same = [override.c[name] == row[name] for name in ("edition", "article_key", "kind")]
    for_slot = or_(override.c.slot.is_(None), override.c.slot == row["slot"])
    rows = connection.execute(select(override).where(*same, for_slot).order_by(override.c.at, override.c.id)).all()
    if seen not in _replaceable(rows, row["at"]):
        if not rows:
            raise EditConflictError
        last = max(rows, key=_changed_at)
        raise EditConflictError(last.undone_by or last.by, _changed_at(last))


def _replaceable(rows: Sequence[Row[Any]], now: datetime) -> set[int]:
    """The ids by which an editor may know what is in force; 0 if nothing is, or has ended."""
    latest = next((row for row in reversed(rows) if row.undone_at is None), None)
    if latest is None:
        return {0}
    return {latest.id, 0} if latest.until and latest.until <= now else {latest.id}


def _changed_at(row: Row[Any]) -> datetime:
    moment: datetime = row.undone_at or row.at
    return moment


def _of_edition(edition: str) -> Select[Any]:
    chosen = select(override).where(override.c.edition == edition, override.c.undone_at.is_(None))
    return chosen.order_by(override.c.at, override.c.id)


def _override_row(edition: str, slot: Slot | None, added: Override) -> Mapping[str, Any]:
    return {
        "edition": edition,
        "slot": slot,
        "article_key": added.key or None,
        "kind": added.kind,
        "value": added.value,
        "by": added.by,
        "at": added.at,
        "until": added.until,
    }


def _override(row: Row[Any]) -> Override:
    return Override(
        key=row.article_key or "", kind=OverrideKind(row.kind), value=row.value, by=row.by, at=row.at, until=row.until
    )

"""Keeps people who change an issue, and the process that makes it, from overlooking what the others have done."""

from sqlalchemy import Connection, func, or_, select

from digest.errors import IssueFrozenError
from digest.model.api import AUTHOR
from digest.model.decisions import DecisionKind, EditMark
from digest.model.issues import Slot
from digest.store.engine.locks import Lock, hold
from digest.store.tables.schema import decision, issue, override


def edit_mark(connection: Connection, edition: str, slot: Slot) -> EditMark:
    """How far people have changed the issue until now.

    What API tokens do does not count: a program may change something each minute, and no issue would ever be made.
    """
    # Numbers and not the last ids: of two people the one with the greater id may be the first to commit.
    held = select(func.count()).where(
        decision.c.edition == edition, decision.c.slot == slot, decision.c.kind == DecisionKind.HOLD
    )
    for_issue = (override.c.edition == edition, or_(override.c.slot.is_(None), override.c.slot == slot))
    edited = select(func.count()).where(*for_issue, override.c.by.not_like(f"{AUTHOR}%"))
    undone = select(func.count(override.c.undone_at)).where(*for_issue, override.c.undone_by.not_like(f"{AUTHOR}%"))
    numbers = (one.scalar_subquery() for one in (held, edited, undone))
    return EditMark(*connection.execute(select(*numbers)).one())


def is_unchanged(connection: Connection, issue_id: int, edits: EditMark) -> bool:
    """Whether these are all edits of the issue by people; they can make no more until the transaction ends."""
    edition, slot = connection.execute(select(issue.c.edition, issue.c.slot).where(issue.c.id == issue_id)).one()
    hold(connection, Lock.EDITING, edition)
    return bool(edit_mark(connection, edition, slot) == edits)


def wait_while_made(connection: Connection, edition: str) -> None:
    """Wait while an issue of the edition is being frozen; none is until the transaction ends."""
    hold(connection, Lock.EDITING, edition, shared=True)


def require_unfrozen(connection: Connection, edition: str, slot: Slot) -> None:
    """Raise IssueFrozenError where no change reaches the issue any more; to be called after `wait_while_made`."""
    made = select(issue.c.id).where(issue.c.edition == edition, issue.c.slot == slot, issue.c.frozen_at.is_not(None))
    if connection.scalar(made) is not None:
        raise IssueFrozenError(f"{edition}/{slot}")

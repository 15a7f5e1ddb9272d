"""Make the case-folded address the key of a subscriber, and merge the rows that differ only in case.

Of several rows with one key the one whose status counts most is kept: a reader who unsubscribed stays unsubscribed. Its
empty fields are filled from the others, its editions are those of all of them, and their deliveries become its own.
Where two rows have a delivery of the same issue, the one that may have reached the reader stays theirs; the other
keeps its state and its address, but no subscriber, and what was not begun is cancelled.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from digest.store.engine.column_types import TextList, UTCDateTime, bytewise, number

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FIELDS = ("name", "language", "frequency", "timezone")
_COLUMNS = ("id", "email", *_FIELDS, "editions", "sections", "status", "left_by", "created_at", "changed_at")
_LEFT_BY = ("reader", "operator", None)
_STATUSES = ("unsubscribed", "suppressed", "confirmed", "pending")  # the first one counts
_BEGUN = ("sending", "unknown", "sent")  # the first one proves most that the reader may have the message
_WAITING = ("planned", "claimed", "deferred")
_CHUNK = 500

_MOMENTS = {"created_at", "changed_at"}
_subscriber = sa.table(
    "subscriber", *(sa.column(name, UTCDateTime() if name in _MOMENTS else None) for name in _COLUMNS)
)
_DELIVERY_COLUMNS = ("id", "issue_id", "subscriber_id", "state", "claim_token", "claim_expires", "next_try_at")
_delivery = sa.table("delivery", *map(sa.column, _DELIVERY_COLUMNS))


def upgrade() -> None:
    """Merge, then add the column: in place on PostgreSQL, in a copy of the table on SQLite."""
    connection = op.get_bind()
    for rows in _duplicates(connection):
        _merge(connection, rows)
    if connection.dialect.name == "sqlite":
        _copy_table(connection)
    else:
        _alter_table(connection)


def _duplicates(connection: sa.Connection) -> list[Sequence[sa.Row[Any]]]:
    """The rows of each key that several rows have."""
    ids: dict[str, list[int]] = defaultdict(list)
    for subscriber_id, email in connection.execute(sa.select(_subscriber.c.id, _subscriber.c.email)):
        ids[email.casefold()].append(subscriber_id)
    several = [same for same in ids.values() if len(same) > 1]
    return [connection.execute(sa.select(_subscriber).where(_subscriber.c.id.in_(same))).all() for same in several]


def _merge(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    ordered = sorted(sorted(rows, key=lambda row: (row.changed_at, -row.id), reverse=True), key=_rank)
    kept, others = ordered[0], [row.id for row in ordered[1:]]
    _merge_deliveries(connection, kept.id, others, is_confirmed=kept.status == "confirmed")
    connection.execute(_subscriber.delete().where(_subscriber.c.id.in_(others)))
    connection.execute(_subscriber.update().where(_subscriber.c.id == kept.id).values(_merged_values(ordered)))


def _rank(row: sa.Row[Any]) -> tuple[int, int]:
    return _STATUSES.index(row.status), _LEFT_BY.index(row.left_by)


def _merged_values(ordered: Sequence[sa.Row[Any]]) -> dict[str, Any]:
    """The fields of the kept row, which comes first; no editions mean every edition."""
    editions = [json.loads(row.editions) for row in ordered]
    sections = (row.sections for row in ordered if row.sections != "[]")
    return {
        **{name: _first_known(getattr(row, name) for row in ordered) for name in _FIELDS},
        "editions": _json_list(editions) if all(editions) else "[]",
        "sections": next(sections, "[]"),
        "created_at": min(row.created_at for row in ordered),
    }


def _first_known(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _json_list(lists: Iterable[list[str]]) -> str:
    return TextList.write(tuple(dict.fromkeys(item for items in lists for item in items)))


def _merge_deliveries(connection: sa.Connection, kept: int, others: Sequence[int], *, is_confirmed: bool) -> None:
    of_all = _delivery.c.subscriber_id.in_([kept, *others])
    by_issue: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(_delivery).where(of_all).order_by(_delivery.c.id)):
        by_issue[row.issue_id].append(row)
    ordered = [sorted(rows, key=lambda row: _delivery_rank(row, kept)) for rows in by_issue.values()]
    surplus = [row.id for rows in ordered for row in rows[1:]]
    _change(connection, surplus, {"subscriber_id": None})
    _end_deliveries(connection, surplus)
    _change(connection, [rows[0].id for rows in ordered], {"subscriber_id": kept})
    if not is_confirmed:
        _cancel(connection, [rows[0].id for rows in ordered])


def _delivery_rank(row: sa.Row[Any], kept: int) -> tuple[int, bool]:
    rank = _BEGUN.index(row.state) if row.state in _BEGUN else len(_BEGUN) + (row.state not in _WAITING)
    return rank, row.subscriber_id != kept


def _end_deliveries(connection: sa.Connection, ids: Sequence[int]) -> None:
    """End deliveries that have no subscriber any more: nobody can say later whether they were sent."""
    _cancel(connection, ids)
    _change(connection, ids, {"state": "unknown", "claim_expires": None}, _delivery.c.state == "sending")


def _cancel(connection: sa.Connection, ids: Sequence[int]) -> None:
    released = {"state": "cancelled", "claim_token": None, "claim_expires": None, "next_try_at": None}
    _change(connection, ids, released, _delivery.c.state.in_(_WAITING))


def _change(
    connection: sa.Connection, ids: Sequence[int], values: dict[str, Any], where: sa.ColumnElement[bool] | None = None
) -> None:
    for start in range(0, len(ids), _CHUNK):
        changed = _delivery.update().where(_delivery.c.id.in_(ids[start : start + _CHUNK]))
        connection.execute((changed if where is None else changed.where(where)).values(values))


def _alter_table(connection: sa.Connection) -> None:
    op.drop_constraint("subscriber_email_key", "subscriber")
    op.add_column("subscriber", sa.Column("email_key", bytewise(), nullable=True))
    _fill_keys(connection, "subscriber")
    op.alter_column("subscriber", "email_key", nullable=False)
    op.create_unique_constraint(op.f("subscriber_email_key_key"), "subscriber", ["email_key"])


def _copy_table(connection: sa.Connection) -> None:
    """Replace the table by a copy with the column, as https://sqlite.org/lang_altertable.html#otheralter says."""
    op.create_table("subscriber_copy", *_columns(), sqlite_autoincrement=True)
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT 'subscriber_copy', seq FROM sqlite_sequence WHERE name = 'subscriber'"
    )
    rows: sa.Select[Any] = sa.select(*_subscriber.c, _subscriber.c.email.label("email_key"))
    copy = sa.table("subscriber_copy", *map(sa.column, (*_COLUMNS, "email_key")))
    op.execute(copy.insert().from_select([column.name for column in copy.c], rows))
    _fill_keys(connection, "subscriber_copy")
    op.drop_table("subscriber")
    op.rename_table("subscriber_copy", "subscriber")


def _fill_keys(connection: sa.Connection, table: str) -> None:
    """SQL folds ASCII letters only, and such are all addresses that Digest takes; Python folds any others."""
    filled = sa.table(table, *map(sa.column, ("id", "email", "email_key")))
    connection.execute(filled.update().values(email_key=sa.func.lower(filled.c.email)))
    if connection.dialect.name == "sqlite":  # which has no octet_length before 3.43
        size = sa.func.length(sa.cast(filled.c.email, sa.LargeBinary))
    else:
        size = sa.func.octet_length(filled.c.email)
    others = sa.select(filled.c.id, filled.c.email).where(size > sa.func.length(filled.c.email))
    for subscriber_id, email in connection.execute(others).all():
        of_row = filled.c.id == subscriber_id
        connection.execute(filled.update().where(of_row).values(email_key=email.casefold()))


def _columns() -> Sequence[SchemaItem]:
    return [
        sa.Column("id", number(), nullable=False),
        sa.Column("email", bytewise(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("editions", TextList(), nullable=False),
        sa.Column("sections", TextList(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("left_by", sa.String(16), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("email_key", bytewise(), nullable=False),
        sa.CheckConstraint("left_by IS NULL OR status = 'unsubscribed'", name=op.f("subscriber_left_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriber_pkey")),
        sa.UniqueConstraint("email_key", name=op.f("subscriber_email_key_key")),
    ]

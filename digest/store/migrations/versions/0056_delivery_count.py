"""Let PostgreSQL keep the numbers of deliveries: counting those of a large issue takes too long."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, number

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_ROWS = """
SELECT issue_id, state, CASE WHEN state = 'planned' THEN due_at END AS due_at,
state = 'planned' AND smtp_text IS NOT NULL AS is_postponed"""
_GROUPED = "GROUP BY issue_id, state, due_at, is_postponed"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION count_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'INSERT' THEN
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, count(*), max(last_attempt_at)
FROM ({_ROWS}, last_attempt_at FROM new_rows) AS changes {_GROUPED};
ELSIF TG_OP = 'DELETE' THEN
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, -count(*)
FROM ({_ROWS} FROM old_rows) AS changes {_GROUPED};
ELSE
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, sum(messages), max(last_attempt_at)
FROM ({_ROWS}, 1 AS messages, last_attempt_at FROM new_rows
UNION ALL {_ROWS}, -1, NULL FROM old_rows) AS changes {_GROUPED} HAVING sum(messages) <> 0;
END IF;
RETURN NULL;
END $$"""  # noqa: S608  # all of it is ours
_TABLES = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
_COUNT = f"""
INSERT INTO delivery_count SELECT issue_id, state, due_at, is_postponed, count(*), max(last_attempt_at)
FROM ({_ROWS}, last_attempt_at FROM delivery) AS deliveries {_GROUPED}"""  # noqa: S608  # all of it is ours


def upgrade() -> None:
    """Add the table; on PostgreSQL also what keeps it, and the numbers of today."""
    op.create_table(
        "delivery_count",
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", UTCDateTime()),
        sa.Column("is_postponed", sa.Boolean(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("last_attempt_at", UTCDateTime()),
    )
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(_FUNCTION)
    for action, tables in _TABLES.items():
        op.execute(
            f"CREATE TRIGGER delivery_count_{action.lower()} AFTER {action} ON delivery REFERENCING {tables}"
            " FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries()"
        )
    op.execute(_COUNT)  # the triggers let nobody change a delivery until this is committed

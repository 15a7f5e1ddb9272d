"""Let PostgreSQL keep the numbers of subscribers too: counting millions takes too long for `/metrics`."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_FUNCTION = """
CREATE OR REPLACE FUNCTION count_subscribers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'INSERT' THEN
INSERT INTO subscriber_count SELECT status, count(*) FROM new_rows GROUP BY status;
ELSIF TG_OP = 'DELETE' THEN
INSERT INTO subscriber_count SELECT status, -count(*) FROM old_rows GROUP BY status;
ELSE
INSERT INTO subscriber_count VALUES (OLD.status, -1), (NEW.status, 1);
END IF;
RETURN NULL;
END $$"""
_CHANGES = {
    "insert": "INSERT ON subscriber REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
    "delete": "DELETE ON subscriber REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
    "update": "UPDATE OF status ON subscriber FOR EACH ROW WHEN (OLD.status <> NEW.status)",
}


def upgrade() -> None:
    """Add the table; on PostgreSQL also what keeps it, and the numbers of today."""
    op.create_table(
        "subscriber_count",
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("readers", sa.BigInteger(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(_FUNCTION)
    for name, change in _CHANGES.items():
        op.execute(f"CREATE TRIGGER subscriber_count_{name} AFTER {change} EXECUTE FUNCTION count_subscribers()")
    # The triggers let nobody change a subscriber until this is committed.
    op.execute("INSERT INTO subscriber_count SELECT status, count(*) FROM subscriber GROUP BY status")

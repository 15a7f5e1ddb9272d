"""Add requests that a client may repeat, and when a reader consented on the portal's own form."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, number

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "idempotent_request",
        sa.Column("token_id", number(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.Text()),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("idempotent_request_token_id_fkey")),
        sa.PrimaryKeyConstraint("token_id", "key_hash", name=op.f("idempotent_request_pkey")),
    )
    op.create_index("idempotent_request_begun", "idempotent_request", ["begun_at"])
    op.add_column("signup", sa.Column("consented_at", UTCDateTime()))

"""Find the deliveries of a reader without reading all: former addresses, and an index for mail to other addresses."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise, number

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_NO_SUBSCRIBER = sa.text("subscriber_id IS NULL")
_FORMER = """
INSERT INTO former_address (subscriber_id, email_key, at)
SELECT d.subscriber_id, lower(d.address), max(s.changed_at) FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
WHERE d.address <> '' AND lower(d.address) <> lower(s.email) GROUP BY d.subscriber_id, lower(d.address)
"""


def upgrade() -> None:
    """Add the table, fill it from the ledger, and add the index."""
    op.create_table(
        "former_address",
        sa.Column("subscriber_id", number(), nullable=False),
        sa.Column("email_key", bytewise(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("former_address_subscriber_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "email_key", name=op.f("former_address_pkey")),
    )
    op.create_index("former_address_key", "former_address", ["email_key"])
    op.execute(_FORMER)
    op.create_index(
        "delivery_address",
        "delivery",
        [sa.text("lower(address)")],
        sqlite_where=_NO_SUBSCRIBER,
        postgresql_where=_NO_SUBSCRIBER,
    )

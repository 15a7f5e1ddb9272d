"""Store the size of pictures: as sources state it, and of those that the web pages serve."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("sighting", sa.Column("image_width", sa.Integer()))
    op.add_column("sighting", sa.Column("image_height", sa.Integer()))
    op.add_column("picture", sa.Column("own_width", sa.Integer()))
    op.add_column("picture", sa.Column("own_height", sa.Integer()))

"""Somebody may send an issue before its hour: an earlier Digest does not know that decision."""

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing but the revision."""

"""Alerts may be about lateness, silence, bounces, complaints, warnings: an earlier Digest does not know the kinds."""

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing but the revision."""

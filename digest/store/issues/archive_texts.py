"""What is searched of the issues in the archive: their texts as `search_text` folds them."""

from sqlalchemy import Connection

from digest.model.search_text import folded_issue
from digest.store.tables.public_schema import archive_text
from digest.store.tables.schema import upsert


def keep_archive_text(connection: Connection, variant_id: int, subject: str, text: str) -> None:
    """Store what is searched of an issue, in place of what was."""
    upsert(connection, archive_text, {"variant_id": variant_id}, {"folded": folded_issue(subject, text)})

"""What is searched of the issues in the archive: their texts as `search_text` folds them."""

from sqlalchemy import Connection

from digest.model.search_text import folded_issue
from digest.store.tables.public_schema import archive_text
from digest.store.tables.schema import insert


def keep_archive_text(connection: Connection, variant_id: int, subject: str, text: str) -> None:
    """Store what is searched of an issue, in place of what was."""
    values = {"folded": folded_issue(subject, text)}
    added = insert(connection, archive_text).values(variant_id=variant_id, **values)
    connection.execute(added.on_conflict_do_update(index_elements=["variant_id"], set_=values))

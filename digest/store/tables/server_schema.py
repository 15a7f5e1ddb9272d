"""The table of the PostgreSQL server that holds the database."""

from sqlalchemy import Boolean, Column, Integer, Table, Text

from digest.store.tables.schema import metadata

database_server = Table(
    "database_server",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, and none on SQLite
    Column("name", Text, nullable=False),  # its identifier and timeline
    Column("is_copied", Boolean, nullable=False),  # its commits wait for a standby
)

"""All tables of the store: whoever needs every one imports this module, and not those that define a part of them."""

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert

from digest.store.tables import (  # noqa: F401 - their tables belong to the metadata
    admin_schema,
    alert_schema,
    api_schema,
    computed_schema,
    count_schema,
    public_schema,
    retention_schema,
    server_schema,
    web_schema,
)
from digest.store.tables.schema import metadata

all_tables = metadata  # complete with the imports above
VERSION = Table(  # as Alembic makes it
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def make_tables(connection: Connection, revision: str) -> None:
    """Make the tables of an empty database, which needs no migration up to `revision`; the caller commits."""
    all_tables.create_all(connection, checkfirst=False)
    VERSION.create(connection, checkfirst=False)
    connection.execute(insert(VERSION), {"version_num": revision})

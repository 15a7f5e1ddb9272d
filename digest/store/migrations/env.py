"""What Alembic runs to reach the database: our own connection, inside our own transaction."""

from alembic import context

from digest.store.tables.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

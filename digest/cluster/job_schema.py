"""Makes Procrastinate's tables, and brings them up to date, from the scripts of the version that is installed."""

from pathlib import Path

from procrastinate.schema import SchemaManager

from digest.store.upkeep.job_tables import JobTables


def make_job_tables(tables: JobTables) -> bool:
    """Make or change the tables of the jobs; false when nothing was to do. Raises StoreError."""
    changes = {file.stem: file.read_text("utf-8") for file in Path(SchemaManager.get_migrations_path()).glob("*.sql")}
    return tables.bring_up_to_date(SchemaManager.get_schema(), changes)

"""Opens the store of the settings, and loads nothing else: for commands that only change subscribers."""

from collections.abc import Iterator
from contextlib import contextmanager

from digest.settings.schema import Settings
from digest.store.database import Database
from digest.store.subscribers import Subscribers


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database, migrated if it is SQLite; raises StoreError."""
    database = Database.open(settings.database.url, settings.root)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_audience(settings: Settings) -> Iterator[Subscribers]:
    """The subscribers, without the parts that make and send issues; raises StoreError."""
    with open_database(settings) as database:
        database.require_current()
        yield Subscribers(database)

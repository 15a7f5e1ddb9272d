"""Opens the store of the settings, and nothing else: for commands that only change subscribers, users or tokens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from digest.settings.schema import Settings
from digest.store.api_tokens import ApiTokens
from digest.store.database import Database
from digest.store.job_tables import JobTables
from digest.store.signups import Signups
from digest.store.subscribers import Subscribers
from digest.store.users import Users


@contextmanager
def open_database(settings: Settings, is_stopped: Callable[[], bool] = lambda: False) -> Iterator[Database]:
    """The database, migrated if it is SQLite, for a process that ends once `is_stopped()`; raises StoreError."""
    database = Database.open(settings.database.url, settings.root, is_stopped)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_signups(settings: Settings) -> Iterator[tuple[Subscribers, Signups]]:
    """The subscribers and their sign-ups; raises StoreError."""
    with open_database(settings) as database:
        database.require_current()
        yield Subscribers(database), Signups(database)


@contextmanager
def open_audience(settings: Settings) -> Iterator[Subscribers]:
    """The subscribers, without the parts that make and send issues; raises StoreError."""
    with open_database(settings) as database:
        database.require_current()
        yield Subscribers(database)


@contextmanager
def open_job_tables(settings: Settings) -> Iterator[JobTables]:
    """The jobs that hosts share; raises StoreError."""
    with open_database(settings) as database:
        database.require_current()
        yield JobTables(database)


@contextmanager
def open_api_tokens(settings: Settings) -> Iterator[ApiTokens]:
    """The tokens of the API; raises StoreError."""
    with open_database(settings) as database:
        database.require_current()
        yield ApiTokens(database)


@contextmanager
def open_users(settings: Settings) -> Iterator[Users]:
    """The users of the console; raises StoreError."""
    with open_database(settings) as database:
        database.require_current()
        yield Users(database)

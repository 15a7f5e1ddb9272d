"""Opens the database of the settings, or one part of the store."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from digest.settings.schema import Settings
from digest.store.access.api_tokens import ApiTokens
from digest.store.access.users import Users
from digest.store.engine.database import Database
from digest.store.subscribers.signups import Signups
from digest.store.subscribers.subscribers import Subscribers
from digest.store.upkeep.job_tables import JobTables

T = TypeVar("T")


@contextmanager
def open_database(settings: Settings, is_stopped: Callable[[], bool] = lambda: False) -> Iterator[Database]:
    """The database, migrated if it is SQLite, for a process that ends once `is_stopped()`; raises StoreError."""
    database = Database.open(settings.database.url, settings.root, is_stopped)
    try:
        yield database
    finally:
        database.close()


def open_signups(settings: Settings) -> AbstractContextManager[tuple[Subscribers, Signups]]:
    """The subscribers and their sign-ups; raises StoreError."""
    return _open_current(settings, lambda database: (Subscribers(database), Signups(database)))


def open_subscribers(settings: Settings) -> AbstractContextManager[Subscribers]:
    """The subscribers, without the parts that make and send issues; raises StoreError."""
    return _open_current(settings, Subscribers)


def open_job_tables(settings: Settings) -> AbstractContextManager[JobTables]:
    """The jobs that hosts share; raises StoreError."""
    return _open_current(settings, JobTables)


def open_api_tokens(settings: Settings) -> AbstractContextManager[ApiTokens]:
    """The tokens of the API; raises StoreError."""
    return _open_current(settings, ApiTokens)


def open_users(settings: Settings) -> AbstractContextManager[Users]:
    """The users of the console; raises StoreError."""
    return _open_current(settings, Users)


@contextmanager
def _open_current(settings: Settings, make: Callable[[Database], T]) -> Iterator[T]:
    with open_database(settings) as database:
        database.require_current()
        yield make(database)

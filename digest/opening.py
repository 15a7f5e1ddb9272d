"""Finds the settings and opens the store, and loads nothing else: for commands that only keep the audience."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.settings import Settings, load
from digest.store.database import Database
from digest.store.subscribers import Subscribers

DEFAULT_CONFIG = Path("config/digest.toml")
SAMPLE = Path(__file__).parent / "sample" / "digest.toml"


def find_settings(config: Path | None) -> Settings:
    """The settings of the file that was named, else of config/digest.toml, else of the built-in sample portal."""
    if config is None and not DEFAULT_CONFIG.exists():
        return load(SAMPLE, environ={})
    return load(config or DEFAULT_CONFIG)


def is_sample(settings: Settings) -> bool:
    """Whether these are the settings of the built-in sample portal."""
    return settings.root == SAMPLE.parent


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The store, brought up to date where it is SQLite; raises StoreError."""
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

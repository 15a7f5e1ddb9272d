"""Which articles are retracted now, by their keys."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.web import Retraction
from digest.parsing.canonical_key import canonical_key
from digest.store.articles.key_history import KeyHistory
from digest.store.engine.locks import lock_table
from digest.store.tables.public_schema import retraction

IN_FORCE = retraction.c.undone_at.is_(None)


class RetractedKeys:
    """The canonical keys by which issues may have retracted articles: those of all their addresses.

    An address that replaces the one that was retracted may be the article's own new one: it is not retracted.
    """

    def __init__(self, connection: Connection) -> None:
        in_force = list(retractions_in_force(connection))
        self._named = {canonical_key(one.url) for one in in_force}
        self._replacements = {canonical_key(one.replacement) for one in in_force if one.replacement is not None}
        self._history = KeyHistory.read(connection, self._named)
        self._articles = {self._history.meant(canonical_key(one.url), one.at) for one in in_force}

    def at(self, moment: datetime | None) -> frozenset[str]:
        """The keys in issues of that moment; None: in coming ones."""
        keys = (self._history.keys - self._replacements) | self._named
        return frozenset(key for key in keys if self._history.meant(key, moment) in self._articles)


def retractions_in_force(connection: Connection) -> Iterator[Retraction]:
    """The retractions that were not undone, the latest first."""
    rows = connection.execute(select(retraction).where(IN_FORCE).order_by(retraction.c.id.desc()))
    return (Retraction(url=row.url, replacement=row.replacement, by=row.by, at=row.at) for row in rows)


def any_retracted(connection: Connection, keys: Collection[str]) -> bool:
    """Whether any of the articles is retracted; nobody can retract one until the transaction ends."""
    lock_table(connection, retraction, "SHARE")
    retracted = RetractedKeys(connection).at(None)
    return bool(retracted) and any(not retracted.isdisjoint(spellings(key)) for key in keys)


def spellings(key: str) -> tuple[str, ...]:
    """An article's key, and the same without the part that distinguishes items with one URL."""
    return (key, key.rpartition("#")[0]) if "#" in key else (key,)

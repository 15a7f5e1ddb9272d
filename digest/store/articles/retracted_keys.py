"""Which articles are retracted now, by their keys."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select, text

from digest.model.web import Retraction
from digest.parsing.urls import canonical_key
from digest.store.articles.article_keys import reused, with_other_keys
from digest.store.tables.public_schema import retraction

IN_FORCE = retraction.c.undone_at.is_(None)


def retractions_in_force(connection: Connection) -> Iterator[Retraction]:
    """The retractions that were not undone, the latest first."""
    rows = connection.execute(select(retraction).where(IN_FORCE).order_by(retraction.c.id.desc()))
    return (Retraction(url=row.url, replacement=row.replacement, by=row.by, at=row.at) for row in rows)


def retracted_keys(connection: Connection) -> frozenset[str]:
    """The canonical keys by which issues may have retracted articles: those of all their addresses.

    An address that replaces the one that was retracted may be the article's own new one: it is not retracted.
    """
    in_force = list(retractions_in_force(connection))
    named = {canonical_key(one.url) for one in in_force}
    replacements = {canonical_key(one.replacement) for one in in_force if one.replacement is not None}
    return (with_other_keys(connection, named) - replacements) | named


def keys_retracted_now(connection: Connection) -> frozenset[str]:
    """Those of them by which coming issues may have a retracted article, and not another one at its former address."""
    retracted = retracted_keys(connection)
    named = {canonical_key(one.url): one.at for one in retractions_in_force(connection)}
    others = {key for key, since in reused(connection, retracted).items() if key not in named or named[key] < since}
    return retracted - others


def any_retracted(connection: Connection, keys: Collection[str]) -> bool:
    """Whether any of the articles is retracted; nobody can retract one until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE retraction IN SHARE MODE"))
    retracted = keys_retracted_now(connection)
    return bool(retracted) and any(not retracted.isdisjoint(spellings(key)) for key in keys)


def spellings(key: str) -> tuple[str, ...]:
    """An article's key, and the same without the part that distinguishes items with one URL."""
    return (key, key.rpartition("#")[0]) if "#" in key else (key,)

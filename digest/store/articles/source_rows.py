"""What each source has stored: shown and deleted by `digest forget`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select, union

from digest.model.articles import Role
from digest.store.articles.article_keys import article_key
from digest.store.articles.rounds import date_articles
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.tables.schema import article, article_alias, reading, sighting, source

_ITEM_SUFFIX = 17  # characters that `article_key` adds to the key of one of several items with one URL


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRows:
    """How many articles, threads and readings a source has stored; `latest` are titles and URLs, newest first."""

    articles: int
    threads: int
    readings: int
    latest: tuple[tuple[str, str], ...] = ()


class SourceRows:
    """The rows of each source, all of them or those of one URL; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> set[str]:
        """The names of the sources that have stored something."""
        stored = union(select(source.c.name), select(sighting.c.source), select(reading.c.source))
        with self._database.read() as connection:
            return set(connection.scalars(stored))

    def find(self, name: str, url: str | None, most: int) -> StoredRows:
        """What the source has stored, with at most `most` titles."""
        listed, counted = _rows(sighting, name, url), _rows(reading, name, url)
        roles = select(sighting.c.role, func.count().label("number")).where(listed).group_by(sighting.c.role)
        latest = select(sighting.c.title, sighting.c.url).where(listed)
        latest = latest.order_by(sighting.c.taken_at.desc(), sighting.c.article_id.desc()).limit(most)
        with self._database.read() as connection:
            numbers = {row.role: row.number for row in connection.execute(roles)}
            return StoredRows(
                articles=numbers.get(Role.ARTICLES, 0),
                threads=numbers.get(Role.DISCUSSION, 0),
                readings=connection.execute(select(func.count()).select_from(reading).where(counted)).scalar_one(),
                latest=tuple((row.title, row.url) for row in connection.execute(latest)),
            )

    def delete(self, name: str, url: str | None) -> None:
        """Delete it, and the articles that no other source knows; frozen issues keep theirs.

        Without `url` the source's next visit is made as if it was the first.
        """
        listed, counted = _rows(sighting, name, url), _rows(reading, name, url)
        known = union(select(sighting.c.article_id).where(listed), select(reading.c.article_id).where(counted))
        with self._database.write() as connection:
            # Locked in the order in which a visit locks them.
            locked = select(article.c.id).where(article.c.id.in_(known)).order_by(article.c.key).with_for_update()
            ids = list(connection.scalars(locked))
            connection.execute(sighting.delete().where(listed))
            connection.execute(reading.delete().where(counted))
            date_articles(connection, ids)
            _delete_unknown(connection, ids)
            if url is None:
                connection.execute(source.delete().where(source.c.name == name))


def _rows(table: Table, name: str, url: str | None) -> ColumnElement[bool]:
    of_source = table.c.source == name
    if url is None:
        return of_source
    return and_(of_source, table.c.article_id.in_(select(article.c.id).where(of_url(url))))


def of_url(url: str) -> ColumnElement[bool]:
    """Whether an article is at the URL, or was where no other one is now."""
    now = article.alias()
    is_taken = exists().where(now.c.key == article_key(url))
    moved = select(article_alias.c.article_id).where(article_alias.c.key == article_key(url), ~is_taken)
    return or_(has_url(article.c.key, url), article.c.id.in_(moved))


def has_url(key: ColumnElement[str], url: str) -> ColumnElement[bool]:
    """Whether an article's key is that of the URL, or of one of several items with that URL."""
    wanted = article_key(url)
    # A range, because LIKE ignores case on SQLite; "$" comes after "#".
    after = and_(key > f"{wanted}#", key < f"{wanted}$")
    return or_(key == wanted, and_(after, func.length(key) == len(wanted) + _ITEM_SUFFIX))


def _delete_unknown(connection: Connection, ids: Sequence[int]) -> None:
    """Delete those of the articles that no source lists or counts."""
    listed = exists().where(sighting.c.article_id == article.c.id)
    counted = exists().where(reading.c.article_id == article.c.id)
    for chunk in chunks(ids):
        connection.execute(article.delete().where(article.c.id.in_(chunk), ~listed, ~counted))

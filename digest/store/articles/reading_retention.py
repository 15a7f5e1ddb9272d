"""Thins old readings and deletes old articles, a batch at a time, so that nobody waits long for a lock."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, select

from digest.model.articles import COUNTERS
from digest.ranking.thinning import DatedCounters, Thinning
from digest.store.articles.reading_index import Rebuilt, rebuild_if_bloated
from digest.store.engine.database import Database
from digest.store.tables.schema import article, reading, sighting

_ARTICLES = 100  # whose readings are in memory at once
_DELETED = 1_000  # readings deleted in one transaction
_DELETE = reading.delete().where(
    reading.c.article_id == bindparam("of_article"),
    reading.c.source == bindparam("of_source"),
    reading.c.taken_at == bindparam("at"),
)


class ReadingRetention:
    """Readings and articles that are no longer needed; every method raises StoreError.

    Nothing is read and deleted in one transaction, so two processes may do the same at once: what one has deleted the
    other does not find.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def thin(self, thinning: Thinning) -> Iterator[int]:
        """Delete the readings that are not kept; after each batch, how many it had."""
        for articles in self._batches(_thinnable(thinning.newest)):
            surplus = list(self._surplus(articles, thinning))
            for start in range(0, len(surplus), _DELETED):
                rows = surplus[start : start + _DELETED]
                with self._database.write() as connection:
                    connection.execute(_DELETE, rows)
                yield len(rows)
            yield 0

    def delete_articles(self, before: datetime) -> Iterator[int]:
        """Delete the articles that no source has listed since that moment; after each batch, how many it had."""
        last = func.max(sighting.c.taken_at)
        old = select(sighting.c.article_id).group_by(sighting.c.article_id).having(last < before)
        for articles in self._batches(old.order_by(sighting.c.article_id)):
            with self._database.write() as connection:
                deleted = _delete_unlisted(connection, articles, before)
            yield deleted

    def rebuild_index(self) -> Rebuilt | None:
        """Rebuild the index of the readings where it is far larger than its entries; None where it is not."""
        return rebuild_if_bloated(self._database)

    def _batches(self, ids: Any) -> Iterator[Sequence[int]]:
        after = 0
        while True:
            column = ids.selected_columns[0]
            with self._database.read() as connection:
                found = connection.scalars(ids.where(column > after).limit(_ARTICLES)).all()
            if not found:
                return
            yield list(dict.fromkeys(found))
            after = found[-1]

    def _surplus(self, articles: Sequence[int], thinning: Thinning) -> Iterator[dict[str, Any]]:
        rows = select(reading).where(reading.c.article_id.in_(articles))
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(*reading.primary_key)).all()
        for (article_id, source), of_source in groupby(found, key=lambda row: (row.article_id, row.source)):
            for at in thinning.surplus([_dated(row) for row in of_source]):
                yield {"of_article": article_id, "of_source": source, "at": at}


def _thinnable(newest: datetime) -> Any:
    """The articles of which a source has several readings from before that moment."""
    old = select(reading.c.article_id).where(reading.c.taken_at <= newest)
    several = old.group_by(reading.c.article_id, reading.c.source).having(func.count() > 1)
    return several.order_by(reading.c.article_id)


def _dated(row: Row[Any]) -> DatedCounters:
    return DatedCounters(row.taken_at, tuple(getattr(row, name) for name in COUNTERS))


def _delete_unlisted(connection: Connection, ids: Sequence[int], before: datetime) -> int:
    """Delete these articles unless a source has listed them again meanwhile; how many."""
    listed = exists().where(sighting.c.article_id == article.c.id, sighting.c.taken_at >= before)
    # Locked in the order in which a visit locks them.
    chosen = select(article.c.id).where(article.c.id.in_(ids), ~listed).order_by(article.c.key)
    old = list(connection.scalars(chosen.with_for_update()))
    connection.execute(reading.delete().where(reading.c.article_id.in_(old)))
    connection.execute(sighting.delete().where(sighting.c.article_id.in_(old)))
    connection.execute(article.delete().where(article.c.id.in_(old)))
    return len(old)

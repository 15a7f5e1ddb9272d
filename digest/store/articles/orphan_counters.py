"""Counters of addresses that no source lists as an article yet: analytics services count every page of a site.

Their article comes later, or never. So only the latest reading of each source is kept, and a week after it the address
is deleted. When counters were first seen does not date an article.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, select

from digest.store.engine.chunks import chunks
from digest.store.tables.schema import article, reading, sighting

KEPT = timedelta(days=7)


def claim(connection: Connection, first_listed: Mapping[int, datetime]) -> int:
    """Turn orphans that a source lists now into articles first seen now; how many there were."""
    ids = orphans_of(connection, list(first_listed))
    if ids:
        begin = article.update().where(article.c.id == bindparam("row_id"))
        rows = [{"row_id": one, "moment": first_listed[one]} for one in ids]
        connection.execute(begin.values(first_seen_at=bindparam("moment")), rows)
    return len(ids)


def orphans_of(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Those of the articles that no source lists."""
    orphans = select(article.c.id).where(_is_orphan())
    return [one for chunk in chunks(ids) for one in connection.scalars(orphans.where(article.c.id.in_(chunk)))]


def keep_latest_of_orphans(connection: Connection, counted: Sequence[tuple[int, str]]) -> None:
    """Delete the earlier readings of orphans by these sources."""
    orphans = set(orphans_of(connection, list(dict.fromkeys(one for one, _source in counted))))
    rows = [{"row_id": one, "of": source} for one, source in counted if one in orphans]
    if rows:
        earlier = and_(reading.c.article_id == bindparam("row_id"), reading.c.source == bindparam("of"))
        connection.execute(reading.delete().where(earlier), rows)


def delete_old_orphans(connection: Connection, now: datetime) -> None:
    """Delete the orphans, with their readings, that no source counted in the last week."""
    counted = exists().where(reading.c.article_id == article.c.id, reading.c.taken_at >= now - KEPT)
    is_old = article.c.first_seen_at < now - KEPT
    old = select(article.c.id).where(article.c.published_at.is_(None), is_old, _is_orphan(), ~counted)
    ids = list(connection.scalars(old))
    for chunk in chunks(ids):
        connection.execute(reading.delete().where(reading.c.article_id.in_(chunk)))
        connection.execute(article.delete().where(article.c.id.in_(chunk)))


def _is_orphan() -> ColumnElement[bool]:
    return ~exists().where(sighting.c.article_id == article.c.id)

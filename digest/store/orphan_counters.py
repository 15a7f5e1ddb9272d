"""Counters of addresses that no source told as an article yet: analytics count every page that anybody ever asked for.

Their article comes later, or never. So of each source only the latest reading is kept, and a week after it the address
is forgotten; the moment at which counters were first seen dates no article.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, select

from digest.store.schema import article, reading, sighting
from digest.store.transitions import CHUNK

KEPT = timedelta(days=7)


def claim(connection: Connection, first_told: Mapping[int, datetime]) -> int:
    """Let articles that only counters were known of begin when a source tells them; how many there were."""
    ids = _unclaimed_of(connection, list(first_told))
    if ids:
        begin = article.update().where(article.c.id == bindparam("row_id"))
        rows = [{"row_id": one, "moment": first_told[one]} for one in ids]
        connection.execute(begin.values(first_seen_at=bindparam("moment")), rows)
    return len(ids)


def keep_latest_unclaimed(connection: Connection, counted: Sequence[tuple[int, str]]) -> None:
    """Drop the earlier readings that these sources gave of addresses which nobody told yet."""
    unclaimed = set(_unclaimed_of(connection, list(dict.fromkeys(one for one, _source in counted))))
    rows = [{"row_id": one, "of": source} for one, source in counted if one in unclaimed]
    if rows:
        earlier = and_(reading.c.article_id == bindparam("row_id"), reading.c.source == bindparam("of"))
        connection.execute(reading.delete().where(earlier), rows)


def forget_unclaimed(connection: Connection, now: datetime) -> None:
    """Drop addresses, with their readings, that no source told, and that nobody counted for the time they are kept."""
    counted = exists().where(reading.c.article_id == article.c.id, reading.c.taken_at >= now - KEPT)
    is_old = article.c.first_seen_at < now - KEPT
    old = select(article.c.id).where(article.c.published_at.is_(None), is_old, _unclaimed(), ~counted)
    ids = list(connection.scalars(old))
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        connection.execute(reading.delete().where(reading.c.article_id.in_(part)))
        connection.execute(article.delete().where(article.c.id.in_(part)))


def _unclaimed_of(connection: Connection, ids: Sequence[int]) -> list[int]:
    wanted = select(article.c.id).where(_unclaimed())
    parts = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    return [one for part in parts for one in connection.scalars(wanted.where(article.c.id.in_(part)))]


def _unclaimed() -> ColumnElement[bool]:
    return ~exists().where(sighting.c.article_id == article.c.id)

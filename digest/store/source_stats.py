"""How many articles each source gave of a window, and of how many of them it told each field."""

from sqlalchemy import ColumnElement, Connection, and_, func, select

from digest.model.articles import FieldCounts, Role
from digest.store.schema import article, reading, sighting

_WORDS = ("summary", "image_url", "image_credit", "section", "author", "language", "published_at", "updated_at")
_COUNTERS = ("views", "comments", "rating")


def given(connection: Connection, within: ColumnElement[bool], role: Role) -> dict[str, FieldCounts]:
    """By source, of the articles that answer `within` (see `articles`)."""
    here = and_(sighting.c.role == role, sighting.c.article_id.in_(select(article.c.id).where(within)))
    words = [func.count(sighting.c[name]).label(name) for name in _WORDS]
    counted = (
        select(
            reading.c.article_id,
            reading.c.source,
            *(func.max(reading.c[name]).label(name) for name in _COUNTERS),
        )
        .where(reading.c.article_id.in_(select(article.c.id).where(within)))
        .group_by(reading.c.article_id, reading.c.source)
        .subquery()
    )
    same = and_(counted.c.article_id == sighting.c.article_id, counted.c.source == sighting.c.source)
    counters = [func.count(counted.c[name]).label(name) for name in _COUNTERS]
    wanted = (
        select(sighting.c.source, func.count().label("items"), *words, *counters)
        .select_from(sighting.outerjoin(counted, same))
        .where(here)
        .group_by(sighting.c.source)
    )
    return {
        row.source: FieldCounts(
            items=row.items,
            told={"url": row.items, "title": row.items} | {name: getattr(row, name) for name in (*_WORDS, *_COUNTERS)},
        )
        for row in connection.execute(wanted)
    }

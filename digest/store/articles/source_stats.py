"""How many articles of a window each source listed, and how many of them with each field."""

from sqlalchemy import ColumnElement, Connection, and_, func, select

from digest.model.articles import COUNTERS, FieldCounts, Role
from digest.store.tables.schema import article, reading, sighting

_FIELDS = (
    *("summary", "image_url", "image_width", "image_height", "image_credit", "section", "author", "language"),
    *("published_at", "updated_at"),
)


def field_counts(connection: Connection, within: ColumnElement[bool], role: Role) -> dict[str, FieldCounts]:
    """The counts by source, of the articles that match `within` (see `articles`)."""
    listed = and_(sighting.c.role == role, sighting.c.article_id.in_(select(article.c.id).where(within)))
    fields = [func.count(sighting.c[name]).label(name) for name in _FIELDS]
    counted = (
        select(
            reading.c.article_id,
            reading.c.source,
            *(func.max(reading.c[name]).label(name) for name in COUNTERS),
        )
        .where(reading.c.article_id.in_(select(article.c.id).where(within)))
        .group_by(reading.c.article_id, reading.c.source)
        .subquery()
    )
    same = and_(counted.c.article_id == sighting.c.article_id, counted.c.source == sighting.c.source)
    counters = [func.count(counted.c[name]).label(name) for name in COUNTERS]
    counts = (
        select(sighting.c.source, func.count().label("items"), *fields, *counters)
        .select_from(sighting.outerjoin(counted, same))
        .where(listed)
        .group_by(sighting.c.source)
    )
    return {
        row.source: FieldCounts(
            items=row.items,
            known={"url": row.items, "title": row.items} | {name: getattr(row, name) for name in (*_FIELDS, *COUNTERS)},
        )
        for row in connection.execute(counts)
    }

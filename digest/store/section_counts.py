"""The sections of the portal that have recent articles: what readers can choose as topics."""

from datetime import datetime, timedelta

from sqlalchemy import Subquery, func, select, union_all

from digest.model.articles import Role
from digest.store.database import Database
from digest.store.schema import sighting

RECENT = timedelta(days=30)
WEEK = timedelta(days=7)
MOST = 60  # sections; a source that gives tags may have thousands


class SectionCounts:
    """How many articles each section has; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(self, now: datetime) -> dict[str, int]:
        """The sections of the last 30 days by name, with their articles of the last week; the largest ones."""
        listed = _listed_since(now - RECENT)
        articles = func.count(listed.c.article_id.distinct())
        last_week = articles.filter(listed.c.moment >= now - WEEK).label("last_week")
        sections = (
            select(listed.c.section, last_week)
            .group_by(listed.c.section)
            .order_by(articles.desc(), listed.c.section)
            .limit(MOST)
        )
        with self._database.read() as connection:
            rows = connection.execute(sections).all()
        return {row.section: row.last_week for row in sorted(rows, key=lambda row: row.section.casefold())}


def _listed_since(moment: datetime) -> Subquery:
    """The articles with a section; two queries, because with OR SQLite would read the whole table."""
    columns = sighting.c.article_id, sighting.c.section
    has_section = sighting.c.role == Role.ARTICLES, sighting.c.section.is_not(None)
    dated = select(*columns, sighting.c.published_at.label("moment")).where(
        *has_section, sighting.c.published_at >= moment
    )
    undated = select(*columns, sighting.c.taken_at.label("moment")).where(
        *has_section, sighting.c.published_at.is_(None), sighting.c.taken_at >= moment
    )
    return union_all(dated, undated).subquery()

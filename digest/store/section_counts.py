"""The sections of the portal that have recent articles: what readers can choose as topics."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

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
        articles = func.count(sighting.c.article_id.distinct())
        last_week = articles.filter(_since(now - WEEK)).label("last_week")
        sections = (
            select(sighting.c.section, articles, last_week)
            .where(sighting.c.role == Role.ARTICLES, sighting.c.section.is_not(None), _since(now - RECENT))
            .group_by(sighting.c.section)
            .order_by(articles.desc(), sighting.c.section)
            .limit(MOST)
        )
        with self._database.read() as connection:
            rows = connection.execute(sections).all()
        return {row.section: row.last_week for row in sorted(rows, key=lambda row: row.section.casefold())}


def _since(moment: datetime) -> ColumnElement[bool]:
    undated = and_(sighting.c.published_at.is_(None), sighting.c.taken_at >= moment)
    return or_(sighting.c.published_at >= moment, undated)

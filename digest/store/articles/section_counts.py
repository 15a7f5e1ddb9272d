"""The sections of the portal that have recent articles: what readers can choose as topics."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Subquery, case, func, select, union_all

from digest.model.articles import Role
from digest.parsing.language import detected_language
from digest.store.engine.database import Database
from digest.store.tables.schema import sighting

RECENT = timedelta(days=30)
WEEK = timedelta(days=7)
MOST = 60  # sections; a source that gives tags may have thousands


class SectionCount(NamedTuple):
    """How many articles a section had in the last week, and the languages of those of 30 days, where they are known."""

    last_week: int
    languages: frozenset[str] = frozenset()


class SectionCounts:
    """How many articles each section has; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(self, now: datetime, languages: Collection[str] = ()) -> dict[str, SectionCount]:
        """The sections of the last 30 days by name, the largest ones, with those of the `languages` that they have."""
        listed = _listed_since(now - RECENT)
        articles = func.count(listed.c.article_id.distinct())
        last_week = articles.filter(listed.c.moment >= now - WEEK).label("last_week")
        known = [func.max(case((listed.c.language == one, 1), else_=0)) for one in languages]
        has_none = listed.c.language.is_(None)
        titles = [ends(listed.c.title).filter(has_none) for ends in (func.min, func.max)]
        sections = (
            select(listed.c.section, last_week, *([*known, *titles] if languages else ()))
            .group_by(listed.c.section)
            .order_by(articles.desc(), listed.c.section)
            .limit(MOST)
        )
        with self._database.read() as connection:
            rows = connection.execute(sections).all()
        ordered = sorted(rows, key=lambda row: row.section.casefold())
        return {name: SectionCount(last_week, _languages(languages, stated)) for name, last_week, *stated in ordered}


def _languages(languages: Collection[str], stated: Sequence[Any]) -> frozenset[str]:
    """The languages of a section: those that its sources name, and those of the first and the last title without one.

    Letters of one script are sorted before those of another. Nothing is known where a title has too few of them.
    """
    if not languages:
        return frozenset()
    *named, first, last = stated
    titles = {detected_language(title) for title in (first, last) if title is not None}
    known = {one for one, is_named in zip(languages, named, strict=True) if is_named}
    return frozenset() if None in titles else frozenset(languages) & (known | titles)


def _listed_since(moment: datetime) -> Subquery:
    """The articles with a section; two queries, because with OR SQLite would read the whole table."""
    columns = tuple(sighting.c[name] for name in ("article_id", "section", "language", "title"))
    has_section = sighting.c.role == Role.ARTICLES, sighting.c.section.is_not(None)
    dated = select(*columns, sighting.c.published_at.label("moment")).where(
        *has_section, sighting.c.published_at >= moment
    )
    undated = select(*columns, sighting.c.taken_at.label("moment")).where(
        *has_section, sighting.c.published_at.is_(None), sighting.c.taken_at >= moment
    )
    return union_all(dated, undated).subquery()

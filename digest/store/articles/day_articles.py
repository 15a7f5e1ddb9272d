"""All articles that an issue could choose from: "all of today" on its page."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from digest.model.issues import UNFROZEN, Slot
from digest.model.web import DayArticle
from digest.parsing.canonical_key import canonical_key
from digest.store.articles.retracted_keys import RetractedKeys
from digest.store.engine.database import Database
from digest.store.tables.public_schema import day_article
from digest.store.tables.schema import issue


class DayArticles:
    """The articles of an issue's day; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, issue_id: int, articles: Sequence[DayArticle]) -> None:
        """Store the articles of an issue that is not frozen yet, in place of earlier ones."""
        rows = [
            {"issue_id": issue_id, "position": position, "url": one.url, "title": one.title, "section": one.section}
            for position, one in enumerate(articles, start=1)
        ]
        open_issue = select(issue.c.id).where(issue.c.id == issue_id, issue.c.state.in_(UNFROZEN)).with_for_update()
        with self._database.write() as connection:
            if connection.scalar(open_issue) is None:
                return
            connection.execute(delete(day_article).where(day_article.c.issue_id == issue_id))
            if rows:
                connection.execute(day_article.insert(), rows)

    def of_issue(self, edition: str, slot: Slot) -> list[DayArticle]:
        """The articles in their order, without those that were retracted."""
        columns = (day_article.c.url, day_article.c.title, day_article.c.section, issue.c.frozen_at)
        listed = select(*columns).join(issue).where(issue.c.edition == edition, issue.c.slot == slot)
        with self._database.read() as connection:
            rows = connection.execute(listed.order_by(day_article.c.position)).all()
            retracted = RetractedKeys(connection).at(rows[0].frozen_at) if rows else frozenset()
        found = (DayArticle(url=row.url, title=row.title, section=row.section) for row in rows)
        return [one for one in found if not retracted or canonical_key(one.url) not in retracted]

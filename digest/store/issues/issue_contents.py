"""What a frozen issue holds, for people who ask later: its subject, its articles, and why each was chosen."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from digest.model.issues import DEFAULT, IssueContent
from digest.store.engine.database import Database
from digest.store.tables.api_schema import issue_ranking
from digest.store.tables.schema import insert, variant


class IssueContents:
    """The contents of frozen issues; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, issue_id: int) -> IssueContent | None:
        """The content of an issue; None if it is not frozen."""
        content = (
            select(variant.c.subject, variant.c.preheader, issue_ranking.c.articles)
            .outerjoin(issue_ranking, issue_ranking.c.issue_id == variant.c.issue_id)
            .where(variant.c.issue_id == issue_id, variant.c.key == DEFAULT)
        )
        with self._database.read() as connection:
            row = connection.execute(content).one_or_none()
        if row is None:
            return None
        articles = None if row.articles is None else tuple(json.loads(row.articles))
        return IssueContent(subject=row.subject, preheader=row.preheader, articles=articles)

    def subjects(self, ids: Collection[int]) -> dict[int, str]:
        """The subjects of those of these issues that are frozen, by their ids."""
        of_issues = select(variant.c.issue_id, variant.c.subject).where(
            variant.c.issue_id.in_(ids), variant.c.key == DEFAULT
        )
        with self._database.read() as connection:
            return {row.issue_id: row.subject for row in connection.execute(of_issues)}

    def titles(self, ids: Collection[int]) -> dict[str, str]:
        """The titles of the articles of these issues, by their URLs."""
        rankings = select(issue_ranking.c.articles).where(issue_ranking.c.issue_id.in_(ids))
        with self._database.read() as connection:
            articles = [one for row in connection.scalars(rankings) for one in json.loads(row)]
        return {one["url"]: one["title"] for article in articles for one in (article, *article.get("also", ()))}

    def keep_ranking(self, issue_id: int, articles: Sequence[Mapping[str, Any]]) -> None:
        """Store the articles of an issue with their reasons, after it was frozen with them."""
        added = {"issue_id": issue_id, "articles": json.dumps(articles, ensure_ascii=False)}
        with self._database.write() as connection:
            connection.execute(insert(connection, issue_ranking).on_conflict_do_nothing(), added)

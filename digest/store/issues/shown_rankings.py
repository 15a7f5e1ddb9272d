"""The ranking that each person saw last, by which `digest edit` knows the numbers of articles."""

from sqlalchemy import select

from digest.model.issues import ShownArticle, ShownRanking
from digest.store.engine.database import Database
from digest.store.tables.schema import shown_ranking, upsert


class ShownRankings:
    """One ranking for each edition and person; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, by: str, shown: ShownRanking) -> None:
        """Store what this person sees now, instead of what they saw before."""
        values = {
            "slot": shown.slot,
            "urls": tuple(one.url for one in shown.articles),
            "titles": tuple(one.title for one in shown.articles),
        }
        with self._database.write() as connection:
            upsert(connection, shown_ranking, {"edition": shown.edition, "by": by}, values)

    def last(self, by: str, edition: str) -> ShownRanking | None:
        """What this person saw last of the edition."""
        chosen = select(shown_ranking).where(shown_ranking.c.edition == edition, shown_ranking.c.by == by)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
        if row is None:
            return None
        articles = (ShownArticle(url=url, title=title) for url, title in zip(row.urls, row.titles, strict=True))
        return ShownRanking(edition=edition, slot=row.slot, articles=tuple(articles))

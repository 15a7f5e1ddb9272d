"""Articles that were retracted: left out of coming issues, and of what the archive shows of earlier ones.

Frozen content stays in the ledger; the archive shows a copy without the articles instead.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, or_, select, text

from digest.model.issues import DEFAULT, IssueRecord, Kind, Rendered
from digest.model.web import Retraction
from digest.parsing.urls import canonical_key
from digest.store.articles.article_keys import article_key, with_other_keys
from digest.store.articles.retracted_keys import (
    IN_FORCE,
    keys_retracted_now,
    retracted_keys,
    retractions_in_force,
    spellings,
)
from digest.store.articles.source_rows import has_url, of_url
from digest.store.engine.database import Database
from digest.store.issues.issue_links import direct_html
from digest.store.issues.issues import issue_record
from digest.store.tables.public_schema import archive_copy, day_article, issue_link, retraction
from digest.store.tables.schema import article, insert, issue, issue_article, variant

# The content without the retracted ones of its articles; both are canonical keys; None where no article is left.
Redact = Callable[[Rendered, Collection[str], Collection[str]], Rendered | None]


class Retractions:
    """Retracted articles; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_force(self) -> list[Retraction]:
        """The retractions that were not undone, the latest first."""
        with self._database.read() as connection:
            return list(retractions_in_force(connection))

    def keys(self) -> frozenset[str]:
        """The canonical keys of the retracted articles that coming issues leave out."""
        with self._database.read() as connection:
            return keys_retracted_now(connection)

    def is_known(self, url: str) -> bool:
        """Whether an issue or a source has that article."""
        listed = select(article.c.id).where(of_url(url)).limit(1)
        of_day = select(day_article.c.issue_id).where(day_article.c.url == url).limit(1)
        with self._database.read() as connection:
            known = [connection.scalar(listed), connection.scalar(of_day)]
            return known != [None, None] or bool(_issues_with(connection, url))

    def add(self, added: Retraction, redact: Redact) -> list[IssueRecord]:
        """Retract an article; the frozen issues that have it. An earlier retraction of the article is replaced."""
        with self._database.write() as connection:
            self._lock(connection)
            _end_retraction(connection, added.url, added.by, added.at)
            connection.execute(retraction.insert(), _row(added))
            return _renew_copies(connection, added.url, redact, added.at)

    def undo(self, url: str, by: str, now: datetime, redact: Redact) -> list[IssueRecord] | None:
        """Undo the retraction of an article; the frozen issues that have it, None if it was not retracted."""
        with self._database.write() as connection:
            self._lock(connection)
            return _renew_copies(connection, url, redact, now) if _end_retraction(connection, url, by, now) else None

    def _lock(self, connection: Connection) -> None:
        """Let no issue be frozen, and nobody else retract, until the end of the transaction."""
        if not self._database.is_sqlite:
            connection.execute(text("LOCK TABLE retraction IN EXCLUSIVE MODE"))


def _row(added: Retraction) -> dict[str, Any]:
    return {"url": added.url, "replacement": added.replacement, "by": added.by, "at": added.at}


def _end_retraction(connection: Connection, url: str, by: str, now: datetime) -> bool:
    """End what is in force of that article; false if nothing is."""
    rows = connection.execute(select(retraction.c.id, retraction.c.url).where(IN_FORCE))
    of_article = with_other_keys(connection, {canonical_key(url)})
    ids = [row.id for row in rows if canonical_key(row.url) in of_article]
    ended = retraction.update().where(retraction.c.id.in_(ids)).values(undone_by=by, undone_at=now)
    return bool(ids) and connection.execute(ended).rowcount > 0


def _issues_with(connection: Connection, url: str) -> list[Row[Any]]:
    """The whole issues with that article or a link to it, with the columns of their issues."""
    others = with_other_keys(connection, {article_key(url)})
    of_article = or_(has_url(issue_article.c.article, url), issue_article.c.article.in_(others))
    listed = exists().where(issue_article.c.variant_id == variant.c.id, of_article)
    linked = or_(  # as in *Most discussed*
        variant.c.html.contains(f'"{escape(url)}"', autoescape=True),
        exists().where(issue_link.c.issue_id == issue.c.id, issue_link.c.url == url),
    )
    content = (variant.c.id.label("variant_id"), variant.c.subject, variant.c.preheader, variant.c.html, variant.c.text)
    found = (
        select(issue, *content).join_from(issue, variant).where(issue.c.kind == Kind.EDITION, variant.c.key == DEFAULT)
    )
    return list(connection.execute(found.where(or_(listed, linked)).order_by(issue.c.frozen_at.desc(), variant.c.id)))


def _renew_copies(connection: Connection, url: str, redact: Redact, now: datetime) -> list[IssueRecord]:
    """Make the archive's copies of the issues with that article anew."""
    retracted = retracted_keys(connection)
    issues = {}
    for row in _issues_with(connection, url):
        issues[row.id] = issue_record(row)
        html = direct_html(connection, row.edition, row.slot, row.html)
        content = Rendered(subject=row.subject, preheader=row.preheader, html=html, text=row.text)
        of_variant: ColumnElement[bool] = issue_article.c.variant_id == row.variant_id
        keys = connection.scalars(select(issue_article.c.article).where(of_variant)).all()
        articles = {one for key in keys for one in spellings(key)}
        shown = redact(content, articles, retracted)
        _store_copy(connection, row.variant_id, shown, now)
    return list(issues.values())


def _store_copy(connection: Connection, variant_id: int, shown: Rendered | None, now: datetime) -> None:
    values: dict[str, Any] = {"subject": "", "preheader": "", "html": None, "text": "", "at": now}
    if shown is not None:
        values |= {
            "subject": shown.subject,
            "preheader": shown.preheader,
            "html": shown.html,
            "text": shown.text,
        }
    added = insert(connection, archive_copy).values(variant_id=variant_id, **values)
    connection.execute(added.on_conflict_do_update(index_elements=["variant_id"], set_=values))

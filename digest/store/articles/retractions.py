"""Articles that were retracted: left out of coming issues, and of what the archive shows of earlier ones.

Frozen content stays in the ledger; the archive shows a copy without the articles instead.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, or_, select

from digest.model.issues import DEFAULT, IssueRecord, Kind, Rendered
from digest.model.web import Retraction
from digest.parsing.canonical_key import canonical_key
from digest.store.articles.article_keys import article_key
from digest.store.articles.key_history import KeyHistory
from digest.store.articles.retracted_keys import IN_FORCE, RetractedKeys, retractions_in_force, spellings
from digest.store.articles.source_rows import has_url, of_url
from digest.store.engine.database import Database
from digest.store.engine.locks import lock_table
from digest.store.issues.archive_texts import keep_archive_text
from digest.store.issues.issue_links import direct_html
from digest.store.issues.issues import issue_record
from digest.store.tables.public_schema import archive_copy, day_article, issue_link, retraction
from digest.store.tables.schema import article, issue, issue_article, upsert, variant

_ALONE = "EXCLUSIVE"  # no issue is frozen meanwhile, and nobody else retracts
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
            return RetractedKeys(connection).at(None)

    def is_known(self, url: str) -> bool:
        """Whether an issue or a source has that article."""
        listed = select(article.c.id).where(of_url(url)).limit(1)
        of_day = select(day_article.c.issue_id).where(day_article.c.url == url).limit(1)
        with self._database.read() as connection:
            known = [connection.scalar(listed), connection.scalar(of_day)]
            history = KeyHistory.read(connection, {article_key(url)})
            return known != [None, None] or bool(_issues_with(connection, url, history))

    def add(self, added: Retraction, redact: Redact) -> list[IssueRecord]:
        """Retract an article; the frozen issues that have it. An earlier retraction of the article is replaced."""
        with self._database.write() as connection:
            lock_table(connection, retraction, _ALONE)
            _note_undone(connection, _of_article(connection, added.url, added.at), added.by, added.at)
            connection.execute(retraction.insert(), _row(added))
            return list(_renew_copies(connection, [added], redact, added.at).values())

    def undo(self, url: str, by: str, now: datetime, redact: Redact) -> list[IssueRecord] | None:
        """Undo the retraction of an article; the frozen issues that have it, None if it was not retracted."""
        with self._database.write() as connection:
            lock_table(connection, retraction, _ALONE)
            # Or the one that had the address before, whose retraction is named by it.
            ended = _of_article(connection, url, now) or _of_address(connection, url)
            if not ended:
                return None
            _note_undone(connection, ended, by, now)
            return list(_renew_copies(connection, ended, redact, now).values())


def _row(added: Retraction) -> dict[str, Any]:
    return {"url": added.url, "replacement": added.replacement, "by": added.by, "at": added.at}


def _of_article(connection: Connection, url: str, now: datetime) -> list[Retraction]:
    """What is in force of the article that has the URL now."""
    in_force, key = list(retractions_in_force(connection)), canonical_key(url)
    history = KeyHistory.read(connection, {key, *(canonical_key(one.url) for one in in_force)})
    wanted = history.meant(key, now)
    return [one for one in in_force if history.meant(canonical_key(one.url), one.at) == wanted]


def _of_address(connection: Connection, url: str) -> list[Retraction]:
    """What is in force and names the URL."""
    return [one for one in retractions_in_force(connection) if canonical_key(one.url) == canonical_key(url)]


def _note_undone(connection: Connection, ended: Collection[Retraction], by: str, now: datetime) -> None:
    for one in ended:
        this = (IN_FORCE, retraction.c.url == one.url, retraction.c.at == one.at)
        connection.execute(retraction.update().where(*this).values(undone_by=by, undone_at=now))


def _issues_with(connection: Connection, url: str, history: KeyHistory) -> list[Row[Any]]:
    """The whole issues with an article of that URL, or a link to it (`is_linked`), with the columns of their issues."""
    of_article = or_(has_url(issue_article.c.article, url), issue_article.c.article.in_(history.keys))
    listed = exists().where(issue_article.c.variant_id == variant.c.id, of_article)
    linked = or_(  # as in *Most discussed*
        variant.c.html.contains(f'"{escape(url)}"', autoescape=True),
        exists().where(issue_link.c.issue_id == issue.c.id, issue_link.c.url == url),
    )
    content = (variant.c.id.label("variant_id"), variant.c.subject, variant.c.preheader, variant.c.html, variant.c.text)
    columns = (issue, *content, linked.label("is_linked"))
    found = select(*columns).join_from(issue, variant).where(issue.c.kind == Kind.EDITION, variant.c.key == DEFAULT)
    return list(connection.execute(found.where(or_(listed, linked)).order_by(issue.c.frozen_at.desc(), variant.c.id)))


def _renew_copies(
    connection: Connection, changed: Collection[Retraction], redact: Redact, now: datetime
) -> dict[int, IssueRecord]:
    """Make the archive's copies of the issues with those articles again; the issues by their ids."""
    retracted = RetractedKeys(connection)
    issues = {}
    for one in changed:
        key = article_key(one.url)
        history = KeyHistory.read(connection, {key})
        wanted = history.meant(key, one.at)
        for row in _issues_with(connection, one.url, history):
            of_variant: ColumnElement[bool] = issue_article.c.variant_id == row.variant_id
            keys = connection.scalars(select(issue_article.c.article).where(of_variant)).all()
            articles = {spelling for other in keys for spelling in spellings(other)}
            named = {key, *articles} if row.is_linked else articles
            if wanted not in {history.meant(other, row.frozen_at) for other in named}:
                continue
            issues[row.id] = issue_record(row)
            html = direct_html(connection, row.edition, row.slot, row.html)
            content = Rendered(subject=row.subject, preheader=row.preheader, html=html, text=row.text)
            _store_copy(connection, row.variant_id, redact(content, articles, retracted.at(row.frozen_at)), now)
    return issues


def _store_copy(connection: Connection, variant_id: int, shown: Rendered | None, now: datetime) -> None:
    values: dict[str, Any] = {"subject": "", "preheader": "", "html": None, "text": "", "at": now}
    if shown is not None:
        values |= {
            "subject": shown.subject,
            "preheader": shown.preheader,
            "html": shown.html,
            "text": shown.text,
        }
    upsert(connection, archive_copy, {"variant_id": variant_id}, values)
    keep_archive_text(connection, variant_id, values["subject"], values["text"])

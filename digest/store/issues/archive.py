"""The archive: published issues, newest first, as readers see them on the web."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, exists, func, or_, select

from digest.model.articles import Window
from digest.model.deliveries import MAYBE_ARRIVED
from digest.model.issues import DEFAULT, IssueState, Kind, Slot
from digest.model.search_text import folded
from digest.model.web import ArchivedContent, ArchivedIssue, ArchivedSlot
from digest.store.engine.database import Database
from digest.store.issues.corrections import corrections_of
from digest.store.issues.issue_links import direct_html
from digest.store.ledger.transitions import UNLEASED
from digest.store.tables.public_schema import archive_copy, archive_text, correction, day_article
from digest.store.tables.retention_schema import folded_delivery
from digest.store.tables.schema import delivery, issue, variant

_PUBLISHED = (IssueState.FROZEN, IssueState.SENDING, IssueState.DONE, IssueState.PAUSED)


# The archive shows a copy of an issue that has retracted articles.
_SUBJECT = func.coalesce(archive_copy.c.subject, variant.c.subject)
_HTML = func.coalesce(archive_copy.c.html, variant.c.html).label("html")


class Archive:
    """The issues that readers got, or are getting, without retracted articles; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(
        self, limit: int, *, editions: Collection[str] = (), words: Sequence[str] = (), skip: int = 0
    ) -> list[ArchivedIssue]:
        """The latest issues but `skip`, of some editions or of all, whose subject or text has each of the words."""
        query = _newest(_with_words(_ISSUES, words).where(*_of_editions(editions)))
        with self._database.read() as connection:
            return [_issue(row) for row in connection.execute(query.limit(limit).offset(skip))]

    def contents(self, limit: int, *, editions: Collection[str] = ()) -> list[ArchivedContent]:
        """The latest issues with their HTML, of some editions or of all."""
        query = _newest(_ISSUES.add_columns(_HTML).where(*_of_editions(editions)))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            corrections = corrections_of(connection, [row.id for row in rows])
            return [
                ArchivedContent(
                    issue=_issue(row), html=_direct_html(connection, row), corrections=corrections.get(row.id, ())
                )
                for row in rows
            ]

    def find(self, edition: str, slot: Slot) -> ArchivedContent | None:
        """The issue of that edition and slot with its HTML and its neighbours."""
        with self._database.read() as connection:
            row = connection.execute(_PAGE_OF_SLOT, {"edition": edition, "slot": slot}).first()
            if row is None:
                return None
            return ArchivedContent(
                issue=_issue(row),
                html=_direct_html(connection, row),
                corrections=corrections_of(connection, [row.id]).get(row.id, ()) if row.is_corrected else (),
                earlier=_neighbour(edition, row.earlier),
                later=_neighbour(edition, row.later),
                is_day_listed=row.is_day_listed,
            )


def _neighbour(edition: str, slot: Slot | None) -> ArchivedSlot | None:
    return None if slot is None else ArchivedSlot(edition=edition, slot=slot)


def _direct_html(connection: Connection, row: Row[Any]) -> str:
    return direct_html(connection, row.edition, row.slot, row.html)


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(issue.c.frozen_at.desc(), issue.c.id.desc())


def _of_editions(editions: Collection[str]) -> list[ColumnElement[bool]]:
    return [issue.c.edition.in_(editions)] if editions else []


def _with_words(query: Select[Any], words: Sequence[str]) -> Select[Any]:
    """The issues of the query with each of the words; a word that only has marks, such as a dash, is in all."""
    wanted = [archive_text.c.folded.contains(word, autoescape=True) for word in map(folded, words) if word]
    return query.join(archive_text, archive_text.c.variant_id == variant.c.id).where(*wanted) if wanted else query


def _issue(row: Row[Any]) -> ArchivedIssue:
    return ArchivedIssue(
        edition=row.edition,
        slot=row.slot,
        window=Window(start=row.window_start, end=row.window_end),
        subject=row.subject,
        preheader=row.preheader,
        frozen_at=row.frozen_at,
        changed_at=row.changed_at,
    )


_BEGUN = or_(
    exists().where(delivery.c.issue_id == issue.c.id, delivery.c.state.in_(MAYBE_ARRIVED), UNLEASED),  # by index
    exists().where(folded_delivery.c.issue_id == issue.c.id, folded_delivery.c.state.in_(MAYBE_ARRIVED)),
)
_ISSUES: Select[Any] = (
    select(
        issue.c.id,
        issue.c.edition,
        issue.c.slot,
        issue.c.window_start,
        issue.c.window_end,
        _SUBJECT.label("subject"),
        func.coalesce(archive_copy.c.preheader, variant.c.preheader).label("preheader"),
        issue.c.frozen_at,
        archive_copy.c.at.label("changed_at"),
    )
    .join_from(issue, variant, variant.c.issue_id == issue.c.id)
    .outerjoin(archive_copy, archive_copy.c.variant_id == variant.c.id)
    .where(
        or_(archive_copy.c.variant_id.is_(None), archive_copy.c.html.is_not(None)),  # or nothing is left of it
        issue.c.kind == Kind.EDITION,
        ~exists().where(correction.c.issue_id == issue.c.id),  # the page of what it corrects shows it
        variant.c.key == DEFAULT,
        issue.c.frozen_at.is_not(None),
        or_(issue.c.state.in_(_PUBLISHED), and_(issue.c.state == IssueState.CANCELLED, _BEGUN)),
    )
)


def _page_of_slot() -> Select[Any]:
    """The issue of `edition` and `slot` with what its page needs, in one statement: many readers open it at once."""
    edition = issue.c.edition == bindparam("edition", type_=issue.c.edition.type)
    slot = bindparam("slot", type_=issue.c.slot.type)
    others = _ISSUES.with_only_columns(issue.c.slot).where(edition).limit(1)
    earlier = others.where(issue.c.slot < slot).order_by(issue.c.slot.desc()).scalar_subquery()
    later = others.where(issue.c.slot > slot).order_by(issue.c.slot).scalar_subquery()
    is_corrected = exists().where(correction.c.corrected_id == issue.c.id)
    is_day_listed = exists().where(day_article.c.issue_id == issue.c.id)
    more = {"earlier": earlier, "later": later, "is_corrected": is_corrected, "is_day_listed": is_day_listed}
    columns = (column.label(name) for name, column in more.items())
    return _ISSUES.add_columns(_HTML, *columns).where(edition, issue.c.slot == slot)


_PAGE_OF_SLOT = _page_of_slot()

"""The issues of the editions: opened, held or frozen once, sent, and kept as history."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union,
)

from digest import failpoints
from digest.errors import StoreError
from digest.model.articles import Window
from digest.model.deliveries import DeliveryState
from digest.model.issues import (
    SENDABLE,
    UNFROZEN,
    Audience,
    Content,
    Coverage,
    IssueRecord,
    IssueState,
    Kind,
    Slot,
    Variant,
)
from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.articles.article_keys import had_key_then, was_reused_since
from digest.store.articles.pictures import mark_used
from digest.store.articles.retracted_keys import any_retracted
from digest.store.engine.database import Database
from digest.store.issues.archive_texts import keep_archive_text
from digest.store.issues.edit_marks import is_unchanged
from digest.store.issues.issue_links import add_links
from digest.store.issues.planning import NewIssue, ReaderChoices, plan_deliveries, plan_hours, plan_topics, topic_sets
from digest.store.issues.reader_history import leave_out_repeats, wait_for_others
from digest.store.issues.variants import Variants, find_variant
from digest.store.ledger.delivery_counts import count_messages
from digest.store.ledger.transitions import LEASED, UNLEASED, issue_sources, move, move_issue
from digest.store.tables.retention_schema import folded_delivery
from digest.store.tables.schema import article, article_alias, delivery, insert, issue, issue_article

_TRIED = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DEFERRED, DeliveryState.BOUNCED)


class Issues:
    """Issues by edition and slot; every method raises StoreError.

    With `engaged_first` readers of an issue who got messages, of which none bounced, come before the others; each kind
    is in the order in which they subscribed.
    """

    def __init__(self, database: Database, *, engaged_first: bool = False) -> None:
        self._engaged_first = engaged_first
        self._database = database

    def find(self, edition: str, slot: Slot) -> IssueRecord | None:
        """The issue of that edition and slot."""
        with self._database.read() as connection:
            return _find(connection, edition, slot)

    def last_change(self, before: datetime) -> datetime | None:
        """When an issue, or system mail, was changed last before that moment; None if never."""
        with self._database.read() as connection:
            changed: datetime | None = connection.scalar(
                select(func.max(issue.c.updated_at)).where(issue.c.updated_at < before)
            )
            return changed

    def records(self, ids: Collection[int]) -> list[IssueRecord]:
        """The issues with these ids, in their order."""
        with self._database.read() as connection:
            rows = connection.execute(select(issue).where(issue.c.id.in_(ids)).order_by(issue.c.id))
            return [issue_record(row) for row in rows]

    def history(self, edition: str | None, limit: int) -> list[IssueRecord]:
        """The latest `limit` issues, newest slot first, of one edition or of all."""
        latest = (
            select(issue)
            .where(issue.c.kind == Kind.EDITION)
            .order_by(issue.c.slot.desc(), issue.c.id.desc())
            .limit(limit)
        )
        if edition is not None:
            latest = latest.where(issue.c.edition == edition)
        with self._database.read() as connection:
            return [issue_record(row) for row in connection.execute(latest)]

    def page(self, edition: str | None, before: int | None, limit: int) -> list[IssueRecord]:
        """The issues that were opened last, before the one with an id, of one edition or of all."""
        chosen = select(issue).where(issue.c.kind == Kind.EDITION).order_by(issue.c.id.desc()).limit(limit)
        if edition is not None:
            chosen = chosen.where(issue.c.edition == edition)
        if before is not None:
            chosen = chosen.where(issue.c.id < before)
        with self._database.read() as connection:
            return [issue_record(row) for row in connection.execute(chosen)]

    def open(self, edition: str, slot: Slot, window: Window, now: datetime) -> IssueRecord:
        """The issue of that slot, added now if there is none: two schedulers get the same one."""
        added = {**planned_row(edition, slot, window), "updated_at": now}
        with self._database.write() as connection:
            connection.execute(insert(connection, issue).on_conflict_do_nothing(), added)
            found = _find(connection, edition, slot)
        assert found is not None
        return found

    def move(
        self,
        issue_id: int,
        frm: Collection[IssueState],
        to: IssueState,
        *,
        reason: str | None = None,
        now: datetime,
    ) -> bool:
        """Move the issue if its state is one of `frm`, else false; raises ValueError for an illegal move."""
        values = {"reason": reason, "updated_at": now}
        with self._database.write() as connection:
            return move_issue(connection, frm, to, issue.c.id == issue_id, values) == 1

    def sendable(self, now: datetime) -> list[IssueRecord]:
        """The issues whose messages may leave now."""
        with self._database.read() as connection:
            return [issue_record(row) for row in connection.execute(_SENDABLE_NOW, {"now": now})]

    def pause(self, issue_id: int, reason: str, now: datetime, entry: AuditEntry | None = None) -> bool:
        """Stop the issue until an operator resumes it; false when it was not being sent."""
        values = {"reason": reason, "updated_at": now}
        with self._database.write() as connection:
            if not move_issue(connection, SENDABLE, IssueState.PAUSED, issue.c.id == issue_id, values):
                return False
            record_audit(connection, entry)
        return True

    def resume_system_mail(self, now: datetime) -> int:
        """Send on the system mail that a refusal of the mail server has paused; of how many kinds and days."""
        values = {"reason": None, "updated_at": now}
        with self._database.write() as connection:
            return move_issue(connection, {IssueState.PAUSED}, IssueState.SENDING, issue.c.kind == Kind.SYSTEM, values)

    def cancel(self, issue_id: int, now: datetime, entry: AuditEntry | None = None) -> bool:
        """Stop the issue and every message that was not begun, for good; false when it was done or never existed."""
        sources, values = issue_sources(IssueState.CANCELLED), {"reason": None, "updated_at": now}
        waiting = {DeliveryState.PLANNED, DeliveryState.DEFERRED}
        of_issue = delivery.c.issue_id == issue_id
        with self._database.write() as connection:
            if not move_issue(connection, sources, IssueState.CANCELLED, issue.c.id == issue_id, values):
                return False
            move(connection, waiting, DeliveryState.CANCELLED, and_(of_issue, UNLEASED))
            move(connection, {DeliveryState.CLAIMED}, DeliveryState.CANCELLED, and_(of_issue, LEASED))
            record_audit(connection, entry)
        return True

    def topic_sets(self, audience: Audience) -> list[tuple[str, ...]]:
        """The different lists of topics that these readers chose, the most frequent first."""
        with self._database.read() as connection:
            return [tuple(json.loads(sections)) for sections, _readers in topic_sets(connection, audience)]

    def freeze(
        self,
        issue_id: int,
        *,
        content: Content,
        audience: Audience,
        coverage: Coverage,
        now: datetime,
        deadline: datetime,
        dkim_selector: str | None = None,
        links: Sequence[str] = (),
    ) -> int | None:
        """Fix the content and plan one delivery for each reader, in one transaction; how many there are.

        None when the issue cannot be frozen (any more), or people retracted an article, edited the issue or held it
        meanwhile. `coverage` is that of the content. `deadline` is that of what is due now; a message that is due at a
        later hour, which its reader chose, has as much time. `dkim_selector` names the key that signs the messages
        (None: they are not signed); `links` are the targets of its redirects, by number.
        """
        values = {
            "window_start": coverage.window.start,
            "window_end": coverage.window.end,
            "made_at": coverage.made_at,
            "frozen_at": now,
            "deadline": deadline,
            "reason": None,
            "updated_at": now,
        }
        with self._database.write(computes=True) as connection:  # it renders variants
            wait_for_others(connection, audience)
            if any_retracted(connection, content.article_keys):
                return None
            if not is_unchanged(connection, issue_id, coverage.edits):
                return None
            if not move_issue(connection, UNFROZEN, IssueState.FROZEN, issue.c.id == issue_id, values):
                return None
            failpoints.reach("store.freezing")
            add_links(connection, issue_id, links)
            variants = Variants(connection, issue_id, dkim_selector)
            planned = self._plan(connection, NewIssue(issue_id, audience, now, deadline), content, variants)
            connection.execute(issue.update().where(issue.c.id == issue_id).values(planned))
            mark_used(connection, variants.picture_files, now)
            readers = count_messages(connection, issue_id)
            failpoints.reach("store.before_freeze_commit")
        return readers

    def _plan(self, connection: Connection, new: NewIssue, content: Content, variants: Variants) -> dict[str, Any]:
        """Plan the deliveries, each with what its reader chose; the issue's values that follow from these choices."""
        variant_id = variants.id_of(content)
        keep_archive_text(connection, variant_id, content.rendered.subject, content.rendered.text)
        topics = plan_topics(connection, new.audience, variants.id_of)
        choices = ReaderChoices(topics, plan_hours(connection, new.audience, new.now))
        plan_deliveries(connection, new, variant_id, choices, engaged_first=self._engaged_first)
        repeats = leave_out_repeats(connection, new, variants.id_of)
        last_due = choices.last_due or new.now
        return {
            "without_articles": topics.without_articles,
            "over_limit": topics.over_limit,
            **repeats._asdict(),
            "deadline": new.deadline + (last_due - new.now),
        }

    def variant(self, variant_id: int) -> Variant:
        """The frozen content of a delivery's message."""
        with self._database.read() as connection:
            found = find_variant(connection, variant_id)
        if found is None:
            raise StoreError(
                f"the database has no rendered issue number {variant_id}; it was restored from an old backup"
            )
        return found

    def used_keys(self, edition: str, before: Slot) -> frozenset[str]:
        """The articles of the edition's earlier issues of which at least one message was begun."""
        rows = exists().where(delivery.c.issue_id == issue.c.id)
        folded = exists().where(folded_delivery.c.issue_id == issue.c.id, folded_delivery.c.state.in_(_TRIED))
        begun = or_(rows.where(UNLEASED, delivery.c.state.in_(_TRIED)), rows.where(LEASED), folded)
        earlier = select(issue.c.id).where(issue.c.edition == edition, issue.c.slot < before, begun)
        articles = select(issue_article.c.article).where(issue_article.c.issue_id.in_(earlier))
        moved = (
            select(article.c.key)
            .join(article_alias)
            .join(issue_article, issue_article.c.article == article_alias.c.key)
            .join(issue, issue.c.id == issue_article.c.issue_id)
            .where(issue_article.c.issue_id.in_(earlier), had_key_then(issue.c.frozen_at))
        )
        still = articles.join(issue).where(~was_reused_since(issue_article.c.article, issue.c.frozen_at))
        with self._database.read() as connection:
            return frozenset(connection.scalars(union(still, moved)))


def planned_row(edition: str, slot: Slot, window: Window) -> dict[str, Any]:
    """The row of an issue of which nothing is made yet, without the moment of its last change."""
    return {
        "kind": Kind.EDITION,
        "edition": edition,
        "slot": slot,
        "state": IssueState.PLANNED,
        "window_start": window.start,
        "window_end": window.end,
    }


def issue_record(row: Row[Any]) -> IssueRecord:
    """The record of a row that has an issue's columns."""
    return IssueRecord(
        id=row.id,
        kind=row.kind,
        edition=row.edition if row.kind is Kind.EDITION else f"{row.purpose}.{row.language}",
        slot=row.slot,
        state=row.state,
        window=Window(start=row.window_start, end=row.window_end),
        frozen_at=row.frozen_at,
        made_at=row.made_at,
        deadline=row.deadline,
        reason=row.reason,
        without_articles=row.without_articles or 0,
        over_limit=row.over_limit or 0,
        had_all=row.had_all or 0,
        repeated=row.repeated or 0,
    )


def may_be_sent(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether messages of the issue may leave at that moment."""
    return and_(issue.c.state.in_(SENDABLE), or_(issue.c.deadline.is_(None), issue.c.deadline > now))


def _find(connection: Connection, edition: str, slot: Slot) -> IssueRecord | None:
    row = connection.execute(select(issue).where(issue.c.edition == edition, issue.c.slot == slot)).one_or_none()
    return None if row is None else issue_record(row)


# Senders run it before each batch. It is built once: building it takes longer than running it.
_SENDABLE_NOW = select(issue).where(may_be_sent(bindparam("now", type_=issue.c.deadline.type))).order_by(issue.c.id)

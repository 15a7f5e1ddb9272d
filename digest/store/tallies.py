"""How many deliveries of each issue are in each state: what `digest status` shows."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal, select, union_all

from digest.model.bounces import ReportClass
from digest.model.deliveries import DeliveryState, LaterMessages, Tally
from digest.model.issues import SENDABLE, IssueRecord, IssueState, Kind
from digest.model.subscribers import SubscriberStatus
from digest.store.database import Database
from digest.store.issues import issue_record
from digest.store.retention_schema import folded_delivery
from digest.store.schema import LeftBy, bounce, delivery, issue, subscriber
from digest.store.transitions import LEASED, UNLEASED

_MOST_REPORTS = 50_000
_ARRIVED = (DeliveryState.SENT, DeliveryState.UNKNOWN)


class Tallies:
    """The tallies of issues; every method reads one moment of the ledger and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_issue(self, issue_id: int) -> Tally:
        """The tally of one issue."""
        with self._database.read() as connection:
            return _tallies(connection, [issue_id])[issue_id]

    def of_issues(self, ids: Collection[int]) -> dict[int, Tally]:
        """The tallies of some issues, by their ids."""
        with self._database.read() as connection:
            return _tallies(connection, ids)

    def later(self, now: datetime, *, besides: Collection[datetime] = ()) -> dict[int, LaterMessages]:
        """The messages that wait for the hour of their reader, by issue; those due at one of `besides` do not count."""
        open_issues = select(issue.c.id).where(issue.c.state.in_((*SENDABLE, IssueState.PAUSED)))
        waiting = (delivery.c.state == DeliveryState.PLANNED, UNLEASED, delivery.c.due_at > now)
        # What was postponed has a reason, or is due at the end of a receiver's pause.
        chosen = (delivery.c.smtp_text.is_(None), delivery.c.due_at.not_in(besides))
        rows = (
            select(delivery.c.issue_id, func.count().label("number"), func.max(delivery.c.due_at).label("last"))
            .where(delivery.c.issue_id.in_(open_issues), *waiting, *chosen)
            .group_by(delivery.c.issue_id)
        )
        with self._database.read() as connection:
            found = connection.execute(rows).all()
        return {row.issue_id: LaterMessages(number=row.number, last_due=row.last) for row in found}

    def expired_untried(self, issue_id: int) -> int:
        """How many messages of the issue expired before they were tried."""
        untried = (delivery.c.state == DeliveryState.EXPIRED, delivery.c.tries == 0)
        rows = select(func.count()).where(delivery.c.issue_id == issue_id, UNLEASED, *untried)
        with self._database.read() as connection:
            return connection.execute(rows).scalar_one()

    def returned(self, issue_id: int) -> Counter[ReportClass]:
        """How many messages of the issue had each kind of report, among the latest `_MOST_REPORTS` of all issues."""
        latest = select(bounce.c.delivery_id, bounce.c.report_class).order_by(bounce.c.id.desc()).limit(_MOST_REPORTS)
        reports = latest.subquery()
        counted = (
            select(reports.c.report_class, func.count(func.distinct(reports.c.delivery_id)).label("messages"))
            .join(delivery, delivery.c.id == reports.c.delivery_id)
            .where(delivery.c.issue_id == issue_id)
            .group_by(reports.c.report_class)
        )
        with self._database.read() as connection:
            return Counter({row.report_class: row.messages for row in connection.execute(counted)})

    def departures(self, ids: Collection[int]) -> dict[int, int]:
        """How many readers unsubscribed themselves after each of these issues, and before the next one that they got.

        Readers whose messages were folded or erased since do not count.
        """
        with self._database.read() as connection:
            return dict(Counter(one for one in _last_issues_of_departed(connection, ids) if one in set(ids)))

    def of_frozen_issues(self) -> list[tuple[IssueRecord, Tally]]:
        """Every issue of an edition that was frozen, with its tally, the latest activity first.

        Only an index is read: after the last message it is the end of the issue that dates its activity.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                select(issue).where(issue.c.frozen_at.is_not(None), issue.c.kind == Kind.EDITION)
            ).all()
            active: dict[int, datetime] = {row.id: row.updated_at for row in rows}
            tallies = _tallies(connection)
            for issue_id, last in connection.execute(_last_attempts()):
                active[issue_id] = max(last, active[issue_id])
        latest = sorted(rows, key=lambda row: (active[row.id], row.id), reverse=True)
        return [(issue_record(row), tallies.get(row.id, Tally())) for row in latest]


def counts_by_state(ids: Collection[int] | None = None) -> Select[Any]:
    """How many messages of each issue, or of some, are in each state: those in the ledger, and those that were folded.

    A state has up to three rows.
    """

    def chosen(table: Table) -> list[ColumnElement[bool]]:
        return [] if ids is None else [table.c.issue_id.in_(ids)]

    halves = [
        select(delivery.c.issue_id, delivery.c.state, func.count().label("messages"), literal(0).label("folded"))
        .where(half, *chosen(delivery))
        .group_by("issue_id", "state")
        for half in (UNLEASED, LEASED)
    ]
    folded = select(folded_delivery, folded_delivery.c.messages).where(*chosen(folded_delivery))
    return select(union_all(*halves, folded).subquery())


def _tallies(connection: Connection, ids: Collection[int] | None = None) -> dict[int, Tally]:
    """The tallies of these issues, or of all that have messages."""
    counts: dict[int, Counter[DeliveryState]] = {one: Counter() for one in ids or ()}
    folded: Counter[int] = Counter()
    for row in connection.execute(counts_by_state(ids)):
        counts.setdefault(row.issue_id, Counter())[row.state] += row.messages
        folded[row.issue_id] += row.folded
    return {one: Tally(counts=dict(states), folded=folded[one]) for one, states in counts.items()}


def _last_issues_of_departed(connection: Connection, ids: Collection[int]) -> Collection[int]:
    """The last issue that each reader got before they left, of those who left since the first of these issues."""
    first = select(func.min(issue.c.frozen_at)).where(issue.c.id.in_(ids)).scalar_subquery()
    by_reader = (subscriber.c.status == SubscriberStatus.UNSUBSCRIBED, subscriber.c.left_by == LeftBy.READER)
    before = (issue.c.kind == Kind.EDITION, issue.c.frozen_at >= first, issue.c.frozen_at <= subscriber.c.changed_at)
    got = (
        select(delivery.c.subscriber_id, delivery.c.issue_id)
        .join_from(subscriber, delivery)
        .join(issue)
        .where(*by_reader, subscriber.c.changed_at >= first, *before, delivery.c.state.in_(_ARRIVED))
        .order_by(issue.c.frozen_at, issue.c.id)
    )
    return {row.subscriber_id: row.issue_id for row in connection.execute(got)}.values()


def _last_attempts() -> Select[Any]:
    """The last attempt of each issue's rows that may be tried again."""
    sending = select(issue.c.id).where(issue.c.state == IssueState.SENDING, issue.c.kind == Kind.EDITION)
    tried = select(delivery.c.issue_id, delivery.c.last_attempt_at)
    tried = tried.where(delivery.c.issue_id.in_(sending), delivery.c.last_attempt_at.is_not(None))
    deferred = tried.where(delivery.c.state == DeliveryState.DEFERRED, UNLEASED)
    halves = deferred.union_all(tried.where(LEASED)).subquery()
    last = func.max(halves.c.last_attempt_at).label("last")
    return select(halves.c.issue_id, last).group_by(halves.c.issue_id)

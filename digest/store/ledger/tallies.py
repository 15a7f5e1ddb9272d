"""How many deliveries of each issue are in each state: what `digest status` shows."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from digest.model.bounces import ReportClass
from digest.model.deliveries import MAYBE_ARRIVED, DeliveryState, LaterMessages, Tally
from digest.model.issues import SENDABLE, IssueRecord, IssueState, Kind
from digest.model.subscribers import LeftBy, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.issues.issues import issue_record
from digest.store.ledger.delivery_counts import counts_by_state, last_attempts, planned_by_moment
from digest.store.ledger.transitions import LEASED, UNLEASED
from digest.store.tables.schema import bounce, delivery, issue, subscriber

_MOST_REPORTS = 50_000
_IN_VAIN = (DeliveryState.DEFERRED, DeliveryState.EXPIRED, DeliveryState.UNKNOWN)


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

    def later(
        self, now: datetime, *, besides: Collection[datetime] = (), postponed: bool = False
    ) -> dict[int, LaterMessages]:
        """The messages that wait for the hour of their reader, by issue; those due at one of `besides` do not count.

        With `postponed` also those that wait for a reason, such as a daily limit.
        """
        open_issues = select(issue.c.id).where(issue.c.state.in_((*SENDABLE, IssueState.PAUSED)))
        with self._database.read() as connection:
            # What was postponed has a reason, or is due at the end of a receiver's pause.
            chosen = planned_by_moment(
                connection.dialect.name,
                open_issues,
                lambda due_at: and_(due_at > now, due_at.not_in(besides)),
                postponed=postponed,
            )
            rows = select(chosen.c.issue_id, func.sum(chosen.c.messages), func.max(chosen.c.due_at))
            found = connection.execute(rows.group_by(chosen.c.issue_id)).all()
        return {issue_id: LaterMessages(number=int(number), last_due=last) for issue_id, number, last in found}

    def expired_untried(self, issue_id: int) -> int:
        """How many messages of the issue expired before they were tried."""
        untried = (delivery.c.state == DeliveryState.EXPIRED, delivery.c.tries == 0)
        rows = select(func.count()).where(delivery.c.issue_id == issue_id, UNLEASED, *untried)
        with self._database.read() as connection:
            return connection.execute(rows).scalar_one()

    def in_vain_since(self, issue_id: int, moment: datetime) -> int:
        """How many messages of the issue were first tried by that moment, and are not known to have arrived."""
        tried = (delivery.c.state.in_(_IN_VAIN), delivery.c.first_attempt_at <= moment)
        rows = select(func.count()).where(delivery.c.issue_id == issue_id, UNLEASED, *tried)
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
        wanted = set(ids)
        with self._database.read() as connection:
            return dict(Counter(one for one in _last_issues_of_departed(connection, ids) if one in wanted))

    def of_frozen_issues(self) -> list[tuple[IssueRecord, Tally]]:
        """Every issue of an edition that was frozen, with its tally, the latest activity first.

        No message is read that is settled: after the last one it is the end of the issue that dates its activity.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                select(issue).where(issue.c.frozen_at.is_not(None), issue.c.kind == Kind.EDITION)
            ).all()
            active: dict[int, datetime] = {row.id: row.updated_at for row in rows}
            tallies = _tallies(connection)
            for issue_id, last in connection.execute(_last_attempts(connection.dialect.name)):
                active[issue_id] = max(last, active[issue_id])
        latest = sorted(rows, key=lambda row: (active[row.id], row.id), reverse=True)
        return [(issue_record(row), tallies.get(row.id, Tally())) for row in latest]


def _tallies(connection: Connection, ids: Collection[int] | None = None) -> dict[int, Tally]:
    """The tallies of these issues, or of all that have messages."""
    counts: dict[int, Counter[DeliveryState]] = {one: Counter() for one in ids or ()}
    folded: Counter[int] = Counter()
    for row in connection.execute(counts_by_state(connection.dialect.name, ids)):
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
        .where(*by_reader, subscriber.c.changed_at >= first, *before, delivery.c.state.in_(MAYBE_ARRIVED))
        .order_by(issue.c.frozen_at, issue.c.id)
    )
    return {row.subscriber_id: row.issue_id for row in connection.execute(got)}.values()


def _last_attempts(dialect: str) -> Select[Any]:
    """The last attempt of each issue that is being sent; on SQLite of its rows that may be tried again."""
    sending = select(issue.c.id).where(issue.c.state == IssueState.SENDING, issue.c.kind == Kind.EDITION)
    if dialect != "sqlite":
        return last_attempts(sending)
    tried = select(delivery.c.issue_id, delivery.c.last_attempt_at)
    tried = tried.where(delivery.c.issue_id.in_(sending), delivery.c.last_attempt_at.is_not(None))
    deferred = tried.where(delivery.c.state == DeliveryState.DEFERRED, UNLEASED)
    halves = deferred.union_all(tried.where(LEASED)).subquery()
    last = func.max(halves.c.last_attempt_at).label("last")
    return select(halves.c.issue_id, last).group_by(halves.c.issue_id)

"""Numbers about the installation for a monitoring system, each from a query that stays quick on a large database."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, case, func, select

from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueRecord, Kind
from digest.model.measurements import Measured, MeasuredIssue
from digest.store.engine.database import Database
from digest.store.issues.issues import issue_record, may_be_sent
from digest.store.ledger.delivery_counts import counts_by_state, planned_by_moment
from digest.store.ledger.transitions import UNLEASED
from digest.store.subscribers.readers import count_statuses
from digest.store.tables.alert_schema import alert
from digest.store.tables.public_schema import source_failure
from digest.store.tables.schema import beat, bounce, delivery, issue, source
from digest.store.tables.web_schema import leave_reason, signup

_SHOWN_ISSUES = 5  # whose deliveries are counted
_RECENT = timedelta(days=1)
_MOST_ROWS = 50_000  # the latest rows among which recent ones are counted


class Measurements:
    """What is measured; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, now: datetime) -> Measured:
        """The numbers at this moment."""
        with self._database.read() as connection:
            due, oldest_due = _due(connection, now)
            return Measured(
                subscribers={str(status): number for status, number in count_statuses(connection).items()},
                issues=_issues(connection),
                beats=_pairs(connection, select(beat.c.process, func.max(beat.c.last_seen)).group_by("process")),
                due=due,
                oldest_due=oldest_due,
                alerts=_counted(connection, select(alert.c.kind).where(alert.c.cleared_at.is_(None))),
                visits=_pairs(connection, select(source.c.name, source.c.visited_at)),
                failures=_pairs(connection, select(source_failure.c.source, source_failure.c.failures)),
                errors=_pairs(connection, select(source_failure.c.source, source_failure.c.error)),
                bounces=_counted(connection, _recent(bounce, bounce.c.report_class, bounce.c.at, now)),
                leave_reasons=_counted(connection, select(leave_reason.c.reason)),
                signups=_counted(connection, _recent(signup, _signup_state(), signup.c.asked_at, now)),
            )


def _counted(connection: Connection, values: Select[Any]) -> dict[str, int]:
    """How often each value occurs."""
    rows = values.subquery()
    value = rows.c[0]
    return {str(key): number for key, number in connection.execute(select(value, func.count()).group_by(value))}


def _pairs(connection: Connection, rows: Select[Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(rows)}


def _recent(table: Table, value: Any, moment: Any, now: datetime) -> Select[Any]:
    """The values of the last day, looked for among the latest rows only: no index has their moments."""
    latest = select(value.label("value"), moment.label("at")).order_by(table.c.id.desc()).limit(_MOST_ROWS).subquery()
    return select(latest.c.value).where(latest.c.at > now - _RECENT)


def _signup_state() -> Any:
    return case(
        (signup.c.confirmed_at.is_not(None), "confirmed"), (signup.c.refused_at.is_not(None), "refused"), else_="asked"
    )


def _issues(connection: Connection) -> list[MeasuredIssue]:
    """The latest frozen issues with their deliveries, the latest of each edition without."""
    frozen = select(issue).where(issue.c.kind == Kind.EDITION, issue.c.frozen_at.is_not(None))
    latest = connection.execute(frozen.order_by(issue.c.frozen_at.desc()).limit(_SHOWN_ISSUES)).all()
    counted = [MeasuredIssue(record=issue_record(row), deliveries=_deliveries(connection, row.id)) for row in latest]
    last = select(issue.c.edition, func.max(issue.c.slot).label("slot")).where(issue.c.frozen_at.is_not(None))
    last_of = last.where(issue.c.kind == Kind.EDITION).group_by(issue.c.edition).subquery()
    of_editions = connection.execute(
        select(issue).join(last_of, and_(issue.c.edition == last_of.c.edition, issue.c.slot == last_of.c.slot))
    )
    return [*counted, *(MeasuredIssue(record=record) for record in _others(map(issue_record, of_editions), latest))]


def _others(records: Any, latest: Sequence[Any]) -> list[IssueRecord]:
    known = {row.id for row in latest}
    return [record for record in records if record.id not in known]


def _deliveries(connection: Connection, issue_id: int) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in connection.execute(counts_by_state(connection.dialect.name, [issue_id])):
        counts[str(row.state)] += row.messages
    return dict(counts)


def _due(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many messages could be sent now, and since when the oldest one of them could."""
    begun = select(issue.c.id).where(may_be_sent(now))
    planned = planned_by_moment(connection.dialect.name, begun, lambda due_at: due_at <= now, postponed=True)
    deferred = (UNLEASED, delivery.c.issue_id.in_(begun), delivery.c.state == DeliveryState.DEFERRED)
    queries = (
        select(func.coalesce(func.sum(planned.c.messages), 0), func.min(planned.c.due_at)),
        select(func.count(), func.min(delivery.c.due_at)).where(*deferred, delivery.c.due_at <= now),
    )
    found = [connection.execute(rows).one() for rows in queries]
    number = sum(int(number) for number, _oldest in found)
    return number, min((oldest for _number, oldest in found if oldest), default=None)

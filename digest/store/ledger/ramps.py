"""The domains with a daily limit: when their sending began, what they sent today, and what waits for a later day."""

from collections.abc import Callable, Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from digest.model.deliveries import DeliveryState
from digest.model.issues import SENDABLE, Kind
from digest.store.engine.database import Database
from digest.store.engine.temporary_tables import filled
from digest.store.issues.planning import CHOSEN_HOURS
from digest.store.ledger.transitions import UNLEASED, locked
from digest.store.tables.schema import delivery, insert, issue, ramp, subscriber

_S = DeliveryState


class Ramps:
    """The daily limits' part of the ledger; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def began_on(self, domain: str) -> date | None:
        """The first day on which the domain sent with a daily limit."""
        with self._database.read() as connection:
            return connection.scalar(select(ramp.c.began_on).where(ramp.c.domain == domain))

    def begin(self, domain: str, day: date) -> None:
        """Let the domain's limits begin on that day, unless they have begun."""
        with self._database.write() as connection:
            connection.execute(insert(connection, ramp).on_conflict_do_nothing(), [{"domain": domain, "began_on": day}])

    def used(self, editions: Collection[str], since: datetime) -> int:
        """How many messages of these editions were first tried since then, or are claimed to be."""
        issues = select(issue.c.id).where(_of(editions), issue.c.deadline >= since)
        claimed = and_(delivery.c.state == _S.CLAIMED, delivery.c.tries == 0)
        tried = or_(delivery.c.first_attempt_at >= since, claimed)
        with self._database.read() as connection:
            counted = select(func.count()).select_from(delivery).where(delivery.c.issue_id.in_(issues), tried)
            return connection.scalar(counted) or 0

    def postpone(
        self,
        issue_id: int,
        keep: int,
        now: datetime,
        until: datetime,
        reason: str,
        at_hour: Callable[[int, str | None], datetime],
    ) -> tuple[int, int]:
        """Let the planned messages of an issue be due at `until`, but for the first `keep` that are due now.

        Those of readers who chose an hour are due at what `at_hour` returns for it and their zone. Returns how many are
        due now, and how many were postponed.
        """
        due = and_(delivery.c.issue_id == issue_id, delivery.c.state == _S.PLANNED, UNLEASED, delivery.c.due_at <= now)
        surplus = select(delivery.c.id).where(due).order_by(delivery.c.due_at, delivery.c.id).offset(keep)
        with self._database.write() as connection:
            waiting = connection.scalar(select(func.count()).where(due)) or 0
            if waiting <= keep:
                return waiting, 0
            values = {"due_at": until, "smtp_text": reason}
            chosen = locked(connection.dialect.name, and_(due, delivery.c.id.in_(surplus)))
            postponed = connection.execute(delivery.update().where(chosen).values(values)).rowcount
            _keep_hours(connection, and_(delivery.c.issue_id == issue_id, _is_planned(until, reason)), at_hour)
        return keep, postponed

    def expiring(self, issue_id: int, reason: str) -> int:
        """How many messages of the issue were postponed for that reason until their deadline or longer."""
        deadline = func.coalesce(delivery.c.expires_at, issue.c.deadline)
        postponed = and_(delivery.c.issue_id == issue_id, delivery.c.state == _S.PLANNED, UNLEASED)
        late = select(func.count()).select_from(delivery).join(issue, issue.c.id == delivery.c.issue_id)
        with self._database.read() as connection:
            found = late.where(postponed, delivery.c.smtp_text == reason, delivery.c.due_at >= deadline)
            return connection.execute(found).scalar_one()

    def waiting(self, editions: Collection[str], now: datetime, reason: str) -> tuple[int, datetime | None]:
        """How many messages of these editions were postponed for that reason, and until when the first of them."""
        sendable = select(issue.c.id).where(_of(editions), issue.c.state.in_(SENDABLE))
        planned = and_(delivery.c.state == _S.PLANNED, UNLEASED)
        later = and_(planned, delivery.c.due_at > now, delivery.c.smtp_text == reason)
        with self._database.read() as connection:
            found = select(func.count(), func.min(delivery.c.due_at)).where(delivery.c.issue_id.in_(sendable), later)
            number, first = connection.execute(found).one()
        return number, first


def _is_planned(due_at: datetime, reason: str) -> ColumnElement[bool]:
    same = delivery.c.due_at == due_at, delivery.c.smtp_text == reason
    return and_(delivery.c.state == _S.PLANNED, UNLEASED, *same)


def _keep_hours(
    connection: Connection, which: ColumnElement[bool], at_hour: Callable[[int, str | None], datetime]
) -> None:
    """Let these messages be due at the hour that their reader chose."""
    chosen = select(subscriber.c.hour, subscriber.c.timezone).where(which, subscriber.c.hour.is_not(None))
    pairs = connection.execute(chosen.join_from(subscriber, delivery).distinct()).all()
    if not pairs:
        return
    hours, zone = CHOSEN_HOURS.c, func.coalesce(subscriber.c.timezone, "")
    of_reader = (
        select(hours.due_at)
        .join_from(subscriber, CHOSEN_HOURS, and_(hours.hour == subscriber.c.hour, hours.zone == zone))
        .where(subscriber.c.id == delivery.c.subscriber_id)
        .correlate(delivery)
    )
    rows = [(hour, name or "", at_hour(hour, name), None) for hour, name in pairs]
    with filled(connection, {CHOSEN_HOURS: rows}):
        due_at = func.coalesce(of_reader.scalar_subquery(), delivery.c.due_at)
        connection.execute(delivery.update().where(which).values(due_at=due_at))


def _of(editions: Collection[str]) -> ColumnElement[bool]:
    return and_(issue.c.kind != Kind.SYSTEM, issue.c.edition.in_(editions))

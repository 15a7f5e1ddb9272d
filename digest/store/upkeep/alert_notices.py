"""Which chat and push services were notified of which alerts."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from digest.model.receivers import Alert
from digest.store.engine.database import Database
from digest.store.tables.alert_schema import alert, alert_notice
from digest.store.tables.schema import insert
from digest.store.upkeep.alerts import REPEATED, read_alert

RETRIED = timedelta(minutes=5)  # after an attempt that failed, or whose process died


class AlertNotices:
    """The notices of alerts to each target; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, target: str, now: datetime) -> list[tuple[int, Alert]]:
        """The alerts that the target has to be notified of, with their numbers, the first one first.

        These are open ones without a notice in the last day, and ended ones that there was a notice of.
        """
        joined = alert.outerjoin(
            alert_notice, and_(alert_notice.c.alert_id == alert.c.id, alert_notice.c.target == target)
        )
        rows = select(alert).select_from(joined).where(_is_due(now)).order_by(alert.c.first_seen, alert.c.id)
        with self._database.read() as connection:
            return [(row.id, read_alert(row)) for row in connection.execute(rows)]

    def claim(self, number: int, target: str, now: datetime) -> bool:
        """Store that this process notifies the target now, unless another one does."""
        added = {"alert_id": number, "target": target, "tried_at": now}
        this = and_(alert_notice.c.alert_id == number, alert_notice.c.target == target)
        with self._database.write() as connection:
            inserted = insert(connection, alert_notice).on_conflict_do_nothing().returning(alert_notice.c.alert_id)
            if connection.scalar(inserted, added) is not None:
                return True
            tried = alert_notice.update().where(this, _may_be_tried(now)).values(tried_at=now)
            return bool(connection.execute(tried).rowcount)

    def record(self, number: int, target: str, now: datetime, *, ended: bool) -> None:
        """Store that the target was notified, of the end or of what lasts."""
        this = and_(alert_notice.c.alert_id == number, alert_notice.c.target == target)
        notified = {"tried_at": None, "notified_at": None if ended else now}
        with self._database.write() as connection:
            connection.execute(alert_notice.update().where(this).values(notified))


def _is_due(now: datetime) -> ColumnElement[bool]:
    """An end of which a target could not be notified for a day is not reported any more."""
    notified = alert_notice.c.notified_at
    lasts = and_(alert.c.cleared_at.is_(None), or_(notified.is_(None), notified <= now - REPEATED))
    has_ended = and_(alert.c.cleared_at > now - REPEATED, notified.is_not(None))
    return and_(or_(lasts, has_ended), _may_be_tried(now))


def _may_be_tried(now: datetime) -> ColumnElement[bool]:
    return or_(alert_notice.c.tried_at.is_(None), alert_notice.c.tried_at <= now - RETRIED)

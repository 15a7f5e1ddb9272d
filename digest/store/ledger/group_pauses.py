"""The pauses of receiver groups, which all senders share, and the refusals that lead to them."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select

from digest.model.deliveries import Claim, DeliveryState
from digest.model.issues import SENDABLE, IssueState
from digest.model.receivers import GroupPause, PauseCause
from digest.receivers.pauses import COUNTED_FOR, TRIAL_TIME, next_pause, refusing_groups
from digest.store.engine.database import Database
from digest.store.ledger.transitions import UNLEASED, lock, locked, move_each
from digest.store.ledger.work_notices import announce_work
from digest.store.tables.schema import delivery, group_pause, insert, issue, refusal, upsert
from digest.store.upkeep.expiry import Expiry, purge

_S = DeliveryState


class GroupPauses:
    """The groups that get no messages now; every method is one transaction and raises StoreError.

    The messages of a paused group stay planned and are due when its pause ends, so claims do not find them before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> list[GroupPause]:
        """The pauses that last, by group; also one whose time is over, which ends with the next trial."""
        with self._database.read() as connection:
            return [_pause_of(row) for row in connection.execute(_ACTIVE)]

    def add_refusals(
        self, refused: Collection[tuple[int, str]], now: datetime, group_of: Callable[[str], str]
    ) -> set[str]:
        """Store refusals, each a delivery and its recipient's domain; the groups that refused too many recipients.

        Those of the last hour count that are not older than the end of the group's last pause.
        """
        rows = [{"delivery_id": delivery_id, "domain": domain, "at": now} for delivery_id, domain in refused]
        with self._database.write() as connection:
            purge(connection, OLD_REFUSALS, now)
            connection.execute(insert(connection, refusal).on_conflict_do_nothing(), rows)
            cleared = {row.receiver_group: row.cleared_at for row in connection.execute(_CLEARED)}
            recent = connection.execute(_REFUSALS, {"since": now - COUNTED_FOR})
            found = [(group_of(row.domain), row.address, row.at) for row in recent]
        return refusing_groups(
            (group, address) for group, address, at in found if group not in cleared or at >= cleared[group]
        )

    def pause(self, group: str, cause: PauseCause, reason: str, now: datetime) -> GroupPause | None:
        """Pause the group, for longer each time; None where it is paused already."""
        with self._database.write() as connection:
            row = connection.execute(_of_group(group).with_for_update()).one_or_none()
            last, cleared_at = (None, None) if row is None else (_pause_of(row), row.cleared_at)
            pause = next_pause(group, cause, reason, now, last, cleared_at)
            if pause is not None:
                _store(connection, pause)
        return pause

    def begin_trial(self, group: str, now: datetime) -> bool:
        """Begin to try a group whose pause is over with a few messages; false unless it is over and nobody tries it."""
        over = and_(_lasts(group), group_pause.c.until <= now)
        values = {"trial_at": now, "until": now + TRIAL_TIME}
        with self._database.write() as connection:
            return connection.execute(group_pause.update().where(over).values(values)).rowcount == 1

    def postpone(self, claims: Sequence[tuple[Claim, datetime]]) -> None:
        """Release claims until their group's pause ends; those that are ours no more stay as they are.

        Where the pause has been ended meanwhile, `clear` did not find them: they are due at once.
        """
        if not claims:
            return
        with self._database.write() as connection:
            ended = _ended(connection, {until for _one, until in claims})
            rows = [
                {"row_id": one.delivery_id, "row_token": one.token, "due_at": ended.get(until) or until}
                for one, until in claims
            ]
            lock(connection, (one.delivery_id for one, _until in claims))
            move_each(connection, _S.CLAIMED, _S.PLANNED, rows)

    def clear(self, now: datetime, group: str | None = None) -> list[str]:
        """End the pause of a group, or all pauses; their groups. What waited for them is due now."""
        with self._database.write() as connection:
            ended = connection.execute(_ACTIVE.where(_lasts(group)).with_for_update()).all()
            connection.execute(group_pause.update().where(_lasts(group)).values(cleared_at=now))
            for until in sorted({row.until for row in ended}):
                _make_due(connection, until, now)
        return [row.receiver_group for row in ended]


def _lasts(group: str | None) -> Any:
    lasts = group_pause.c.cleared_at.is_(None)
    return lasts if group is None else and_(lasts, group_pause.c.receiver_group == group)


OLD_REFUSALS = Expiry("refusals", refusal, lambda now: refusal.c.at <= now - COUNTED_FOR)
_ACTIVE = select(group_pause).where(_lasts(None)).order_by(group_pause.c.receiver_group)
_CLEARED = select(group_pause.c.receiver_group, group_pause.c.cleared_at).where(group_pause.c.cleared_at.is_not(None))
_REFUSALS = (
    select(refusal.c.domain, refusal.c.at, delivery.c.address)
    .join(delivery)
    .where(refusal.c.at > bindparam("since", type_=refusal.c.at.type))
)


def _of_group(group: str) -> Any:
    return select(group_pause).where(group_pause.c.receiver_group == group)


def _ended(connection: Connection, moments: Collection[datetime]) -> dict[datetime, datetime | None]:
    """When the pauses until these moments were ended, if they were; locked like in `clear`, before their rows."""
    pauses = select(group_pause).where(group_pause.c.until.in_(moments)).order_by(group_pause.c.receiver_group)
    return {row.until: row.cleared_at for row in connection.execute(pauses.with_for_update(read=True))}


def _store(connection: Connection, pause: GroupPause) -> None:
    values = {
        "cause": pause.cause,
        "reason": pause.reason,
        "since": pause.since,
        "until": pause.until,
        "times": pause.times,
        "trial_at": None,
        "cleared_at": None,
    }
    upsert(connection, group_pause, {"receiver_group": pause.group}, values)


def _make_due(connection: Connection, until: datetime, now: datetime) -> None:
    """Let messages that were postponed until that moment be sent now.

    The moment alone identifies them: what another group waits for is postponed again.
    """
    ids = select(issue.c.id).where(issue.c.state.in_((*SENDABLE, IssueState.PAUSED)))
    postponed = and_(delivery.c.issue_id.in_(ids), UNLEASED, delivery.c.due_at == until)
    for state, values in ((_S.PLANNED, {"due_at": now}), (_S.DEFERRED, {"due_at": now, "next_try_at": now})):
        waiting = locked(connection.dialect.name, and_(postponed, delivery.c.state == state))
        connection.execute(delivery.update().where(waiting).values(values))
    announce_work(connection)


def _pause_of(row: Row[Any]) -> GroupPause:
    return GroupPause(
        group=row.receiver_group,
        cause=row.cause,
        reason=row.reason,
        since=row.since,
        until=row.until,
        times=row.times,
        trial_at=row.trial_at,
    )

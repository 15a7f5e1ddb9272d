"""Sessions of the console: rows whose ids are random tokens, stored as hashes, and which end."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from digest.model.users import User, UserSession
from digest.store.access.audit import note_user
from digest.store.access.sign_in_tokens import hashed_token, new_token
from digest.store.access.users import user_from
from digest.store.engine.database import Database
from digest.store.tables.admin_schema import console_session, console_user
from digest.store.upkeep.expiry import Expiry, purge

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
_NOTED_EVERY = timedelta(minutes=1)
_LONGEST_BROWSER = 200  # characters


class UserSessions:
    """The sessions; every method is one transaction and raises StoreError.

    `kind` separates the cookies of https from those of http on this machine: a session of one is not one of the other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self, user: User, kind: str, network: str, browser: str, now: datetime, *, password_hash: str | None = None
    ) -> str | None:
        """Begin a session under a new id, which is returned; sessions that are over are deleted.

        None where the user has not `password_hash` any more, with which they signed in: a password that is reset
        while it is being checked ends the sessions that there are, and this one would outlive it.
        """
        token = new_token()
        row = {
            "user_id": user.id,
            "token_hash": hashed_token(kind + token),
            "created_at": now,
            "seen_at": now,
            "network": network,
            "browser": browser[:_LONGEST_BROWSER],
        }
        with self._database.write() as connection:
            purge(connection, ENDED, now)
            if password_hash is not None and not _has_password(connection, user, password_hash):
                return None
            connection.execute(console_session.insert(), row)
            connection.execute(console_user.update().where(console_user.c.id == user.id).values(signed_in_at=now))
            note_user(connection, "signed in", user.email, user.email, now)
        return token

    def find(self, token: str, kind: str, now: datetime) -> UserSession | None:
        """The session of that id, which is noted as seen; None once it is over, or its user is disabled."""
        with self._database.read() as connection:
            wanted = _JOINED.where(console_session.c.token_hash == hashed_token(kind + token), ~_is_over(now))
            row = connection.execute(wanted.where(console_user.c.disabled_at.is_(None))).one_or_none()
        if row is None:
            return None
        if row.seen_at <= now - _NOTED_EVERY:
            seen = console_session.update().where(console_session.c.id == row.session_id).values(seen_at=now)
            with self._database.write() as connection:
                connection.execute(seen)
        return _session(row)

    def list(self, now: datetime, *, of_user: int | None = None) -> list[UserSession]:
        """The sessions that are not over (of that user, if one is named), the one seen last first."""
        wanted = _JOINED.where(~_is_over(now)).order_by(console_session.c.seen_at.desc(), console_session.c.id.desc())
        if of_user is not None:
            wanted = wanted.where(console_session.c.user_id == of_user)
        with self._database.read() as connection:
            return [_session(row) for row in connection.execute(wanted)]

    def end(self, session_id: int, by: str, now: datetime, *, of_user: int | None = None) -> bool:
        """End a session (of that user, if one is named); false if there is none."""
        this = console_session.c.id == session_id
        if of_user is not None:
            this &= console_session.c.user_id == of_user
        with self._database.write() as connection:
            row = connection.execute(_JOINED.where(this)).one_or_none()
            if row is None:
                return False
            connection.execute(console_session.delete().where(this))
            note_user(connection, "signed out", row.email, by, now)
        return True


def _has_password(connection: Connection, user: User, password_hash: str) -> bool:
    """Whether the user still has that password; it is not changed before the end of the transaction."""
    query = select(console_user.c.password_hash).where(console_user.c.id == user.id).with_for_update()
    return connection.scalar(query) == password_hash


def _is_over(now: datetime) -> ColumnElement[bool]:
    return or_(console_session.c.seen_at <= now - IDLE, console_session.c.created_at <= now - LONGEST)


ENDED = Expiry("sessions", console_session, _is_over)
_JOINED = select(
    console_user,
    console_session.c.id.label("session_id"),
    console_session.c.created_at.label("began_at"),
    console_session.c.seen_at,
    console_session.c.network,
    console_session.c.browser,
).join_from(console_session, console_user)


def _session(row: Row[Any]) -> UserSession:
    return UserSession(
        id=row.session_id,
        user=user_from(row),
        created_at=row.began_at,
        seen_at=row.seen_at,
        network=row.network,
        browser=row.browser,
    )

"""The users of the console: roles, one-time links, passwords and second factors; secrets are stored as hashes."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from digest.model.users import Credentials, User, UserRole
from digest.store.access.audit import note_user
from digest.store.access.second_factors import remove_second_factor
from digest.store.access.sign_in_tokens import hashed_token, new_token
from digest.store.engine.database import Database
from digest.store.tables.admin_schema import console_session, console_user

LINK_VALID = timedelta(hours=1)


class Invited(NamedTuple):
    """A user, and the token of their one-time link."""

    user: User
    token: str


class Users:
    """The users; every method is one transaction and raises StoreError. Addresses are compared in lower case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def invite(self, email: str, role: UserRole, by: str, now: datetime) -> Invited:
        """Add a user, or give a known one this role, enabled; makes a one-time link. The password stays valid."""
        email = email.lower()
        with self._database.write() as connection:
            known = _find(connection, console_user.c.email == email)
            if known is None:
                added = {"email": email, "role": role, "created_at": now, "last_step": 0}
                number = connection.scalar(console_user.insert().returning(console_user.c.id), added)
                assert number is not None
                note_user(connection, "user added", email, by, now, after=role)
            else:
                number = known.id
                _set_role(connection, user_from(known), role, by, now)
                _set_disabled(connection, user_from(known), None, by, now)
            token = _make_link(connection, number, now)
            return Invited(_require(connection, number), token)

    def reset(self, email: str, by: str, now: datetime) -> Invited | None:
        """Remove a user's password, second factor and sessions, and make a one-time link; None for an unknown user."""
        with self._database.write() as connection:
            known = _find(connection, console_user.c.email == email.lower())
            if known is None or known.disabled_at is not None:
                return None
            _change(connection, known.id, password_hash=None)
            remove_second_factor(connection, known.id)
            _end_sessions(connection, known.id)
            note_user(connection, "user reset", known.email, by, now)
            token = _make_link(connection, known.id, now)
            return Invited(_require(connection, known.id), token)

    def disable(self, email: str, by: str, now: datetime) -> bool:
        """End a user's sessions and let them in no more; false for one who is not known or was disabled."""
        with self._database.write() as connection:
            known = _find(connection, console_user.c.email == email.lower())
            return known is not None and _set_disabled(connection, user_from(known), now, by, now)

    def change_role(self, user_id: int, role: UserRole, by: str, now: datetime) -> bool:
        """Give a user another role; false where nothing changed."""
        with self._database.write() as connection:
            known = _find(connection, console_user.c.id == user_id)
            return known is not None and _set_role(connection, user_from(known), role, by, now)

    def list(self) -> list[User]:
        """All users, by address."""
        with self._database.read() as connection:
            return [user_from(row) for row in connection.execute(select(console_user).order_by(console_user.c.email))]

    def any(self) -> bool:
        """Whether there is a user."""
        with self._database.read() as connection:
            return connection.scalar(select(console_user.c.id).limit(1)) is not None

    def find(self, email: str) -> User | None:
        """The user of that address, also a disabled one."""
        with self._database.read() as connection:
            row = _find(connection, console_user.c.email == email.lower())
            return None if row is None else user_from(row)

    def credentials(self, email: str) -> Credentials | None:
        """What a user signs in with; None for one who is not known or is disabled."""
        with self._database.read() as connection:
            row = _find(connection, (console_user.c.email == email.lower()) & console_user.c.disabled_at.is_(None))
            return None if row is None else _credentials(row)

    def set_language(self, user_id: int, language: str) -> None:
        """Keep the language that a user chose."""
        with self._database.write() as connection:
            _change(connection, user_id, language=language)

    def linked(self, token: str, now: datetime) -> User | None:
        """The user whose one-time link this is; None once it was used or is over."""
        with self._database.read() as connection:
            row = _find(connection, _link_is(token, now))
            return None if row is None else user_from(row)

    def use_link(self, token: str, password_hash: str, now: datetime) -> User | None:
        """Set the password, use the link up and end the sessions; None if the link was used meanwhile or is over."""
        with self._database.write() as connection:
            row = _find(connection, _link_is(token, now), lock=True)
            if row is None:
                return None
            _set_password(connection, row, password_hash, row.email, now)
            return user_from(row)

    def change_password(self, user_id: int, before: str, after: str, now: datetime) -> bool:
        """Set another password and end all sessions of the user; false where theirs is not `before` any more."""
        with self._database.write() as connection:
            row = _find(connection, console_user.c.id == user_id, lock=True)
            if row is None or row.password_hash != before:
                return False
            _set_password(connection, row, after, row.email, now)
        return True

    def rehash(self, user_id: int, before: str, after: str) -> None:
        """Store another hash of the same password, made with the current cost; not where another one was set."""
        unchanged = (console_user.c.id == user_id) & (console_user.c.password_hash == before)
        with self._database.write() as connection:
            connection.execute(console_user.update().where(unchanged).values(password_hash=after))


def _find(connection: Connection, condition: ColumnElement[bool], *, lock: bool = False) -> Row[Any] | None:
    """The user; with `lock` another transaction that asks waits, and then finds what this one has left."""
    query = select(console_user).where(condition)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _require(connection: Connection, number: int) -> User:
    row = _find(connection, console_user.c.id == number)
    assert row is not None
    return user_from(row)


def _change(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(console_user.update().where(console_user.c.id == user_id).values(**values))


def _set_role(connection: Connection, user: User, role: UserRole, by: str, now: datetime) -> bool:
    if user.role is role:
        return False
    _change(connection, user.id, role=role)
    note_user(connection, "role changed", user.email, by, now, before=user.role, after=role)
    return True


def _set_disabled(connection: Connection, user: User, disabled_at: datetime | None, by: str, now: datetime) -> bool:
    if (user.disabled_at is None) == (disabled_at is None):
        return False
    _change(connection, user.id, disabled_at=disabled_at, link_hash=None, link_ends_at=None)
    _end_sessions(connection, user.id)
    note_user(connection, "user enabled" if disabled_at is None else "user disabled", user.email, by, now)
    return True


def _set_password(connection: Connection, row: Row[Any], password_hash: str, by: str, now: datetime) -> None:
    _change(connection, row.id, password_hash=password_hash, link_hash=None, link_ends_at=None)
    _end_sessions(connection, row.id)
    note_user(connection, "password set" if row.password_hash is None else "password changed", row.email, by, now)


def _end_sessions(connection: Connection, user_id: int) -> None:
    connection.execute(console_session.delete().where(console_session.c.user_id == user_id))


def _make_link(connection: Connection, user_id: int, now: datetime) -> str:
    """Make a one-time link; an earlier one of the user ends."""
    token = new_token()
    _change(connection, user_id, link_hash=hashed_token(token), link_ends_at=now + LINK_VALID)
    return token


def _link_is(token: str, now: datetime) -> ColumnElement[bool]:
    valid = (console_user.c.link_ends_at > now) & console_user.c.disabled_at.is_(None)
    return (console_user.c.link_hash == hashed_token(token)) & valid


def _credentials(row: Row[Any]) -> Credentials:
    on = row.second_factor_at is not None
    second = row.second_factor if on else None
    return Credentials(user=user_from(row), password_hash=row.password_hash, second_factor=second)


def user_from(row: Row[Any]) -> User:
    """The user of a row with the columns of the table."""
    return User(
        id=row.id,
        email=row.email,
        role=row.role,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        signed_in_at=row.signed_in_at,
        has_password=row.password_hash is not None,
        has_second_factor=row.second_factor_at is not None,
        language=row.language,
    )

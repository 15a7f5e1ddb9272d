"""Second factors of users: what they are made of, which codes were used, and hashes of the recovery codes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.users import User
from digest.store.access.audit import note_user
from digest.store.access.sign_in_tokens import hashed_token
from digest.store.engine.database import Database
from digest.store.tables.admin_schema import console_user, recovery_code

_IS_OFF = console_user.c.second_factor_at.is_(None)


class SecondFactors:
    """The second factors; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user_id: int, nonce: bytes) -> None:
        """Keep what a second factor is made of, until the user proves that they have it."""
        with self._database.write() as connection:
            changed = console_user.update().where(console_user.c.id == user_id, _IS_OFF)
            connection.execute(changed.values(second_factor=nonce))

    def pending(self, user_id: int) -> bytes | None:
        """What a second factor is made of that the user has not proved yet."""
        pending = select(console_user.c.second_factor).where(console_user.c.id == user_id, _IS_OFF)
        with self._database.read() as connection:
            return connection.scalar(pending)

    def enable(self, user: User, nonce: bytes, step: int, codes: Sequence[str], now: datetime) -> bool:
        """Ask for the second factor of that nonce from now on; stores hashes of the recovery codes.

        False if one was on already, or the user began another one meanwhile.
        """
        pending = (console_user.c.second_factor == nonce) & _IS_OFF
        with self._database.write() as connection:
            changed = console_user.update().where(console_user.c.id == user.id, pending)
            if not connection.execute(changed.values(second_factor_at=now, last_step=step)).rowcount:
                return False
            connection.execute(recovery_code.delete().where(recovery_code.c.user_id == user.id))
            rows = [{"code_hash": _code_hash(user.id, code), "user_id": user.id} for code in codes]
            connection.execute(recovery_code.insert(), rows)
            note_user(connection, "second factor on", user.email, user.email, now)
        return True

    def disable(self, user: User, by: str, now: datetime) -> None:
        """Ask for the password only."""
        with self._database.write() as connection:
            remove_second_factor(connection, user.id)
            note_user(connection, "second factor off", user.email, by, now)

    def use_step(self, user_id: int, step: int) -> bool:
        """Note that a code of the second factor was used; false if it, or a later one, was used before."""
        later = console_user.update().where(console_user.c.id == user_id, console_user.c.last_step < step)
        with self._database.write() as connection:
            return connection.execute(later.values(last_step=step)).rowcount == 1

    def use_recovery_code(self, user: User, code: str, now: datetime) -> bool:
        """Use a recovery code up; false if there is none like it."""
        this = recovery_code.c.code_hash == _code_hash(user.id, code), recovery_code.c.user_id == user.id
        with self._database.write() as connection:
            if not connection.execute(recovery_code.delete().where(*this)).rowcount:
                return False
            note_user(connection, "recovery code used", user.email, user.email, now)
        return True

    def codes_left(self, user_id: int) -> int:
        """How many recovery codes were not used."""
        counted = select(func.count()).select_from(recovery_code).where(recovery_code.c.user_id == user_id)
        with self._database.read() as connection:
            return connection.scalar(counted) or 0


def remove_second_factor(connection: Connection, user_id: int) -> None:
    """Ask a user for the password only, in the caller's transaction."""
    changed = console_user.update().where(console_user.c.id == user_id)
    connection.execute(changed.values(second_factor=None, second_factor_at=None, last_step=0))
    connection.execute(recovery_code.delete().where(recovery_code.c.user_id == user_id))


def _code_hash(user_id: int, code: str) -> bytes:
    return hashed_token(f"{user_id} {code}")

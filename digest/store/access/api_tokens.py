"""The tokens of the API: shown once when they are made, stored as hashes."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from digest.model.api import ApiToken, Scope
from digest.store.access.rate_counts import count_event, events_counted, purge_counts
from digest.store.access.sign_in_tokens import hashed_token
from digest.store.engine.database import Database
from digest.store.tables.api_schema import api_token
from digest.store.tables.schema import insert

MOST_WRONG = 100  # requests an hour of one network whose token is not valid
_HOUR = timedelta(hours=1)
_PREFIX = "digest_"  # by which programs that look for leaked secrets find it
_RANDOM_BYTES = 32


class ApiTokens:
    """The tokens; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, scopes: Sequence[Scope], now: datetime) -> str | None:
        """Make a token, which is not shown again; None if a valid one has that name."""
        token = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        added = {"name": name, "token_hash": hashed_token(token), "scopes": tuple(scopes), "created_at": now}
        with self._database.write() as connection:
            inserted = insert(connection, api_token).on_conflict_do_nothing().returning(api_token.c.id)
            is_new = connection.scalar(inserted, added) is not None
        return token if is_new else None

    def list(self) -> list[ApiToken]:
        """All tokens, the revoked ones too, the oldest first."""
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(select(api_token).order_by(api_token.c.id))]

    def revoke(self, name: str, now: datetime) -> bool:
        """End the validity of a token at once; false if there is no valid one of that name."""
        valid = api_token.c.name == name, api_token.c.revoked_at.is_(None)
        with self._database.write() as connection:
            return connection.execute(api_token.update().where(*valid).values(revoked_at=now)).rowcount == 1

    def find(self, token: str) -> ApiToken | None:
        """The valid token of that text."""
        # The time of a look-up by hash tells nothing about a guess.
        valid = api_token.c.token_hash == hashed_token(token), api_token.c.revoked_at.is_(None)
        with self._database.read() as connection:
            row = connection.execute(select(api_token).where(*valid)).one_or_none()
        return None if row is None else _token(row)

    def count_wrong(self, network_key: str, now: datetime) -> bool:
        """Count a request whose token is not valid; false once its network has made too many."""
        key = f"wrong token {network_key}"
        with self._database.read() as connection:
            if events_counted(connection, key, now) >= MOST_WRONG:
                return False
        with self._database.write() as connection:
            count_event(connection, key, _HOUR, now)
            purge_counts(connection, now)
        return True


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        scopes=tuple(map(Scope, row.scopes)),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )

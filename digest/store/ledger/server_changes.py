"""Notices that another PostgreSQL server holds the database, which may not know the last messages that were sent.

A standby that takes over, and a server that is restored to an earlier moment, begin a new timeline:
https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from digest.model.issues import SENDABLE, IssueState, Kind
from digest.store.engine.database import Database
from digest.store.engine.postgres_engine import LASTING_REFUSALS, SERVER
from digest.store.issues.issues import issue_record
from digest.store.ledger.transitions import move_issue
from digest.store.tables.schema import issue, upsert
from digest.store.tables.server_schema import database_server

_log = logging.getLogger(__name__)

_ONLY = 1  # row
_SERVER = text(SERVER).execution_options(may_be_refused=True)


class Server(NamedTuple):
    """A PostgreSQL server on one timeline; `is_copied`: what it confirms is on a standby, too."""

    name: str
    is_copied: bool


class ServerChanges:
    """The server that holds the database, as its own table knows it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_refused = False  # then it is not asked again before each claim

    def can_be_noticed(self) -> bool:
        """Whether another server would be noticed: some hosted databases do not tell which one they are."""
        if not self._database.is_sqlite:
            with self._database.each_statement() as connection:
                self._current_server(connection)
        return not self._is_refused

    def pause_after_change(self, now: datetime) -> list[str]:
        """Pause the issues that are sent, or may be, if another server has taken the database over; their names.

        None is paused where the commits of the server before waited for a standby. Raises StoreError.
        """
        if self._database.is_sqlite or self._is_refused:
            return []
        with self._database.each_statement() as connection:
            current = self._current_server(connection)
            if current is None or current == _known_server(connection):
                return []
        with self._database.write() as connection:
            known = _known_server(connection, lock=True)
            upsert(connection, database_server, {"id": _ONLY}, current._asdict())
            if known is None or known.name == current.name:
                return []
            paused = [] if known.is_copied else list(_pause(connection, now))
        _log.warning(
            "the database is on another PostgreSQL server, as after a failover; issues paused: %d", len(paused)
        )
        return paused

    def _current_server(self, connection: Connection) -> Server | None:
        """The server of this connection; None where it cannot be known."""
        try:
            system, timeline, is_copied = connection.execute(_SERVER).one()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            if (getattr(error.orig, "sqlstate", None) or "").startswith(LASTING_REFUSALS):
                self._is_refused = True
            return None
        return Server(f"{system}/{timeline}", is_copied)


def _known_server(connection: Connection, *, lock: bool = False) -> Server | None:
    chosen = select(database_server.c.name, database_server.c.is_copied)
    row = connection.execute(chosen.with_for_update() if lock else chosen).one_or_none()
    return None if row is None else Server(*row)


def _pause(connection: Connection, now: datetime) -> Iterator[str]:
    """System mail goes on: a second confirmation does less harm than none."""
    sendable = select(issue).where(issue.c.state.in_(SENDABLE), issue.c.kind != Kind.SYSTEM)
    for row in connection.execute(sendable.order_by(issue.c.id).with_for_update()).all():
        name = issue_record(row).name
        reason = (
            "the database is on another PostgreSQL server, which may not know the last messages that were sent;"
            f" `digest cancel {name}` ends it, and to go on may send twice"
        )
        values = {"reason": reason, "updated_at": now}
        move_issue(connection, SENDABLE, IssueState.PAUSED, issue.c.id == row.id, values)
        yield name

"""Refuses a PostgreSQL server that another one has replaced, such as a former primary that was started again.

It does not know what was sent since, and would let it be sent again. A standby that takes over begins a new timeline:
https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
"""

from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

from digest.errors import StoreUnavailableError
from digest.store.engine.postgres_engine import LASTING_REFUSALS, SERVER


class ServerTimelines:
    """The newest timeline of each server's files that the connections of one process have seen."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._is_refused = False  # some hosted databases do not tell it: then no connection asks again

    def watch(self, engine: Engine) -> None:
        """Let each connection of the engine fail that leads to an older timeline."""
        event.listen(engine, "connect", self._note)
        event.listen(engine, "checkout", self._require_newest)

    def _note(self, connection: Any, record: Any) -> None:
        found = None if self._is_refused else self._timeline(connection)
        if found is None:
            return
        system, timeline = record.info["timeline"] = found
        if timeline >= self._newest.get(system, 0):
            self._newest[system] = timeline
            return
        place = f"{connection.info.host}, port {connection.info.port}"
        connection.close()
        raise StoreUnavailableError(
            f"the PostgreSQL server at {place} was replaced by another one, whose changes it does not have; stop it, or"
            " make it a standby of the other one; to use it nevertheless, restart Digest"
        )

    def _timeline(self, connection: Any) -> tuple[int, int] | None:
        try:
            system, timeline, _ = connection.execute(SERVER).fetchone()
        except psycopg.Error as error:
            connection.rollback()  # raises an error if the connection is lost
            self._is_refused = (error.sqlstate or "").startswith(LASTING_REFUSALS)
            return None  # also of a standby
        connection.commit()
        return system, int(timeline, 16)

    def _require_newest(self, _connection: Any, record: Any, _proxy: object) -> None:
        """Replace the pool's connections if this one was made before another server took over."""
        if (found := record.info.get("timeline")) is not None:
            system, timeline = found
            if timeline < self._newest[system]:
                raise InvalidatePoolError

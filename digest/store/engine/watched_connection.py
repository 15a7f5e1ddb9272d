"""Connections to PostgreSQL that do not wait for a server that acknowledges everything and answers nothing."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Engine, event

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_CHECK = 10.0  # seconds of waiting after which a new connection shows whether the server answers at all
_CHECK_LIMIT = 5  # seconds for the new connection
_ANSWER_LIMIT = 5.0  # seconds for its statement, which behind a pooler may wait for the one that is watched
_LAST_WAIT = 5.0  # seconds that a process waits that is to end
_LAST_CONNECT = 2  # seconds for its new connections, the least that libpq takes
_REPEAT = 600.0  # seconds until it is logged again that a standby is missing
_WAITS_FOR_STANDBY = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'SyncRep'"


def watch(engine: Engine, is_stopped: Callable[[], bool]) -> None:
    """Let the engine's connections fail if the server is frozen, or after 5 seconds if `is_stopped()`.

    TCP notices a host that is gone but not a server that hangs, and a statement may take long for good reasons.
    """

    missing_standby = _MissingStandby()

    def connect_with(parameters: dict[str, Any], **limit: int) -> _WatchedConnection:
        connection = _WatchedConnection.connect(**{**parameters, **limit})
        connection.is_stopped = is_stopped
        connection.try_another = partial(connect_with, parameters, connect_timeout=_CHECK_LIMIT)
        connection.missing_standby = missing_standby
        return connection

    def connect(_dialect: Any, _record: Any, _arguments: object, parameters: dict[str, Any]) -> Any:
        return connect_with(parameters, **({"connect_timeout": _LAST_CONNECT} if is_stopped() else {}))

    event.listen(engine, "do_connect", connect)


class _MissingStandby:
    """Logs that commits wait, for all connections of an engine together."""

    def __init__(self) -> None:
        self._logged: float | None = None  # monotonic

    def log(self) -> None:
        now = time.monotonic()
        if self._logged is None or now - self._logged >= _REPEAT:
            self._logged = now
            _log.warning(
                "the PostgreSQL server waits until a standby has a commit, and Digest waits for it: start the standby,"
                " or empty synchronous_standby_names"
            )


class _WatchedConnection(psycopg.Connection[Any]):
    is_stopped: Callable[[], bool]
    try_another: "Callable[[], _WatchedConnection]"
    missing_standby: _MissingStandby
    longest_wait = math.inf  # seconds

    def wait(self, gen: PQGen[_T], *limits: Any, **more: Any) -> _T:
        return super().wait(self._watched(gen), *limits, **more)

    def _watched(self, steps: PQGen[_T]) -> PQGen[_T]:
        began = checked = time.monotonic()
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                now = time.monotonic()
                if not ready and self.is_stopped() and now - began >= _LAST_WAIT:
                    self._fail("was not waited for, because Digest is to end")
                if not ready and now - began >= self.longest_wait:
                    self._fail("did not answer in time")
                if not ready and now - checked >= _CHECK:
                    self._require_server()
                    checked = time.monotonic()
                wanted = steps.send(ready)
        except StopIteration as ended:
            result: _T = ended.value
            return result

    def _require_server(self) -> None:
        try:
            with closing(self.try_another()) as other:
                other.longest_wait = _ANSWER_LIMIT
                if other.execute(_WAITS_FOR_STANDBY, [self.info.backend_pid]).rowcount:
                    self.missing_standby.log()
        except ConnectionTimeout:
            self._fail("did not answer in time")
        except psycopg.Error:
            return  # it answers, even if it takes no more connections

    def _fail(self, reason: str) -> None:
        self.close()  # SQLAlchemy then takes it for a lost connection
        raise psycopg.OperationalError(f"the server {reason}")

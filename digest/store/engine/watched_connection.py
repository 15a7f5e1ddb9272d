"""Connections to PostgreSQL that do not wait for a server that acknowledges everything and answers nothing."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Engine, event

_T = TypeVar("_T")
_CHECK = 10.0  # seconds of waiting after which a new connection shows whether the server answers at all
_CHECK_LIMIT = 5  # seconds for the new connection
_LAST_WAIT = 5.0  # seconds that a process waits that is to end
_LAST_CONNECT = 2  # seconds for its new connections, the least that libpq takes


def watch(engine: Engine, is_stopped: Callable[[], bool]) -> None:
    """Let the engine's connections fail if the server is frozen, or after 5 seconds if `is_stopped()`.

    TCP notices a host that is gone but not a server that hangs, and a statement may take long for good reasons.
    """

    def connect(_dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> Any:
        limit = {"connect_timeout": _LAST_CONNECT} if is_stopped() else {}
        connection = _WatchedConnection.connect(*arguments, **{**parameters, **limit})
        connection.is_stopped = is_stopped
        connection.try_another = partial(psycopg.connect, **{**parameters, "connect_timeout": _CHECK_LIMIT})
        return connection

    event.listen(engine, "do_connect", connect)


class _WatchedConnection(psycopg.Connection[Any]):
    is_stopped: Callable[[], bool]
    try_another: Callable[[], psycopg.Connection[Any]]

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
                if not ready and now - checked >= _CHECK:
                    self._require_server()
                    checked = time.monotonic()
                wanted = steps.send(ready)
        except StopIteration as ended:
            result: _T = ended.value
            return result

    def _require_server(self) -> None:
        try:
            self.try_another().close()
        except ConnectionTimeout:
            self._fail("did not answer in time")
        except psycopg.Error:
            return  # it answers, even if it takes no more connections

    def _fail(self, reason: str) -> None:
        self.close()  # SQLAlchemy then takes it for a lost connection
        raise psycopg.OperationalError(f"the server {reason}")

"""An executor whose threads do not keep the process alive."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaemonExecutor(ThreadPoolExecutor):
    """Runs each call in a daemon thread of its own.

    An event loop resolves host names in its executor. The interpreter joins the threads of a ThreadPoolExecutor when
    it exits, so a name server that does not answer would delay the end of the process by half a minute.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start the call now."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from here on it cannot be cancelled, so its result is always accepted
        threading.Thread(target=_run, args=(future, fn, args, kwargs), name="resolve", daemon=True).start()
        return future


def _run(future: Future[T], call: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    try:
        future.set_result(call(*args, **kwargs))
    except BaseException as error:  # noqa: BLE001 - the future passes every exception on to whoever waits for it
        future.set_exception(error)

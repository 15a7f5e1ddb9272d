"""Starts real processes quickly: one parent that has imported everything forks a child for each of them.

`ForkServer` is the side of the tests. The parent (`python -m tests.faults.processes`) reads one request in JSON on each
line, and ends with its children when its standard input ends.
"""

import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.process_states import process_state

ROOT = Path(__file__).parents[2]
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


# What commands import when they need it: children must find it there already.
_NEEDED = (
    "digest.store.migrations.upgrade",
    "digest.store.tables.metadata",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "psycopg",
    "uvloop",
)


class Child:
    """A forked process; `status` is its exit code, minus the signal that ended it, or None while it runs."""

    def __init__(self, fork_server: "ForkServer", pid: int) -> None:
        self._fork_server = fork_server
        self.pid = pid
        self.status: int | None = None

    def wait(self, seconds: float) -> int | None:
        """Wait for its end, at most `seconds`."""
        if self.status is None:
            self.status = self._fork_server.ask({"wait": self.pid, "seconds": seconds})
        return self.status

    def stopped(self, seconds: float) -> bool:
        """Wait until it has stopped itself (SIGSTOP), at most `seconds`; false when it ended or continued."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.wait(0) is None:
            if process_state(self.pid) == "T":
                return True
            time.sleep(0.005)
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended: a pid that was waited for may be another's."""
        if self.wait(0) is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.signal(signal.SIGKILL)
        self.wait(10)


class ForkServer:
    """The parent process; use as a context."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.processes"]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def start(
        self, module: str, arguments: Sequence[object], *, log: Path, limit: int | None = None, host: int | None = None
    ) -> Child:
        """Start `tests.faults.MODULE.main(…)`, its output in `log`; no file may grow over `limit` bytes.

        `host` is the pid of a process whose network and host name it shares.
        """
        request = {"start": module, "arguments": arguments, "log": str(log), "limit": limit, "host": host}
        return Child(self, self.ask(request))

    def ask(self, request: dict[str, Any]) -> Any:
        """One request, one answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _serve() -> None:
    modules = {name: importlib.import_module(f"tests.faults.{name}") for name in ("sender", "server")}
    for name in _NEEDED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            answer: int | None = _born(modules[request["start"]], request)
        else:
            answer = _waited(request["wait"], request["seconds"])
        print(json.dumps(answer), flush=True)


def _born(module: Any, request: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            _settle_in(Path(request["log"]), request["limit"])
            _move_to(request["host"])
            module.main(*request["arguments"])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:  # noqa: BLE001 - a child must never come back into its parent's loop
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return pid


def _settle_in(log: Path, limit: int | None) -> None:
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, log, os.O_CREAT | os.O_WRONLY | os.O_APPEND),
        (2, log, os.O_CREAT | os.O_WRONLY | os.O_APPEND),
    ):
        os.dup2(os.open(path, flags, 0o600), number)
    if limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        sys.dont_write_bytecode = True  # it would be cut


def _move_to(host: int | None) -> None:
    for name in ("net", "uts") if host is not None else ():
        namespace = os.open(f"/proc/{host}/ns/{name}", os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(namespace, 0):
            raise OSError(ctypes.get_errno(), f"setns {name}")
        os.close(namespace)


def _waited(pid: int, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.003)


if __name__ == "__main__":
    _serve()

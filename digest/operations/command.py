"""Runs a command of the operator's with limits: of time for it and all that it starts, and of what it may print."""

import os
import selectors
import signal
import subprocess  # an argument list, never a shell
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

LARGEST_OUTPUT = 64 * 1024  # bytes
TOO_LONG = "it takes too long"
_LOOK = 0.05  # seconds between two looks at whether it ended, or must
# What programs need to find files and to print in a language. Everything else may hold a secret of Digest's.
_PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")


class CommandFailedError(Exception):
    """The command could not be started, took too long, printed too much, or ended with another code than 0."""


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process that a command gets."""
    return {name: environ[name] for name in _PASSED_ON if name in environ}


def run_command(
    arguments: Sequence[str], given: bytes, *, folder: Path, seconds: float, stopped: Callable[[], bool]
) -> bytes:
    """What the command prints when it gets these bytes on standard input; raises CommandFailedError.

    At the end, and once `stopped()`, its process group is killed.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(os.environ),
            start_new_session=True,
        )
    except OSError as error:
        raise CommandFailedError(f"it cannot be started: {error.strerror}") from None
    with process:
        try:
            printed = _output_of(process, given, _must_end(time.monotonic() + seconds, stopped))
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # not waited for yet, so that the id is its own
        code = process.wait()
    if code:
        raise CommandFailedError(how_it_ended(code))
    return printed


def how_it_ended(code: int) -> str:
    """What a process ended with: its exit code, or the name of the signal that ended it."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:  # a real-time signal has no name
        return f"signal {-code}"


def _output_of(process: "subprocess.Popen[bytes]", given: bytes, must_end: Callable[[], None]) -> bytes:
    """What it printed until it ended."""
    if process.stdin is None or process.stdout is None:
        raise CommandFailedError("it has no pipes")
    printed = _exchange(process.stdin, process.stdout, given, must_end)
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        must_end()
        time.sleep(_LOOK)
    return printed


def _must_end(end: float, stopped: Callable[[], bool]) -> Callable[[], None]:
    def look() -> None:
        if stopped():
            raise CommandFailedError("it was stopped")
        if time.monotonic() >= end:
            raise CommandFailedError(TOO_LONG)

    return look


def _exchange(stdin: IO[bytes], stdout: IO[bytes], given: bytes, must_end: Callable[[], None]) -> bytes:
    """Write what it gets while it reads, and read what it prints."""
    printed = bytearray()
    os.set_blocking(stdin.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(stdin, selectors.EVENT_WRITE)
        ready.register(stdout, selectors.EVENT_READ)
        while stdout in (key.fileobj for key in ready.get_map().values()):
            must_end()
            for key, _events in ready.select(_LOOK):
                if key.fileobj is stdin:
                    given = _written(stdin, given)
                    if not given:
                        ready.unregister(stdin)
                        with suppress(OSError):
                            stdin.close()
                elif chunk := os.read(stdout.fileno(), LARGEST_OUTPUT):
                    printed += chunk
                else:
                    ready.unregister(stdout)
                if len(printed) > LARGEST_OUTPUT:
                    raise CommandFailedError(f"it printed more than {LARGEST_OUTPUT // 1024} KB")
    return bytes(printed)


def _written(stdin: IO[bytes], given: bytes) -> bytes:
    """What is left to write; nothing once the command has closed its input."""
    try:
        return given[os.write(stdin.fileno(), given) :]
    except BlockingIOError:
        return given
    except OSError:
        return b""

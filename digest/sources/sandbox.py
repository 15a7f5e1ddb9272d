"""Parses untrusted documents in a process of its own, within a time and a memory limit.

Feeds and pages whose size or shape could keep a parser busy go there (`python -m digest.sources.sandbox`); request and
response are JSON. All others are parsed in this process, because starting another one costs more than parsing them.
As many run at a time as there are processors: the others wait a while, and their time does not run.
"""

import contextlib
import json
import logging
import math
import os
import resource
import signal
import subprocess  # runs this very module
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from digest.errors import ParseError

_MODULE = "digest.sources.sandbox"
_BY_THE_CLOCK = 3  # times as long: a busy machine gives the process a part of a processor
_OUT_OF_MEMORY = 3  # exit code
_LONGEST_LOG = 4_000  # characters of a crashed parser's stderr

# Each process may take a gigabyte, and more of them than there are processors are no faster. But a few slow documents
# must not keep others waiting until the round of all sources has ended, which takes 60 s.
_SLOTS = threading.Semaphore(max(2, os.cpu_count() or 0))
_LONGEST_WAIT = 20.0  # seconds

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxLimits:
    """What a document may take: `seconds` of a processor's time, and bytes of `memory` for the whole process."""

    seconds: float = 10.0
    memory: int = 1_000_000_000


DEFAULT_LIMITS = SandboxLimits()


def run(parser: str, *arguments: object, limits: SandboxLimits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The fields of what a parser (a name in `sandbox_parsers.PARSERS`) returns for these arguments.

    Raises ParseError: the parser's own, or one that names the limit that was exceeded, or says that the parser crashed.
    """
    limits = replace(limits, memory=_lower(limits.memory, resource.getrlimit(resource.RLIMIT_AS)[0]))
    command = [sys.executable, "-P", "-m", _MODULE, parser, str(math.ceil(limits.seconds)), str(limits.memory)]
    longest = _BY_THE_CLOCK * limits.seconds
    try:
        with _slot():
            request = json.dumps(arguments).encode("ascii")  # takes up to six times the memory of the text
            done = subprocess.run(  # noqa: S603  # a fixed command, no shell
                command, check=False, input=request, capture_output=True, timeout=longest
            )
    except subprocess.TimeoutExpired:
        raise ParseError(
            f"was not parsed within {longest:g} s: the machine is busy, or Digest may use too little of a processor"
        ) from None
    if done.returncode != 0:
        raise ParseError(_failure(done, limits))
    response: dict[str, Any] = json.loads(done.stdout)
    if "error" in response:
        raise ParseError(response["error"])
    fields: dict[str, Any] = response["fields"]
    return fields


@contextlib.contextmanager
def _slot() -> Iterator[None]:
    """A slot for one process; after the longest wait without one."""
    has_slot = _SLOTS.acquire(timeout=_LONGEST_WAIT)
    try:
        yield
    finally:
        if has_slot:
            _SLOTS.release()


def _lower(wanted: int, inherited: int) -> int:
    """A limit, or the lower one that this process was started with (`ulimit`, LimitAS of systemd)."""
    return wanted if inherited == resource.RLIM_INFINITY else min(wanted, inherited)


def _failure(done: "subprocess.CompletedProcess[bytes]", limits: SandboxLimits) -> str:
    if done.returncode == _OUT_OF_MEMORY:
        return f"takes more than {limits.memory / 1_000_000:,.0f} MB of memory to parse"
    if done.returncode == -signal.SIGXCPU:
        return f"takes longer than {limits.seconds:g} s to parse"
    if done.returncode == -signal.SIGKILL:  # by Linux where the machine, or systemd where the service has too little
        return "the parser was killed, probably because memory is short"
    stderr = done.stderr.decode("utf-8", "replace")[-_LONGEST_LOG:]
    _log.debug("the parser ended with %d; its stderr: %s", done.returncode, stderr)
    how = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    return f"the parser crashed ({how})"


def _offer_to_be_killed_first() -> None:
    """Where memory is short, let Linux kill this process and not the larger one that sends mail (proc(5))."""
    with contextlib.suppress(OSError):  # another system, or one that hides the file
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main(parser: str, cpu_seconds: str, memory: str) -> None:
    """Parse what stdin requests and write it to stdout, within limits that hold for this whole process."""
    _offer_to_be_killed_first()
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (_lower(int(cpu_seconds), soft), _lower(int(cpu_seconds) + 1, hard)))
    try:
        parsers = import_module("digest.sources.sandbox_parsers")  # large, and so loaded after the limits are set
        response = parsers.respond(parser, json.load(sys.stdin))
        sys.stdout.write(json.dumps(response, default=datetime.isoformat))
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Parses untrusted documents in a process of its own, within a time and a memory limit.

Feeds and pages whose size or shape could keep a parser busy go there (`python -m digest.sources.sandbox`); request and
response are JSON. All others are parsed in this process, because starting another one costs more than parsing them.
"""

import base64
import json
import logging
import math
import resource
import signal
import subprocess  # runs this very module
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from selectolax.lexbor import SelectolaxError

from digest.errors import ParseError
from digest.sources.feed.parse import parse_text
from digest.sources.page.listing import read_listing
from digest.sources.page.structured_data import read_markup

_MODULE = "digest.sources.sandbox"
_BY_THE_CLOCK = 3  # times as long: a busy machine gives the process a part of a processor
_OUT_OF_MEMORY = 3  # exit code
_LONGEST_LOG = 4_000  # characters of a crashed parser's stderr

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxLimits:
    """What a document may take: `seconds` of a processor's time, and bytes of `memory` for the whole process."""

    seconds: float = 10.0
    memory: int = 1_000_000_000


DEFAULT_LIMITS = SandboxLimits()


def run(parser: str, *arguments: object, limits: SandboxLimits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The fields of what a parser (a name in `PARSERS`) returns for these arguments.

    Raises ParseError: the parser's own, or one that names the limit that was exceeded, or says that the parser crashed.
    """
    command = [sys.executable, "-P", "-m", _MODULE, parser, str(math.ceil(limits.seconds)), str(limits.memory)]
    request = json.dumps(arguments).encode("ascii")
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command, no shell
            command, check=False, input=request, capture_output=True, timeout=_BY_THE_CLOCK * limits.seconds
        )
    except subprocess.TimeoutExpired:
        raise ParseError(_too_slow(limits)) from None
    if done.returncode != 0:
        raise ParseError(_failure(done, limits))
    response: dict[str, Any] = json.loads(done.stdout)
    if "error" in response:
        raise ParseError(response["error"])
    fields: dict[str, Any] = response["fields"]
    return fields


def _too_slow(limits: SandboxLimits) -> str:
    return f"takes longer than {limits.seconds:g} s to parse"


def _failure(done: "subprocess.CompletedProcess[bytes]", limits: SandboxLimits) -> str:
    if done.returncode == _OUT_OF_MEMORY:
        return f"takes more than {limits.memory / 1_000_000:,.0f} MB of memory to parse"
    if done.returncode == -signal.SIGXCPU:
        return _too_slow(limits)
    stderr = done.stderr.decode("utf-8", "replace")[-_LONGEST_LOG:]
    _log.debug("the parser ended with %d; its stderr: %s", done.returncode, stderr)
    how = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    return f"the parser crashed ({how})"


def _parse_feed(text: str, base: str | None, zone: str) -> dict[str, Any]:
    parsed = parse_text(text, base=base, zone=ZoneInfo(zone))
    entries = [asdict(entry) for entry in parsed.entries]
    return {"entries": entries, "flaws": dict(parsed.flaws), "channel": asdict(parsed.channel)}


def _read_listing(page: str, item: str, fields: dict[str, str], url: str | None) -> dict[str, Any]:
    return asdict(read_listing(page, item, fields, url))


def _read_markup(page: str, url: str, selectors: dict[str, str]) -> dict[str, Any]:
    return asdict(read_markup(page, url, selectors))


def _scale_picture(content: str, widths: list[int]) -> dict[str, Any]:
    thumbnails = import_module("digest.sources.thumbnails")  # only pictures need Pillow
    found = thumbnails.scaled(base64.b64decode(content), widths)
    return {
        str(width): asdict(picture) | {"content": base64.b64encode(picture.content).decode("ascii")}
        for width, picture in found.items()
    }


PARSERS: dict[str, Callable[..., dict[str, Any]]] = {
    "feed": _parse_feed,
    "listing": _read_listing,
    "markup": _read_markup,
    "picture": _scale_picture,
}


def _respond(parser: str, arguments: list[Any]) -> dict[str, Any]:
    try:
        return {"fields": PARSERS[parser](*arguments)}
    except ParseError as error:
        return {"error": str(error)}


def main(parser: str, cpu_seconds: str, memory: str) -> None:
    """Parse what stdin requests and write it to stdout, within limits that hold for this whole process."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds) + 1))
    try:
        response = _respond(parser, json.load(sys.stdin))
        sys.stdout.write(json.dumps(response, default=datetime.isoformat))
    except (MemoryError, SelectolaxError):  # lexbor reads any HTML: it fails only when it gets no memory
        sys.exit(_OUT_OF_MEMORY)


if __name__ == "__main__":
    main(*sys.argv[1:])

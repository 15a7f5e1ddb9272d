"""Where the mail goes: sinks and a far-away proxy, each a process that ends with its block; and nodemailer's home."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
_NPM_SECONDS = 120
_START_SECONDS = 10


def environment() -> dict[str, str]:
    """The environment in which our modules run from this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def module(name: str, *arguments: object) -> list[str]:
    """The command that runs one of our modules."""
    return [sys.executable, "-m", name, *map(str, arguments)]


@contextmanager
def our_sink(*, chunking: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """The fast sink: its port, and a dictionary that holds what it counted once the block has ended."""
    counted: dict[str, Any] = {}
    with serving(module("benchmarks.sink", *([] if chunking else ["--no-chunking"]))) as (port, process):
        yield port, counted
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        counted.update(json.loads(process.stdout.read()))


@contextmanager
def far_away(port: int, round_trip: float) -> Iterator[int]:
    """A proxy before the port, so many seconds of a round trip away: its own port."""
    if not round_trip:
        yield port
        return
    with serving(module("benchmarks.delay_proxy", "--to", port, "--round-trip", round_trip)) as (near, _process):
        yield near


@contextmanager
def postfix_sink() -> Iterator[int]:
    """Postfix's smtp-sink: its port."""
    port = free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program("smtp-sink"), *as_nobody, f"{HOST}:{port}", "200"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/") as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def program(name: str) -> str:
    """The path of a program, also of one that only root's PATH has; an empty text where it is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or ""


def nodemailer(folder: Path) -> str:
    """Install nodemailer from npm into the folder: its version, or an empty text where that cannot be."""
    if not (program("node") and program("npm")):
        return ""
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "nodemailer"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_NPM_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return ""
    package = json.loads((folder / "node_modules" / "nodemailer" / "package.json").read_text())
    return str(package["version"])


@contextmanager
def serving(command: list[str]) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """A process that prints its port and ends with its standard input: the port and the process."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process
        finally:
            if not process.stdin.closed:
                process.stdin.close()


def free_port() -> int:
    """A port that nobody uses."""
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    patience = time.monotonic() + _START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        if time.monotonic() > patience:
            raise RuntimeError("smtp-sink did not start")
        time.sleep(0.02)

"""The sandbox: real processes that crash, hang, or take too much memory, and what is reported of each."""

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from digest.errors import ParseError
from digest.sources import sandbox
from digest.sources.sandbox import SandboxLimits


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the parser crashed (signal 11)"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "the parser was killed, probably because memory is short",
        ),
        ("import no_such_package", "the parser crashed (exit code 1)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "takes longer than 10 s to parse"),
        ("import sys; sys.exit(3)", "takes more than 1,000 MB of memory to parse"),
        (
            "import time; time.sleep(60)",
            "was not parsed within 1.5 s: the machine is busy, or Digest may use too little of a processor",
        ),
    ],
    ids=["segmentation fault", "killed", "import error", "CPU limit", "memory limit", "time limit"],
)
def test_sandbox_failed_process_is_reported_by_its_cause(
    program: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash is reported as a crash, and each limit has a message of its own."""
    use_as_parser(program, tmp_path, monkeypatch)
    limits = SandboxLimits(seconds=0.5) if "1.5 s" in message else SandboxLimits()
    with pytest.raises(ParseError) as raised:
        sandbox.run("feed", "<rss/>", None, "UTC", limits=limits)
    assert str(raised.value) == message


def test_sandbox_on_a_busy_machine_has_more_time_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that gets a part of a processor, or has to wait, is not refused."""
    monkeypatch.setattr(sandbox, "_BY_THE_CLOCK", 100)
    use_as_parser("import time; time.sleep(0.6); print('{\"fields\": {}}')", tmp_path, monkeypatch)
    assert sandbox.run("feed", "<rss/>", None, "UTC", limits=SandboxLimits(seconds=0.5)) == {}


def test_sandbox_process_runs_in_a_slot_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five feeds of 9 MB at a time, none of them well-formed, take no more memory than as many as processors."""
    slots, left = threading.Semaphore(1), []

    def run(*_command: object, **_options: object) -> subprocess.CompletedProcess[bytes]:
        left.append(slots.acquire(blocking=False))
        return subprocess.CompletedProcess([], 0, b'{"fields": {}}')

    monkeypatch.setattr(sandbox, "_SLOTS", slots)
    monkeypatch.setattr(subprocess, "run", run)
    sandbox.run("feed", "<rss/>", None, "UTC")
    assert left == [False]
    assert slots.acquire(blocking=False)


def test_sandbox_process_that_waited_long_runs_without_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow documents in all slots do not cost the round an ordinary one behind them."""
    slots = threading.Semaphore(0)
    done = subprocess.CompletedProcess([], 0, b'{"fields": {}}')
    monkeypatch.setattr(sandbox, "_SLOTS", slots)
    monkeypatch.setattr(sandbox, "_LONGEST_WAIT", 0.0)
    monkeypatch.setattr(subprocess, "run", lambda *_command, **_options: done)
    assert sandbox.run("feed", "<rss/>", None, "UTC") == {}
    assert not slots.acquire(blocking=False)


def test_sandbox_stderr_of_a_crash_is_in_the_debug_log_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The error has one line; the traceback is in the debug log."""
    use_as_parser("import no_such_package", tmp_path, monkeypatch)
    with caplog.at_level(logging.DEBUG, "digest.sources.sandbox"), pytest.raises(ParseError, match=r"^the parser"):
        sandbox.run("feed", "<rss/>", None, "UTC")
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert "No module named 'no_such_package'" in record.getMessage()


def test_sandbox_parser_error_is_passed_on() -> None:
    """A document that is not a feed is refused with the same message as outside."""
    with pytest.raises(ParseError, match=r"^is not a feed: neither RSS nor Atom nor JSON Feed$"):
        sandbox.run("feed", "<a/>", None, "UTC")


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="only Linux chooses whom to kill")
def test_sandbox_process_short_of_memory_is_killed_before_the_one_that_sends() -> None:
    """It asks for that before it loads the parsers, which take more memory than all else that it does at first."""
    program = """import sys, types; stand_in = types.ModuleType("parsers"); path = "/proc/self/oom_score_adj"
stand_in.respond = lambda *_: {"fields": {"score": open(path).read().strip()}}
sys.modules["digest.sources.sandbox_parsers"] = stand_in
from digest.sources import sandbox
sandbox.main("feed", "10", "1000000000")"""
    assert run_program(program, "[]") == '{"fields": {"score": "1000"}}'


def test_sandbox_where_nobody_may_choose_whom_to_kill_parses_as_before() -> None:
    """As in a container that hides the file."""
    program = """import sys, types; stand_in = types.ModuleType("parsers")
stand_in.respond = lambda *_: {"fields": {}}
sys.modules["digest.sources.sandbox_parsers"] = stand_in
from pathlib import Path
from digest.sources import sandbox
sandbox.Path = lambda path: Path("/nowhere", path[1:])
sandbox.main("feed", "10", "1000000000")"""
    assert run_program(program, "[]") == '{"fields": {}}'


def test_sandbox_lower_limits_of_the_service_stay() -> None:
    """`ulimit`, or LimitAS and LimitCPU of systemd: no process may raise its own."""
    program = """import resource; resource.setrlimit(resource.RLIMIT_AS, (800_000_000, 900_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (9, 10))
from digest.sources import sandbox
print(sandbox.run("feed", "<rss version='2.0'><channel><title>A</title></channel></rss>", None, "UTC")["entries"])"""
    assert run_program(program) == "[]\n"


def run_program(program: str, given: str = "") -> str:
    """What a process of its own writes to standard output."""
    done = subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.stdout


def use_as_parser(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sandbox run this program instead of the parser."""
    (folder / "stand_in_parser.py").write_text(program)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(sandbox, "_MODULE", "stand_in_parser")

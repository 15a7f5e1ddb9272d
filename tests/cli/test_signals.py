"""The signals that stop a command."""

import errno
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from digest import __main__ as entry
from digest.cli import collect
from digest.cli.main import main
from digest.cli.signals import stopped_by_signal
from digest.cli.worker import open_sender
from digest.clock import SystemClock
from digest.settings.load import load
from tests.support.installation import Installation, day
from tests.support.signals import hangup_is


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stopped_by_signal_stops_the_clock_and_restores_the_handler(number: signal.Signals) -> None:
    """The work in hand is finished; afterwards the signal does what it did before."""
    with hangup_is(signal.SIG_DFL):
        before, clock = signal.getsignal(number), SystemClock()
        with stopped_by_signal(clock) as received:
            os.kill(os.getpid(), number)
            assert clock.wait(10)
        assert received == {number}
        assert signal.getsignal(number) is before


def test_stopped_by_signal_leaves_an_ignored_hangup_ignored() -> None:
    """As under `nohup`."""
    clock = SystemClock()
    with hangup_is(signal.SIG_IGN), stopped_by_signal(clock) as received:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        assert clock.wait(10)
    assert received == {signal.SIGTERM}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_service_that_a_signal_stops_names_it_in_the_log(
    tmp_path: Path, number: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    """A SIGHUP at midnight leads to the rotation of the log."""
    site = Installation(tmp_path).configure()
    with (
        hangup_is(signal.SIG_DFL),
        caplog.at_level(logging.INFO, "digest"),
        open_sender(load(site.folder / "config/digest.toml", {}), "worker") as (_app, _sender, clock),
    ):
        os.kill(os.getpid(), number)
        assert clock.wait(10)
    assert caplog.messages[-1] == f"stopped by {number.name}"


def test_ctrl_c_before_the_command_begins_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As later, in one line."""
    monkeypatch.setattr("digest.cli.main._choose_encodings", mock.Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "digest: stopped\n")


def test_usage_error_that_nobody_can_read_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where standard error is a full disk: the exit code tells it, too."""
    monkeypatch.setattr("sys.argv", ["digest", "--nothing"])
    monkeypatch.setattr("click.UsageError.show", mock.Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_command_that_a_signal_ends_unwinds_as_after_ctrl_c(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """What it holds is released, one line says so, and the next run works."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    released = []

    def end(*_arguments: object, **_options: object) -> None:
        try:
            os.kill(os.getpid(), number)
        finally:
            released.append(number)

    before = signal.getsignal(number)
    with hangup_is(signal.SIG_DFL), mock.patch.object(collect, "collect_window", end):
        assert site.run("collect").failed(code) == "digest: stopped"
    assert (released, signal.getsignal(number)) == ([number], before)
    site.run("collect").fine()


def test_command_that_sigterm_ends_while_it_asks_has_its_exit_code(tmp_path: Path) -> None:
    """Click turns what ends a question into an error of its own."""
    site = Installation(tmp_path).configure()
    site.subscribe("anna@readers.example")

    def end(*_arguments: object) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return "y"

    with mock.patch("click.termui.visible_prompt_func", end):
        site.run("subscribers", "erase", "anna@readers.example", answer="y").failed(143, "stopped")
    site.run("subscribers", "show", "anna@readers.example").fine()


def test_signal_whose_exception_python_drops_ends_the_command(tmp_path: Path) -> None:
    """Here in a finalizer."""
    site = Installation(tmp_path).configure()
    patience = threading.Event()

    class Dropping:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    def collect_window(*_arguments: object, **_options: object) -> None:
        Dropping()
        patience.wait(30)

    with mock.patch.object(collect, "collect_window", collect_window):
        site.run("collect").failed(143, "stopped")


def test_signal_during_the_imports_of_a_command_ends_it_after_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python dropped the exception of a signal in the middle of them: `digest serve` went on serving."""
    imported = []

    def import_module(name: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        imported.append(name)

    monkeypatch.delitem(sys.modules, "digest.cli.rank", raising=False)
    monkeypatch.setattr("importlib.import_module", import_module)
    Installation(tmp_path).configure().run("rank").failed(143, "stopped")
    assert imported[-1] == "digest.cli.rank"


def test_command_whose_terminal_is_closed_has_the_exit_code_of_the_signal(tmp_path: Path) -> None:
    """Although nothing more can be written there."""
    site = Installation(tmp_path).configure()

    def end(*_arguments: object, **_options: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGHUP)
        finally:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with hangup_is(signal.SIG_DFL), mock.patch.object(collect, "collect_window", end):
        site.run("collect").failed(129, "stopped")


@pytest.mark.parametrize(
    ("before", "meanwhile"),
    [(signal.default_int_handler, signal.SIG_DFL), (signal.SIG_IGN, signal.SIG_IGN)],
)
def test_ctrl_c_before_the_command_line_is_imported_raises_nothing(before: object, meanwhile: object) -> None:
    """Python would write a traceback; where the parent ignores the signal, it stays ignored."""
    seen = []

    def load(_name: str) -> SimpleNamespace:
        seen.append(signal.getsignal(signal.SIGINT))
        return SimpleNamespace(main=lambda: seen.append(signal.getsignal(signal.SIGINT)))

    of_the_tests = signal.signal(signal.SIGINT, before)  # type: ignore[arg-type]
    try:
        with mock.patch("importlib.import_module", load):
            entry.main()
    finally:
        signal.signal(signal.SIGINT, of_the_tests)
    assert seen == [meanwhile, before]

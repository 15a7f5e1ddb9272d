"""Progress: a bar on a terminal, plain lines elsewhere, and a pace that is right at any moment."""

import io
import sys
import threading

import pytest

from digest.cli.delivering import SendProgress
from digest.cli.output.progress import Meter, Pace
from digest.model.deliveries import DeliveryState, Outcome, Receipt, Tally


class Terminal(io.StringIO):
    """What a person sees."""

    def isatty(self) -> bool:
        return True


class ManualTimer:
    """A stop timer that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def receipts(outcome: Outcome, number: int) -> list[Receipt]:
    """Return a number of receipts with one outcome."""
    return [Receipt(delivery_id=one, token="t", outcome=outcome) for one in range(number)]


def test_meter_pace_is_that_of_the_last_seconds() -> None:
    """A slow start is forgotten after a while, and the time left follows the pace."""
    timer = ManualTimer()
    pace = Pace(100, timer)
    assert pace.left(100, 1_000) == "-:--:--"
    for second in range(1, 61):
        timer.now = float(second)
        pace.rate(100 + second)
    assert pace.rate(160) == pytest.approx(1)
    assert pace.left(160, 160 + 3_725) == "1:02:05"
    for second in range(61, 81):
        timer.now = float(second)
        rate = pace.rate(160 + (second - 60) * 50)
    assert rate == pytest.approx(50)
    assert pace.left(2_000, 2_000) == "0:00:00"


def test_meter_without_terminal_prints_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A line every few seconds, and separate lines, all on standard error and without control codes."""
    described = threading.Event()

    def describe() -> str:
        described.set()
        return "3 rows, 1 bad"

    with Meter("importing", describe, lambda: 0.5, every=0.01) as meter:
        meter.line("digest: line 2: [bold]bad[/bold]")
        assert described.wait(10)
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert set(lines) == {"digest: line 2: [bold]bad[/bold]", "importing: 3 rows, 1 bad"}
    assert lines.count("digest: line 2: [bold]bad[/bold]") == 1


def test_meter_without_a_summary_prints_its_title_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """As for a backup of PostgreSQL, of which no share is known."""
    described = threading.Event()

    def describe() -> str:
        described.set()
        return ""

    with Meter("copying", describe, lambda: None, every=0.01):
        assert described.wait(10)
    assert set(capsys.readouterr().err.splitlines()) == {"copying"}


def test_meter_short_command_on_a_pipe_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What ends before the first line is due needs none."""
    with Meter("importing", lambda: "all", lambda: 1.0):
        pass
    assert capsys.readouterr().err == ""


def test_meter_on_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar shows the share and the numbers; a separate line is not taken for markup."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with Meter("sending", lambda: "5 of 20, 3 bounced", lambda: 0.25) as meter:
        meter.line("digest: line 2: [bold]bad[/bold]")
    shown = terminal.getvalue()
    assert "25%" in shown
    assert "5 of 20, 3 bounced" in shown
    assert "[bold]bad[/bold]" in shown


def test_meter_on_a_narrow_terminal_shows_the_whole_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 80 columns a bar and all numbers of a sending take more, and nothing of them is cut."""
    terminal, summary = Terminal(), "19797 of 20000, 440 a second, 0:00:44 left, 10 deferred, 3 bounced, 1 unknown"
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with Meter("sending", lambda: summary, lambda: 0.99):
        pass
    shown = terminal.getvalue()
    assert summary in shown
    assert "sending" in shown
    assert "99%" in shown
    assert "…" not in shown


@pytest.mark.parametrize("columns", ["0", "99999999999999999999"])
def test_meter_with_columns_that_are_no_width_shows_a_bar(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some programs set COLUMNS=0 for what they start; the bar has the usual width then."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    with Meter("sending", lambda: "5 of 20", lambda: 0.25):
        pass
    assert "25%" in terminal.getvalue()


def test_meter_quiet_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a terminal."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Meter("importing", lambda: "all", lambda: 1.0, quiet=True, every=0.001):
        pass
    assert terminal.getvalue() == ""


def test_send_progress_counts_receipts() -> None:
    """Settled messages move the bar, a deferral does not; earlier outcomes count from the start."""
    before = {DeliveryState.SENT: 40, DeliveryState.BOUNCED: 2, DeliveryState.UNKNOWN: 1, DeliveryState.PLANNED: 50}
    progress = SendProgress(Tally(counts={**before, DeliveryState.DEFERRED: 5, DeliveryState.EXPIRED: 2}))
    assert progress.share() == pytest.approx(0.45)
    for outcome, number in ((Outcome.SENT, 20), (Outcome.BOUNCED, 3), (Outcome.UNKNOWN, 2), (Outcome.DEFERRED, 9)):
        progress.advance(receipts(outcome, number))
    progress.advance(receipts(Outcome.REFUSED, 7))
    assert progress.share() == pytest.approx(0.70)
    assert progress.summary().startswith("70 of 100, ")
    assert progress.summary().endswith(" left, 9 deferred, 5 bounced, 3 unknown")


def test_send_progress_without_audience_is_zero() -> None:
    """No work is not a division by zero."""
    progress = SendProgress(Tally(counts={}))
    assert progress.share() == 0
    assert "0 of 0" in progress.summary()

"""`--log-format json`: every line on standard error is one JSON object, whatever the command."""

import io
import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import Mock

import pytest

from digest.cli.main import main
from digest.cli.output.log_format import JournalFormatter, JsonFormatter, TextFormatter, fitted, remark, start_log
from tests.support.full_disk import FullDisk
from tests.support.installation import DAY, SLOT, Installation


@pytest.fixture
def own_log(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the next command of this process start its log, as the first one of a process does."""
    return lambda: monkeypatch.setattr(logging.getLogger(), "handlers", [])


def _lines(err: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in err.splitlines()]


def test_log_format_json_lines_have_time_level_logger_and_message(
    site: Installation, own_log: Callable[[], None]
) -> None:
    """Also the error that ends the command, which is a plain line in a text log."""
    own_log()
    ran = site.run("--log-format", "json", "send", "--resume", "daily/2025-06-02")
    (line,) = _lines(ran.err)
    assert (ran.code, line["level"], line["logger"]) == (1, "error", "digest")
    assert "daily/2025-06-02" in line["message"]
    assert datetime.fromisoformat(line["time"]).tzinfo is not None
    own_log()
    text = site.run("send", "--resume", "daily/2025-06-02").err
    assert text == f"digest: {line['message']}\n"


def test_log_format_json_wrong_usage_of_a_command_is_a_line(site: Installation, own_log: Callable[[], None]) -> None:
    """The exit code stays."""
    own_log()
    ran = site.run("--log-format", "json", "status", "--lost")
    assert ran.code == 2
    assert "--lost" in _lines(ran.err)[0]["message"]


def test_unexpected_errors_of_the_command_and_of_its_threads_are_lines_that_name_no_reader(
    site: Installation, own_log: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python printed them as they are, among lines of JSON."""

    def fail(*_unused: object) -> None:
        raise LookupError("no anna@reader.example")

    def fail_twice(*_unused: object) -> None:
        thread = Thread(target=fail, name="one")
        thread.start()
        thread.join()
        fail()

    own_log()
    monkeypatch.setattr("digest.cli.editions.own_or_sample_settings", fail_twice)
    ran = site.run("--log-format", "json", "editions")
    lines = _lines(ran.err)
    assert ran.code == 1
    assert [line["message"] for line in lines] == [
        "unexpected error in the thread one (LookupError)",
        "unexpected error (LookupError)",
    ]
    assert all("in fail" in line["traceback"] for line in lines)
    assert "anna@" not in ran.err


def test_command_without_enough_memory_ends_with_one_line(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under a limit of the service or the machine."""
    monkeypatch.setattr("digest.cli.editions.own_or_sample_settings", Mock(side_effect=MemoryError))
    site.run("editions").failed(1, "there is not enough memory")


def test_command_at_the_limit_of_threads_ends_with_one_line(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under `ulimit -u`, a limit of the user or of a container."""
    refused = Mock(side_effect=RuntimeError("can't start new thread"))
    monkeypatch.setattr("digest.cli.editions.own_or_sample_settings", refused)
    site.run("editions").failed(1, "no thread can be started; raise the limit (`ulimit -u`, TasksMax= of systemd)")


def test_json_formatter_keeps_fields_tracebacks_and_line_breaks_in_one_line() -> None:
    """Fields are those of `extra`."""
    try:
        raise ValueError("odd")
    except ValueError as error:
        caught = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("digest.x", logging.WARNING, "", 1, "источник %s\nfailed", ("a",), caught)
    record.issue = "daily/2026-10-01"
    written = JsonFormatter().format(record)
    line = json.loads(written)
    assert "\n" not in written
    assert (line["message"], line["issue"], line["level"]) == ("источник a\nfailed", "daily/2026-10-01", "warning")
    assert line["traceback"].endswith("ValueError: odd")
    assert set(line) == {"time", "level", "logger", "message", "issue", "traceback"}


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter(), JournalFormatter()])
def test_formatter_of_an_error_that_names_a_reader_masks_the_address(formatter: logging.Formatter) -> None:
    """The text of an unexpected error may hold anything."""
    try:
        raise KeyError("anna@mail.example")
    except KeyError as error:
        caught = (KeyError, error, error.__traceback__)
    written = formatter.format(logging.LogRecord("digest.x", logging.ERROR, "", 1, "failed", (), caught))
    assert "a•••@m•••.example" in written
    assert "anna@" not in written


@pytest.mark.parametrize(
    ("level", "priority"), [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3)]
)
def test_journal_formatter_gives_each_line_the_priority_of_its_level(level: int, priority: int) -> None:
    """There is no time, because the journal has one; a traceback is one entry a line."""
    record = logging.LogRecord("digest.x", level, "", 1, "source %s failed\nat once", ("main",), None)
    name = logging.getLevelName(level)
    assert JournalFormatter().format(record) == f"<{priority}>{name} source main failed\n<{priority}>at once"


@pytest.mark.parametrize("is_journal", [True, False])
def test_log_of_a_command_under_systemd_is_for_the_journal_if_that_is_its_error_stream(
    tmp_path: Path, is_journal: bool, monkeypatch: pytest.MonkeyPatch, own_log: Callable[[], None]
) -> None:
    """Where a unit redirects the stream to a file, JOURNAL_STREAM is set but names another one."""
    own_log()
    monkeypatch.setattr(sys, "argv", ["digest", "status", "--config", str(tmp_path / "none.toml")])
    with (tmp_path / "journal").open("w") as stream:
        place = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{place.st_dev}:{place.st_ino + (not is_journal)}")
        with redirect_stdout(io.StringIO()), redirect_stderr(stream), pytest.raises(SystemExit):
            main()
    line = (tmp_path / "journal").read_text()
    assert line.startswith("<3>ERROR ") is is_journal
    assert "none.toml" in line


def test_remark_on_a_full_disk_does_not_end_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where cron writes the log of `digest send` to a disk without room."""
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115  # closing it fails as well
    monkeypatch.setattr("sys.stderr", full)
    remark("main: 8 items")
    with pytest.raises(OSError, match="No space left"):
        full.close()


def test_fitted_line_at_a_terminal_is_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal breaks words; a command and an address stay whole, and in a file or a pipe it is one line."""
    line = (
        "digest: there is no key to replace; `digest init --dkim` makes the first one, see https://a.example/long-page"
    )
    assert fitted(line) == line
    monkeypatch.setattr("digest.cli.output.log_format._terminal_width", lambda: 40)
    assert fitted(line).splitlines() == [
        "digest: there is no key to replace;",
        "`digest init --dkim` makes the first",
        "one, see https://a.example/long-page",
    ]
    assert fitted(f"{line[:40]}\n\nbelow") == f"{line[:40]}\n\nbelow"


def test_fitted_line_keeps_what_is_copied_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A string of a zone file has no line break in it, and a setting has its value on its line."""
    monkeypatch.setattr("digest.cli.output.log_format._terminal_width", lambda: 30)
    first, second = '"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"', '"c2Vjb25k"'
    assert fitted(f"digest1._domainkey.gazette.example IN TXT ( {first} {second} )\n").splitlines() == [
        *("digest1._domainkey.gazette.example", "IN TXT (", first, f"{second} )"),
    ]
    address = "https://gazette.example/a-page-with-a-long-name"
    assert fitted(f"its fix is at {address}").splitlines() == ["its fix is at", address]
    assert fitted('change it to key = "dkim/of the gazette.pem", then').splitlines() == [
        *("change it to", 'key = "dkim/of the gazette.pem",', "then"),
    ]


def test_wrong_usage_at_a_terminal_is_broken_between_words(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address in the example stays whole."""
    monkeypatch.setattr("digest.cli.output.log_format._terminal_width", lambda: 80)
    ran = site.run("edit", "--boost", "3=abc")
    assert ran.code == 2
    assert ran.err.splitlines()[-2:] == [
        "Error: expected --boost URL=X with a number, such as",
        "https://gazette.example/1=0.7, not '3=abc'",
    ]


def test_errors_questions_and_remarks_fit_the_terminal(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line of an error, what the sources listed, and what is asked before a send."""
    site.subscribe("anna@readers.example")
    monkeypatch.setattr("digest.cli.output.log_format._terminal_width", lambda: 30)
    refused = site.run("send", "--date", DAY, answer="n", now=SLOT)
    missing = site.run("subscribers", "show", "nobody@readers.example")
    for text in (refused.out, refused.err, missing.err):
        assert max(len(line) for line in text.splitlines()) <= 30, text
    assert refused.out.endswith("with 5 articles to 1 reader?\n[y/N]: ")


def test_log_line_without_room_is_lost_and_its_arguments_are_not_printed(
    own_log: Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python would print a traceback with them, which the disk may have room for by then."""
    own_log()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", FullDisk())
        start_log("text", verbose=False)
    logging.getLogger("digest").warning("%s left", "anna@reader.example")
    assert capsys.readouterr().err == ""

"""`--log-format json`: every line on standard error is one JSON object, whatever the command."""

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from digest.cli.log_format import JsonFormatter, TextFormatter, remark
from tests.support.installation import Installation, day


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with articles."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    return site


def _lines(err: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in err.splitlines()]


def test_log_format_json_lines_have_time_level_logger_and_message(site: Installation) -> None:
    """Also the error that ends the command, which is a plain line in a text log."""
    ran = site.spawn("--log-format", "json", "send", "--resume", "daily/2025-06-02")
    (line,) = _lines(ran.err)
    assert (ran.code, line["level"], line["logger"]) == (1, "error", "digest")
    assert "daily/2025-06-02" in line["message"]
    assert datetime.fromisoformat(line["time"]).tzinfo is not None
    text = site.spawn("send", "--resume", "daily/2025-06-02").err
    assert text == f"digest: {line['message']}\n"


def test_log_format_json_wrong_usage_of_a_command_is_a_line(site: Installation) -> None:
    """The exit code stays."""
    ran = site.spawn("--log-format", "json", "status", "--lost")
    assert ran.code == 2
    assert "--lost" in _lines(ran.err)[0]["message"]


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


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_formatter_of_an_error_that_names_a_reader_masks_the_address(formatter: logging.Formatter) -> None:
    """The text of an unexpected error may hold anything."""
    try:
        raise KeyError("anna@mail.example")
    except KeyError as error:
        caught = (KeyError, error, error.__traceback__)
    written = formatter.format(logging.LogRecord("digest.x", logging.ERROR, "", 1, "failed", (), caught))
    assert "a•••@m•••.example" in written
    assert "anna@" not in written


def test_remark_on_a_full_disk_does_not_end_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where cron writes the log of `digest send` to a disk without room."""
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115  # closing it fails as well
    monkeypatch.setattr("sys.stderr", full)
    remark("main: 8 items")
    with pytest.raises(OSError, match="No space left"):
        full.close()

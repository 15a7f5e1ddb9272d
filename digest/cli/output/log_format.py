"""The log on standard error: text for people, lines for systemd's journal, or one JSON object a line for programs."""

import json
import logging
import os
import re
import sys
import textwrap
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

import click

from digest.parsing.redaction import with_masked_addresses

_log = logging.getLogger("digest")

LOG_FORMATS = ("text", "json")
_TEXT = "%(asctime)s %(levelname)s %(message)s"
_JOURNAL = "%(levelname)s %(message)s"  # the journal has a time of its own
_TO_COPY = re.compile(r'`[^`]+`|(?:[\w.-]+ = )?"[^"]+"')
_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_STANDARD = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"})


class _LogHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in the standard library
        """Lose the line where the disk is full: what Python writes in its place has arguments that nothing masks."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class TextFormatter(logging.Formatter):
    """Writes the time, the level, the message, and the traceback after an error; an error's text may name a reader."""

    def __init__(self, form: str = _TEXT) -> None:
        super().__init__(form)

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - the name in the standard library
        """The traceback, with mail addresses masked."""
        return with_masked_addresses(super().formatException(ei))


class JournalFormatter(TextFormatter):
    """Writes each line with its priority, as sd-daemon(3) describes: `journalctl -p warning` then finds it."""

    _PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7))

    def __init__(self) -> None:
        super().__init__(_JOURNAL)

    def format(self, record: logging.LogRecord) -> str:
        """The record, of which each line is an entry of the journal."""
        priority = next((number for level, number in self._PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


class JsonFormatter(TextFormatter):
    """Writes `time` (UTC), `level`, `logger`, `message`, the fields of the record, and `traceback` after an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_log(log_format: str, *, verbose: bool) -> None:
    """Log to standard error in that format: warnings of libraries, and what Digest does."""
    handler = _LogHandler(sys.stderr)
    handler.setFormatter(_formatter(log_format, sys.stderr))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("digest").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("flufl.bounce").disabled = True  # it logs the traceback of each message that it cannot read


def _formatter(log_format: str, stream: TextIO) -> logging.Formatter:
    if log_format == "json":
        return JsonFormatter()
    return JournalFormatter() if _is_journal(stream) else TextFormatter()


def _is_journal(stream: TextIO) -> bool:
    """Whether systemd connected the stream to its journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        place = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{place.st_dev}:{place.st_ino}"


def remark(text: str) -> None:
    """Say something beside a command's output: a line on standard error, or of the log if a program collects that.

    As with the log, a full disk or a closed pipe does not end the command: the issue is sent anyway.
    """
    if is_collected():
        _log.info("%s", text)
    else:
        with suppress(OSError):
            click.echo(fitted(text), err=True)


def fitted(text: str) -> str:
    """A text as it is read at the terminal of standard error: lines are broken between words.

    Not within what people copy: a command, a setting, or a string of a DNS record. Elsewhere they stay whole.
    """
    width = _terminal_width()
    return "\n".join(_fitted_line(line, width) if 0 < width < len(line) else line for line in text.split("\n"))


def _fitted_line(line: str, width: int) -> str:
    whole = _TO_COPY.sub(lambda found: found[0].replace(" ", "\0"), line)
    broken = textwrap.wrap(whole, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(broken).replace("\0", " ")


def _terminal_width() -> int:
    """How many columns the terminal of standard error has; 0 where that is no terminal."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 0


def is_collected() -> bool:
    """Whether a program collects the log: errors that end the command are then lines of it."""
    collected = JsonFormatter | JournalFormatter
    return any(isinstance(handler.formatter, collected) for handler in logging.getLogger().handlers)

"""The log on standard error: text for people, or one JSON object a line for programs."""

import json
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType

import click

from digest.parsing.redaction import with_masked_addresses

_log = logging.getLogger("digest")

LOG_FORMATS = ("text", "json")
_TEXT = "%(asctime)s %(levelname)s %(message)s"
_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_STANDARD = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"})


class TextFormatter(logging.Formatter):
    """Writes the time, the level, the message, and the traceback after an error; an error's text may name a reader."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - the name in the standard library
        """The traceback, with mail addresses masked."""
        return with_masked_addresses(super().formatException(ei))


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("digest").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("flufl.bounce").disabled = True  # it logs the traceback of each message that it cannot read


def remark(text: str) -> None:
    """Say something beside a command's output: a line on standard error, or of the log if that is JSON.

    As with the log, a full disk or a closed pipe does not end the command: the issue is sent anyway.
    """
    if logs_json():
        _log.info("%s", text)
    else:
        with suppress(OSError):
            click.echo(text, err=True)


def logs_json() -> bool:
    """Whether the log is JSON: errors that end the program are then lines of it."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)

"""An installation in a folder of its own, used through its command line."""

import io
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock
from xml.sax.saxutils import escape

import digest
from digest.cli.main import main
from digest.clock import SystemClock
from digest.settings.load import find_settings
from digest.store.connect import open_database
from digest.store.upkeep.beats import RUN, Beats

DAY = "2025-06-02"
"""The day of the issue that tests make: it is due at 07:00 in Moscow, and its window are the 24 hours before."""
NEXT_DAY = "2025-06-03"
SLOT = datetime(2025, 6, 2, 4, tzinfo=UTC)

_CHECKOUT = Path(digest.__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Ran:
    """The output and the exit code of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, parsed as JSON."""
        return json.loads(self.out)

    def fine(self) -> "Ran":
        """Assert exit code 0 without a traceback."""
        assert self.code == 0, self
        assert "Traceback" not in self.out + self.err
        return self

    def failed(self, code: int, *phrases: str) -> str:
        """Assert the exit code, no traceback, and the phrases in the last line of stderr, which is returned."""
        assert "Traceback" not in self.out + self.err, self.err
        assert self.code == code, self
        message = self.err.strip().splitlines()[-1]
        assert message.startswith(("digest: ", "Error: ")), self.err
        for phrase in phrases:
            assert phrase in message, self.err
        return message


@dataclass
class Installation:
    """A folder with config/digest.toml; `configure` writes it, `run` and `spawn` run commands in it."""

    folder: Path

    def configure(
        self,
        *,
        sources: Sequence[str] = ('name = "main"\nkind = "feed"\nurl = "feed.xml"',),
        editions: Sequence[str] = ('name = "daily"',),
        smtp: str = "",
        database: str = "",
        web: str = "",
        portal: str = "",
    ) -> "Installation":
        """Write the configuration from the lines of its tables; `database` is a URL."""
        tables = [
            '[portal]\nname = "Harbour Gazette"\nurl = "https://gazette.example"\ntimezone = "Europe/Moscow"',
            portal,
            *(f"[[sources]]\n{source}" for source in sources),
            *(f"[[editions]]\n{edition}" for edition in editions),
            f'[smtp]\nfrom = "Harbour Gazette <news@gazette.example>"\n{smtp}',
            f'[database]\nurl = "{database}"' if database else "",
            f"[web]\n{web}",
        ]
        self.write("config/digest.toml", "\n\n".join(tables))
        return self

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the installation."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        now: datetime | None = None,
        answer: str | None = None,
        out: "io.StringIO | RedirectedOutput | None" = None,
    ) -> Ran:
        """Run a command within this process; `now` freezes its clock, `answer` is typed at a terminal.

        `out`: its standard output.
        """
        out, err = out or io.StringIO(), io.StringIO()
        with ExitStack() as changed:
            for change in (
                chdir(self.folder),
                redirect_stdout(out),
                redirect_stderr(err),
                mock.patch.object(sys, "argv", ["digest", *arguments]),
                mock.patch.object(sys, "stdin", io.StringIO() if answer is None else Terminal(answer + "\n")),
                mock.patch.dict(os.environ, env or {}),
            ):
                changed.enter_context(change)
            if now is not None:
                frozen = FrozenClock(now)
                changed.enter_context(mock.patch("digest.cli.arguments.options.SystemClock", return_value=frozen))
            # What `-v` shows must not be in the log of later tests of this process.
            changed.callback(logging.getLogger("digest").setLevel, logging.INFO)
            code = _code_of_main()
        return Ran(code=code, out=out.getvalue(), err=err.getvalue())

    def spawn(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran:
        """Run a command as a process."""
        ended = subprocess.run(
            [sys.executable, "-m", "digest", *arguments],
            cwd=self.folder,
            input=stdin,
            env={**_child_environment(), **(env or {})},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Ran(code=ended.returncode, out=ended.stdout.decode(), err=ended.stderr.decode())

    @contextmanager
    def running(
        self, *arguments: str, env: Mapping[str, str] | None = None, under: Sequence[str] = ()
    ) -> "Iterator[subprocess.Popen[bytes]]":
        """A command as a process, which is killed when the block ends; a program `under` it may start it."""
        with (self.folder / f"{arguments[0]}-{time.monotonic_ns()}.log").open("wb") as output:
            process = subprocess.Popen(
                [*under, sys.executable, "-m", "digest", *arguments],
                cwd=self.folder,
                env={**_child_environment(), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def output(self) -> str:
        """What all these processes have printed so far."""
        return "".join(file.read_text() for file in sorted(self.folder.glob("*.log")))

    def run_into_closed_pipe(self, *arguments: str) -> Ran:
        """Run a command as a process whose standard output is a closed pipe."""
        with subprocess.Popen(
            [sys.executable, "-m", "digest", *arguments],
            cwd=self.folder,
            env=_child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.close()
            try:
                err = process.communicate(timeout=60)[1].decode()
            finally:
                process.kill()
            return Ran(code=process.returncode, out="", err=err)

    def run_into(self, out: BinaryIO, *arguments: str) -> Ran:
        """Run a command as a process whose standard output is that file."""
        ended = subprocess.run(
            [sys.executable, "-m", "digest", *arguments],
            cwd=self.folder,
            env=_child_environment(),
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        return Ran(code=ended.returncode, out="", err=ended.stderr)

    def subscribe(self, *addresses: str) -> None:
        """Import subscribers."""
        self.write("readers.csv", "\n".join(["email", *addresses]))
        self.run("subscribers", "import", "readers.csv", "--all-editions").fine()

    def known_since(self, moment: datetime) -> None:
        """Store that a `digest run` first saw the editions at that moment."""
        settings = find_settings(self.folder / "config" / "digest.toml")
        with open_database(settings) as database:
            Beats(database).record(RUN, [edition.name for edition in settings.editions], moment)

    def status(self) -> dict[str, Any]:
        """The latest row of the daily edition of `digest status --json`, whose numbers must add up."""
        row: dict[str, Any] = next(row for row in self.run("status", "--json").json if row["edition"] == "daily")
        assert (
            sum(value for name, value in row.items() if isinstance(value, int) and name != "audience")
            == (row["audience"])
        )
        return row

    def files(self) -> set[str]:
        """The names of all files, partly written ones included."""
        return {str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file()}


class RedirectedOutput(io.TextIOWrapper):
    """A file to which a shell redirects the output of a process with this encoding; it is read as UTF-8."""

    def __init__(self, encoding: str) -> None:
        self._file = io.BytesIO()
        super().__init__(self._file, encoding=encoding)

    def getvalue(self) -> str:
        """What was written."""
        self.flush()
        return self._file.getvalue().decode()


class Terminal(io.StringIO):
    """A terminal at which a text is typed."""

    def isatty(self) -> bool:
        """It is one."""
        return True


class FrozenClock(SystemClock):
    """A clock that always shows the same moment."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        """Its moment."""
        return self._now

    def elapsed(self) -> float:
        """The seconds up to its moment."""
        return self._now.timestamp()

    def wait(self, seconds: float) -> bool:
        """Wait for 10 ms at most."""
        return super().wait(min(seconds, 0.01))


def item(number: int, *, title: str = "", url: str = "", comments: int = 0, hours: float = 6, more: str = "") -> str:
    """An RSS item, published `hours` before the slot."""
    moment = format_datetime(SLOT - timedelta(hours=hours))
    title = escape(title or f"The news number {number} of the harbour")
    return (
        f"<item><title>{title}</title>"
        f"<link>{escape(url or f'https://gazette.example/news/{number}')}</link><pubDate>{moment}</pubDate>"
        f"<description>{title}. {title}.</description>"
        f"<slash:comments>{comments}</slash:comments>{more}</item>"
    )


def rss(*items: str) -> str:
    """A feed of items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>'
        f"<title>Harbour Gazette</title><link>https://gazette.example</link>{''.join(items)}</channel></rss>"
    )


def day(count: int = 5, start: int = 1) -> str:
    """A feed of `count` articles; a smaller number has more comments."""
    return rss(*(item(number, comments=100 - number) for number in range(start, start + count)))


def _code_of_main() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def _child_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_CHECKOUT)}

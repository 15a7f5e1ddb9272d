"""The entry point: find the command, and turn every error into one line and an exit code."""

import importlib
import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import click

from digest.cli.arguments.parameters import FilePath
from digest.cli.output.log_format import LOG_FORMATS, fitted, is_collected, start_log
from digest.cli.output.standard_output import name_standard_output
from digest.cli.signals import ended_by_signal, exit_code_of_signal, signals_deferred
from digest.errors import ConfigurationError, DigestError
from digest.interpreter import tuned_for_importing
from digest.version import __version__

_log = logging.getLogger("digest")

# A command is imported when it is called, so that `digest --help` does not load the database and mail libraries.
_COMMANDS = {
    "init": "Write a configuration to start from.",
    "demo": "Try the whole system on a sample portal, with an inbox.",
    "preview": "Build an issue and write it to a file; nothing is sent.",
    "collect": "Query every source once and store the articles.",
    "rank": "Show the ranking, with the reasons.",
    "edit": "Pin, drop, boost, retitle or add articles.",
    "send": "Send an issue now, or a test of it.",
    "pause": "Stop sending an issue; `send --resume` continues.",
    "cancel": "Stop sending an issue for good.",
    "correct": "Send a correction to those who have an issue.",
    "retract": "Remove an article from the archive and its feeds.",
    "run": "Collect, publish and send by the timetable, until stopped.",
    "serve": "Serve the readers' pages: subscribe, unsubscribe, archive.",
    "worker": "Send what is due, beside other senders.",
    "subscribers": "Add, import, list, remove, export and erase subscribers.",
    "users": "Add, list, disable and reset the users of the console.",
    "tokens": "Add, list and revoke the tokens of the API.",
    "bounces": "Read bounces, complaints and replies.",
    "editions": "List the latest issues.",
    "status": "Show each issue's recipients by state, and what is due next.",
    "stories": "Find titles that tell the same story.",
    "evaluate": "Replay past days under several formulas.",
    "check": "Look for everything that can be wrong with an installation.",
    "backup": "Write the whole database to a file.",
    "restore": "Replace the database with a backup.",
    "forget": "Delete what a wrong source has stored.",
    "dkim": "Manage the keys that sign messages.",
    "migrate": "Bring the database up to date.",
}
_MEANT = {"resume": "send --resume"}  # the command after `pause`; the nearest name would be `restore`


class _LazyCommands(click.Group):
    """The commands in the order in which an operator meets them; each is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = f"digest.cli.{cmd_name}"
        if module not in sys.modules:
            with signals_deferred(), tuned_for_importing():
                _require_readable_zone()
                importlib.import_module(module)
        command: click.Command = getattr(sys.modules[module], cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS:
            # Imported here for the same reason as the commands.
            near = importlib.import_module("difflib").get_close_matches(args[0], _COMMANDS, 1)
            meant = _MEANT.get(args[0]) or next(iter(near), None)
            ctx.fail(f'there is no command "{args[0]}"' + (f'; did you mean "{meant}"?' if meant else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(
    cls=_LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a configuration, Digest shows a built-in sample: try `digest demo` or `digest preview --open`.",
)
@click.version_option(__version__, prog_name="digest")
@click.option(
    "--config",
    type=FilePath(),
    metavar="FILE",
    help="The configuration file; also accepted after the command.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log more details.")
@click.option(
    "--log-format",
    type=click.Choice(LOG_FORMATS),
    default="text",
    help="How the log on standard error is written: json is one object a line.  [default: text]",
)
def cli(verbose: bool, log_format: str, config: Path | None) -> None:
    """Send a news portal's best articles of the day as an email digest.

    Digest collects the day's articles, ranks them by views and comments, renders an HTML issue and sends it to every
    subscriber, once.
    """
    start_log(log_format, verbose=verbose)


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 something failed, 2 wrong usage or configuration.

    130, 143 and 129 after Ctrl-C, SIGTERM and SIGHUP.
    """
    try:
        _open_missing_streams()
        _choose_encodings()
        name_standard_output()
        with ended_by_signal(), _uncaught_logged():
            code = cli.main(prog_name="digest", standalone_mode=False)  # the code of click's Exit, else None
        sys.exit(code or 0)
    except (click.Abort, KeyboardInterrupt) as error:
        _exit_with("stopped", exit_code_of_signal(error) or 130)
    except click.ClickException as error:
        code = 2 if isinstance(error, click.UsageError) else 1
        if is_collected():
            _exit_with(error.format_message(), code)
        text = io.StringIO()
        with suppress(OSError):  # the exit code tells it, too
            error.show(text)
            click.echo(fitted(text.getvalue()), err=True, nl=False)
        sys.exit(code)
    except DigestError as error:
        _exit_with(str(error), error.exit_code)
    except BrokenPipeError:
        sys.exit(1)  # whoever read our output is gone
    except OSError as error:
        if code := exit_code_of_signal(error):  # the terminal that was closed cannot be written to
            _exit_with("stopped", code)
        _exit_with(_sentence_of(error), 1)
    except MemoryError:
        _exit_with("there is not enough memory", 1)
    except Exception as error:  # noqa: BLE001 - Python would print it as it is, with readers' addresses
        _exit_with_unexpected(error)


def _sentence_of(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and not _has_current_folder():
        return "the current folder does not exist any more; change to another one"
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{(error.strerror or str(error)).lower()}"


def _has_current_folder() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _require_readable_zone() -> None:
    """Raise ConfigurationError where Babel would fail: it reads the machine's zone, which nothing needs, on import."""
    try:
        importlib.import_module("babel.localtime")
    except (OSError, ValueError):
        raise ConfigurationError(
            "the time zone of this machine cannot be read; set the environment variable TZ to a name such as UTC"
        ) from None


def _exit_with_unexpected(error: Exception) -> NoReturn:
    if str(error) == "can't start new thread":  # there is no class for it
        _exit_with("no thread can be started; raise the limit (`ulimit -u`, TasksMax= of systemd)", 1)
    _log.error("unexpected error (%s)", type(error).__name__, exc_info=error)
    sys.exit(1)


@contextmanager
def _uncaught_logged() -> Iterator[None]:
    """Log what ends a thread during the block, as what ends the command is: masked, and a line of JSON where asked."""

    def log(ended: threading.ExceptHookArgs) -> None:
        if not issubclass(ended.exc_type, SystemExit):
            name = "" if ended.thread is None else f" in the thread {ended.thread.name}"
            _log.error("unexpected error%s (%s)", name, ended.exc_type.__name__, exc_info=ended.exc_value)

    before, threading.excepthook = threading.excepthook, log
    try:
        yield
    finally:
        threading.excepthook = before


def _open_missing_streams() -> None:
    """Give a process that was started with a closed stream, such as by `>&-`, an empty one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _choose_encodings() -> None:
    """Write UTF-8 to files and programs (RFC 8259, 8.1), and `?` for what the locale of a terminal does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _exit_with(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        if is_collected():
            _log.error("%s", line)
        else:
            with suppress(OSError):  # the exit code tells it, too
                click.echo(fitted(f"digest: {line}"), err=True)
    sys.exit(code)

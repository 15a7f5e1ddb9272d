"""The door: finds the command, and turns every error into one sentence and an exit code."""

import importlib
import logging
import os
import sys

import click

from digest.errors import DigestError
from digest.version import __version__

# Commands are imported when they are called: `digest --help` must not wait for the database's or the mail's libraries.
_COMMANDS = {
    "init": ("digest.cli.init", "Write a configuration to start from."),
    "preview": ("digest.cli.preview", "Build an issue and write it to a file; nothing is sent."),
    "collect": ("digest.cli.edit", "Ask every source once and store what was seen."),
    "rank": ("digest.cli.edit", "Show the ranking, with the reasons."),
    "edit": ("digest.cli.edit", "Pin, drop, boost or retitle an article."),
    "send": ("digest.cli.send", "Send an issue now, or a test of it."),
    "pause": ("digest.cli.status", "Stop an issue; `send --resume` goes on with it."),
    "cancel": ("digest.cli.status", "Stop an issue for good."),
    "run": ("digest.cli.run", "Collect, publish and send by the timetable, until stopped."),
    "worker": ("digest.cli.run", "Send what is due, beside other senders."),
    "subscribers": ("digest.cli.subscribers", "The audience: add, import, list, remove, export."),
    "editions": ("digest.cli.status", "What was published."),
    "status": ("digest.cli.status", "Where each recipient stands, and what is due next."),
    "stories": ("digest.cli.stories", "Find the same story in many titles."),
    "evaluate": ("digest.cli.evaluate", "Replay past days under several formulas."),
    "migrate": ("digest.cli.init", "Bring the database up to date."),
}


class _Commands(click.Group):
    """The commands in the order of the journey; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a configuration the built-in sample portal is used: try `digest preview --open`.",
)
@click.version_option(__version__, prog_name="digest")
@click.option("-v", "--verbose", is_flag=True, help="Say more of what happens.")
def cli(verbose: bool) -> None:
    """Digest turns a news portal's day into one email that its readers open.

    It collects the day's articles, ranks them by views and comments, renders an HTML issue and sends it to every
    subscriber, once.
    """
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("digest").setLevel(level)


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 something failed, 2 wrong usage or configuration."""
    try:
        code = cli.main(prog_name="digest", standalone_mode=False)  # what a command gave to click's Exit, else None
        sys.exit(code or 0)
    except click.Abort:
        _fail("stopped", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 1)
    except DigestError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said, and Python must not try to at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{(error.strerror or str(error)).lower()}", 1)


def _fail(says: str, code: int) -> None:
    for line in says.splitlines():
        click.echo(f"digest: {line}", err=True)
    sys.exit(code)

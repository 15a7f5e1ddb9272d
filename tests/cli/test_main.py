"""The entry point: `--config` before and after the command, and commands that do not exist."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import click
import pytest

import digest
from digest.cli.main import cli, main
from digest.errors import ConfigurationError
from tests.support.installation import Installation
from tests.support.permissions import ordinary_permissions

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(digest.__file__).parent.parent)}


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation without articles."""
    return Installation(tmp_path).configure()


def test_config_is_accepted_before_and_after_the_command(site: Installation) -> None:
    """The one nearest to the command wins."""
    site.write("other.toml", (site.folder / "config/digest.toml").read_bytes())
    (site.folder / "config/digest.toml").unlink()
    for words in (
        ["--config", "other.toml", "status", "--due", "--json"],
        ["status", "--due", "--json", "--config", "other.toml"],
        ["--config", "gone.toml", "status", "--due", "--json", "--config", "other.toml"],
    ):
        assert [row["edition"] for row in site.run(*words).fine().json] == ["daily"]
    site.run("--config", "other.toml", "subscribers", "add", "a@reader.example").fine()
    for words in (["--config", "other.toml", "subscribers", "list"], ["subscribers", "--config", "other.toml", "list"]):
        assert "a@reader.example" in site.run(*words).fine().out
    site.run("--config", "gone.toml", "status").failed(2, "gone.toml: file not found")


@pytest.mark.parametrize("is_folder", [False, True])
def test_command_on_a_machine_whose_zone_cannot_be_read_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_folder: bool
) -> None:
    """Such as TZ=/etc/timezone, a text, or the folder that Docker makes where a file to mount is missing."""
    zone = tmp_path / "localtime"
    zone.mkdir() if is_folder else zone.write_text("Europe/Moscow\n")
    monkeypatch.setenv("TZ", str(zone))
    for name in ("digest.cli.status", "babel.localtime"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ConfigurationError, match="set the environment variable TZ to a name such as UTC"):
        cli.get_command(click.Context(cli), "status")


def test_every_command_and_group_but_init_and_demo_takes_config() -> None:
    """`digest --config FILE dkim rotate` used the default configuration, because its group passed nothing on."""

    def without(command: click.Command, path: str) -> Iterator[str]:
        if "config" not in {one.name for one in command.params}:
            yield path
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                yield from without(command.get_command(context, name) or command, f"{path} {name}")

    context = click.Context(cli)
    assert set(without(cli, "digest")) == {"digest init", "digest demo"}


def test_lists_of_commands_cut_no_sentence() -> None:
    """On a terminal of 80 columns each summary has its line, also those of groups."""
    root = click.Context(cli, info_name="digest", terminal_width=80)
    named = {name: cli.get_command(root, name) for name in cli.list_commands(root)}
    pages = [cli.get_help(root)]
    pages += [
        one.get_help(click.Context(one, root, name)) for name, one in named.items() if isinstance(one, click.Group)
    ]
    assert len(pages) > 3
    for page in pages:
        listed = page.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
        assert listed
        assert [line for line in listed if line.endswith("...") or line.startswith("   ")] == []


def test_help_of_each_command_fits_on_a_terminal_of_80_columns() -> None:
    """Examples are printed as they are written, and nothing wraps them."""

    def pages(command: click.Command, path: str) -> Iterator[str]:
        context = click.Context(command, info_name=path, terminal_width=80)
        yield command.get_help(context)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                yield from pages(command.get_command(context, name) or command, f"{path} {name}")

    lines = [line for page in pages(cli, "digest") for line in page.splitlines()]
    assert len(lines) > 500
    assert [line for line in lines if len(line) > 80] == []


def test_mistyped_command_names_the_nearest(site: Installation) -> None:
    """The command that was probably meant, also inside a group."""
    site.run("colect").failed(2, 'there is no command "colect"; did you mean "collect"?')
    site.run("subscriber", "list").failed(2, 'did you mean "subscribers"?')
    site.run("resume", "daily/2026-10-01").failed(2, 'did you mean "send --resume"?')
    site.run("xyz").failed(2, 'there is no command "xyz"')


def test_command_in_a_folder_that_was_removed_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after an update that replaces the folder of an open terminal: the error of the system names no file."""
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    monkeypatch.setattr(sys, "argv", ["digest", "status"])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "digest: the current folder does not exist any more; change to another one\n"


def test_command_without_a_folder_for_temporary_files_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a full disk: this error names no file either, and the current folder is there."""
    missing = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    monkeypatch.setattr(cli, "main", Mock(side_effect=missing))
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "digest: no usable temporary directory found in ['/tmp']\n"


def test_closed_streams_are_no_traceback(site: Installation) -> None:
    """As `<&- >&-` starts a command; what it reads is empty."""
    for words in (["subscribers", "list"], ["subscribers", "import", "-"]):
        command = ["sh", "-c", 'exec "$0" -m digest "$@" <&- >&-', sys.executable, *words]
        ran = subprocess.run(command, cwd=site.folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, check=False)
        assert "Traceback" not in ran.stderr
    assert ran.returncode == 2
    assert ran.stderr == "digest: -: line 1 must name a column email; it names: nothing\n"


@pytest.mark.parametrize("name", ["config", "config/digest.toml", ".env"])
def test_configuration_without_permission_exits_2(site: Installation, name: str) -> None:
    """The message names it; the sample is not taken for it."""
    site.write(".env", "A=1\n")
    (site.folder / name).chmod(0)
    with ordinary_permissions():
        ran = site.run("status", "--due")
    (site.folder / name).chmod(0o700)
    ran.failed(2, name, "cannot be read: Permission denied")

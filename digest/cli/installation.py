"""The operator's own configuration, for commands that change or keep something, and who can read its secrets."""

import stat
from pathlib import Path

import click

from digest.cli.output.log_format import remark
from digest.errors import ConfigurationError
from digest.settings.load import DEFAULT_CONFIG, find_settings, is_sample
from digest.settings.schema import Settings
from digest.store.engine.database_url import sqlite_file


def own_settings(config: Path | None, *, alternative: str = "") -> Settings:
    """The settings of the configuration file; raises ConfigurationError where there is only the sample portal.

    `alternative` names a way to try the command on the sample.
    """
    settings = find_settings(config)
    if is_sample(settings):
        command = click.get_current_context().command_path
        remedy = "run `digest init` to write a configuration" + (f", or try {alternative}" if alternative else "")
        raise ConfigurationError(
            f"`{command}` does not work on the built-in sample portal; {_why_the_sample()}; use the installation's"
            f" folder, or {remedy}"
        )
    sqlite_file(settings.database.url, settings.root)  # a database in memory would be lost at the end
    return settings


def own_or_sample_settings(config: Path | None) -> Settings:
    """The settings, for commands whose answer about the sample could be taken for that about an installation.

    Says so on standard error where it is the sample's.
    """
    settings = find_settings(config)
    if is_sample(settings):
        remark(f"this is the built-in sample portal; {_why_the_sample()}")
    return settings


def _why_the_sample() -> str:
    return f"{Path.cwd()} has no {DEFAULT_CONFIG}"


def warn_if_secrets_are_readable(settings: Settings) -> None:
    """Print a warning on standard error if every user of the machine can read `.env`."""
    file = settings.root / ".env"
    if file.is_file() and file.stat().st_mode & stat.S_IROTH:
        remark(f"warning: every user of this machine can read {file}; `chmod 600 {file}` prevents it")

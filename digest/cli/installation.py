"""The operator's own configuration, for commands that change or keep something."""

from pathlib import Path

import click

from digest.errors import ConfigurationError
from digest.settings.load import find_settings, is_sample
from digest.settings.schema import Settings


def own_settings(config: Path | None, *, alternative: str = "") -> Settings:
    """The settings of the configuration file; raises ConfigurationError where there is only the sample portal.

    `alternative` names a way to try the command on the sample.
    """
    settings = find_settings(config)
    if is_sample(settings):
        command = click.get_current_context().command_path
        remedy = "run `digest init` to write a configuration" + (f", or try {alternative}" if alternative else "")
        raise ConfigurationError(f"`{command}` does not work on the built-in sample portal; {remedy}")
    return settings

"""The settings of the command that summarises articles."""

import shlex
from typing import Annotated

from pydantic import AfterValidator

from digest.settings.fields.table import Table
from digest.settings.fields.words import Line


def command_line(value: str) -> str:
    """A program and its arguments, quoted as in a shell, or nothing."""
    try:
        shlex.split(value)
    except ValueError:
        raise ValueError("expected a program and its arguments, with quotes in pairs") from None
    return value


class SummarySettings(Table):
    """`[summary]`: a command that gets an article and prints its summary; off without one."""

    command: Annotated[Line, AfterValidator(command_line)] = ""

    @property
    def arguments(self) -> list[str]:
        """The program and its arguments; no shell reads them."""
        return shlex.split(self.command)

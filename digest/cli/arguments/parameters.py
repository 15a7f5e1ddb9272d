"""The types of arguments and options that are texts or paths.

An empty one is refused: scripts call `digest forget main --url "$URL"`, and without a URL that must not do what it does
without `--url`. So are bytes that are not UTF-8: what is left of a text without them is not what somebody wrote.
"""

import os
from pathlib import Path

import click

_NOT_UTF_8 = "it is not UTF-8 text; write it in UTF-8, and use a locale of UTF-8 such as LC_ALL=C.UTF-8"


def _empty(param: click.Parameter | None) -> str:
    wanted = ((param and param.metavar) or "").strip("[]") or "a value"
    return f"it is empty; give {wanted}{'' if param and param.required else ', or leave it out'}"


class _Text(click.types.StringParamType):
    def __init__(self, *, may_be_empty: bool = False, may_be_path: bool = False) -> None:
        self._may_be_empty = may_be_empty
        self._may_be_path = may_be_path

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not (value or self._may_be_empty):
            self.fail(_empty(param), param, ctx)
        try:
            value.encode()
        except UnicodeEncodeError:  # Python has kept the bytes that it could not decode as lone surrogates
            if not self._may_be_path:
                self.fail(_NOT_UTF_8, param, ctx)
        return value


TEXT = _Text()
TEXT_OR_PATH = _Text(may_be_path=True)  # the names of files may have any bytes
TEXT_OR_EMPTY = _Text(may_be_empty=True)


class FilePath(click.Path):
    """A path; an empty one would be the current folder."""

    def __init__(
        self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True, allow_dash: bool = False
    ) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, allow_dash=allow_dash, path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        if not value:
            self.fail(_empty(param), param, ctx)
        return super().convert(value, param, ctx)

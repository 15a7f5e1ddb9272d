"""Arguments and options that are empty, as by `--url "$URL"` in a script without that variable, or not UTF-8."""

from collections.abc import Iterator

import click
import pytest

from digest.cli.main import cli
from tests.support.installation import Installation

# An empty text takes back what is in force, or says that there is no name.
MAY_BE_EMPTY = {"edit --intro", "edit --closing", "edit --subject", "edit --preheader", "subscribers add --name"}


def _parameters(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Context, click.Parameter]]:
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _parameters(inner, f"{path} {name}".strip())
    for parameter in command.params:
        if not getattr(parameter, "is_bool_flag", False):
            yield f"{path} {max(parameter.opts, key=len)}".strip(), context, parameter


def _that_accept(text: str) -> Iterator[tuple[str, click.Parameter]]:
    for name, context, parameter in _parameters(cli):
        try:
            parameter.process_value(context, (text,) if parameter.multiple or parameter.nargs != 1 else text)
        except click.UsageError:
            continue
        yield name, parameter


def test_parameters_with_an_empty_text_are_refused() -> None:
    assert {name for name, _parameter in _that_accept("")} == MAY_BE_EMPTY


def test_parameters_with_text_that_is_not_utf_8_are_refused() -> None:
    """Only the names of files may have any bytes."""
    accepted = {name for name, parameter in _that_accept("\udce9") if not isinstance(parameter.type, click.Path)}

    assert accepted == {"bounces source"}


@pytest.mark.parametrize(("option", "wanted"), [("-o", "FILE"), ("--text", "FILE"), ("--for", "ADDRESS")])
def test_preview_with_an_empty_option_writes_nothing(site: Installation, option: str, wanted: str) -> None:
    site.run("preview", option, "").failed(2, option, f"it is empty; give {wanted}, or leave it out")

    assert "preview.html" not in site.files()


def test_cancel_with_an_empty_issue_asks_for_one(site: Installation) -> None:
    """It cannot be left out."""
    assert site.run("cancel", "").failed(2).endswith("it is empty; give EDITION/SLOT")


def test_forget_with_an_empty_url_deletes_nothing(site: Installation) -> None:
    site.run("collect").fine()

    site.run("forget", "main", "--url", "", "--yes").failed(2, "'--url'", "it is empty")

    assert "stored by main: 5 articles" in site.run("forget", "main", "--yes").out


def test_edit_with_an_empty_undo_undoes_nothing(site: Installation) -> None:
    site.run("edit", "--intro", "Good morning.").fine()

    site.run("edit", "--undo", "").failed(2, "'--undo'", "it is empty")

    assert "Good morning." in site.run("edit", "--list").out
    assert "undone" in site.run("edit", "--undo").out


def test_edit_with_an_intro_that_is_not_utf_8_changes_nothing(site: Installation) -> None:
    site.run("edit", "--intro", "\udcc4\udcee\udce1").failed(2, "'--intro'", "not UTF-8 text")

    assert "no changes" in site.run("edit", "--list").out

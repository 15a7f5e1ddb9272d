"""The entry point: `--config` before and after the command, and commands that do not exist."""

from pathlib import Path

import pytest

from tests.support.installation import Installation


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


def test_mistyped_command_names_the_nearest(site: Installation) -> None:
    """The command that was probably meant, also inside a group."""
    site.run("colect").failed(2, 'there is no command "colect"; did you mean "collect"?')
    site.run("subscriber", "list").failed(2, 'did you mean "subscribers"?')
    site.run("xyz").failed(2, 'there is no command "xyz"')

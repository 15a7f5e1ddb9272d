"""`digest bounces` from the command line."""

from unittest.mock import ANY, Mock

import pytest

from digest.errors import MailError
from tests.support.installation import Installation


def test_bounces_dry_run_with_a_configuration_uses_its_password(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that of the current folder, which may be another installation."""
    site.write(".env", "BOUNCES_PASSWORD=wrong\n")
    site.write("other/.env", "BOUNCES_PASSWORD=right\n")
    site.write("other/config/digest.toml", (site.folder / "config" / "digest.toml").read_bytes())
    opened = Mock(side_effect=MailError("the mailbox cannot be read"))
    monkeypatch.setattr("digest.cli.bounces.open_mailbox", opened)

    site.run("bounces", "box", "--dry-run", "--config", "other/config/digest.toml").failed(1, "cannot be read")

    opened.assert_called_once_with("box", ANY, "right", done="")


@pytest.mark.parametrize("arguments", [["--dry-run"], []])
def test_bounces_json_of_a_mailbox_that_cannot_be_opened_is_an_empty_list(
    arguments: list[str], site: Installation
) -> None:
    """As for a server that does not answer: standard output is JSON whatever the exit code."""
    result = site.run("bounces", "nowhere", "--json", *arguments)
    assert (result.code, result.json) == (1, [])
    assert "there is no mailbox" in result.err


def test_bounces_dry_run_with_a_missing_configuration_exits_2(site: Installation) -> None:
    site.write("box", "")

    site.run("bounces", "box", "--dry-run", "--config", "nowhere.toml").failed(2, "nowhere.toml: file not found")


def test_bounces_last_line_says_on_how_many_it_acted(site: Installation) -> None:
    """A request without proof is of its class, and has no effect; the class alone looked as if it had one."""
    site.write("box", "From a@b Thu Jan  1 00:00:00 2026\nFrom: a@readers.example\nSubject: Unsubscribe\n\n\n")

    assert site.run("bounces", "box", "--dry-run").fine().out.splitlines()[-1] == "1 unsubscribe"
    assert site.run("bounces", "box").fine().out.splitlines()[-1] == "1 unsubscribe; acted on 0"

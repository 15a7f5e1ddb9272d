"""Files that hold addresses or secrets: what Digest writes only its owner can read, and a readable `.env` is named."""

import stat
from pathlib import Path

import pytest

from tests.support.installation import DAY, Installation, day

WARNING = "warning: every user of this machine can read"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with a feed and a reader, whose files were readable for everybody before."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    site.subscribe("anna@reader.example")
    for name in ("readers-now.csv", "issue.eml", "issue.html", "issue.txt"):
        site.write(name, "an earlier one").chmod(0o644)
    return site


def _mode(site: Installation, name: str) -> int:
    return stat.S_IMODE((site.folder / name).stat().st_mode)


def test_export_file_is_private(site: Installation) -> None:
    """Also where a readable file had the name."""
    site.run("subscribers", "export", "readers-now.csv").fine()
    site.run("subscribers", "export", "new.csv").fine()
    assert "anna@reader.example" in (site.folder / "readers-now.csv").read_text()
    assert [_mode(site, name) for name in ("readers-now.csv", "new.csv")] == [0o600, 0o600]


def test_preview_message_is_private_and_the_page_only_for_a_reader(site: Installation) -> None:
    """A message has an address; the page and the text have one only with --for."""
    files = ["-o", "issue.html", "--text", "issue.txt", "--eml", "issue.eml"]
    site.run("preview", "--date", DAY, *files).fine()
    assert [_mode(site, name) & 0o077 > 0 for name in ("issue.html", "issue.txt", "issue.eml")] == [True, True, False]
    site.run("preview", "--date", DAY, "--for", "anna@reader.example", *files).fine()
    assert [_mode(site, name) for name in ("issue.html", "issue.txt", "issue.eml")] == [0o600] * 3


@pytest.mark.parametrize("command", [("preview", "--date", DAY), ("send", "--date", DAY, "--outbox", "box")])
def test_command_readable_dotenv_is_reported_once(site: Installation, command: tuple[str, ...]) -> None:
    """The warning names the file and the remedy, and the command works as before."""
    file = site.write(".env", "SMTP_PASSWORD=canary-8271")
    for mode, reported in ((0o644, 1), (0o640, 0), (0o600, 0)):
        file.chmod(mode)
        ran = site.run(*command).fine()
        assert ran.err.count(WARNING) == reported
        assert ran.err.count(f"`chmod 600 {file}`") == reported
        assert "canary" not in ran.err + ran.out


@pytest.mark.parametrize("command", ["run", "worker"])
def test_process_readable_dotenv_is_reported_at_the_start(site: Installation, command: str) -> None:
    """Before anything else: these processes end only because there is no folder for their database."""
    site.configure(database="sqlite:///absent/digest.db")
    site.write(".env", "").chmod(0o644)
    ran = site.run(command)
    ran.failed(1)
    assert ran.err.startswith(WARNING)


def test_preview_feed_does_not_look_at_dotenv(site: Installation) -> None:
    """Without a configuration no secret is read."""
    site.write(".env", "").chmod(0o644)
    assert WARNING not in site.run("preview", "--feed", "feed.xml").fine().err

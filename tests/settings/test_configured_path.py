"""Paths of the configuration and of the command line."""

from pathlib import Path

import pytest

from digest.errors import MailError
from digest.mailboxes.factory import open_mailbox
from digest.settings.configured_path import configured_path
from digest.sources.fetching.local_files import local_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [("feed.xml", "/srv/feed.xml"), ("/feed.xml", "/feed.xml"), ("~/feed.xml", "/home/x/feed.xml")],
)
def test_configured_path_starts_from_the_root_or_at_home(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    """Absolute ones stay."""
    monkeypatch.setenv("HOME", "/home/x")
    assert configured_path(text, Path("/srv")) == Path(expected)


def test_path_in_the_home_of_a_user_who_has_none_names_no_file(tmp_path: Path) -> None:
    """It was an unexpected error; a container may run as a user without a home, or the name is mistyped."""
    assert local_path("~no-such-user/feed.xml", tmp_path) == tmp_path / "~no-such-user/feed.xml"
    with pytest.raises(MailError, match="there is no mailbox"), open_mailbox("~no-such-user/box", tmp_path, "", ""):
        pass

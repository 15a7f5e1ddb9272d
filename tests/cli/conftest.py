"""The installations that most commands are tested in; a module with another one has a fixture of its own."""

from pathlib import Path

import pytest

from tests.support.installation import Installation, day


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """A folder in which there is nothing yet."""
    return Installation(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with a feed of five articles, of which the first has the most comments."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    return site

"""`python -m tests.looks.pages`: pictures of pages, and those of the documentation."""

from functools import partial
from pathlib import Path

import pytest

from tests.looks import pages, portal
from tests.looks.pages import DOCUMENTED, main

_IMAGES = Path(__file__).parents[2] / "docs" / "images"
_LARGEST = 150_000


@pytest.mark.needs("chromium")
@pytest.mark.unmeasured
def test_command_options_choose_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the console and one of the readers, each with its sheet; here after one day, and with fewer readers."""
    monkeypatch.setattr(portal, "DAYS", 1)
    monkeypatch.setattr(pages, "shown_portal", partial(portal.shown_portal, readers=160))
    main(
        [
            str(tmp_path),
            *["--page", "overview", "--page", "leave", "--language", "ru", "--scheme", "dark", "--width", "phone"],
        ]
    )
    pictures = {f"{page}-phone-ru-dark.png" for page in ("overview", "leave")}
    assert {file.name for file in tmp_path.iterdir()} == {*pictures, "sheet-overview.png", "sheet-leave.png"}


def test_pictures_of_the_documentation_are_small() -> None:
    """Whoever makes them again sees it where one has grown."""
    for name in DOCUMENTED:
        assert (_IMAGES / name).stat().st_size <= _LARGEST

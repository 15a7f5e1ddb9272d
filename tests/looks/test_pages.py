"""`python -m tests.looks.pages`: pictures of pages, and those of the documentation."""

from pathlib import Path

import pytest

from tests.looks.pages import DOCUMENTED, main

_IMAGES = Path(__file__).parents[2] / "docs" / "images"
_LARGEST = 150_000


@pytest.mark.needs("chromium")
@pytest.mark.unmeasured
def test_command_options_choose_the_pages(tmp_path: Path) -> None:
    """One of the console and one of the readers, each with its sheet."""
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

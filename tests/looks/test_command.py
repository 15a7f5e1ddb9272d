"""`python -m tests.looks`: pictures, strips and a page to look at them."""

from pathlib import Path

import pytest

from tests.looks.__main__ import main
from tests.looks.sheets import Picture, index_page, phones, strips

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.needs("chromium")
@pytest.mark.needs("npm")
def test_command_options_choose_what_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two pictures of the sample, side by side too, and the page; each picture has a line."""
    options = "--theme default --mode light --mode dark --language ru --day sample --width phone"
    main([str(tmp_path), *options.split()])
    names = {"default-sample-ru-phone-dark.png", "default-sample-ru-phone-light.png"}
    sheets = {"strip-default-sample-ru-phone.png", "phones-sample-ru.png"}
    assert {file.name for file in tmp_path.iterdir()} == {*names, *sheets, "index.html"}
    assert all(file.read_bytes().startswith(PNG) for file in tmp_path.glob("*.png"))
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)
    assert all(f'src="{name}"' in (tmp_path / "index.html").read_text() for name in names)


def test_index_page_has_a_row_for_each_theme_and_width() -> None:
    """Pictures of one theme, day, language and width are compared with each other."""
    pictures = [
        Picture(theme, "sample", "en", width, mode, b"")
        for theme in ("quay", "lines") for mode in ("light", "dark") for width in ("phone", "desktop")
    ]  # fmt: skip
    page = index_page(pictures)
    assert page.count("<h2>") == 4
    assert page.index("lines-sample-en-phone-dark.png") < page.index("quay-sample-en-desktop-light.png")


def test_sheets_of_nothing_are_none() -> None:
    """Options may choose nothing."""
    assert [*strips([]), *phones([])] == []

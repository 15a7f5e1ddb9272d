"""The issues that the pictures show."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.looks.days import DAYS, LANGUAGES, any_picture


@pytest.mark.needs("corpora")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("day", list(DAYS))
def test_day_is_shown_in_every_theme_with_its_pictures(day: str, language: str, tmp_path: Path) -> None:
    """Ten articles in an edition of that language, and nothing to be fetched."""
    with DAYS[day](language, tmp_path) as shown:
        assert len(shown.issue.articles) == 10
        for theme in shown.themes:
            html = shown.html(theme)
            assert f'lang="{language}"' in html
            assert ("data:image/jpeg;base64," in html) is (theme == "quay")  # the others show no pictures
            assert 'src="http' not in html


def test_any_picture_has_one_of_many_shapes_by_its_address() -> None:
    """The same address has the same picture each time; all shapes occur."""
    sizes = [Image.open(io.BytesIO(any_picture(f"https://outlet.example/{number}.jpg"))).size for number in range(40)]
    assert any_picture("https://outlet.example/1.jpg") == any_picture("https://outlet.example/1.jpg")
    shapes = {width / height for width, height in sizes}
    assert min(shapes) < 0.8
    assert max(shapes) > 3
    assert len(shapes) == 6

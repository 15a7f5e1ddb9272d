"""The portal's logo: files get an address of the web pages, and wrong ones one clear error."""

from pathlib import Path

import pytest

from digest.errors import ConfigurationError
from digest.rendering.logo import fitted_logo, read_logo
from digest.settings.looks import LogoSettings

PNG, JPEG = b"\x89PNG\r\n\x1a\nrest", b"\xff\xd8\xffrest"
BASE = "https://news.gazette.example"


def test_read_logo_files_have_addresses_that_change_with_their_content(tmp_path: Path) -> None:
    """An address that is given stays."""
    (tmp_path / "logo.png").write_bytes(PNG)
    settings = LogoSettings(light="logo.png", dark="https://gazette.example/dark.png", width=180, height=40)
    first = read_logo(settings, tmp_path, BASE)
    assert first is not None
    assert first.settings.dark == "https://gazette.example/dark.png"
    assert first.settings.light.startswith(f"{BASE}/images/")
    assert first.files[first.settings.light].content == PNG
    (tmp_path / "logo.png").write_bytes(JPEG.ljust(1_000_000))
    second = read_logo(settings, tmp_path, BASE)
    assert second is not None
    assert second.settings.light != first.settings.light
    assert second.settings.light.endswith(".jpg")


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "No such file"), (b"<svg>", "expected a PNG or JPEG"), (PNG.ljust(1_000_001), "at most 1 MB")],
)
def test_read_logo_that_cannot_be_shown_is_an_error(tmp_path: Path, content: bytes | None, problem: str) -> None:
    """It names the file."""
    if content is not None:
        (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(ConfigurationError, match=f'portal.logo = "logo.png": .*{problem}'):
        read_logo(LogoSettings(light="logo.png", width=180, height=40), tmp_path, BASE)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((200, 30), (200, 30)), ((480, 60), (240, 30)), ((250, 30), (240, 29)), ((300, 80), (150, 40)),
        ((90, 45), (80, 40)), ((10_000, 1), (240, 1)), ((1, 10_000), (1, 40)), ((1, 1), (1, 1)),
    ],
)  # fmt: skip
def test_fitted_logo_keeps_its_proportions_within_240_by_40_pixels(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    """A smaller one keeps its size, and no side is less than a pixel."""
    logo = fitted_logo("https://gazette.example/logo.png", *size)
    assert (logo.light, logo.width, logo.height) == ("https://gazette.example/logo.png", *fitted)

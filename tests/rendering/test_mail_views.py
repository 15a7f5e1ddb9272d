"""How mail apps show a message: each view changes what the app changes, and nothing else."""

import base64
import html
import re
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.colours import contrast, parse_colour
from digest.rendering.inversion import invert_colour
from digest.rendering.mail_views import dark, embed_images, forced_dark, light, without_images, without_style_sheets
from digest.rendering.render import Renderer
from tests.support import issues

TEMPLATES = Path(__file__).parents[2] / "templates"
PNG = b"\x89PNG\r\n\x1a\nrest"
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def rendered() -> str:
    """The HTML of the English issue."""
    return Renderer(issues.PORTAL, [TEMPLATES]).render(issues.english(), issues.LINKS, theme="default").html


def test_dark_and_light_do_not_depend_on_the_screen() -> None:
    """The dark view always matches its media query, the light one never."""
    source = rendered()
    assert "prefers-color-scheme" in source
    assert "prefers-color-scheme" not in dark(source) + light(source)
    assert "@media (min-width: 0px)" in dark(source)
    assert "color-scheme:dark" in dark(source)


def test_without_images_keeps_everything_else() -> None:
    """Only the images are removed."""
    source = rendered()
    bare = without_images(source)
    assert re.sub(r' src="[^"]*"', "", bare) == re.sub(r' src="[^"]*"', "", source)
    assert "images/" not in bare


def test_embed_images_known_urls_are_replaced() -> None:
    """The URL is looked up unescaped; an unknown one stays."""
    looked_up: list[str] = []

    def lookup(url: str) -> bytes | None:
        looked_up.append(url)
        return PNG if "a=1&b=2" in url else None

    known = html.escape("https://gazette.example/i?a=1&b=2")
    source = f'<p><img alt="" src="{known}"><img src=\'https://gazette.example/2.jpg\' alt=""></p>'
    embedded = embed_images(source, lookup)
    assert looked_up == ["https://gazette.example/i?a=1&b=2", "https://gazette.example/2.jpg"]
    assert 'src="data:image/png;base64,iVBORw0KGgpyZXN0"' in embedded
    assert "src='https://gazette.example/2.jpg'" in embedded


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"GIF89a", "gif"), (b"RIFF....WEBP", "webp"),
        (b"<svg/>", "svg+xml"), (b"?", "jpeg"),
    ],
)  # fmt: skip
def test_embed_images_has_the_type_of_the_content(content: bytes, kind: str) -> None:
    """Whatever the address says."""
    found = embed_images('<img src="https://gazette.example/1.bmp">', lambda _url: content)
    assert found == f'<img src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'


@pytest.mark.parametrize("level", [0, 5, 11, 51, 102, 128, 200, 254, 255])
def test_invert_colour_of_a_grey_by_hand(level: int) -> None:
    """Its lightness L (CIELAB) becomes 21.247 + (100 - L) · 0.78753, and it stays grey within one of 255."""
    share = level / 255
    light = share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
    lightness = 116 * light ** (1 / 3) - 16 if light > 0.008856 else 903.3 * light
    light = ((21.247 + (100 - lightness) * 0.78753 + 16) / 116) ** 3
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    found = parse_colour(invert_colour(f"#{level:02x}{level:02x}{level:02x}"))
    assert found is not None
    assert all(abs(part - expected) <= 1 for part in found)


@pytest.mark.parametrize(
    ("colour", "inverted"),
    [
        ("#ff0000", "#ff2711"), ("#00ff00", "#005e00"), ("#0000ff", "#c785ff"), ("#0b5a7d", "#7db7df"),
        ("#c08a00", "#a47300"), ("#7a1f3d", "#ffa3ba"), ("rgb(1, 2, 3)", "#fdfeff"), ("BLACK", "#ffffff"),
    ],
)  # fmt: skip
def test_invert_colour_of_known_colours(colour: str, inverted: str) -> None:
    """The hue stays where the screen can show it."""
    assert invert_colour(colour) == inverted


def test_forced_dark_inline_colours_are_inverted_and_kept_in_attributes() -> None:
    """Text in `data-ogsc`, grounds in `data-ogsb`, also of the attribute `bgcolor`; borders stay."""
    source = (
        '<html><head></head><body style="color:#000;margin:0"><table bgcolor="#ffffff"><tr>'
        '<td style="background-color: white; border-top:1px solid #000; COLOR: red">x</td></tr></table></body></html>'
    )
    page = lxml.html.document_fromstring(forced_dark(source))
    table, cell = page.find(".//table"), page.find(".//td")
    assert (page.body.get("style"), page.body.get("data-ogsc")) == ("color:#ffffff;margin:0", "#000")
    assert (table.get("bgcolor"), table.get("data-ogsb")) == ("#333333", "#ffffff")
    assert cell.get("style") == "background-color: #333333; border-top:1px solid #000; COLOR: red"
    assert (cell.get("data-ogsb"), cell.get("data-ogsc")) == ("white", None)


def test_forced_dark_rules_of_the_theme_take_effect() -> None:
    """The app's mark is around everything, and the theme's dark mode by media query is off."""
    page = forced_dark(rendered())
    assert "prefers-color-scheme" not in page
    assert lxml.html.document_fromstring(page).body.get("data-ogsc") is not None


def test_without_style_sheets_keeps_inline_styles() -> None:
    """All but the style sheets, and the margin that the app's page has."""
    source = rendered()
    bare = without_style_sheets(source)
    assert re.findall(r"<style.*?</style>", bare, re.DOTALL) == ["<style>body{margin:0}</style>"]
    assert re.findall(r' style="[^"]*"', bare) == re.findall(r' style="[^"]*"', source)


@pytest.mark.parametrize(
    ("colour", "inverted"), [("#fff", "#333333"), ("#000000", "#ffffff"), ("white", "#333333"), ("tomato", "tomato")]
)
def test_invert_colour_has_the_ends_of_outlook(colour: str, inverted: str) -> None:
    """White becomes Outlook's dark grey, black becomes white; names other than these two stay."""
    assert invert_colour(colour) == inverted


@given(COLOURS)
def test_invert_colour_light_becomes_dark(rgb: tuple[int, int, int]) -> None:
    """Every answer is a colour, and what was easy to read on white is so on the dark grey."""
    inverted = parse_colour(invert_colour("rgb({}, {}, {})".format(*rgb)))
    assert inverted is not None
    if contrast(rgb, (255, 255, 255)) >= 12:
        assert contrast(inverted, (51, 51, 51)) >= 4.5


def test_invert_colour_keeps_the_hue() -> None:
    """A bright green stays a pure green, and a blue has most blue in it."""
    greens = [parse_colour(invert_colour(f"#00{green:02x}00")) for green in range(160, 256)]
    assert all(colour is not None and colour[1] > 80 and colour[0] == colour[2] == 0 for colour in greens)
    blues = [parse_colour(invert_colour(f"#0000{blue:02x}")) for blue in range(64, 256)]
    assert all(colour is not None and colour[2] == max(colour) > 200 for colour in blues)

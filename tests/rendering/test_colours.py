"""Colours: contrast as WCAG 2 computes it, and the nearest colour that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.colours import (
    contrast,
    format_colour,
    linear_share,
    luminance,
    nearest_readable,
    parse_colour,
    readable,
)

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def test_contrast_of_known_colours() -> None:
    """The figures of WCAG 2; a colour that is not understood is not judged."""
    black, white, grey = parse_colour("#000"), parse_colour("rgb(255, 255, 255)"), parse_colour("#767676")
    assert black is not None
    assert white is not None
    assert grey is not None
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)
    assert parse_colour("tomato") is None


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fff", (255, 255, 255)), ("#1aF", (17, 170, 255)), (" #0b5a7d ", (11, 90, 125)), ("#0b5a7", None),
        ("#0b5a7d00", None), ("#ggg", None), ("0b5a7d", None), ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgba(10,20,30,.5)", (10, 20, 30)), ("rgb( 255 254 253 )", (255, 254, 253)), ("rgb(1, 2)", None), ("", None),
    ],
)  # fmt: skip
def test_parse_colour_knows_numbers_and_no_names(text: str, colour: tuple[int, int, int] | None) -> None:
    """Three or six digits, or three numbers from 0 to 255."""
    assert parse_colour(text) == colour


def test_luminance_is_that_of_wcag() -> None:
    """By hand: its weights, and both sides of 0.04045, which is between 10 and 11 of 255."""
    assert luminance((255, 0, 0)) == pytest.approx(0.2126)
    assert luminance((0, 255, 0)) == pytest.approx(0.7152)
    assert luminance((0, 0, 255)) == pytest.approx(0.0722)
    assert linear_share(10) == pytest.approx(10 / 255 / 12.92)
    assert linear_share(11) == pytest.approx(((11 / 255 + 0.055) / 1.055) ** 2.4)


@given(COLOURS, COLOURS)
def test_nearest_readable_has_enough_contrast(colour: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    """On any single ground; a colour that has it already stays."""
    nearest = nearest_readable(colour, [ground])
    assert contrast(nearest, ground) >= 4.5
    assert (nearest == colour) == (contrast(colour, ground) >= 4.5)


def test_nearest_readable_changes_the_lightness_alone() -> None:
    """Darker on white, lighter on black; no lightness is enough for both."""
    gold, white, black = (200, 150, 0), (255, 255, 255), (0, 0, 0)
    assert nearest_readable(gold, [white]) == (150, 113, 0)
    assert nearest_readable((90, 20, 20), [black])[0] > 150
    assert nearest_readable((250, 240, 200), [white]) == (141, 116, 13)
    assert nearest_readable(gold, [white, black, (128, 128, 128)]) == black


@given(COLOURS)
def test_colour_survives_being_written(colour: tuple[int, int, int]) -> None:
    """As #rrggbb."""
    assert parse_colour(format_colour(colour)) == colour


def test_readable_leaves_what_it_does_not_understand() -> None:
    """A name, or a ground that is missing."""
    assert readable("tomato", {"paper": "#fff"}, ["paper"]) == "tomato"
    assert readable("#ccc", {}, ["paper"]) == "#ccc"
    assert readable("#ccc", {"paper": "#fff"}, ["paper"]) == "#767676"
    assert readable("#ccc", {"paper": "#fff", "shade": "silver"}, ["paper", "shade"]) == "#ccc"
    assert readable("#767676", {"paper": "#fff"}, ["paper"]) == "#767676"
    assert readable("#ccc", {"paper": "#fff"}, ["paper"], 3.0) == "#949494"

"""Colours: contrast as WCAG 2 computes it, and the nearest colour that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.colours import contrast, format_colour, nearest_readable, parse_colour, readable

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

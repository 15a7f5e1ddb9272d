"""Bar charts as SVG: their geometry, which a template draws. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 600, 120  # of the drawing, in its own units
_WIDEST = 40
_GAP = 0.25  # of a bar's place


class Bar(NamedTuple):
    """A bar, with what it shows in words."""

    x: float
    y: float
    width: float
    height: float
    label: str


class Chart(NamedTuple):
    """The bars, and the value at the top."""

    bars: tuple[Bar, ...]
    most: float


def bar_chart(values: Sequence[tuple[str, float]]) -> Chart:
    """The chart of some values, each with its label; the largest is as high as the drawing."""
    most = max((value for _label, value in values), default=0.0)
    place = min(WIDTH / max(len(values), 1), _WIDEST)
    bars = []
    for number, (label, value) in enumerate(values):
        height = round(HEIGHT * value / most, 1) if most else 0.0
        bars.append(
            Bar(round(number * place, 1), round(HEIGHT - height, 1), round(place * (1 - _GAP), 1), height, label)
        )
    return Chart(bars=tuple(bars), most=most)

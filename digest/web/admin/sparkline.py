"""A small bar chart as the path of an SVG element. Pure."""

from collections.abc import Sequence

WIDTH, HEIGHT, _BAR, _STEP = 112, 24, 6, 8


def bars(values: Sequence[int]) -> str:
    """The path of up to 14 bars, the highest as high as the chart; a value above 0 has at least one pixel."""
    most = max(values, default=0)
    heights = ((place, _height(value, most)) for place, value in enumerate(values) if value)
    return "".join(f"M{place * _STEP} {HEIGHT}v-{height}h{_BAR}v{height}z" for place, height in heights)


def _height(value: int, most: int) -> int:
    return max(1, round(value * HEIGHT / most))

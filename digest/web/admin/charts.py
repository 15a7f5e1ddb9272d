"""Bar charts as SVG: their geometry, which a template draws. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from digest.i18n import Translator

WIDTH, HEIGHT = 100, 90  # of the drawing, in per cent of the page's width and in pixels
_WIDEST = 6.0
_GAP = 0.25  # of a bar's place
_FEW = 4  # bars that all have a name below them


class Value(NamedTuple):
    """What a bar shows: its name, a short one for the axis, the value, and the value as text."""

    name: str
    short_name: str
    value: float
    text: str


class Bar(NamedTuple):
    """A bar, with what it shows in words."""

    x: float
    y: float
    width: float
    height: float
    label: str


class Tick(NamedTuple):
    """A name below the bars; `anchor` says which part of it is at `x`, as in SVG."""

    x: float
    anchor: Literal["start", "middle", "end"]
    label: str


class Chart(NamedTuple):
    """The bars, the names below them, and the value at the top."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    most: float


def day_value(day: date, number: int, translator: Translator) -> Value:
    """The number of a day, or of the week that begins then, in a chart."""
    return Value(translator.full_date(day), translator.short_date(day), number, translator.number(number))


def bar_chart(values: Sequence[Value]) -> Chart:
    """The chart of some values; the largest is as high as the drawing."""
    most = max((one.value for one in values), default=0.0)
    place = WIDTH / max(len(values), 1)
    width = min(place * (1 - _GAP), _WIDEST)
    bars = []
    for number, one in enumerate(values):
        height = round(HEIGHT * one.value / most, 1) if most else 0.0
        x = (number + 0.5) * place - width / 2
        bars.append(Bar(round(x, 2), round(HEIGHT - height, 1), round(width, 2), height, f"{one.name}: {one.text}"))
    return Chart(bars=tuple(bars), ticks=_ticks(values, bars), most=most)


def _ticks(values: Sequence[Value], bars: Sequence[Bar]) -> tuple[Tick, ...]:
    """Below each of a few bars, else below the first, the one in the middle and the last."""
    if len(bars) <= _FEW:
        return tuple(_middle(bar, one) for bar, one in zip(bars, values, strict=True))
    half, last = len(bars) // 2, bars[-1]
    return (
        Tick(bars[0].x, "start", values[0].short_name),
        _middle(bars[half], values[half]),
        Tick(round(last.x + last.width, 2), "end", values[-1].short_name),
    )


def _middle(bar: Bar, of: Value) -> Tick:
    return Tick(round(bar.x + bar.width / 2, 2), "middle", of.short_name)

"""Draws what `digest evaluate` found as an SVG: NDCG by hour and formula, with 95 % intervals. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from digest.evaluation.replay import Evaluated, Marks

_COLOURS = ("#0b6e99", "#d1495b", "#7a8b2c", "#8d6cab", "#c77b30", "#4a4a4a")
_WIDTH, _HEIGHT = 860, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 24, 84, 56
_FONT = "font-family='system-ui, -apple-system, Segoe UI, Roboto, sans-serif'"


def drawn(found: Evaluated, top: int, target: str) -> str:
    """The picture, a text that any browser shows."""
    scale = _Scale([marks for hour in found.hours.values() for marks in hour.values()])
    names = sorted({name for hour in found.hours.values() for name in hour}, key=lambda name: _standing(found, name))
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(names)}
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' {_FONT}>",
        f"<title>NDCG@{top} of past days by formula</title>",
        f"<rect width='{_WIDTH}' height='{_HEIGHT}' fill='#ffffff'/>",
        _text(_LEFT, 30, f"NDCG@{top} by final {target}", size=18, weight=600),
        _text(_LEFT, 50, f"{found.civil_days} days; bars are 95 % intervals; 1 is the perfect choice", fill="#666"),
        *_grid(scale),
        *_legend(colours),
        *_hours(found, names, colours, scale),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Scale:
    """Where a value stands on the picture; the axis covers every interval."""

    def __init__(self, marks: Sequence[Marks]) -> None:
        low = min((one.ndcg.low for one in marks), default=0.0)
        self.step = next((step for step in (0.01, 0.02, 0.05, 0.1) if (1 - low) / step <= 8), 0.2)
        self.low = max(0.0, int(low / self.step) * self.step)

    def y(self, value: float) -> float:
        return _TOP + (1 - value) / (1 - self.low or 1) * (_HEIGHT - _TOP - _BOTTOM)

    def ticks(self) -> Iterator[float]:
        for turn in range(round((1 - self.low) / self.step) + 1):
            yield min(self.low + turn * self.step, 1.0)


def _standing(found: Evaluated, name: str) -> tuple[float, str]:
    """The best formula first."""
    reached = [hour[name].ndcg.mean for hour in found.hours.values() if name in hour]
    return -sum(reached) / len(reached), name


def _grid(scale: _Scale) -> Iterator[str]:
    for tick in scale.ticks():
        y = scale.y(tick)
        yield f"<line x1='{_LEFT}' x2='{_WIDTH - _RIGHT}' y1='{y:.1f}' y2='{y:.1f}' stroke='#e4e4e4'/>"
        yield _text(_LEFT - 10, y + 4, f"{tick:.2f}", anchor="end", fill="#666")


def _legend(colours: Mapping[str, str]) -> Iterator[str]:
    x = float(_LEFT)
    for name, colour in colours.items():
        yield f"<circle cx='{x + 5:.0f}' cy='67' r='5' fill='{colour}'/>"
        yield _text(x + 15, 71, name)
        x += 34 + 7.5 * len(name)


def _hours(found: Evaluated, names: Sequence[str], colours: Mapping[str, str], scale: _Scale) -> Iterator[str]:
    room = (_WIDTH - _LEFT - _RIGHT) / max(len(found.hours), 1)
    for place, (hour, marks) in enumerate(found.hours.items()):
        middle = _LEFT + room * (place + 0.5)
        yield _text(middle, _HEIGHT - 26, hour, anchor="middle", size=14)
        yield _text(middle, _HEIGHT - 10, f"{found.days[hour]} days", anchor="middle", fill="#666", size=11)
        gap = min(room * 0.8 / len(names), 44)
        for turn, name in enumerate(names):
            if name in marks:
                yield _mark(middle + (turn - (len(names) - 1) / 2) * gap, marks[name], colours[name], scale, name)


def _mark(x: float, marks: Marks, colour: str, scale: _Scale, name: str) -> str:
    low, mean, high = (scale.y(value) for value in (marks.ndcg.low, marks.ndcg.mean, marks.ndcg.high))
    whisker = f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='{colour}' stroke-width='2'/>"
    ends = "".join(
        f"<line x1='{x - 5:.1f}' x2='{x + 5:.1f}' y1='{y:.1f}' y2='{y:.1f}' stroke='{colour}' stroke-width='2'/>"
        for y in (low, high)
    )
    says = f"{name}: {marks.ndcg.mean:.4f} [{marks.ndcg.low:.4f}, {marks.ndcg.high:.4f}]"
    dot = f"<circle cx='{x:.1f}' cy='{mean:.1f}' r='5.5' fill='{colour}'/>"
    value = _text(x, high - 8, f"{marks.ndcg.mean:.3f}", anchor="middle", size=11, fill="#444")
    return f"<g><title>{escape(says)}</title>{whisker}{ends}{dot}{value}</g>"


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, fill: str = "#222", weight: int = 400
) -> str:
    style = f"font-size='{size}' font-weight='{weight}' fill='{fill}' text-anchor='{anchor}'"
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{escape(text)}</text>"

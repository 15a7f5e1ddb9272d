"""Renders the result of `digest evaluate` as SVG: NDCG by hour and formula, with 95 % intervals. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from digest.evaluation.replay import EvaluationResult, FormulaMetrics

_COLOURS = ("#0b6e99", "#d1495b", "#7a8b2c", "#8d6cab", "#c77b30", "#4a4a4a")
_WIDTH, _HEIGHT = 860, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 24, 84, 56
_FONT = "font-family='system-ui, -apple-system, Segoe UI, Roboto, sans-serif'"


def render_chart(result: EvaluationResult, top: int, target: str) -> str:
    """The chart as the text of an SVG file."""
    scale = _Scale([metrics for hour in result.hours.values() for metrics in hour.values()])
    names = sorted(
        {name for hour in result.hours.values() for name in hour}, key=lambda name: _best_first(result, name)
    )
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(names)}
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' {_FONT}>",
        f"<title>NDCG@{top} of past days by formula</title>",
        f"<rect width='{_WIDTH}' height='{_HEIGHT}' fill='#ffffff'/>",
        _svg_text(_LEFT, 30, f"NDCG@{top} by final {target}", size=18, weight=600),
        _svg_text(
            _LEFT, 50, f"{_days(result.civil_days)}; bars are 95 % intervals; 1 is a perfect ranking", fill="#666"
        ),
        *_grid(scale),
        *_legend(colours),
        *_hour_columns(result, names, colours, scale),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Scale:
    """The vertical axis, which covers every interval."""

    def __init__(self, metrics: Sequence[FormulaMetrics]) -> None:
        low = min((one.ndcg.mean if one.ndcg.low is None else one.ndcg.low for one in metrics), default=0.0)
        self.step = next((step for step in (0.01, 0.02, 0.05, 0.1) if (1 - low) / step <= 8), 0.2)
        self.low = max(0.0, int(low / self.step) * self.step)

    def y(self, value: float) -> float:
        return _TOP + (1 - value) / (1 - self.low or 1) * (_HEIGHT - _TOP - _BOTTOM)

    def ticks(self) -> Iterator[float]:
        for turn in range(round((1 - self.low) / self.step) + 1):
            yield min(self.low + turn * self.step, 1.0)


def _best_first(result: EvaluationResult, name: str) -> tuple[float, str]:
    """A sort key: the formula with the highest mean NDCG first."""
    means = [hour[name].ndcg.mean for hour in result.hours.values() if name in hour]
    return -sum(means) / len(means), name


def _grid(scale: _Scale) -> Iterator[str]:
    for tick in scale.ticks():
        y = scale.y(tick)
        yield f"<line x1='{_LEFT}' x2='{_WIDTH - _RIGHT}' y1='{y:.1f}' y2='{y:.1f}' stroke='#e4e4e4'/>"
        yield _svg_text(_LEFT - 10, y + 4, f"{tick:.2f}", anchor="end", fill="#666")


def _legend(colours: Mapping[str, str]) -> Iterator[str]:
    x = float(_LEFT)
    for name, colour in colours.items():
        yield f"<circle cx='{x + 5:.0f}' cy='67' r='5' fill='{colour}'/>"
        yield _svg_text(x + 15, 71, name)
        x += 34 + 7.5 * len(name)


def _hour_columns(
    result: EvaluationResult, names: Sequence[str], colours: Mapping[str, str], scale: _Scale
) -> Iterator[str]:
    room = (_WIDTH - _LEFT - _RIGHT) / max(len(result.hours), 1)
    for place, (hour, metrics) in enumerate(result.hours.items()):
        middle = _LEFT + room * (place + 0.5)
        yield _svg_text(middle, _HEIGHT - 26, hour, anchor="middle", size=14)
        yield _svg_text(middle, _HEIGHT - 10, _days(result.days[hour]), anchor="middle", fill="#666", size=11)
        gap = min(room * 0.8 / len(names), 44)
        for turn, name in enumerate(names):
            if name in metrics:
                yield _point(middle + (turn - (len(names) - 1) / 2) * gap, metrics[name], colours[name], scale, name)


def _point(x: float, metrics: FormulaMetrics, colour: str, scale: _Scale, name: str) -> str:
    mean, low, high = metrics.ndcg
    title = f"{name}: {mean:.4f}"
    whisker, top = "", scale.y(mean)
    if low is not None and high is not None:
        title += f" [{low:.4f}, {high:.4f}]"
        whisker, top = _whisker(x, scale.y(low), scale.y(high), colour), scale.y(high)
    dot = f"<circle cx='{x:.1f}' cy='{scale.y(mean):.1f}' r='5.5' fill='{colour}'/>"
    value = _svg_text(x, top - 8, f"{mean:.3f}", anchor="middle", size=11, fill="#444")
    return f"<g><title>{escape(title)}</title>{whisker}{dot}{value}</g>"


def _whisker(x: float, low: float, high: float, colour: str) -> str:
    line = f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='{colour}' stroke-width='2'/>"
    ends = (
        f"<line x1='{x - 5:.1f}' x2='{x + 5:.1f}' y1='{y:.1f}' y2='{y:.1f}' stroke='{colour}' stroke-width='2'/>"
        for y in (low, high)
    )
    return line + "".join(ends)


def _days(number: int) -> str:
    return "1 day, without an interval" if number == 1 else f"{number} days"


def _svg_text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, fill: str = "#222", weight: int = 400
) -> str:
    style = f"font-size='{size}' font-weight='{weight}' fill='{fill}' text-anchor='{anchor}'"
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{escape(text)}</text>"

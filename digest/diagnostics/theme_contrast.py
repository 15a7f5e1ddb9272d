"""The contrast of every theme's colours (WCAG 2, 1.4.3)."""

import re
from collections.abc import Iterator, Mapping

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import ConfigurationError
from digest.rendering.theme import Style, Themes

TEXT_ON_GROUND = (
    *(("ink", "paper"), ("quiet", "paper"), ("accent", "paper"), ("quiet", "ground"), ("accent", "ground")),
    *(("quiet", "shade"), ("accent", "shade")),
)
"""The colours in which the themes write, on which ground."""

LOWEST = 4.5

Colour = tuple[int, int, int]


def check_themes(context: CheckContext) -> Iterator[CheckResult]:
    """A result for each theme; one that no edition uses only warns."""
    themes = Themes(context.app.system_mail_renderer.theme_folders)
    used = {edition.theme for edition in context.settings.editions}
    for name in themes.names:
        try:
            faint = list(faint_pairs(themes.style(name)))
        except ConfigurationError as error:
            yield fail(str(error), "correct the theme's theme.toml")
            continue
        if faint:
            message = f"the theme {name} is hard to read, with a contrast below {LOWEST}: {', '.join(faint)}"
            yield (fail if name in used else warn)(message, f"change these colours in templates/{name}/theme.toml")
        else:
            yield ok(f"{name}: every text has a contrast of at least {LOWEST}")


def faint_pairs(style: Style) -> Iterator[str]:
    """The pairs of colours with too little contrast, such as "quiet on paper 3.1 (dark)"."""
    for scheme, colours in (("light", style.light), ("dark", style.dark)):
        for text, ground in TEXT_ON_GROUND:
            ratio = _contrast_of(colours, text, ground)
            if ratio is not None and ratio < LOWEST:
                yield f"{text} on {ground} {ratio:.1f} ({scheme})"


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    shares = (part / 255 for part in colour)
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def parse_colour(text: str) -> Colour | None:
    """A colour written as #rgb, #rrggbb or rgb(r, g, b); None for others, such as names."""
    if match := re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text.strip()):
        digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if match := re.fullmatch(r"rgba?\(\s*(\d{1,3})\D+(\d{1,3})\D+(\d{1,3}).*\)", text.strip()):
        return int(match[1]), int(match[2]), int(match[3])
    return None


def _contrast_of(colours: Mapping[str, str], text: str, ground: str) -> float | None:
    """The contrast of two colours of a theme; None where one is missing or written in an unknown way."""
    front, back = parse_colour(colours.get(text, "")), parse_colour(colours.get(ground, ""))
    return None if front is None or back is None else contrast(front, back)

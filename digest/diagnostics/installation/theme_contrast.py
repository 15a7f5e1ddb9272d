"""The contrast of every theme's colours (WCAG 2, 1.4.3)."""

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.errors import ConfigurationError
from digest.rendering.colours import LOWEST_CONTRAST, contrast, parse_colour, readable
from digest.rendering.theme import GROUNDS, Style, Themes

TEXTS = ("ink", "quiet", "accent")
"""The colours in which the themes write."""


def check_themes(context: CheckContext) -> Iterator[CheckResult]:
    """A result for each theme; one that no edition uses only warns."""
    portal = context.settings.portal
    themes = Themes(context.app.system_mail_renderer.theme_folders, portal.colours)
    used = {edition.theme for edition in context.settings.editions}
    for name in (one for one in themes.known if one in used or one in themes.names):
        try:
            faint = list(_faint_pairs(themes.style(name)))
        except ConfigurationError as error:
            yield fail(str(error), "correct the theme's theme.toml")
            continue
        if faint:
            message = f"the theme {name} is hard to read, with a contrast below {LOWEST_CONTRAST}: {', '.join(faint)}"
            better = ", ".join(corrections(themes.style(name), portal.colours))
            hint = f"the nearest colours that can be read are {better}; a theme's are in templates/{name}/theme.toml"
            yield (fail if name in used else warn)(message, hint)
        else:
            yield ok(f"{name}: every text has a contrast of at least {LOWEST_CONTRAST}")


def _faint_pairs(style: Style) -> Iterator[str]:
    """The pairs of colours with too little contrast, such as "quiet on paper 3.1 (dark)"."""
    for scheme, colours in _schemes(style):
        for text, ground in product(TEXTS, GROUNDS):
            ratio = _contrast_of(colours, text, ground)
            if ratio is not None and ratio < LOWEST_CONTRAST:
                yield f"{text} on {ground} {ratio:.1f} ({scheme})"


def corrections(style: Style, of_portal: Collection[str]) -> Iterator[str]:
    """The nearest colours with enough contrast, as a theme.toml has them; those of the portal as [portal] has them."""
    for scheme, colours in _schemes(style):
        for text in TEXTS:
            nearest = readable(colours.get(text, ""), colours, GROUNDS)
            if nearest != colours.get(text, ""):
                table = "portal" if scheme == "light" and text in of_portal else scheme
                yield f'{table}.{text} = "{nearest}"'


def _schemes(style: Style) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "light", style.light
    yield "dark", style.dark


def _contrast_of(colours: Mapping[str, str], text: str, ground: str) -> float | None:
    """The contrast of two colours of a theme; None where one is missing or written in an unknown way."""
    front, back = parse_colour(colours.get(text, "")), parse_colour(colours.get(ground, ""))
    return None if front is None or back is None else contrast(front, back)

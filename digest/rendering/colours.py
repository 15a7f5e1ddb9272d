"""Colours and their contrast (WCAG 2, 1.4.3). Pure."""

import colorsys
import re
from collections.abc import Iterable, Mapping

LOWEST_CONTRAST = 4.5
"""What text needs."""

_STEPS = 400  # of lightness, between black and white

Colour = tuple[int, int, int]


def parse_colour(text: str) -> Colour | None:
    """A colour written as #rgb, #rrggbb or rgb(r, g, b); None for others, such as names."""
    if match := re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text.strip()):
        digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if match := re.fullmatch(r"rgba?\(\s*(\d{1,3})\D+(\d{1,3})\D+(\d{1,3}).*\)", text.strip()):
        return int(match[1]), int(match[2]), int(match[3])
    return None


def format_colour(colour: Colour) -> str:
    """A colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    red, green, blue = map(linear_share, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear_share(part: int) -> float:
    """The light of a part of a colour in sRGB, 0 to 1."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def nearest_readable(colour: Colour, grounds: Iterable[Colour], lowest: float = LOWEST_CONTRAST) -> Colour:
    """The colour of the nearest lightness whose contrast with all grounds is enough, in the same hue.

    Where the grounds leave none, it is black or white, whichever has more contrast.
    """
    backs = list(grounds)
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    steps = sorted(range(_STEPS + 1), key=lambda step: abs(step / _STEPS - lightness))
    tried = (_rounded(colorsys.hls_to_rgb(hue, step / _STEPS, saturation)) for step in steps)
    enough = (one for one in (colour, *tried) if all(contrast(one, back) >= lowest for back in backs))
    extremes = ((0, 0, 0), (255, 255, 255))
    return next(enough, max(extremes, key=lambda one: min(contrast(one, back) for back in backs)))


def readable(colour: str, colours: Mapping[str, str], grounds: Iterable[str], lowest: float = LOWEST_CONTRAST) -> str:
    """The nearest readable colour on some of these colours, by their use; as it is where one cannot be understood."""
    front, backs = parse_colour(colour), [parse_colour(colours.get(ground, "")) for ground in grounds]
    known = [back for back in backs if back is not None]
    if front is None or len(known) < len(backs):
        return colour
    nearest = nearest_readable(front, known, lowest)
    return colour if nearest == front else format_colour(nearest)


def _rounded(shares: tuple[float, float, float]) -> Colour:
    red, green, blue = (round(share * 255) for share in shares)
    return red, green, blue

"""The colours that mail apps make of a message's own in a dark mode that they force."""

from functools import lru_cache

from digest.rendering.colours import Colour, format_colour, linear_share, parse_colour

_DARKEST = 21.247  # the lightness of #333333, on which Outlook shows messages in dark mode
_NAMED = {"white": "#ffffff", "black": "#000000"}
_WHITE_POINT = (0.95047, 1.0, 1.08883)
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_TO_RGB = ((3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252))

_Triple = tuple[float, float, float]


@lru_cache  # a message has few colours, each many times
def invert_colour(colour: str) -> str:
    """The colour of the same hue with the opposite lightness (CIELAB), white becoming a dark grey; others unchanged.

    `colour`: #rgb, #rrggbb, rgb(…), white or black.
    """
    parts = parse_colour(_NAMED.get(colour.lower(), colour))
    if parts is None:
        return colour
    lightness, green_red, blue_yellow = _lab(parts)
    inverted = (100 - lightness) * (100 - _DARKEST) / 100 + _DARKEST
    return format_colour(_colour_of_lab((inverted, green_red, blue_yellow)))


def _lab(colour: Colour) -> _Triple:
    linear = [linear_share(part) for part in colour]
    scaled = (_dot(row, linear) / white for row, white in zip(_TO_XYZ, _WHITE_POINT, strict=True))
    x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _colour_of_lab(lab: _Triple) -> Colour:
    y = (lab[0] + 16) / 116
    roots = (y + lab[1] / 500, y, y - lab[2] / 200)
    scaled = (root**3 if root**3 > 0.008856 else (root - 16 / 116) / 7.787 for root in roots)
    xyz = [value * white for value, white in zip(scaled, _WHITE_POINT, strict=True)]
    red, green, blue = (round(255 * min(max(_encoded(_dot(row, xyz)), 0), 1)) for row in _TO_RGB)
    return red, green, blue


def _dot(row: _Triple, values: list[float]) -> float:
    return sum(factor * value for factor, value in zip(row, values, strict=True))


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * float(part ** (1 / 2.4)) - 0.055

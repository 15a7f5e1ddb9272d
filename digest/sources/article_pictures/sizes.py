"""The sizes of tracking pixels, icons and banners, which are not those of an article's picture. Pure."""

from collections.abc import Sequence

SMALLEST = 3
"""Pixels: one side of a tracking pixel has no more."""

LARGEST_ICON = 32
"""Pixels: no side of an icon has more."""

BANNERS = frozenset(
    {(468, 60), (234, 60), (120, 60), (88, 31), (728, 90), (970, 90), (320, 50), (160, 600), (120, 600)}
)
"""Width and height of advertisements (IAB) that are no usual shape of a picture."""

NARROW = 600
"""Pixels: a narrower picture does not fill the width of a message."""


def is_tiny(known: Sequence[float]) -> bool:
    """Whether the known sides are those of a tracking pixel, an icon or a banner."""
    is_icon = bool(known) and max(known) <= LARGEST_ICON
    return any(size <= SMALLEST for size in known) or is_icon or tuple(known) in BANNERS

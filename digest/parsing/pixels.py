"""The one reader of sizes of pictures: `600`, `"600"`, `"600px"`, and names such as `quay-600x400.jpg`. Pure."""

import re
from decimal import Decimal

LARGEST = 20_000
"""Pixels; a larger side makes no sense."""

_IN_NAME = re.compile(r"(?ai)[^/?#]-([1-9]\d{2,3})x([1-9]\d{1,3})\.(?:jpe?g|png|gif|webp|avif)(?=[?#]|\Z)")
_PIXELS = re.compile(r"(?a)\s*+(\d{1,5})(?:\.0+)?\s*+(?:px)?\s*+")


def parse_pixels(value: object) -> int | None:
    """The width or height that a value of any source means, from 1 to 20,000; None for everything else."""
    if isinstance(value, str):
        found = _PIXELS.fullmatch(value) if value else None
        return _in_range(int(found[1])) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return _in_range(value)


def size_in_name(address: str) -> tuple[int, int] | tuple[None, None]:
    """The width and height in the name of a file, as WordPress names the smaller copies of a picture."""
    found = _IN_NAME.search(address)
    return (int(found[1]), int(found[2])) if found else (None, None)


def _in_range(number: float | Decimal) -> int | None:
    try:
        return int(number) if 1 <= number <= LARGEST and number == int(number) else None
    except ArithmeticError:  # a Decimal that is not a number cannot be compared
        return None

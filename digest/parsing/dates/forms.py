"""What the patterns of dates have in common."""

import re

END = r"(?![0-9:])"
"""After the last digit of a part."""

HALF = r"[ap](?:\. ?)?m"
"""AM or PM in any case, before its last dot; in Spanish with a space: `p. m.`"""


def named_groups(match: re.Match[str]) -> dict[str, str]:
    """The named groups of a match that found something."""
    return {name: value for name, value in match.groupdict().items() if value}


def hour_of_12(hour: int, half: str) -> int:
    """The hour of the day of `hour` AM or PM; raises ValueError unless it is from 1 to 12."""
    if not 1 <= hour <= 12:
        raise ValueError("not an hour of the morning or the afternoon")
    return hour % 12 + (12 if half[0] in "pP" else 0)

"""Moments as numbers: seconds since 1970, and finer units of the same."""

from datetime import UTC, datetime
from decimal import Decimal

from digest.parsing.dates.believable import believable

# From here on a number cannot be seconds, milliseconds or microseconds: as these it is the year 5138.
_MILLISECONDS, _MICROSECONDS, _NANOSECONDS = 10**11, 10**14, 10**17
_SINCE_2001 = 10**18  # nanoseconds; in smaller numbers .NET counts ticks of 100 ns since the year 1


def moment_since_1970(number: float | Decimal) -> datetime | None:
    """The moment (UTC) of a number of seconds, or of milli-, micro- or nanoseconds where seconds would be absurd.

    None before 1990, for a number of 14 digits, which is a date such as 20261125172526, and for one of 18, which may be
    the ticks of .NET.
    """
    try:
        return believable(datetime.fromtimestamp(_seconds(float(number)), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def whole_seconds(line: str) -> float | None:
    """The seconds since 1970 that digits alone mean; None for any other line."""
    is_epoch = 9 <= len(line) <= 13 and line.isascii() and line.isdigit()
    return _seconds(int(line)) if is_epoch else None


def _seconds(number: float) -> float:
    if number >= _MICROSECONDS:
        if _NANOSECONDS <= number < _SINCE_2001:
            raise ValueError("nanoseconds before 2001, or the ticks of .NET")
        return number / (10**9 if number >= _NANOSECONDS else 10**6)
    if number >= 10**13:
        raise ValueError("neither seconds nor milliseconds of this century")
    return number / 1000 if number >= _MILLISECONDS else number

"""What a database's value means: a text, a moment or a count (pure); none: UnreadableError."""

import math
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

HIGHEST_COUNT = 10**15  # beyond this a counter is nonsense, and still fits every database's integers

_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?", re.ASCII)
_COUNT = re.compile(r"(?:\d{1,30}|\d{1,3}(?:[ ,\u00a0\u202f]\d{3}){1,6})(?:\.\d{0,30})?", re.ASCII)
_MILLISECONDS = 10**11  # as seconds this is the year 5138


class UnreadableError(ValueError):
    """A value is there, and it is not what its column promises."""


def text(value: object) -> str:
    """The value as raw text, empty for NULL."""
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, str | int | float | Decimal | UUID) and not isinstance(value, bool):
        return str(value)
    raise UnreadableError


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """The instant in UTC of a datetime, a date, ISO text, or (milli)seconds since 1970; `zone` is for naive ones."""
    found = _parsed(text(value)) if isinstance(value, str | bytes | bytearray | memoryview) else value
    if found is None:
        return None
    try:
        return _instant(found, zone).astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise UnreadableError from None


def count(value: object) -> int | None:
    """A whole number from 0 to 10**15; texts may group their thousands, fractions are dropped."""
    if isinstance(value, str | bytes | bytearray | memoryview):
        digits = text(value).strip()
        if digits and _COUNT.fullmatch(digits) is None:
            raise UnreadableError
        value = Decimal(re.sub(r"[ ,\u00a0\u202f]", "", digits)) if digits else None
    if value is None:
        return None
    number = _number(value)
    if number is None or number < 0:
        raise UnreadableError
    return min(int(number), HIGHEST_COUNT)


def _number(value: object) -> int | float | Decimal | None:
    """The value if it is a finite number (NaN cannot even be compared)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    is_finite = value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)
    return value if is_finite else None


def _instant(value: object, zone: ZoneInfo) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone, fold=0)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    number = _number(value)
    if number is None or number <= 0:
        raise UnreadableError
    seconds = float(number)
    return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)


def _parsed(written: str) -> datetime | float | None:
    line = written.strip()
    if not line:
        return None
    if _EPOCH.fullmatch(line):
        return float(line)
    line = re.sub(r"\s*(?:UTC|GMT|Z)$", "+00:00", line)
    try:
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d(?::?\d\d)?$)", "", line))
    except ValueError:
        raise UnreadableError from None

"""The text, number or date in the tables that databases and programs write in place of one. Pure.

A table with other names than these is left as it is: nobody knows what of it is meant.
"""

from collections.abc import Mapping
from typing import Any

_DEEPEST = 3  # MongoDB: [{"$date": {"$numberLong": "…"}}]
# What holds the value, and the names that may be beside it.
_VALUES: Mapping[str, frozenset[str]] = {
    # MongoDB
    **dict.fromkeys(("$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"), frozenset[str]()),
    # Firestore
    **dict.fromkeys(("stringValue", "integerValue", "doubleValue", "timestampValue"), frozenset[str]()),
    "rendered": frozenset({"raw", "protected", "block_version"}),  # WordPress
    "processed": frozenset({"value", "format", "summary"}),  # Drupal, of the text that its readers see
    "value": frozenset({"format", "lang"}),
    "$t": frozenset({"type"}),  # Blogger
}
# Seconds since 1970 and the part of a second: Firestore, protobuf, Java's Instant.
_SECONDS = ("_seconds", "seconds", "epochSecond")
_FRACTIONS = frozenset({"_nanoseconds", "nanoseconds", "nanos", "nano"})
_MOST_MILLISECONDS = 999
_PHP = frozenset({"date", "timezone_type", "timezone"})


def plain_value(value: Any, depth: int = _DEEPEST) -> Any:
    """The value in such a table; of a list of them their values, and of a list of one the value itself.

    False is none: PHP writes it for what is missing, such as the picture of a post.
    """
    if value is False:
        return None
    if isinstance(value, Mapping) and depth:
        names = (name for name, beside in _VALUES.items() if name in value and value.keys() - {name} <= beside)
        name = next(names, None)
        return value if name is None else plain_value(value[name], depth - 1)
    if isinstance(value, list) and value and depth and all(isinstance(one, Mapping) for one in value):
        plain = [plain_value(one, depth - 1) for one in value]
        is_understood = not any(isinstance(one, Mapping) for one in plain)
        return value if not is_understood else plain[0] if len(plain) == 1 else plain
    return value


def plain_moment(value: Any) -> Any:
    """The same of a date, which may also be a table or a list of its parts."""
    plain = plain_value(value)
    if isinstance(plain, list):
        return _of_java(plain) or plain
    if not isinstance(plain, Mapping):
        return plain
    if plain.keys() == _PHP and isinstance(plain["date"], str) and isinstance(plain["timezone"], str):
        return f"{plain['date']} {plain['timezone']}"
    # A table of seconds alone is a duration.
    name = next((name for name in _SECONDS if len(plain) == 2 and plain.keys() - _FRACTIONS == {name}), None)
    return plain if name is None else plain[name]


def _of_java(parts: list[Any]) -> str | None:
    """The text of year, month, day, hour, minute, second and nanoseconds; Java leaves out the last ones if zero.

    None for other lists, and for one with milliseconds in the seventh place: JavaScript's months begin at 0.
    """
    if not all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in parts):
        return None
    if len(parts) not in {3, 5, 6} and not (len(parts) == 7 and parts[6] > _MOST_MILLISECONDS):
        return None
    year, month, day, *clock = parts[:6]
    return f"{year:04}-{month:02}-{day:02}" + "".join(
        f"{mark}{one:02}" for mark, one in zip("T::", clock, strict=False)
    )

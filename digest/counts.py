"""Numbers as pages and programs write them: `1841`, `1 841`, `1,841`, `1.8K`, `1,8 тыс.`. Pure."""

import re
from decimal import Decimal

MOST = 10**15  # more is nonsense: no page has a reader for every cell of a hundred people

_SPACES = r"[ \u00a0\u2007\u2009\u202f]"
_NUMBER = re.compile(
    rf"(?P<whole>\d{{1,3}}(?:{_SPACES}\d{{3}}){{1,5}}|\d{{1,3}}(?:,\d{{3}}){{1,5}}|\d{{1,20}})(?:\.0{{1,9}})?"
    rf"|(?P<short>\d{{1,6}}(?:[.,]\d{{1,3}})?){_SPACES}?(?P<unit>k|m|тыс\.?|млн\.?)",
    re.ASCII | re.IGNORECASE,
)
_UNITS = {"k": 1_000, "m": 1_000_000, "тыс": 1_000, "млн": 1_000_000}


def read_count(text: str) -> int | None:
    """The whole number of 0 to 10^15 that the text means, or None."""
    match = _NUMBER.fullmatch(text.strip().lower())
    if match is None:
        return None
    if match["whole"]:
        number = int(re.sub(r"\D", "", match["whole"]))
    else:
        number = int(Decimal(match["short"].replace(",", ".")) * _UNITS[match["unit"].rstrip(".")])
    return number if number <= MOST else None

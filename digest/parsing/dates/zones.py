"""The names and offsets of time zones as foreign texts write them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from digest.parsing.dates.forms import END, named_groups
from digest.parsing.zone_files import find_zone

# Names that one zone has. IST (India, Israel, Ireland) and AST (Arabia, the Atlantic) have several: they are unknown.
# EST and the other American names are those of RFC 5322, 4.3. The others are the IANA database's abbreviations.
_ZONE_OFFSETS = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "bst", "west"), 1),
    **dict.fromkeys(("eet", "cest", "sast"), 2),
    **dict.fromkeys(("msk", "мск", "eest", "eat"), 3),
    **dict.fromkeys(("по мск", "по москве", "по московскому времени"), 3),
    **dict.fromkeys(("msd", "samt"), 4),
    **dict.fromkeys(("yekt", "pkt"), 5),
    **dict.fromkeys(("omst",), 6),
    **dict.fromkeys(("krat", "novt", "wib"), 7),
    **dict.fromkeys(("irkt", "hkt", "awst"), 8),
    **dict.fromkeys(("yakt", "jst", "kst"), 9),
    **dict.fromkeys(("vlat", "aest"), 10),
    **dict.fromkeys(("magt", "aedt"), 11),
    **dict.fromkeys(("pett", "nzst"), 12),
    **dict.fromkeys(("nzdt",), 13),
    **dict.fromkeys(("edt",), -4),
    **dict.fromkeys(("est", "cdt"), -5),
    **dict.fromkeys(("cst", "mdt"), -6),
    **dict.fromkeys(("mst", "pdt"), -7),
    **dict.fromkeys(("pst",), -8),
}
# What the names above mean elsewhere: China and Cuba, the Philippines, and Australia until 2014. No date is read by
# them, but they do not contradict an offset.
_OTHER_OFFSETS = {"cst": (8, -5), "cdt": (-4,), "pst": (8,), "est": (10,), "edt": (11,)}
_OFFSET = rf"(?:UTC|GMT) ?(?P<sign>[-+−])(?P<hours>[0-9]{{1,2}})(?::?(?P<minutes>[0-5][0-9]))?{END}"
_ZONE = rf"(?P<zone>{'|'.join(sorted(_ZONE_OFFSETS, reverse=True))})(?![^\W_])"
ZONES = (
    rf"(?:(?:UTC|GMT) ?)?(?P<sign>[-+−])(?P<hours>[0-9]{{2}}):?(?P<minutes>[0-5][0-9])?{END}",
    _OFFSET,
    rf"(?P<sign>\+)(?P<hours>[0-9]):(?P<minutes>[0-5][0-9]){END}",
    r"(?P<key>[A-Z]+(?:/[A-Z0-9_+-]+)+)",
    _ZONE,
    rf"\({_ZONE}\)",  # `(+12)` may be a rating
    rf"\({_OFFSET}\)",
)
"""Patterns of a zone in a date; their groups are what `zone_of` takes."""

_FORMS = [re.compile(rf"(?i){form}") for form in ZONES]


def zone_named(text: str) -> tzinfo | None:
    """The zone that a text such as `MSK`, `GMT+3` or `Europe/Moscow` means; None for any other text."""
    match = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    try:
        return match and zone_of(named_groups(match))
    except (KeyError, ValueError):  # KeyError: the s of `mſk` is another letter in lower case
        return None


def zone_of(zone: Mapping[str, str]) -> tzinfo:
    """The zone that the groups of such a pattern mean.

    Raises ValueError where it is none, or not one that this machine can read; KeyError for a name in other letters.
    """
    if "key" in zone:
        found = find_zone(zone["key"])
        if found is None:
            raise ValueError(f"no such time zone: {zone['key']}")
        return found
    if "zone" in zone:
        return timezone(timedelta(hours=_ZONE_OFFSETS[zone["zone"].lower()]))
    return offset_of(zone["sign"], int(zone["hours"]), int(zone.get("minutes", 0)))


@lru_cache(maxsize=100)  # all dates of a portal have one or two
def offset_of(sign: str, hours: int, minutes: int) -> tzinfo:
    """The zone of an offset."""
    # `-0000` is UTC, too (RFC 5322, 3.3): only the writer's own zone is unknown.
    return timezone((1 if sign == "+" else -1) * timedelta(hours=hours, minutes=minutes)) if hours or minutes else UTC


def contradicts(note: str, moment: datetime) -> bool:
    """Whether a note such as `EST` or `(GMT+3)` beside a zone means another offset; an unknown name means none."""
    zone = zone_named(note)
    if zone is None:
        return False
    offset = moment.utcoffset()
    others = [timedelta(hours=hours) for hours in _OTHER_OFFSETS.get(note.lower(), ())]
    return offset not in {moment.astimezone(zone).utcoffset(), *others}

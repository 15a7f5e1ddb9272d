"""What the text around a date that a pattern found says of it: the rest of its time, or parts that are missing. Pure.

Words, counters and other numbers may surround a date. A year, a day, a zone or PM that belongs to it may not be
dropped, or the date would be another one.
"""

import re
from collections.abc import Collection
from datetime import tzinfo

from digest.parsing.dates.forms import HALF, named_groups
from digest.parsing.dates.month_names import MONTH_NUMBERS
from digest.parsing.dates.zones import zone_named

_WEEKDAYS = (
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun"
    r"|понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресенье|пн|вт|ср|чт|пт|сб|вс"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|понеділок|вівторок|серед[ау]|четвер|п['’ʼ]ятниц[яю]|субот[ау]|неділ[яю]|нд"
)
_OTHER_DAYS = (
    r"позавчера|завтра|послезавтра|учора|вчора|позавчора|сьогодні|day before|tomorrow|ago|назад|тому|gestern|vorgestern"
    r"|heute|hier|aujourd'hui|ayer|hoy|ieri|oggi|ontem|hoje|wczoraj|dzisiaj"
)
_MONTH = rf"(?:{'|'.join(sorted(MONTH_NUMBERS, reverse=True))})(?![^\W\d_])"
# In front of and behind the date nothing but these may be between it and a part that belongs to it.
_GAP = rf"(?:[ ,.()/-]|(?<![^\W_])(?:{_WEEKDAYS}|в|г|года|of|del?|р|року)(?![^\W_]))*"
_FULL_YEAR = r"(?:19[89]\d|20\d\d)"

_REST_OF_CLOCK = re.compile(rf"(?::(?P<second>\d\d)(?![\d:]))?(?: ?(?P<half>(?i:{HALF})(?![^\W_])\.?))?")
# ` +15` may be a rating, and `-06:30` the end of an event; `WEST` is a zone, and `west` is not.
_ZONE = re.compile(
    r"(?!-\d\d:)[ ,]{0,2}[(\[]?(?P<zone>(?:UTC|GMT) ?[-+−]\d{1,2}(?::?\d\d)?|[-+−](?:\d\d:?(?:00|15|30|45)|0\d)"
    r"|[A-Z][A-Za-z]+(?:/[A-Za-z0-9_+-]+)+|[A-Z]{1,5}|(?i:мск))(?![\w:])[)\]]?"
)
_UNKNOWN_ZONE = re.compile(r"[ ,]{0,2}[(\[]?(?:[A-Z]{1,3}[SD]T|[A-Z]{2}T|(?:UTC|GMT)[-+−]?|[-+−]\d\d:?\d\d)(?![^\W_])")
_LONGER_BEFORE = re.compile(r"\d[-./:,'’]?$")
_LONGER_AFTER = re.compile(r"[-+−./:,'’]\d")
_TIME = re.compile(rf"(?i)(?<![\d:])\d{{1,2}}(?::\d\d(?!\d)| ?h ?\d\d(?![^\W_])| ?{HALF}(?![^\W_]))")
_DAY = re.compile(
    r"(?i)(?<![\d.,])\d{1,2}(?:\.(?:0[1-9]|1[0-2])|[/-][0-3]\d)(?!\d)|\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}-\d\d-\d\d"
    rf"|\d(?:st|nd|rd|th|-?го)?[-. ]{{0,2}}{_MONTH}|(?<![^\W\d_]){_MONTH}[-. ]{{0,2}}\d"
    r"|\d(?:st|nd|rd|th|-?го)(?![^\W_])"
    rf"|(?<![^\W_])(?:{_OTHER_DAYS})(?![^\W_])"
)
_WEEKDAY_BEFORE = re.compile(rf"(?i)(?<![^\W_])(?:{_WEEKDAYS})[., ]{{0,2}}(?:(?:в|at) )?$")
_WEEKDAY_AFTER = re.compile(rf"(?i)[., (]{{0,2}}(?:(?:в|on) )?(?:{_WEEKDAYS})(?![^\W_])")
_YEAR_BEFORE = re.compile(rf"(?i)(?<!\d){_FULL_YEAR}{_GAP}$")
_YEAR_AFTER = re.compile(rf"(?i){_GAP}(?:{_FULL_YEAR}(?![\d:])|\d\d ?(?:г|года)(?![^\W_]))| ?['’]\d\d(?!\d)")
_HALF_BEFORE = re.compile(
    r"(?i)(?<![^\W_])(?:утром|дн[её]м|вечером|ночью|morning|afternoon|evening|tonight|night)[ ,]{0,2}(?:(?:в|at) )?$"
)
_HALF_AFTER = re.compile(
    r"(?i)[ap](?![^\W_])"
    r"|[ ,]{0,2}(?:(?:in the|at|uhr) )?(?:утра|дня|вечера|ночи|morning|afternoon|evening|night|noon|ранку|вечора|ночі"
    r"|morgens|mittags|nachmittags|abends|nachts|de la (?:mañana|tarde|noche|madrugada)|du (?:matin|soir)"
    r"|de l['’]après-midi)(?![^\W_])"
)


def rest_of_clock(after: str, known: Collection[str]) -> tuple[dict[str, str], tzinfo | None, str]:
    """The seconds and AM or PM that follow hours and minutes, unless `known`, the zone, and the text behind them."""
    match = _REST_OF_CLOCK.match(after)
    found = named_groups(match) if match else {}
    if match is None or not found.keys().isdisjoint(known):
        found, rest = {}, after
    else:
        rest = after[match.end() :]
    zone, length = _zone_beside(rest)
    return found, zone, rest[length:]


def _zone_beside(text: str) -> tuple[tzinfo | None, int]:
    """The zone with which a text begins, and the length of its name; None and 0 for another text."""
    match = _ZONE.match(text)
    zone = zone_named(match["zone"].replace(" ", "")) if match else None
    return (zone, match.end()) if match and zone else (None, 0)


def has_other_parts(before: str, after: str, known: Collection[str], *, is_day_named: bool) -> bool:
    """Whether the text around a date holds a part of it that is not among the `known` ones, or another zone.

    A date whose day is a word, such as `yesterday`, has no day of the week or year to miss.
    """
    if _LONGER_BEFORE.search(before) or _LONGER_AFTER.match(after):
        return True
    if "hour" not in known:
        return _TIME.search(before) is not None or _TIME.search(after) is not None or _misses_year(before, after, known)
    if _zone_beside(after)[0] or _UNKNOWN_ZONE.match(after):
        return True
    if "half" not in known and (_HALF_BEFORE.search(before) or _HALF_AFTER.match(after)):
        return True
    if "day" in known:
        return _misses_year(before, after, known)
    is_on_weekday = not is_day_named and (_WEEKDAY_BEFORE.search(before) or _WEEKDAY_AFTER.match(after))
    return bool(is_on_weekday or _DAY.search(before) or _DAY.search(after))


def _misses_year(before: str, after: str, known: Collection[str]) -> bool:
    return "year" not in known and bool(_YEAR_BEFORE.search(before) or _YEAR_AFTER.match(after))

"""The time zones that readers choose from, by region, with cities in their language. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache

from babel.core import Locale, get_global
from babel.dates import get_timezone_location

from digest.subscribers.preferences import known_zones

_NO_PLACES = frozenset({"CET", "EET", "EST", "Factory", "HST", "MET", "MST", "WET"})  # CLDR names a city for each
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zones_by_region(language: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The zones of each region as name and city, by city."""
    current = sorted(known_zones() & set(get_global("zone_territories")))
    return {
        region: sorted(
            ((name, city_of(name, language)) for name in current if name.startswith(f"{region}/")),
            key=lambda one: one[1].casefold(),
        )
        for region in REGIONS
    }


def city_of(name: str, language: str) -> str:
    """The city that a zone is named after, in that language, else the zone's name.

    CLDR knows some by the names that they had before.
    """
    if name in _NO_PLACES:
        return name
    known = Locale.parse(language).time_zones
    cities = (known[earlier].get("city") for earlier in _earlier_names(name) if earlier in known)
    return next(filter(None, cities), None) or get_timezone_location(name, locale=language, return_city=True)


@cache
def _earlier_names(name: str) -> Sequence[str]:
    return [earlier for earlier, current in get_global("zone_aliases").items() if current == name]

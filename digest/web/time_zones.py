"""The time zones that readers choose from, by region, with cities in their language. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def known_zones() -> frozenset[str]:
    """Every IANA name, those that were renamed too."""
    return frozenset(available_timezones())


@cache
def zones_by_region(language: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The zones of each region as name and city, by city."""
    current = sorted(known_zones() & set(get_global("zone_territories")))
    return {
        region: sorted(
            ((name, _city(name, language)) for name in current if name.startswith(f"{region}/")),
            key=lambda one: one[1].casefold(),
        )
        for region in REGIONS
    }


def _city(name: str, language: str) -> str:
    return get_timezone_location(name, locale=language, return_city=True)

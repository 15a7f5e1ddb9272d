"""What a reader's preferences mean: the editions and the moments of their mail; and in words. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from digest.model.subscribers import Preferences
from digest.parsing.zone_files import find_zone

LONGEST_PAUSE = timedelta(days=366)  # from today
LONGEST_WAIT = timedelta(hours=26)  # for the hour that a reader chose: a day, and what a clock change adds


@cache
def known_zones() -> frozenset[str]:
    """The time zones that readers may choose: every IANA name, those that were renamed too."""
    return frozenset(available_timezones())


def pause_of(chosen: Preferences, today: date) -> date | None:
    """The first day with mail again of a pause that has not ended; None without one."""
    return chosen.paused_until if chosen.paused_until and chosen.paused_until > today else None


def preference_line(chosen: Preferences, today: date) -> str:
    """What a reader chose, for operators; empty where they chose nothing."""
    pause = pause_of(chosen, today)
    parts = (
        chosen.sections and f"topics: {', '.join(chosen.sections)}",
        chosen.frequency,
        None if chosen.hour is None else f"from {chosen.hour:02d}:00",
        chosen.timezone,
        chosen.language and f"language: {chosen.language}",
        pause and f"paused until {pause}",
    )
    return "; ".join(part for part in parts if part)


def chosen_editions(editions: Collection[str], language: str | None, languages: Mapping[str, str]) -> tuple[str, ...]:
    """The editions that a reader gets who chose these; `languages` are those of all editions, by name.

    Who chose none gets all: those in their language, if there is one.
    """
    if editions:
        return tuple(name for name in languages if name in editions)
    own = tuple(name for name, known in languages.items() if language and primary(language) == primary(known))
    return own or tuple(languages)


def stored_editions(named: Collection[str], language: str | None, languages: Mapping[str, str]) -> tuple[str, ...]:
    """What is stored for a reader who asked for these editions, or without a name for all; `languages` as above.

    No choice is stored where it means all of them, so that it includes later ones; else the names.
    """
    chosen = tuple(name for name in languages if name in named)
    return chosen or _unless_implied(tuple(languages), language, languages)


def names_none(named: Collection[str], editions: Collection[str]) -> bool:
    """Whether a form names editions, but none that exists, as after one was renamed: it does not ask for all."""
    wanted = set(filter(None, named))
    return bool(wanted) and wanted.isdisjoint(editions)


def joined_editions(
    known: Collection[str],
    known_language: str | None,
    wanted: Collection[str],
    language: str | None,
    languages: Mapping[str, str],
) -> tuple[str, ...]:
    """What is stored for a reader who gets editions already and asks for others, with their language from now on.

    Nobody gets fewer than before: a choice of none meant those in the language of that time.
    """
    if known and wanted:
        return tuple(dict.fromkeys((*known, *wanted)))
    both = {*chosen_editions(known, known_language, languages), *chosen_editions(wanted, language, languages)}
    return _unless_implied(tuple(name for name in languages if name in both), language, languages)


def _unless_implied(editions: tuple[str, ...], language: str | None, languages: Mapping[str, str]) -> tuple[str, ...]:
    """The names, or none where a reader of that language gets the same without a choice."""
    return () if editions == chosen_editions((), language, languages) else editions


def primary(language: str) -> str:
    """The code of a language without its region: `pt` of `pt-br`."""
    return language.partition("-")[0].lower()


def zone_of(name: str | None, portal: ZoneInfo) -> ZoneInfo:
    """The zone that a reader chose; the portal's for readers without one that this machine knows and can read."""
    return (find_zone(name) if name else None) or portal


def next_delivery(hour: int, zone: ZoneInfo, moment: datetime) -> datetime:
    """When a message that was made at that moment is due for a reader who wants none before `hour`, in UTC.

    At once during that hour, else when it begins next. Where the clock skips it, when the clock is set forward.
    """
    local = moment.astimezone(zone)
    if local.hour == hour:
        return moment.astimezone(UTC)
    return min(instant for instant in _beginnings(hour, zone, local) if instant > moment)


def _beginnings(hour: int, zone: ZoneInfo, local: datetime) -> Iterator[datetime]:
    """When the hour begins around that day; twice on a day whose clock is set back over it."""
    for days in range(3):
        nominal = datetime.combine(local.date() + timedelta(days=days), time(hour))
        first, second = (nominal.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        yield first
        if second.astimezone(zone).replace(tzinfo=None) == nominal:
            yield second

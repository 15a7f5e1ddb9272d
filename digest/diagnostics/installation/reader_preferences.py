"""The preferences of readers that change what they get: how many have them, and which are not understood."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, ok, warn
from digest.model.quantities import counted
from digest.model.subscribers import Frequency
from digest.settings.fields.times import zone
from digest.store.subscribers.preference_counts import CountedPreferences
from digest.store.upkeep.beats import RUN

T = TypeVar("T")

_AGAIN = "or let readers choose on their page"


def check_preferences(context: CheckContext) -> Iterator[CheckResult]:
    """Imported preferences count too; no reader is named."""
    app = context.app
    found = app.preference_counts.of_readers()
    languages = frozenset(language.partition("-")[0] for language in context.settings.languages)
    sections = app.articles.sections() if found.sections else []
    has_weekly = any(edition.weekly for edition in context.settings.editions)
    yield from judge(found, languages, sections, has_weekly=has_weekly)
    names = {edition.name for edition in context.settings.editions}
    of_hosts = app.beats.recent(RUN, context.clock.now())  # another host may have other editions
    if number := _count(app.preference_counts.of_editions(), (names | of_hosts).isdisjoint):
        yield warn(
            f"edition: {_readers(number)} chose only editions that the configuration does not have, and get no issue",
            f"give the edition its former name and set its title, or import the list with {', '.join(sorted(names))}",
        )


def judge(
    found: CountedPreferences, languages: frozenset[str], sections: Sequence[str], *, has_weekly: bool
) -> Iterator[CheckResult]:
    """The results for an audience whose portal has editions in these languages, and articles of these sections.

    `has_weekly`: whether an edition offers weekly mail.
    """
    totals = {name: sum(numbers.values()) for name, numbers in found._asdict().items()}
    listed = ", ".join(f"{name} {number}" for name, number in totals.items() if number)
    if not listed:
        yield ok("no reader has chosen sections, a frequency, a language or a time zone")
        return
    yield ok(f"readers with preferences that count: {listed}")
    known = {name.casefold() for name in sections}
    if known and (number := _count(found.sections, lambda chosen: known.isdisjoint(map(str.casefold, chosen)))):
        yield warn(
            f"sections: {_readers(number)} chose only sections that no source has, and get no issue",
            f"import the list with the names that the sources give: {', '.join(sections[:10])}; {_AGAIN}",
        )
    if number := _count(found.frequency, lambda value: value not in set(Frequency)):
        yield warn(
            f"frequency: {_readers(number)} with a value that is not understood get every issue",
            f"import the list with {', '.join(Frequency)}; {_AGAIN}",
        )
    if not has_weekly and (number := found.frequency.get(Frequency.WEEKLY, 0)):
        yield warn(
            f"frequency: {_readers(number)} chose weekly mail, which no edition has, and get every issue",
            'give an edition a weekly issue, such as weekly = "fri 07:00"',
        )
    if number := _count(found.timezone, lambda value: not _is_zone(value)):
        yield warn(
            f"timezone: {_readers(number)} with a value that is not understood have the portal's zone",
            f"import the list with IANA names such as Europe/Moscow; {_AGAIN}",
        )
    if number := _count(found.language, lambda value: value.partition("-")[0].casefold() not in languages):
        yield warn(
            f"language: {_readers(number)} with a language that no edition has get the editions in any language",
            f"import the list with {', '.join(sorted(languages))}; {_AGAIN}",
        )


def _count(numbers: Mapping[T, int], is_counted: Callable[[T], bool]) -> int:
    return sum(number for value, number in numbers.items() if is_counted(value))


def _readers(number: int) -> str:
    return counted(number, "reader", ",")


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except ValueError:
        return False
    return True

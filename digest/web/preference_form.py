"""The form of the preferences: what a reader entered becomes what is stored, or a problem beside its field. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from digest.model.subscribers import Frequency, Preferences

LONGEST_PAUSE = timedelta(days=366)
HOURS = range(24)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the form offers; of each topic how many articles it had in the last week."""

    editions: Sequence[str]
    topics: Mapping[str, int]
    frequencies: Sequence[Frequency]
    zones: Iterable[str]
    languages: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Entered:
    """The fields as they are shown again; `problems` are codes by field."""

    editions: Sequence[str]
    topics: Sequence[str]
    frequency: str
    hour: str
    timezone: str
    paused_until: str
    language: str
    problems: Mapping[str, str] = field(default_factory=dict)


def shown(chosen: Preferences, editions: Sequence[str], choices: Choices, zone: str, language: str) -> Entered:
    """The form of a reader's stored preferences; `zone` and `language` stand for those that are unset."""
    wanted = {topic.casefold() for topic in chosen.sections}
    return Entered(
        editions=editions,
        topics=[topic for topic in choices.topics if not wanted or topic.casefold() in wanted],
        frequency=next((one for one in choices.frequencies if one == chosen.frequency), Frequency.DAILY),
        hour="" if chosen.hour is None else str(chosen.hour),
        timezone=chosen.timezone or zone,
        paused_until="" if chosen.paused_until is None else chosen.paused_until.isoformat(),
        language=chosen.language or language,
    )


def entered(form: Mapping[str, Sequence[str]], choices: Choices, today: date) -> Entered:
    """What the form holds, with its problems; a single edition has no box."""

    def value(name: str) -> str:
        return next(iter(form.get(name, ())), "").strip()

    fields = {name: value(name) for name in ("frequency", "hour", "timezone", "paused_until", "language")}
    topics = [topic for topic in choices.topics if topic in form.get("topic", ())]
    single = len(choices.editions) == 1
    editions = [name for name in choices.editions if single or name in form.get("edition", ())]
    return Entered(editions=editions, topics=topics, **fields, problems=dict(_problems(fields, topics, choices, today)))


def preferences(form: Entered, choices: Choices, before: Preferences, zone: str) -> Preferences:
    """What is stored of a form without problems; all topics, and the portal's `zone`, stay unset."""
    return Preferences(
        language=form.language,
        sections=_sections(form, choices, before),
        frequency=Frequency(form.frequency),
        timezone=None if form.timezone == zone else form.timezone,
        hour=int(form.hour) if form.hour else None,
        paused_until=date.fromisoformat(form.paused_until) if form.paused_until else None,
    )


def _sections(form: Entered, choices: Choices, before: Preferences) -> tuple[str, ...]:
    """The chosen topics; none for all, unless the portal has no others just now."""
    if before.sections and set(form.topics) == set(before.sections):
        return before.sections
    return () if len(form.topics) == len(choices.topics) else tuple(form.topics)


def _problems(
    fields: Mapping[str, str], topics: Sequence[str], choices: Choices, today: date
) -> Iterable[tuple[str, str]]:
    if choices.topics and not topics:
        yield "topic", "none"
    if fields["language"] not in choices.languages:
        yield "language", "unknown"
    if fields["frequency"] not in choices.frequencies:
        yield "frequency", "unknown"
    if fields["hour"] not in {"", *map(str, HOURS)}:
        yield "hour", "unknown"
    if fields["timezone"] not in choices.zones:
        yield "timezone", "unknown"
    if problem := _date_problem(fields["paused_until"], today):
        yield "paused_until", problem


def _date_problem(text: str, today: date) -> str:
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "unknown"
    if day <= today:
        return "past"
    return "far" if day > today + LONGEST_PAUSE else ""

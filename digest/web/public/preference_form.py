"""The form of the preferences: what a reader entered becomes what is stored, or a problem beside its field. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from digest.model.subscribers import Frequency, Preferences
from digest.subscribers.preferences import LONGEST_PAUSE

HOURS = range(24)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be chosen; of each topic how many articles it had in the last week.

    `groups`: the topics that the page shows, by their language, or under an empty text.
    """

    editions: Sequence[str]
    topics: Mapping[str, int]
    groups: Mapping[str, Sequence[str]]
    frequencies: Sequence[Frequency]
    zones: Iterable[str]
    languages: Sequence[str]

    @property
    def shown_topics(self) -> list[str]:
        """The topics of all groups."""
        return [topic for topics in self.groups.values() for topic in topics]


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
    """The form of a reader's stored preferences; `zone` and `language` stand for those that are unset or unknown."""
    wanted = {topic.casefold() for topic in chosen.sections}
    return Entered(
        editions=editions,
        topics=[topic for topic in choices.topics if not wanted or topic.casefold() in wanted],
        frequency=next((one for one in choices.frequencies if one == chosen.frequency), Frequency.DAILY),
        hour="" if chosen.hour is None else str(chosen.hour),
        timezone=chosen.timezone if chosen.timezone and chosen.timezone in choices.zones else zone,
        paused_until="" if chosen.paused_until is None else chosen.paused_until.isoformat(),
        language=chosen.language or language,
    )


def without_ended_pause(form: Entered, today: date) -> Entered:
    """The form of stored preferences with an empty field for a pause that has ended."""
    has_ended = form.paused_until and date.fromisoformat(form.paused_until) <= today
    return replace(form, paused_until="") if has_ended else form


def topic_groups(languages: Mapping[str, Collection[str]], wanted: Sequence[str]) -> dict[str, list[str]]:
    """The topics of issues in the `wanted` languages, by language; `languages` are those of each topic.

    Topics of several of them, or whose language is not known, come first, under an empty text.
    """
    groups: dict[str, list[str]] = {one: [] for one in ("", *wanted)}
    for topic, of_topic in languages.items():
        own = [one for one in wanted if one in of_topic]
        if own or not of_topic or not wanted:
            groups[own[0] if len(own) == 1 < len(wanted) else ""].append(topic)
    return {language: topics for language, topics in groups.items() if topics}


def entered(form: Mapping[str, Sequence[str]], choices: Choices, stored: Entered, today: date) -> Entered:
    """What the form holds, with its problems; a single edition has no box."""

    def value(name: str) -> str:
        return next(iter(form.get(name, ())), "").strip()

    fields = {name: value(name) for name in ("frequency", "hour", "timezone", "paused_until", "language")}
    if fields["paused_until"] == stored.paused_until:  # of a page that was opened before the pause ended
        fields["paused_until"] = without_ended_pause(stored, today).paused_until
    topics = _ticked(form, "topic", choices.topics, stored.topics)
    single = len(choices.editions) == 1
    editions = list(choices.editions) if single else _ticked(form, "edition", choices.editions, stored.editions)
    problems = dict(_problems(fields, topics, choices, stored, today))
    if form.get("edition") and not editions:  # they were renamed after the page was opened
        problems["edition"] = "unknown"
    return Entered(editions=editions, topics=topics, **fields, problems=problems)


def _ticked(form: Mapping[str, Sequence[str]], name: str, known: Iterable[str], stored: Collection[str]) -> list[str]:
    """The names whose boxes are ticked; what had no box when the page was opened stays as it is stored.

    The form lists its boxes, one a line, in a field of its own.
    """
    boxes, ticked = form.get(f"{name}s"), form.get(name, ())
    offered = boxes[0].replace("\r", "").split("\n") if boxes else known
    return [one for one in known if one in (ticked if one in offered else stored)]


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
    fields: Mapping[str, str], topics: Sequence[str], choices: Choices, stored: Entered, today: date
) -> Iterable[tuple[str, str]]:
    """The problems of what was changed: what is stored may be wrong by today's rules, and never blocks the rest."""
    if choices.shown_topics and not set(topics).intersection(choices.shown_topics) and topics != stored.topics:
        yield "topic", "none"
    if fields["language"] not in choices.languages:
        yield "language", "unknown"
    if fields["frequency"] not in choices.frequencies:
        yield "frequency", "unknown"
    if fields["hour"] not in {"", *map(str, HOURS)}:
        yield "hour", "unknown"
    if fields["timezone"] not in choices.zones:
        yield "timezone", "unknown"
    changed = fields["paused_until"] != stored.paused_until
    if changed and (problem := _date_problem(fields["paused_until"], today)):
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

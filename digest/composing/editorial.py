"""Which editorial changes hold, and which cannot be made."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from digest.composing.subject import SUBJECT_LIMIT
from digest.errors import IssueFrozenError
from digest.model.issues import EditorialChange, IssueRecord, IssueTexts
from digest.model.overrides import Override, OverrideKind
from digest.parsing.markdown import unusable_links
from digest.parsing.text import clean_line, clean_paragraphs
from digest.settings.schema import EditionSettings

LONGEST_PASSAGE = 3_000  # characters of an intro or a closing
LARGEST_BOOST = 100  # or smallest, if negative; no logarithmic score without a boost comes near it
LONGEST_WORDS = {"title": 300, "summary": 600, "section": 300}  # characters of those of an article, as sources bring
_MARKDOWN = {"intro", "closing"}
_MOST_TEXT = 100_000  # characters that are read


def in_force(
    changes: Iterable[EditorialChange], day: date | None, *, today: date, now: datetime
) -> list[EditorialChange]:
    """The latest change of each kind that holds for the issue of `day`, or without it for today's and all later ones.

    `changes` are those of an edition, oldest first.
    """
    latest = {(change.slot, change.override.key, change.override.kind): change for change in changes}
    return [
        change
        for change in sorted(latest.values(), key=lambda one: (one.override.at, one.id))
        if _is_wanted(change, day, today) and (change.override.until is None or change.override.until > now)
    ]


def made_together(changes: Iterable[EditorialChange]) -> list[list[EditorialChange]]:
    """The changes in their order, with the places that one move gave to several articles as one group."""
    groups: dict[tuple[object, ...], list[EditorialChange]] = {}
    for change in changes:
        groups.setdefault(_step(change) if _gives_place(change) else (change.id,), []).append(change)
    return list(groups.values())


def undone_with(number: int, changes: Iterable[EditorialChange]) -> list[EditorialChange]:
    """What undoing the change of that number takes back: of a move, the places of other articles too; perhaps none."""
    return next((group for group in made_together(changes) if number in {one.id for one in group}), [])


def latest_step(changes: Sequence[EditorialChange], key: str | None = None) -> list[EditorialChange]:
    """What the last command or click stored; with a key, the last that changed that article.

    Of that one only what it did to the article, and the whole move where it moved it. `changes` are oldest first.
    """
    last = next((one for one in reversed(changes) if key in {None, one.override.key}), None)
    made = [one for one in changes if last is not None and _step(one) == _step(last)]
    own = [one for one in made if key in {None, one.override.key}]
    moves = any(_gives_place(one) for one in own)
    return [one for one in made if one in own or (moves and _gives_place(one))]


def issue_texts(overrides: Iterable[Override]) -> IssueTexts:
    """What editors wrote for the issue, of the overrides in force."""
    return IssueTexts(**{one.kind: one.value or "" for one in overrides if not one.key})


def cleaned_text(kind: str, typed: str) -> str:
    """A text of an issue without invisible characters, perhaps empty; raises ValueError with one sentence."""
    text = clean_paragraphs(typed) if kind in _MARKDOWN else clean_line(typed, _MOST_TEXT)
    longest = LONGEST_PASSAGE if kind in _MARKDOWN else SUBJECT_LIMIT
    require_length(kind, text, longest)
    if mark := next((mark for mark in ("{{", "{%") if mark in text), ""):
        raise ValueError(f"the {kind} has {mark!r}; nothing is filled in there; write the text as readers will see it")
    links = unusable_links(text) if kind in _MARKDOWN else []
    if links:
        raise ValueError(f"the {kind} has a link to {clean_line(links[0], 80)!r}; links begin with https:// or mailto:")
    return text


def cleaned_words(kind: str, typed: str) -> str:
    """The title, summary or section of an article on one line, perhaps empty; raises ValueError with one sentence."""
    text = clean_line(typed, _MOST_TEXT)
    require_length(kind, text, LONGEST_WORDS[kind])
    return text


def frozen_fault(record: IssueRecord | None) -> str:
    """Why a change cannot reach that issue; empty where it can."""
    if record is None or record.frozen_at is None:
        return ""
    return str(IssueFrozenError(record.name))


def section_fault(section: str, edition: EditionSettings) -> str:
    """Why an article of that section would not be in the edition; empty where it can be."""
    shown = edition.sections
    if not shown or section.casefold() in {name.casefold() for name in shown}:
        return ""
    return f"the edition {edition.name} has no section {section!r}; it has: {', '.join(shown)}"


def require_length(kind: str, text: str, longest: int) -> None:
    """Raise ValueError with one sentence for a text of more than `longest` characters."""
    if len(text) > longest:
        raise ValueError(f"the {kind} has {len(text):,} characters, and may have {longest:,}; shorten it")


def _is_wanted(change: EditorialChange, day: date | None, today: date) -> bool:
    slot_day = change.slot.day if change.slot else None
    return slot_day is None or (slot_day == day if day else slot_day >= today)


def _gives_place(change: EditorialChange) -> bool:
    return change.override.kind is OverrideKind.PIN and bool(change.override.value)


def _step(change: EditorialChange) -> tuple[object, ...]:
    return change.step, change.override.at, change.override.by

"""Editors' texts of an issue: what they may hold, and which of them count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.composing.editorial import (
    LONGEST_PASSAGE,
    cleaned_text,
    cleaned_words,
    frozen_fault,
    in_force,
    issue_texts,
    latest_step,
    made_together,
    section_fault,
    undone_with,
)
from digest.model.articles import Window
from digest.model.issues import EditorialChange, IssueTexts, Slot
from digest.model.overrides import Override, OverrideKind
from digest.settings.schema import EditionSettings
from tests.support.articles import issued

INTRO = Override(key="", kind=OverrideKind.INTRO, value="Good morning", by="anna", at=datetime(2026, 10, 1, tzinfo=UTC))


def test_issue_texts_are_those_without_an_article() -> None:
    """An empty one is none, and overrides of articles are left out."""
    article = replace(INTRO, key="gazette.example/1", kind=OverrideKind.TITLE)
    empty = replace(INTRO, kind=OverrideKind.SUBJECT, value="")
    assert issue_texts([INTRO, article, empty]) == IssueTexts(intro="Good morning")
    assert issue_texts([]) == IssueTexts()


def test_in_force_changes_end_at_their_time() -> None:
    """A change without an end holds; one that ends now does not hold any more, and leaves no older one in force."""
    now = INTRO.at + timedelta(hours=1)
    ends = {"intro": None, "closing": now + timedelta(seconds=1), "subject": now}
    changes = [
        EditorialChange(id=number, slot=None, override=replace(INTRO, kind=OverrideKind(kind), until=until))
        for number, (kind, until) in enumerate(ends.items())
    ]
    found = in_force(changes, now.date(), today=now.date(), now=now)
    assert [one.override.kind for one in found] == ["intro", "closing"]


def test_in_force_change_of_a_slot_is_of_that_day_or_of_days_to_come() -> None:
    """Without a day, yesterday's are over; a change of no slot is of every day."""
    today = INTRO.at.date()
    days = [None, *(today + timedelta(days=number) for number in (-1, 0, 1))]
    changes = [
        EditorialChange(id=number, slot=Slot(day=day) if day else None, override=INTRO)
        for number, day in enumerate(days)
    ]
    of_any = in_force(changes, None, today=today, now=INTRO.at)
    of_yesterday = in_force(changes, days[1], today=today, now=INTRO.at)
    assert [[one.id for one in found] for found in (of_any, of_yesterday)] == [[0, 2, 3], [0, 1]]


def test_in_force_latest_change_of_each_kind_counts_in_the_order_of_their_times() -> None:
    """Of the same moment in the order of their numbers; other articles and slots have their own."""
    later = INTRO.at + timedelta(minutes=1)
    overrides = [
        replace(INTRO, at=later),
        replace(INTRO, kind=OverrideKind.CLOSING),
        replace(INTRO, kind=OverrideKind.SUBJECT),
    ]
    changes = [
        *(EditorialChange(id=number, slot=None, override=one) for number, one in enumerate(overrides)),
        EditorialChange(id=7, slot=None, override=replace(INTRO, at=later, value="Good evening")),
    ]
    found = in_force(changes, later.date(), today=later.date(), now=later)
    assert [(one.id, one.override.value) for one in found] == [
        *((1, "Good morning"), (2, "Good morning"), (7, "Good evening")),
    ]


def test_made_together_are_the_places_of_one_move() -> None:
    """Of one person and one moment; every other change is on its own, also one that pins without a place."""
    at_place = replace(INTRO, key="gazette.example/1", kind=OverrideKind.PIN, value="2")
    overrides = [
        *(at_place, INTRO, replace(at_place, key="gazette.example/2", value="1"), replace(at_place, by="boris")),
        *(replace(at_place, value=None), replace(at_place, value=None), replace(at_place, kind=OverrideKind.ADD)),
        *(replace(at_place, kind=OverrideKind.TITLE), replace(at_place, at=INTRO.at + timedelta(seconds=1))),
    ]
    changes = [EditorialChange(id=number, slot=None, override=one) for number, one in enumerate(overrides)]
    assert [[one.id for one in group] for group in made_together(changes)] == [
        *([0, 2], [1], [3], [4], [5], [6], [7], [8]),
    ]


def test_undone_with_a_place_is_the_whole_move_of_that_step_alone() -> None:
    """Also of two moves by one person at one moment, whatever has replaced a part of it."""
    pin = replace(INTRO, key="a", kind=OverrideKind.PIN, value="2")
    overrides = [(1, pin), (1, replace(pin, key="b", value="3")), (3, pin), (3, replace(pin, kind=OverrideKind.TITLE))]
    changes = [EditorialChange(id=at, slot=None, override=one, step=step) for at, (step, one) in enumerate(overrides)]
    assert [[one.id for one in undone_with(number, changes)] for number in range(5)] == [
        *([0, 1], [0, 1], [2], [3], []),
    ]


def test_latest_step_of_an_article_is_what_was_done_to_it_and_its_move() -> None:
    """The words of another article that one command changed stay; without an article it is the whole command."""
    title = replace(INTRO, key="a", kind=OverrideKind.TITLE, value="A")
    places = [replace(title, key=key, kind=OverrideKind.PIN, value=value) for key, value in (("a", "2"), ("b", "3"))]
    overrides = [(1, replace(title, key="c")), (2, title), *((2, one) for one in places), (2, replace(title, key="c"))]
    changes = [EditorialChange(id=at, slot=None, override=one, step=step) for at, (step, one) in enumerate(overrides)]
    found = {key: [one.id for one in latest_step(changes, key)] for key in ("a", "b", "c", "d", None)}
    assert found == {"a": [1, 2, 3], "b": [2, 3], "c": [4], "d": [], None: [1, 2, 3, 4]}


def test_frozen_fault_names_the_issue_whose_content_is_fixed() -> None:
    """Before that it can be changed, and before it is stored."""
    day = date(2026, 10, 1)
    frozen = issued(day, Window(start=INTRO.at - timedelta(days=1), end=INTRO.at))
    assert frozen_fault(frozen) == f"{frozen.name} is frozen: its content does not change any more"
    assert frozen_fault(replace(frozen, frozen_at=None)) == frozen_fault(None) == ""


def test_section_fault_names_the_sections_that_the_edition_has() -> None:
    """Upper and lower case do not matter; an edition without a list has every section."""
    edition = EditionSettings(name="daily", sections=("Port", "City"))
    assert section_fault("Sport", edition) == "the edition daily has no section 'Sport'; it has: Port, City"
    assert section_fault("PORT", edition) == section_fault("Sport", EditionSettings(name="daily")) == ""


@pytest.mark.parametrize(
    ("kind", "typed", "text"),
    [
        ("intro", "\u202eGood\u200b\u00a0morning\x07  \r\n\n\t- «Ёлки»\n", "Good\u00a0morning  \n\n    - «Ёлки»"),
        ("closing", "\u200b \u200d\n", ""),
        ("subject", " The tram\n is \u202eback ", "The tram is back"),
        ("preheader", "\u200b", ""),
    ],
)
def test_cleaned_text_has_no_invisible_characters(kind: str, typed: str, text: str) -> None:
    """Markdown keeps its lines, indents and no-break spaces; a subject is one line."""
    assert cleaned_text(kind, typed) == text


@pytest.mark.parametrize(
    ("kind", "typed", "problem"),
    [
        ("intro", "x" * (LONGEST_PASSAGE + 1), "the intro has 3,001 characters, and may have 3,000; shorten it"),
        ("closing", "x" * 3_001, "the closing has 3,001 characters, and may have 3,000; shorten it"),
        ("subject", "x" * 151, "the subject has 151 characters, and may have 150; shorten it"),
        ("closing", "[a](/b)", "the closing has a link to '/b'; links begin with https:// or mailto:"),
        ("intro", "[a](ftp://b.example)", "a link to 'ftp://b.example'"),
        ("intro", "{% if a %}", "the intro has '{%'; nothing is filled in there"),
        ("intro", f"[a](/{'b' * 200})", f"a link to '/{'b' * 78}…'; links begin"),
        ("preheader", "Hi {{ name }}", "the preheader has '{{'; nothing is filled in there"),
    ],
)
def test_cleaned_text_that_cannot_be_sent_is_refused(kind: str, typed: str, problem: str) -> None:
    """One sentence says what is wrong and what would be right."""
    with pytest.raises(ValueError, match=r"^the ") as caught:
        cleaned_text(kind, typed)
    assert problem in str(caught.value)


@pytest.mark.parametrize(("kind", "longest"), [("title", 300), ("summary", 600), ("section", 300)])
def test_cleaned_words_of_an_article_are_whole_or_refused(kind: str, longest: int) -> None:
    """One line without invisible characters; what is longer is never cut."""
    assert cleaned_words(kind, f"\u200b{'x' * longest} \n") == "x" * longest
    with pytest.raises(ValueError, match=rf"^the {kind} has {longest + 1} characters, and may have {longest}; shorten"):
        cleaned_words(kind, "x" * (longest + 1))


def test_cleaned_text_of_the_longest_length_is_taken() -> None:
    """Addresses of a subject are no links."""
    assert len(cleaned_text("intro", "x" * LONGEST_PASSAGE)) == LONGEST_PASSAGE == 3_000
    assert len(cleaned_text("preheader", "x" * 150)) == 150
    assert cleaned_text("subject", "[a](/b)") == "[a](/b)"

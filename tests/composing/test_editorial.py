"""Editors' texts of an issue: what they may hold, and which of them count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.composing.editorial import LONGEST_PASSAGE, cleaned_text, in_force, issue_texts
from digest.model.articles import Override
from digest.model.issues import EditorialChange, IssueTexts, Slot

INTRO = Override(key="", kind="intro", value="Good morning", by="anna", at=datetime(2026, 10, 1, tzinfo=UTC))


def test_issue_texts_are_those_without_an_article() -> None:
    """An empty one is none, and overrides of articles are left out."""
    article = replace(INTRO, key="gazette.example/1", kind="title")
    empty = replace(INTRO, kind="subject", value="")
    assert issue_texts([INTRO, article, empty]) == IssueTexts(intro="Good morning")
    assert issue_texts([]) == IssueTexts()


def test_in_force_changes_end_at_their_time() -> None:
    """A change without an end holds; one that ends now does not hold any more, and leaves no older one in force."""
    now = INTRO.at + timedelta(hours=1)
    ends = {"intro": None, "closing": now + timedelta(seconds=1), "subject": now}
    changes = [
        EditorialChange(id=number, slot=None, override=replace(INTRO, kind=kind, until=until))
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
        ("subject", "x" * 151, "the subject has 151 characters, and may have 150; shorten it"),
        ("closing", "[a](/b)", "the closing has a link to '/b'; links begin with https:// or mailto:"),
        ("intro", "[a](ftp://b.example)", "a link to 'ftp://b.example'"),
        ("preheader", "Hi {{ name }}", "the preheader has '{{'; nothing is filled in there"),
    ],
)
def test_cleaned_text_that_cannot_be_sent_is_refused(kind: str, typed: str, problem: str) -> None:
    """One sentence says what is wrong and what would be right."""
    with pytest.raises(ValueError, match=r"^the ") as caught:
        cleaned_text(kind, typed)
    assert problem in str(caught.value)


def test_cleaned_text_of_the_longest_length_is_taken() -> None:
    """Addresses of a subject are no links."""
    assert len(cleaned_text("intro", "x" * LONGEST_PASSAGE)) == LONGEST_PASSAGE
    assert cleaned_text("subject", "[a](/b)") == "[a](/b)"

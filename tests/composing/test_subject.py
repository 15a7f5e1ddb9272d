"""The subject and the preheader that an issue has without an editor."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.subject import DEFAULT_SUBJECT_LIMIT, custom_subject, default_preheader, default_subject
from digest.i18n import Translator
from digest.parsing.text import clean_line
from tests.support import issues

WORDS = st.sampled_from(("harbour", "the", "of,", "tram:", "in", "“a", "«на", "паром", "и", "1911", "·", "with"))


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        (
            "Кот с метеостанции пропал на одиннадцать месяцев и вернулся на сухогрузе, где числился помощником кока",
            "Кот с метеостанции пропал на одиннадцать месяцев и вернулся…",
        ),
        (
            "Council passes a budget with a cap on tram fares and money for the seawall",
            "Council passes a budget with a cap on tram fares and money…",
        ),
        ("What the harbour is waiting for…", "What the harbour is waiting for…"),
        (
            "The ferry that was to open the new line to Gull Head calls at “The Old Mole”",
            "The ferry that was to open the new line to Gull Head calls…",
        ),
        ("of the " * 15, "of…"),
    ],
)
def test_default_subject_is_not_cut_after_a_preposition(title: str, subject: str) -> None:
    """A title that is short enough stays as it is."""
    assert default_subject(title) == subject


def test_default_preheader_is_not_cut_after_a_preposition() -> None:
    """Nor after the punctuation before it."""
    titles = [
        "Lead",
        "Вагоновожатая «шестёрки» уходит на пенсию, и её последний рейс будет бесплатным",
        f"{'О' * 30}: у Чаячьего острова",
    ]
    assert default_preheader(titles, "Lead", Translator("ru", ZoneInfo("UTC"))).endswith("О…")


@given(st.lists(WORDS, min_size=1, max_size=40))
def test_default_subject_is_the_beginning_of_its_title(words: list[str]) -> None:
    """Whole, or with an ellipsis where it is cut."""
    title = clean_line(" ".join(words))
    subject = default_subject(title)
    assert len(subject) <= DEFAULT_SUBJECT_LIMIT
    assert subject == title or (subject[-1] == "…" and title.startswith(subject[:-1]))


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("{{ lead.section }} {{ lead.title }}", "The harbour opens"),
        (
            "{{ lead.title }}{% if lead.author %} ({{ lead.author }}){% endif %}, {{ rest }} more",
            "The harbour opens, 0 more",
        ),
        ("{{ lead.section or 'News' }}: {{ lead.title }}", "News: The harbour opens"),
        ("{{ lead.section }}", ""),
    ],
)
def test_custom_subject_what_is_unknown_of_the_lead_is_empty(template: str, subject: str) -> None:
    """`None` in a subject would hold the issue, as a mistake in a template; 0 is a number."""
    lead = replace(issues.ranked("The harbour opens", number=1).article, section=None, author=None)
    assert custom_subject(template, lead, 0) == subject

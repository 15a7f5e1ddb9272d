"""The mail that asks editors to decide about an issue: its subject, and its list of titles."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from digest.composing.outcome import Coming
from digest.diagnostics.alerts.notices import _notice, _titles
from digest.i18n import Translator
from tests.looks.days import sample_day


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Кто заплатит за мост?", "1. Кто заплатит за мост? "),
        ("«Почему мы молчим?»", "1. «Почему мы молчим?» "),
        ("The gull wins 🎉", "1. The gull wins 🎉 "),
        ("Театр «Волна»", "1. Театр «Волна». "),
    ],
)
def test_notice_title_that_ends_by_itself_gets_no_full_stop(tmp_path: Path, title: str, sentence: str) -> None:
    """Others get one before the reason of their place."""
    with sample_day("en", tmp_path) as day:
        issue = day.issue
        assert issue.lead is not None
        lead = replace(issue.lead, article=replace(issue.lead.article, title=title))
        first, *_others = _titles(replace(day.draft, issue=replace(issue, lead=lead)), Translator("en", day.app.zone))
    assert first.startswith(sentence)
    assert not first.removeprefix(sentence).startswith(".")


def test_notice_subject_names_the_edition_where_several_are_due_at_one_hour(tmp_path: Path) -> None:
    """Mail programs join messages with one subject, and the second issue would wait unseen."""
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    coming = Coming(at=noon, now=noon, readers=1, articles=5, needed=3)
    with sample_day("en", tmp_path) as day:
        settings = day.app.settings
        first = settings.editions[0].model_copy(update={"title": None, "weekly": (3, time(12))})
        editions = [first, first.model_copy(update={"name": "noon"})]
        app = replace(day.app, settings=settings.model_copy(update={"editions": editions}))
        translator = Translator("en", day.app.zone)
        pages = [_notice(app, one, day.draft, coming, translator) for one in app.settings.all_editions]
    names = [page.subject.partition(", the issue of")[0] for page in pages]
    assert names == [first.name, f"{first.name}, weekly", "noon", "noon, weekly"]

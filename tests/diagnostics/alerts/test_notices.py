"""The mail that asks editors to decide about an issue: its list of titles."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.diagnostics.alerts.notices import _titles
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

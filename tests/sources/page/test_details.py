"""What a source leaves unknown is filled with what the article's page says."""

from datetime import UTC, datetime

import pytest

from digest.model.articles import Sighting
from digest.sources.page.details import with_details

SIGHTING = Sighting(
    source="main", url="https://gazette.example/news/1", title="Title", taken_at=datetime(2026, 3, 1, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Plain words", "Plain words"),
        ("It&#8217;s Tom &amp; Jerry", "It’s Tom & Jerry"),
        ("<p>One <b>two</b></p>", "One two"),
        ("&lt;p&gt;One&lt;/p&gt;", "One"),
        ("Rates < 5 % and a > b, AT&T", "Rates < 5 % and a > b, AT&T"),
        ("Title.", None),
    ],
)
def test_with_details_summary_with_markup_is_plain_text(text: str, summary: str | None) -> None:
    """Many sites escape a description twice, or leave its tags in it."""
    assert with_details(SIGHTING, {"summary": text}).summary == summary

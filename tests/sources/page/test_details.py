"""What a source leaves unknown is filled with what the article's page says."""

from dataclasses import replace
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


def test_with_details_picture_of_the_page_replaces_one_in_avif() -> None:
    """Many mail apps do not show AVIF; without another picture some readers see it."""
    avif = replace(SIGHTING, image_url="https://gazette.example/1.avif", image_width=900)
    found = with_details(avif, {"image_url": "https://gazette.example/1.jpg", "image_width": "1200"})
    assert (found.image_url, found.image_width) == ("https://gazette.example/1.jpg", 1200)
    assert with_details(avif, {"image_url": "https://gazette.example/2.avif"}).image_url == avif.image_url

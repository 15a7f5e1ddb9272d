"""Texts of items: whose a picture is."""

import pytest

from digest.sources.feed.texts import picture_credit
from tests.support.feeds import item, parse_feed, rss


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Photo: A. Veil", "Photo: A. Veil"),
        ("(Photo: A. Veil)", "Photo: A. Veil"),
        ("(Port) A. Veil (Reuters)", "(Port) A. Veil (Reuters)"),
        ("A. Veil (Reuters)", "A. Veil (Reuters)"),
        ("Фото:", None),
        ("(Photo: )", None),
        ("", None),
        (None, None),
    ],
)
def test_picture_credit_brackets_and_label_alone_are_no_name(line: str | None, credit: str | None) -> None:
    """A program prints the label where nobody is named."""
    assert picture_credit(line) == credit


@pytest.mark.parametrize("end", ["", "<"], ids=["fast", "feedparser"])
def test_image_credit_label_alone_is_not_taken_for_a_credit(end: str) -> None:
    """The next credit that names somebody counts."""
    credits_ = "<media:credit>Photo:</media:credit><media:credit>(A. Veil)</media:credit>"
    feed = rss(item(f"<media:content url='/m.jpg' medium='image'>{credits_}</media:content>"))
    (entry,) = parse_feed((feed + end).encode()).entries
    assert entry.image_credit == "A. Veil"

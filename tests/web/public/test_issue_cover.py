"""The home page's cover of the latest issue."""

from pathlib import Path

import pytest

from digest.web.public.issue_cover import Cover, CoverTitle, issue_cover
from tests.support.installation import DAY
from tests.support.web import Web

GOLDEN = Path(__file__).parents[2] / "rendering" / "golden"


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
def test_issue_cover_of_each_theme_has_the_first_stories(theme: str) -> None:
    """Titles of stories, without those of the masthead and of sections."""
    cover = issue_cover((GOLDEN / f"{theme}_english.html").read_text("utf-8"))
    assert [title.text.rstrip(".") for title in cover.titles][:2] == [
        "Night ferries return to the inner harbour after eleven years",
        "The old crane moves to the museum quay, one bolt at a time",
    ]
    assert len(cover.titles) == 4
    assert cover.picture == ("https://gazette.example/images/1.jpg" if theme == "quay" else "")


def test_issue_cover_names_the_language_of_a_foreign_title() -> None:
    """A screen reader needs it."""
    cover = issue_cover('<div><h2 lang="ru"><a href="/1">Матч перенесли</a></h2></div>')
    assert cover.titles == (CoverTitle("Матч перенесли", "ru"),)


def test_issue_cover_logos_and_thumbnails_are_no_picture() -> None:
    """A masthead's logo may be wide; without a width nothing is known."""
    logo = '<h1><a href="/"><img src="https://gazette.example/logo.png" width="300"></a></h1>'
    thumbnail = '<img src="https://gazette.example/1.jpg" width="132"><img src="https://gazette.example/2.jpg">'
    assert issue_cover(f"<div>{logo}{thumbnail}</div>") == Cover(picture="", titles=())


@pytest.mark.parametrize(
    ("subject", "titles"), [("The old crane moves…", []), ("The old crane moves to the quay", []), ("Today", ["crane"])]
)
def test_issue_cover_title_that_the_subject_says_is_left_out(subject: str, titles: list[str]) -> None:
    """Also where the subject is a shortened title."""
    cover = issue_cover('<div><h2><a href="/1">The old crane moves to the quay</a></h2></div>', subject)
    assert [title.text.split()[2] for title in cover.titles] == titles


def test_home_page_shows_the_latest_issue(web: Web) -> None:
    """Its subject leads to the issue; its first titles are below."""
    page = web.get("/").text
    assert f'href="/archive/daily/{DAY}"' in page
    assert [title for title in ("Title 1", "Title 2", "Title 4", "Title 5") if title in page] == []


@pytest.mark.parametrize("path", [f"/archive/daily/{DAY}", "/", "/subscribe"])
def test_page_without_a_wide_picture_names_none(web: Web, path: str) -> None:
    """To those who share its link: an empty address would be the page itself."""
    assert "og:image" not in web.get(path).text

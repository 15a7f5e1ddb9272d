"""Discussions that an editor drops from *Most discussed* on the page Next issue, over HTTP and in Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from digest.model.users import UserRole
from tests.support.console import (
    BEFORE,
    SignedIn,
    followed,
    notice_of,
    origin,
    require_accessible,
    served_before_the_hour,
    signed_in,
    with_session,
)
from tests.support.installation import Installation, day, item, rss
from tests.support.web import BASE, Web

FORUM = "https://gazette.example/forum/"
TITLES = [f"What do you think of square number {number}?" for number in range(1, 5)]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """The pages of an installation that has collected five articles and four discussions, of which three are shown."""
    feeds = [("main", "articles"), ("forum", "discussion")]
    site = Installation(tmp_path).configure(
        sources=[f'name = "{name}"\nkind = "feed"\nrole = "{role}"\nurl = "{name}.xml"' for name, role in feeds],
        editions=['name = "daily"\nmost_discussed = 3'],
        web=f'base_url = "{BASE}"',
    )
    site.write("main.xml", day())
    threads = [
        item(number, title=title, url=f"{FORUM}{number}", comments=99 - number) for number, title in enumerate(TITLES)
    ]
    site.write("forum.xml", rss(*threads))
    site.run("collect", now=BEFORE).fine()
    with served_before_the_hour(site) as web:
        yield web


def discussed(text: str) -> list[str]:
    """The titles of the rows of *Most discussed*."""
    return re.findall(r'<h3 id="d\d"><a [^>]*>([^<]*)</a>', text)


def drop(anna: SignedIn, number: int) -> str:
    """Drop a discussion; what the page says."""
    form = {"edition": "daily", "slot": "2025-06-02", "url": f"{FORUM}{number}", "seen_drop": "0"}
    answer = anna.post("/next/article", form | {"of": "discussion", "action": "drop"})
    return notice_of(followed(anna, answer))


def test_discussion_that_is_dropped_leaves_its_row_to_the_next_one_and_comes_back(web: Web, anna: SignedIn) -> None:
    """The message has no link to it; the list of changes names it by its title."""
    assert discussed(anna.get("/next").text) == TITLES[:3]
    assert drop(anna, 0) == "The change is stored."
    page = anna.get("/next").text
    assert discussed(page) == TITLES[1:]
    assert f"Dropped: {TITLES[0]}" in page
    assert f"{FORUM}0" not in anna.get("/next/preview").text
    assert "dropped" in web.site.run("edit", "--list", now=BEFORE).fine().out
    (change,) = web.app.overrides.changes("daily")
    anna.post("/next/undo", {"edition": "daily", "slot": "2025-06-02", "change": str(change.id)})
    assert discussed(anna.get("/next").text) == TITLES[:3]


def test_discussions_that_are_too_few_are_no_list_and_the_page_says_so(anna: SignedIn) -> None:
    """Fewer than three are not shown; an undo brings the list back."""
    assert [drop(anna, number) for number in (0, 1)] == [
        "The change is stored.",
        "The change is stored. Too few discussions are left, so the issue has no list of them.",
    ]
    page = anna.get("/next?done=undiscussed", Accept_Language="ru").text
    assert discussed(page) == []
    assert "Обсуждений осталось слишком мало" in page


def test_discussion_that_another_editor_dropped_is_refused_in_one_sentence(web: Web, anna: SignedIn) -> None:
    """Nothing is stored twice; a viewer has no button."""
    drop(anna, 0)
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    form = {"edition": "daily", "slot": "2025-06-02", "url": f"{FORUM}0", "seen_drop": "0", "action": "drop"}
    refused = boris.post("/next/article", form)
    assert refused.status == 409
    assert "Changed by anna@gazette.example" in refused.text
    assert len(web.app.overrides.changes("daily")) == 1
    assert 'id="undiscuss-' not in signed_in(web, UserRole.VIEWER).get("/next").text


@pytest.mark.needs("chromium")
@pytest.mark.unmeasured
@pytest.mark.parametrize("language", ["en", "ru"])
def test_discussion_is_dropped_by_keyboard_and_the_focus_stays_beside_it(
    browser: Browser, web: Web, anna: SignedIn, language: str
) -> None:
    """On a narrow phone; Enter pressed twice drops one discussion."""
    context = browser.new_context(locale=language, viewport={"width": 360, "height": 740})
    page = with_session(context, anna)
    page.goto(f"{origin(web)}/admin/next")
    page.locator("#undiscuss-1").press("Enter")
    page.wait_for_selector("main [role=status]")
    expect(page.locator("#row-d1 h3")).to_have_text(TITLES[1])
    assert page.evaluate("document.activeElement.closest('#row-d1 h3') !== null")
    assert [one.override.kind for one in web.app.overrides.changes("daily")] == ["drop"]
    require_accessible(page, "after a drop", language)
    context.close()

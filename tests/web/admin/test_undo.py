"""Undo on the page Next issue, of `digest edit` and over the API: each takes back the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.users import UserRole
from tests.support.console import BEFORE, SignedIn, served_before_the_hour, signed_in
from tests.support.installation import Installation, day
from tests.support.web import Web
from tests.web.admin.test_next_issue import fields, move, titles, words
from tests.web.conftest import configured


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has collected fifteen articles and sent nothing."""
    site = configured(tmp_path, 25, editions=['name = "daily"\ntop = 5'])
    site.write("feed.xml", day(15))
    site.run("collect", now=BEFORE).fine()
    return site


@pytest.fixture
def web(site: Installation) -> Iterator[Web]:
    """Its pages, 43 minutes before the hour."""
    with served_before_the_hour(site) as web:
        yield web


@pytest.mark.parametrize("named", [0, 1])
def test_edit_undo_of_either_article_takes_back_a_whole_move(web: Web, anna: SignedIn, named: int) -> None:
    """As Undo does in the console: of the article that was moved, and of the one that made room."""
    move(anna, 4, 3)
    before = titles(anna.get("/next"))
    page = anna.get("/next")
    moved = [fields(page, place)["url"] for place in (1, 3)]
    anna.post("/next/words", words(page, 1, "The tram is back") | {"place": "3"})
    undone = web.site.run("edit", "--undo", moved[named], now=BEFORE).fine().out
    assert all(url in undone for url in moved)
    assert [one.override.kind for one in web.app.overrides.changes("daily")[1:]] == (["title"] if named else [])
    if named:
        web.site.run("edit", "--undo", now=BEFORE).fine()
    assert titles(anna.get("/next")) == before


def test_next_page_button_of_an_article_takes_back_what_one_click_stored(web: Web, anna: SignedIn) -> None:
    """Title, summary and place of one form, with the new place of another article; an earlier change stays."""
    anna.post("/next/words", words(anna.get("/next"), 2, "Before"))
    move(anna, 4, 3)
    before = titles(anna.get("/next"))
    page = anna.get("/next")
    assert titles(page)[1] == "Before"
    anna.post("/next/words", words(page, 2, "After") | {"summary": "Short.", "place": "3"})
    page = anna.get("/next")
    assert titles(page)[2] == "After"
    back = re.search(r'name="change" value="(\d+)" id="back-[^>]*>(.*?)<', page.text.partition('id="row-3"')[2])
    assert back is not None
    assert back[2] == "Undo: title, summary, pinned"
    form = {"edition": "daily", "slot": "2025-06-02", "change": back[1]}
    assert anna.post("/next/back", form).headers["location"].endswith("done=undone")
    assert titles(anna.get("/next")) == before
    assert "Short." not in anna.get("/next").text
    assert anna.post("/next/back", form).status == 303  # nothing is left of it


def test_next_page_button_of_an_article_that_was_changed_meanwhile_is_refused(web: Web, anna: SignedIn) -> None:
    """What somebody else did afterwards is not taken back unseen."""
    anna.post("/next/words", words(anna.get("/next"), 1, "By Anna"))
    form = {"edition": "daily", "slot": "2025-06-02", "change": str(web.app.overrides.changes("daily")[0].id)}
    boris = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    boris.post("/next/words", words(boris.get("/next"), 1, "By Anna") | {"summary": "By Boris"})
    assert anna.post("/next/back", form).status == 409
    assert [one.override.value for one in web.app.overrides.changes("daily")] == ["By Anna", "By Boris"]


def test_next_page_title_of_an_added_link_is_not_undone_alone(web: Web, anna: SignedIn) -> None:
    """Readers would see its address; a second title can be undone, and the link as a whole."""
    link = {"link": "https://museum.example/night", "link_title": "Night of museums"}
    anna.post("/next/link", fields(anna.get("/next"), 1) | link)
    form = {"edition": "daily", "slot": "2025-06-02"}
    title, added = web.app.overrides.changes("daily")
    refused = anna.post("/next/undo", form | {"change": str(title.id)}, Accept_Language="ru")
    assert refused.status == 422
    assert "поэтому без заголовка его не показать" in refused.text
    place = titles(anna.get("/next")).index("Night of museums") + 1
    anna.post("/next/words", words(anna.get("/next"), place, "A night"))
    again = web.app.overrides.changes("daily")[-1]
    assert anna.post("/next/undo", form | {"change": str(again.id)}).status == 303
    assert "Night of museums" in titles(anna.get("/next"))
    assert anna.post("/next/undo", form | {"change": str(added.id)}).status == 303
    assert "Night of museums" not in titles(anna.get("/next"))

"""The page Sources: what each source lists, why it fails, and asking one at once."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.users import UserRole
from digest.web.admin.sparkline import HEIGHT, bars
from tests.support.console import signed_in
from tests.support.installation import SLOT, Installation, day
from tests.support.web import Web, served
from tests.web.conftest import configured


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with one source that lists five articles."""
    site = configured(tmp_path, 25)
    site.write("feed.xml", day(5))
    return site


def test_sources_page_shows_items_shares_and_the_last_error(web: Web, site: Installation) -> None:
    """An answer forgets the failures."""
    viewer = signed_in(web, UserRole.VIEWER)
    assert "has never answered" in viewer.get("/sources").text
    site.run("collect", now=SLOT).fine()
    page = viewer.get("/sources").text
    assert "answered today, 07:00" in page
    assert "Articles: 5" in page
    assert "with views: 0%" in page
    assert "with comments: 100%" in page
    assert "in a row" not in page
    assert "Ask now" not in page
    (site.folder / "feed.xml").unlink()
    site.run("collect", now=SLOT)
    site.run("collect", now=SLOT + timedelta(minutes=1))
    page = viewer.get("/sources?lang=ru").text
    assert "2 ошибки подряд" in page
    assert "feed.xml" in page
    site.write("feed.xml", day(5))
    site.run("collect", now=SLOT).fine()
    assert "in a row" not in viewer.get("/sources").text


def test_ask_now_asks_the_source_and_says_what_it_lists(web: Web, site: Installation) -> None:
    """The visit is stored, and the log says who asked; an unknown source is none."""
    editor = signed_in(web, UserRole.EDITOR)
    answer = editor.post("/sources/ask", {"source": "main"})
    assert answer.status == 200
    assert "main: 5 items" in answer.text
    assert "Articles: 5" in answer.text
    entry = editor.get("/people/audit.json?action=source+asked").json[0]
    assert (entry["by"], entry["subject"]) == (editor.user.email, "main")
    (site.folder / "feed.xml").unlink()
    failed = editor.post("/sources/ask", {"source": "main"})
    assert 'class="problem"' in failed.text
    assert "Last visit failed" in failed.text
    assert editor.post("/sources/ask", {"source": "other"}).status == 404
    assert signed_in(web, UserRole.VIEWER).post("/sources/ask", {"source": "main"}).status == 403


def test_sources_that_fail_are_at_the_top(tmp_path: Path) -> None:
    """Among sixty nobody would see them; the button of each keeps its id, by which it gets the focus back."""
    names = ("first", "second", "third")
    sources = [f'name = "{name}"\nkind = "feed"\nurl = "{name}.xml"' for name in names]
    site = Installation(tmp_path).configure(sources=sources)
    for name in ("first", "third"):
        site.write(f"{name}.xml", day(5))
    site.run("collect", now=SLOT)
    with served(site) as web:
        page = signed_in(web).get("/sources").text
    assert re.findall(r'id="ask-(\w+)"', page) == ["second", "first", "third"]


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=14))
def test_bars_have_one_for_each_value_above_zero(values: list[int]) -> None:
    """None is higher than the chart, and none is invisible."""
    heights = [int(part.partition("v-")[2].partition("h")[0]) for part in bars(values).split("M") if part]
    assert len(heights) == sum(1 for value in values if value)
    assert all(1 <= height <= HEIGHT for height in heights)

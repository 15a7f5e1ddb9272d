"""Stories in an issue, by the command line: told once, their other articles beneath, counted as sent, and explained."""

from pathlib import Path

import pytest

from tests.support.installation import DAY, NEXT_DAY, Installation, item, rss
from tests.support.smtp_server import honest_server

TITLES = [
    "Fog closes the port of Veil",
    "Port of Veil closed by fog",
    "Council votes on trams",
    "Library opens on Sundays",
]


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with a feed of four articles, two of which tell one story."""
    site = Installation(tmp_path).configure(editions=['name = "daily"\nminimum = 1\ntop = 2\nwindow = "48h"'])
    site.write("feed.xml", rss(*(item(at, title=title, comments=50 - at) for at, title in enumerate(TITLES, 1))))
    return site


def number(url: str) -> int:
    """An article's number."""
    return int(url.rpartition("/")[2])


def test_preview_story_has_one_entry(site: Installation) -> None:
    """The lead has the other article below it, in JSON, page and text; the free position goes to another."""
    answer = site.run("preview", "--date", DAY, "--json", "--bare", "--text", "issue.txt").fine().json
    first, second = answer["articles"]
    also = {"url": "https://gazette.example/news/2", "title": TITLES[1], "source": "main"}
    assert (number(first["url"]), first["also"]) == (1, [also])
    assert (number(second["url"]), second["also"]) == (3, [])
    assert answer["subject"] == first["title"]
    page = (site.folder / "preview.html").read_text()
    assert 'href="https://gazette.example/news/2"' in page
    assert f"Also: {TITLES[1]}" in " ".join((site.folder / "issue.txt").read_text().split())


def test_rank_json_explains_the_selection(site: Installation) -> None:
    """Selected articles first, then the others in the order of their scores, with the reasons of the selection."""
    rows = site.run("rank", "--date", DAY, "--json").fine().json
    assert [number(row["url"]) for row in rows] == [1, 3, 2, 4]
    explanations = [[reason["says"] for reason in row["reasons"]] for row in rows]
    assert "story of 2" in explanations[0]
    assert f"shown below “{TITLES[0]}”" in explanations[2]
    assert "story of 2" in site.run("rank", "--date", DAY, "--explain").fine().out


def test_send_also_links_count_as_used(site: Installation) -> None:
    """After the issue was sent neither the lead nor its links are repeated; what was not shown is."""
    edition = 'name = "daily"\nminimum = 1\ntop = 2\nwindow = "48h"'
    with honest_server() as (port, _log):
        site.configure(editions=[edition], smtp=f'host = "127.0.0.1"\nport = {port}')
        site.subscribe("anna@readers.example")
        site.run("send", "--date", DAY, "--yes").fine()
    answer = site.run("preview", "--date", NEXT_DAY, "--json").fine().json
    assert [number(one["url"]) for one in answer["articles"]] == [4]
    assert answer["left_out"] == ["3 already sent in an earlier issue"]

"""`digest stories`: the answer's shape, what it counts, and one sentence for a file that cannot be read."""

import json
from pathlib import Path

import pytest

from tests.support.installation import Installation

SEVEN = "title,story\nСу-57 передан войскам,a\n\nWeather in the port,b\nSu-57 handed over to army,a\n"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An empty folder: the command needs no configuration."""
    return Installation(tmp_path)


def test_stories_json_has_the_documented_keys(site: Installation) -> None:
    """Rows are counted from 0 below the header, without empty lines; each is in one story, also single ones."""
    site.write("titles.csv", SEVEN)
    answer = json.loads(site.spawn("stories", "titles.csv", "--json").fine().out)
    assert answer == {"stories": [{"rows": [0, 2]}, {"rows": [1]}], "precision": 1.0, "recall": 1.0, "f1": 1.0}
    site.write("titles.csv", "id;Title\n1;Fog closes port\n2;Fog closes port\n")
    assert site.run("stories", "titles.csv", "--json").fine().json == {"stories": [{"rows": [0, 1]}]}
    site.write("titles.csv", "title\n")
    assert site.run("stories", "titles.csv", "--json").fine().json == {"stories": []}


def test_stories_titles_far_apart_are_different_stories(site: Installation) -> None:
    """ISO with or without a zone, or seconds; an empty time is unknown."""
    late = ["2026-10-04T00:00:00Z", "2026-10-04 00:00", "1791072000"]
    for moment, groups in [*((one, [[0], [1]]) for one in late), ("", [[0, 1]]), ("2026-10-02", [[0, 1]])]:
        site.write("titles.csv", f"title,published_at\nFog closes port,2026-10-01\nFog closes port,{moment}\n")
        found = site.run("stories", "titles.csv", "--json").fine().json["stories"]
        assert [story["rows"] for story in found] == groups


def test_stories_without_json_prints_titles(site: Installation) -> None:
    """The stories with their titles, their number, and the agreement where it is known."""
    site.write("titles.csv", SEVEN)
    out = site.run("stories", "titles.csv").fine().out
    assert "story of 2\n     0  Су-57 передан войскам\n     2  Su-57 handed over to army\n" in out
    assert "3 titles, 2 stories, 1 with more than one title" in out
    assert "precision 1.000, recall 1.000, F1 1.000" in out


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("", 2, "line 1 must name a column title; it names: nothing"),
        ("name,story\nx,1\n", 2, "line 1 must name a column title; it names: name, story"),
        ("title,title\nx,1\n", 2, "line 1 names the column title twice"),
        ('title\nx\n"y\nz\n', 1, "line 3: the line is not readable as CSV"),
        ('title\n"x" y\n', 1, "line 2: the line is not readable as CSV"),
        ("title\nx\ny,z\n", 1, "line 3: has 2 values for 1 columns; quote a value that has commas"),
        (b"title\nx\n\xff\xfe\n", 1, "line 3: is not UTF-8 text"),
        (b"t\xff\n", 1, "line 1 is not UTF-8 text"),
        ("title,published_at\nx,yesterday\n", 1, "line 2: published_at: expected a time such as 2026-10-01T07:00:00Z"),
        ("title,published_at\nx,2026\n", 1, "line 2: published_at: expected a time"),
        ("title,published_at\nx,1e99\n", 1, "line 2: published_at: expected a time"),
        ("title\n" + "x\n" * 5001, 1, "5001 titles are too many to compare; expected at most 5000"),
    ],
)
def test_stories_unreadable_file_is_one_line(site: Installation, content: str | bytes, code: int, message: str) -> None:
    """With the line, and nothing on standard output."""
    site.write("titles.csv", content)
    ran = site.run("stories", "titles.csv", "--json")
    ran.failed(code, message)
    assert ran.out == ""


def test_stories_missing_file_exits_2(site: Installation) -> None:
    """It is wrong usage."""
    assert site.run("stories", "nowhere.csv").code == 2

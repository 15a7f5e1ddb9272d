"""`digest stories`: the answer's shape, what it counts, and one sentence for a file that cannot be read."""

from pathlib import Path

import pytest

from digest.encoding import availability
from digest.encoding.availability import LETTERS_ONLY
from tests.support.installation import DAY, Installation, item, rss

SEVEN = "title,story\nСу-57 передан войскам,a\n\nWeather in the port,b\nSu-57 handed over to army,a\n"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An empty folder: the command needs no configuration."""
    return Installation(tmp_path)


def test_stories_json_has_the_documented_keys(site: Installation) -> None:
    """Rows are counted from 0 below the header, without empty lines; each is in one story, also single ones."""
    site.write("titles.csv", SEVEN)
    answer = site.run("stories", "titles.csv", "--json").fine().json
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


def test_stories_single_title_is_in_the_singular(site: Installation) -> None:
    """No `1 titles, 1 stories`."""
    site.write("titles.csv", "title\nFog closes the port\n")
    assert site.run("stories", "titles.csv").fine().out == "1 title, 1 story, 0 with more than one title\n"


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("", 2, "line 1 must name a column title; it names: nothing"),
        ("name,story\nx,1\n", 2, "line 1 must name a column title; it names: name, story"),
        ("title,title\nx,1\n", 2, "line 1 names the column title twice"),
        ('title\nx\n"y\nz\n', 1, "line 3: the line is not readable as CSV"),
        ('title\n"x" y\n', 1, "line 2: the line is not readable as CSV"),
        ("title\nx\ny,z\n", 1, "line 3: has 2 values for 1 column; quote a value that has commas"),
        (b"title\nx\n\xff\xfe\n", 1, "line 3: is not UTF-8 text"),
        (b"t\xff\n", 1, "line 1 is not UTF-8 text"),
        ("title,published_at\nx,yesterday\n", 1, "line 2: published_at: expected a time such as 2026-10-01T07:00:00Z"),
        ("title,published_at\nx,2026\n", 1, "line 2: published_at: expected a time"),
        ("title,published_at\nx,1e99\n", 1, "line 2: published_at: expected a time"),
        ("title\n" + "x\n" * 10001, 1, "10001 titles are too many to compare; expected at most 10000"),
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


TITLES = ["Туман закрыл порт", "Council votes on trams", "Fog closes the port", "Library opens on Sundays"]


@pytest.fixture
def portal(site: Installation) -> Installation:
    """A portal in two languages, two of whose articles tell one story."""
    site.configure(editions=['name = "daily"\nlanguage = "en"\narticles = "any"', 'name = "own"\nlanguage = "en"'])
    site.write("feed.xml", rss(*(item(at, title=title, comments=50 - at) for at, title in enumerate(TITLES, 1))))
    return site


def test_stories_without_file_shows_those_of_the_issue(portal: Installation) -> None:
    """Rows are numbered in the order of the ranking; articles that cannot enter are left out."""
    found = portal.run("stories", "--date", DAY, "--json").fine().json
    assert [story["rows"] for story in found["stories"]] == [[0, 2], [1], [3]]
    assert found["stories"][1]["articles"] == [
        {"url": "https://gazette.example/news/2", "title": TITLES[1], "source": "main"}
    ]
    out = portal.run("stories", "--date", DAY).fine().out
    assert f"daily/{DAY}\nstory of 2\n  {TITLES[0]}\n    https://gazette.example/news/1\n" in out
    assert "4 titles, 3 stories, 1 with more than one title" in out
    own = portal.run("stories", "--date", DAY, "--edition", "own", "--json").fine().json
    assert [story["rows"] for story in own["stories"]] == [[0], [1], [2]]


def test_stories_without_the_extra_says_so_once(
    portal: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log, as `digest rank` does; an issue in one language needs no encoder."""
    monkeypatch.setattr(availability, "find_spec", lambda _name: None)
    portal.write("titles.csv", "title\n" + "\n".join(TITLES))
    for command in ("stories", "rank"):
        portal.run(command, "--date", DAY, "--edition", "own").fine()
    assert LETTERS_ONLY not in caplog.messages
    for arguments in (["stories", "--date", DAY], ["rank", "--date", DAY], ["stories", "titles.csv"]):
        caplog.clear()
        portal.run(*arguments).fine()
        assert caplog.messages.count(LETTERS_ONLY) == 1


def test_stories_file_and_issue_exclude_each_other(portal: Installation) -> None:
    """It is wrong usage."""
    portal.write("titles.csv", "title\nFog\n")
    portal.run("stories", "titles.csv", "--date", DAY).failed(2, "leave out either them or the file")


def test_stories_every_source_failed_is_an_error(portal: Installation) -> None:
    """As by `digest rank`."""
    (portal.folder / "feed.xml").unlink()
    portal.run("stories", "--date", DAY).failed(1, "every source failed")
